import threading

import numpy as np
import pytest

from photofind.core.errors import EncoderUnavailable
from photofind.encoders.requests import AttributionRequest, PictureRequest, RequestQueue, TextRequest, WarmUp


def pictures() -> PictureRequest:
    return PictureRequest(np.zeros((1, 2, 2, 3), dtype=np.uint8))


def one_picture() -> AttributionRequest:
    return AttributionRequest(np.zeros((2, 2, 3), dtype=np.uint8), "dog")


def test_texts_go_before_pictures_and_the_first_come_first() -> None:
    queue = RequestQueue()
    put = [pictures(), one_picture(), TextRequest(["a"]), pictures(), TextRequest(["b"])]
    for request in put:
        queue.put(request)
    assert [queue.take(0) for _ in put] == [put[2], put[4], put[1], put[0], put[3]]
    assert queue.take(0) is None


def test_while_pictures_are_held_back_the_rest_is_taken() -> None:
    queue = RequestQueue()
    put = [pictures(), one_picture(), TextRequest(["a"])]
    for request in put:
        queue.put(request)
    assert [queue.take(0, with_pictures=False) for _ in range(3)] == [put[2], put[1], None]
    assert queue.take(0) is put[0]


def test_what_is_put_back_stays_first_of_its_kind() -> None:
    queue = RequestQueue()
    first, second = pictures(), pictures()
    queue.put(first)
    queue.put(second)
    assert queue.take(0) is first
    queue.put_back(first)
    assert queue.take(0) is first
    assert queue.take(0) is second


def test_what_was_cancelled_while_it_waited_is_never_taken() -> None:
    queue = RequestQueue()
    first, second = TextRequest(["a"]), TextRequest(["b"])
    queue.put(first)
    queue.put(second)
    assert first.future.cancel()
    assert queue.take(0) is second
    assert not second.future.cancel()


def test_a_wish_to_warm_up_is_taken_after_what_waits() -> None:
    queue = RequestQueue()
    queue.want_warm_up()
    queue.put(request := pictures())
    assert queue.take(0) is request
    assert isinstance(queue.take(0), WarmUp)
    assert queue.take(0) is None


def test_closing_wakes_the_taker_and_fails_what_waits_and_what_comes() -> None:
    queue = RequestQueue()
    taken: list[object] = []
    taker = threading.Thread(target=lambda: taken.append(queue.take(None)))
    taker.start()
    queue.close("The encoder has been stopped.")
    taker.join(10)
    assert taken == [None]
    late = TextRequest(["late"])
    queue.put(late)
    with pytest.raises(EncoderUnavailable, match="stopped"):
        late.future.result(1)


def test_closing_fails_requests_in_the_queue() -> None:
    queue = RequestQueue()
    waiting, begun, asked = pictures(), pictures(), one_picture()
    queue.put(begun)
    assert queue.take(0) is begun
    queue.put(waiting)
    queue.put(asked)
    queue.close("The encoder has been stopped.")
    queue.put_back(begun)
    for request in (waiting, begun, asked):
        with pytest.raises(EncoderUnavailable, match="stopped"):
            request.future.result(1)

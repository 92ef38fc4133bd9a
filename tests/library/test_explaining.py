"""Why a photo answers a question: where in the picture, and in which of its texts."""

import queue
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photofind.core.events import Event, OverlayFailed, OverlayReady
from photofind.core.literal_finds import PhotoText, TextPlace
from photofind.core.pixels import Region
from photofind.core.question import Answer, PictureOfPhoto, Question
from photofind.encoders.protocol import NO_ATTRIBUTION
from photofind.library.engine import Engine
from photofind.library.tally import IndexReport

OpenEngine = Callable[..., AbstractContextManager[Engine]]
Index = Callable[..., IndexReport]
Ask = Callable[[Engine, Question], Answer]


@pytest.fixture
def boat(photos: Path, make_picture: Callable[..., Path]) -> Path:
    return make_picture(photos / "Vienna" / "red_boat.jpg", (220, 20, 20), size=(400, 300))


def why(engine: Engine, photo_id: int, question: Question) -> OverlayReady | OverlayFailed:
    events: queue.Queue[Event] = queue.Queue()
    engine.add_listener(events.put)
    ticket = engine.explain_view(photo_id, question)
    while True:
        event = events.get(timeout=30)
        if isinstance(event, OverlayReady | OverlayFailed) and event.ticket == ticket:
            return event


class Pointing:
    """Takes the place of the encoder's face: it points to where the picture is brightest, and remembers the words."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def attribute(self, picture: NDArray[np.uint8], text: str) -> "Future[NDArray[np.float32]]":
        self.asked.append(text)
        future: Future[NDArray[np.float32]] = Future()
        side = len(picture) // 3
        tiles = picture.astype(np.float32).mean(axis=2)[: 3 * side, : 3 * side].reshape(3, side, 3, side).mean(axis=(1, 3))
        spread = tiles - tiles.min()
        future.set_result(np.asarray(spread / (spread.max() or 1), np.float32))
        return future


def test_the_built_in_encoder_refuses_politely_and_names_the_texts_all_the_same(
    open_engine: OpenEngine, index: Index, ask: Ask, boat: Path
) -> None:
    with open_engine() as engine:
        index(engine, boat.parents[1])
        (photo,) = ask(engine, Question()).ids
        answer = why(engine, photo, Question("red"))
        name = PhotoText(TextPlace.NAME, "red_boat.jpg")
        assert answer == OverlayFailed(answer.ticket, photo, NO_ATTRIBUTION, (name,))
        answer = why(engine, photo, Question("boat vienna"))
        assert answer.finds == (PhotoText(TextPlace.FOLDER, "photos/Vienna"), name)
        assert why(engine, photo, Question("a boat at night")).finds == ()


def test_where_the_words_were_found_comes_with_the_part_of_the_photo_that_was_looked_at(
    open_engine: OpenEngine, index: Index, ask: Ask, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    lamp = Image.new("RGB", (630, 630), (10, 10, 10))
    lamp.paste((255, 255, 255), (420, 210, 630, 420))
    lamp.save(photos / "lamp.png")
    with open_engine() as engine:
        index(engine, photos)
        (photo,) = ask(engine, Question()).ids
        face = Pointing()
        monkeypatch.setattr(engine.desk.current.face, "attribute", face.attribute)
        answer = why(engine, photo, Question("a bright light"))
        assert isinstance(answer, OverlayReady)
        assert (answer.photo_id, answer.rows, answer.columns) == (photo, 3, 3)
        assert [strength > 128 for strength in answer.strengths] == [place == 5 for place in range(9)], "middle, right"
        assert max(answer.strengths) == 255
        assert answer.seen == Region(0, 0, 1, 1)
        assert face.asked == ["a bright light"]


def test_a_picture_in_which_nothing_speaks_for_the_words_and_a_question_without_words_say_so(
    open_engine: OpenEngine, index: Index, ask: Ask, boat: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with open_engine() as engine:
        index(engine, boat.parents[1])
        (photo,) = ask(engine, Question()).ids
        monkeypatch.setattr(engine.desk.current.face, "attribute", Pointing().attribute)
        nothing = why(engine, photo, Question("a dog"))  # all of the picture is alike
        assert isinstance(nothing, OverlayFailed) and "Nothing in the picture" in nothing.sentence
        wordless = why(engine, photo, Question(pictures=(PictureOfPhoto(photo),)))
        assert isinstance(wordless, OverlayFailed) and "no words" in wordless.sentence
        gone = why(engine, 999, Question("a dog"))
        assert isinstance(gone, OverlayFailed) and gone.sentence == "This photo is not in the library any more."


def test_while_the_drive_is_away_the_preview_is_looked_at(
    open_engine: OpenEngine, index: Index, ask: Ask, photos: Path, boat: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from PIL import Image

    half = Image.new("RGB", (400, 300), (10, 10, 10))
    half.paste((255, 255, 255), (267, 0, 400, 300))
    half.save(boat)
    with open_engine() as engine:
        index(engine, boat.parent)
        (photo,) = ask(engine, Question()).ids
        boat.parent.rename(photos / "somewhere else")
        index(engine)
        assert engine.rows([photo])[0].offline
        monkeypatch.setattr(engine.desk.current.face, "attribute", Pointing().attribute)
        answer = why(engine, photo, Question("a light"))
        assert isinstance(answer, OverlayReady)
        assert answer.strengths[2] == 255 and answer.strengths[0] < 10

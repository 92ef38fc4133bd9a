"""What waits for the encoder process: texts go first, then questions about one picture, then pictures to be encoded.

First come is first served inside a kind.
"""

import threading
import time
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photofind.core.errors import EncoderUnavailable


@dataclass(slots=True, eq=False)
class TextRequest:
    """Texts, asked and answered as a whole."""

    texts: list[str]
    future: Future[Any] = field(default_factory=Future)
    has_died_once: bool = False

    def take(self, content: Sequence[bytes | None], _raw: bytes) -> None:
        """What the process answered: a vector's bytes for each text, or None."""
        self.future.set_result([None if one is None else np.frombuffer(one, np.float32) for one in content])


@dataclass(slots=True, eq=False)
class PictureRequest:
    """Pictures, sent in parts so that a text need not wait for all of them; ``parts`` are the vectors so far.

    The first ``sent`` of them are with the process, the first ``done`` are back from it.
    """

    pictures: NDArray[np.uint8]
    future: Future[Any] = field(default_factory=Future)
    has_died_once: bool = False
    sent: int = 0
    done: int = 0
    parts: list[NDArray[np.float32]] = field(default_factory=list)

    def take(self, content: tuple[int, ...], raw: bytes) -> None:
        """What the process answered to one part: the shape of its vectors, and the vectors."""
        self.parts.append(np.frombuffer(raw, dtype=np.float32).reshape(content))
        self.done += content[0]
        if self.done == len(self.pictures):
            self.future.set_result(np.concatenate(self.parts))


@dataclass(slots=True, eq=False)
class AttributionRequest:
    """Where one picture, uint8 [size, size, 3], is like a text."""

    picture: NDArray[np.uint8]
    text: str
    future: Future[Any] = field(default_factory=Future)
    has_died_once: bool = False

    def take(self, content: tuple[int, ...], raw: bytes) -> None:
        """What the process answered: rows and columns, and the shares."""
        self.future.set_result(np.frombuffer(raw, np.float32).reshape(content))


Request = TextRequest | AttributionRequest | PictureRequest


class WarmUp:
    """A wish that the encoder be loaded; nobody waits for it."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A message of a process, or its end where ``message`` is None. ``raw``: the numbers that came with it."""

    process_id: int
    message: tuple[str, int, Any] | None
    raw: bytes = b""


class RequestQueue:
    """Any thread puts; one thread takes. ``close`` fails what waits and all that comes later."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._texts: deque[TextRequest] = deque()
        self._attributions: deque[AttributionRequest] = deque()
        self._pictures: deque[PictureRequest] = deque()
        self._answers: deque[Answer] = deque()
        self._is_warm_up_wanted = False
        self._closed = ""

    def put_answer(self, answer: Answer) -> None:
        with self._condition:
            self._answers.append(answer)
            self._condition.notify_all()

    def put(self, request: Request) -> None:
        with self._condition:
            sentence = self._closed
            if not sentence:
                self._line_of(request).append(request)
                self._condition.notify_all()
        if sentence:
            request.future.set_exception(EncoderUnavailable(sentence))

    def put_back(self, request: Request) -> None:
        """Puts a request that has begun in front of its kind again."""
        with self._condition:
            sentence = self._closed
            if not sentence:
                self._line_of(request).appendleft(request)
        if sentence:
            request.future.set_exception(EncoderUnavailable(sentence))

    def forget(self, request: Request) -> None:
        """Takes it out, if it is in."""
        with self._condition:
            if request in self._line_of(request):
                self._line_of(request).remove(request)

    def want_warm_up(self) -> None:
        with self._condition:
            self._is_warm_up_wanted = True
            self._condition.notify_all()

    @property
    def is_closed(self) -> bool:
        return bool(self._closed)

    def take(
        self, timeout_s: float | None, *, with_pictures: bool = True
    ) -> Answer | Request | WarmUp | None:
        """The next answer, or else the next request, as running; None after ``timeout_s`` or when closed. Blocks.

        Pictures stay where they are until ``with_pictures``.
        """
        deadline = None if timeout_s is None else time.monotonic() + timeout_s
        with self._condition:
            while True:
                if self._closed:
                    return None
                if self._answers:
                    return self._answers.popleft()
                for line in (self._texts, self._attributions, self._pictures)[: 3 if with_pictures else 2]:
                    while line:
                        request: Request = line.popleft()
                        if request.future.running() or request.future.set_running_or_notify_cancel():
                            return request
                if self._is_warm_up_wanted:
                    self._is_warm_up_wanted = False
                    return WarmUp()
                left_s = None if deadline is None else deadline - time.monotonic()
                if left_s is not None and left_s <= 0:
                    return None
                self._condition.wait(left_s)

    def close(self, sentence: str) -> None:
        with self._condition:
            self._closed = self._closed or sentence
            left: list[Request] = [*self._texts, *self._attributions, *self._pictures]
            for line in (self._texts, self._attributions, self._pictures):
                line.clear()
            self._condition.notify_all()
        for request in left:
            if request.future.running() or request.future.set_running_or_notify_cancel():
                request.future.set_exception(EncoderUnavailable(sentence))

    def _line_of(self, request: Request) -> deque[Any]:
        if isinstance(request, TextRequest):
            return self._texts
        return self._attributions if isinstance(request, AttributionRequest) else self._pictures

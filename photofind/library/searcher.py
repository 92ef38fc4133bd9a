"""The searcher: the thread that answers; the newest question wins."""

import logging
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from photofind.core.errors import EncoderUnavailable, PhotofindError, StoreFailed
from photofind.core.events import AnswerFailed, AnswerReady, Event
from photofind.core.question import Answer, Question
from photofind.library.answering import Answering
from photofind.library.encoder_desk import EncoderDesk
from photofind.library.question_vectors import DecodeNow
from photofind.store.catalogue_reader import CatalogueReader

_log = logging.getLogger(__name__)
_LOOK_EVERY_S = 30.0
_QUIET_S = 1.0  # after a question: more letters may come
_GO_ON_AFTER_S = 0.02
_REST_AFTER_S = 180.0  # reading the vectors of 100,000 photos again takes less time than loading the encoder


class Searcher:
    """Answers one question at a time. ``ask``, ``start`` and ``stop`` may be called from any thread.

    ``question_open`` is set from the moment a question is asked until it is answered.
    """

    def __init__(
        self,
        *,
        catalogue_path: Path,
        desk: EncoderDesk,
        decode_now: DecodeNow,
        announce: Callable[[Event], None],
        question_open: threading.Event,
    ) -> None:
        self._catalogue_path = catalogue_path
        self._desk = desk
        self._decode_now = decode_now
        self._announce = announce
        self._question_open = question_open
        self._condition = threading.Condition()
        self._next: tuple[int, Question] | None = None
        self._last: tuple[int, Question] | None = None
        self._is_preparing = False
        self._stopping = False
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="searcher")
        self._thread.start()

    def stop(self) -> None:
        with self._condition:
            self._stopping = True
            self._condition.notify()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def ask(self, ticket: int, question: Question) -> None:
        """Answer ``question`` next; one that waits already is dropped."""
        with self._condition:
            self._next = (ticket, question)
            if not question.is_empty:
                self._question_open.set()
            self._condition.notify()

    def _run(self) -> None:
        try:
            with closing(CatalogueReader(self._catalogue_path)) as reader:
                self._answer_all(Answering(reader, self._decode_now))
        except StoreFailed as error:
            _log.error("the searcher cannot read the catalogue: %s", error)
        finally:
            self._question_open.clear()

    def _answer_all(self, answering: Answering) -> None:
        rest_s = _LOOK_EVERY_S
        while True:
            with self._condition:
                self._condition.wait_for(lambda: self._next is not None or self._stopping, rest_s)
                if self._stopping:
                    break
                asked, self._next = self._next, None
            if asked is None:
                rest_s = _GO_ON_AFTER_S if self._prepare(answering) else _LOOK_EVERY_S
                continue
            self._last = ticket, question = asked
            rest_s = _QUIET_S
            try:
                self._announce(AnswerReady(ticket, self._answer(answering, question)))
            except PhotofindError as error:
                self._announce(AnswerFailed(ticket, str(error)))
            except Exception as error:
                _log.exception("a question failed")
                self._announce(AnswerFailed(ticket, f"The search failed ({error}). The log says more."))
            with self._condition:
                if self._next is None:
                    self._question_open.clear()

    def _prepare(self, answering: Answering) -> bool:
        """Nobody asks: put away what rests, or get ready; says whether there is more to do soon.

        What was answered before all was ready is answered once more, under its old ticket.
        """
        for encoder in self._desk.both:
            encoder.put_away_index(_REST_AFTER_S)
        before, self._is_preparing = self._is_preparing, answering.go_on()
        if before and not self._is_preparing:
            with self._condition:
                self._next = self._next or self._last
        return self._is_preparing

    def _answer(self, answering: Answering, question: Question) -> Answer:
        encoder = self._desk.current
        try:
            return answering.answer(question, encoder)
        except EncoderUnavailable:
            if self._desk.current is encoder:
                raise
        return answering.answer(question, self._desk.current)  # another one took over just now

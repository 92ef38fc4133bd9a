"""Between search bar and grid: what the user entered becomes a question, and only its newest answer gets through."""

from dataclasses import replace
from itertools import count

from PySide6.QtCore import QObject, QTimer, Signal

from photofind.core import events
from photofind.core.query import parse
from photofind.core.question import Order, PictureFile, PictureOfPhoto, PictureSource, Question
from photofind.gui import file_names
from photofind.gui.bridge import EngineBridge
from photofind.gui.engine_face import EngineFace
from photofind.gui.search_bar import SearchBar
from photofind.gui.subject import Subject

PAUSE_MS = 150
ASK_AGAIN_MS = 400  # while photos keep coming in


class SearchController(QObject):
    """Waits for a pause in typing, asks, and drops answers to questions that are no longer the question.

    The answer shown stays until the next one is there.
    """

    answered = Signal(object, bool)  # Answer, and whether it is the same question once more, perhaps with other thumbs
    failed = Signal(str)
    refused = Signal(str)  # a picture that cannot be used, in a sentence
    asking = Signal(bool)

    def __init__(self, engine: EngineFace, bridge: EngineBridge, bar: SearchBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._engine = engine
        self._bar = bar
        self._keys = count(1)
        self._pictures: dict[int, PictureSource] = {}  # by chip, in the order of the chips
        self._weights: dict[int, float] = {}  # how much each of them counts
        self._being_prepared: dict[int, int] = {}  # ticket → chip
        self._ticket = 0
        self._answered: Question | None = None
        self._encoder_id = ""
        self._offline: bool | None = None
        self._order = Order.RELEVANCE
        self._judged: tuple[tuple[int, ...], tuple[int, ...]] = ((), ())  # liked, disliked
        self._judged_subject = Subject()  # with other words or pictures they mean nothing
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self.ask_now)
        self._again = QTimer(self, singleShot=True, interval=ASK_AGAIN_MS)
        self._again.timeout.connect(self._ask_again)
        self._again_owed = False  # photos came while an answer was still awaited
        self._waiting = False
        bar.words.entered.connect(engine.warm_up)
        bar.edited.connect(self._edited)
        bar.chip_removed.connect(self._take_out)
        bar.weights.weighed.connect(self._weighed)
        bar.cleared.connect(self._cleared)
        bridge.answer_ready.connect(self._answer_ready)
        bridge.answer_failed.connect(self._answer_failed)
        bridge.picture_ready.connect(self._picture_ready)
        bridge.picture_refused.connect(self._picture_refused)
        bridge.photos_changed.connect(self._photos_changed)
        bridge.encoder_state.connect(self._encoder_state)

    @property
    def question(self) -> Question:
        """What the bar says now; pictures count once they are known to be readable."""
        keys = [key for key in self._pictures if key not in self._being_prepared.values()]
        weights = tuple(self._weights.get(key, 1.0) for key in keys)
        weights = weights if any(weight != 1 for weight in weights) else ()
        pictures = tuple(self._pictures[key] for key in keys)
        # No limit: an end of the list that is none would hide photos.
        question = Question(self._bar.text.strip(), pictures, offline=self._offline, weights=weights)
        subject = Subject.of(question)
        if subject.is_empty:
            return question if question.is_empty else replace(question, order=self._order)
        liked, disliked = self._judged if subject == self._judged_subject else ((), ())
        return replace(question, order=self._order, liked=liked, disliked=disliked)

    @property
    def order(self) -> Order:
        """How photos that answer a question are ordered; kept until the window closes."""
        return self._order

    @property
    def answered_question(self) -> Question | None:
        """The question that the grid shows the answer to."""
        return self._answered

    def ask_now(self) -> None:
        """Ask what the bar says, without waiting for a pause."""
        self._pause.stop()
        self._again.stop()
        self._again_owed = False
        self._ticket = self._engine.ask(self.question)
        self._set_waiting(True)

    def show_only(self, offline: bool | None) -> None:
        """Photos that cannot be reached now, those that can, or (None) all."""
        self._offline = offline
        self.ask_now()

    def set_order(self, order: Order) -> None:
        if order is not self._order:
            self._order = order
            self.ask_now()

    def set_judged(self, liked: tuple[int, ...], disliked: tuple[int, ...]) -> None:
        """Photos that the user said fit the question, or do not; asks again."""
        self._judged, self._judged_subject = (liked, disliked), Subject.of(self.question)
        self.ask_now()

    def add_picture(self, source: PictureSource, weight: float = 1.0) -> None:
        """A picture becomes a chip; the question is asked when it turns out to be readable."""
        if source in self._pictures.values():
            return
        key = next(self._keys)
        self._pictures[key], self._weights[key] = source, weight
        self._bar.add_chip(key, file_names.name_of(source.path) if isinstance(source, PictureFile) else "")
        self._show_weights()
        self._being_prepared[self._engine.prepare_picture(source)] = key

    def ask_for(self, question: Question) -> None:
        """A kept question takes the place of what the bar says, with its order and thumbs."""
        self._pictures_out()
        self._bar.words.setText(question.text)
        self._order = question.order
        self._judged, self._judged_subject = (question.liked, question.disliked), Subject.of(question)
        weights = question.weights or (1.0,) * len(question.pictures)
        for picture, weight in zip(question.pictures, weights, strict=True):
            self.add_picture(picture, weight)
        if not question.pictures:
            self.ask_now()

    def find_similar(self, photo_id: int) -> None:
        """A photo of the grid becomes the whole question."""
        self.find_like(PictureOfPhoto(photo_id))

    def find_like(self, source: PictureSource) -> None:
        """A picture becomes the whole question."""
        self._pictures_out()
        self._bar.words.clear()
        self._pause.stop()
        self.add_picture(source)

    def _pictures_out(self) -> None:
        for key in list(self._pictures):
            self._forget(key)

    def _edited(self, _text: str) -> None:
        self._again.stop()  # it would ask half a word; the new question shows new photos, too
        self._show_weights()
        self._pause.start()

    def _weighed(self, key: int, weight: float) -> None:
        self._weights[key] = weight
        self._again.stop()
        self._pause.start()

    def _show_weights(self) -> None:
        words = bool(self._pictures) and bool(parse(self._bar.text).wanted_text)
        self._bar.weights.show_weights(self._weights, words=words)

    def _take_out(self, key: int) -> None:
        self._forget(key)
        self.ask_now()

    def _forget(self, key: int) -> None:
        self._pictures.pop(key, None)
        self._weights.pop(key, None)
        self._being_prepared = {ticket: chip for ticket, chip in self._being_prepared.items() if chip != key}
        self._bar.remove_chip(key)
        self._show_weights()

    def _cleared(self) -> None:
        self._pictures.clear()
        self._weights.clear()
        self._being_prepared.clear()
        self._show_weights()
        self.ask_now()

    def _picture_ready(self, event: events.PictureReady) -> None:
        key = self._being_prepared.pop(event.ticket, None)
        if key is not None:
            self._bar.set_chip_thumbnail(key, event.thumbnail)
            self.ask_now()

    def _picture_refused(self, event: events.PictureRefused) -> None:
        key = self._being_prepared.pop(event.ticket, None)
        if key is not None:
            self._forget(key)
            self.refused.emit(event.sentence)

    def _answer_ready(self, event: events.AnswerReady) -> None:
        if event.ticket != self._ticket:
            return
        self._set_waiting(False)
        again = self._answered is not None and _unjudged(event.answer.question) == _unjudged(self._answered)
        self._answered = event.answer.question
        self.answered.emit(event.answer, again)

    def _answer_failed(self, event: events.AnswerFailed) -> None:
        if event.ticket == self._ticket:
            self._set_waiting(False)
            self.failed.emit(event.sentence)

    def _photos_changed(self, event: events.PhotosChanged) -> None:
        if event.membership and not self._pause.isActive() and not self._again.isActive():
            self._again.start()

    def _ask_again(self) -> None:
        # A question cancels the one before, so asking while an answer is due could go on for ever without any.
        if self._waiting:
            self._again_owed = True
        else:
            self.ask_now()

    def _set_waiting(self, waiting: bool) -> None:
        self._waiting = waiting
        self._bar.mark.show_asking(waiting)
        self.asking.emit(waiting)
        if not waiting and self._again_owed:
            self._again_owed = False
            if not self._pause.isActive():
                self._again.start()

    def _encoder_state(self, state: events.EncoderState) -> None:
        changed = self._encoder_id not in ("", state.id)
        self._encoder_id = state.id
        if changed and not self.question.is_empty:
            self.ask_now()


def _unjudged(question: Question) -> Question:
    return replace(question, liked=(), disliked=())

"""Completions of what is typed into the search bar: fields, and what the library knows to put into them."""

from PySide6.QtCore import QObject, QTimer

from photofind.core.query import Completion, KnownValues, completions
from photofind.gui.background_calls import BackgroundCalls
from photofind.gui.bridge import EngineBridge
from photofind.gui.engine_face import EngineFace
from photofind.gui.icons import Glyph
from photofind.gui.search_bar import SearchBar
from photofind.gui.suggestion_list import Suggestion
from photofind.gui.why_not import or_why_not

PAUSE_MS = 200  # words typed without a pause need no list that comes and goes with each letter
_LEAST_LETTERS = 2


class Completing(QObject):
    """What the library knows is read when somebody begins to type, and again once the library has changed."""

    def __init__(self, engine: EngineFace, bridge: EngineBridge, background: BackgroundCalls, bar: SearchBar) -> None:
        super().__init__(bar)
        self._engine, self._background, self._bar = engine, background, bar
        self._known = KnownValues()
        self._is_stale, self._is_reading = True, False
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(self._offer)
        bar.words.entered.connect(self._read)
        bar.completion_wanted.connect(self._typed)
        bridge.photos_changed.connect(self._library_changed)
        bridge.library_state.connect(self._library_changed)

    def _library_changed(self, _event: object) -> None:
        self._is_stale = True

    def _read(self) -> None:
        if self._is_stale and not self._is_reading:
            self._is_stale, self._is_reading = False, True
            self._background.call(or_why_not(self._engine.known_values), self._take)

    def _take(self, known: KnownValues | str) -> None:
        self._is_reading = False
        if isinstance(known, str):
            self._is_stale = True  # the library is not open yet, most likely: tried again at the next letter
        elif known != self._known:
            self._known = known
            if self._bar.words.hasFocus() and self._bar.text:
                self._typed(self._bar.text, self._bar.words.cursorPosition())

    def _typed(self, text: str, cursor: int) -> None:
        self._read()
        self._pause.stop()
        found = self._found(text, cursor)
        if found and (not self._bar.suggestions.isHidden() or any(not each.text.endswith(":") for each in found)):
            self._show(text, found)  # what is open follows at once, and values are asked for by their colon
        elif found:
            self._pause.start()
        else:
            self._bar.offer(())

    def _offer(self) -> None:
        text = self._bar.text
        self._show(text, self._found(text, self._bar.words.cursorPosition()))

    def _found(self, text: str, cursor: int) -> list[Completion]:
        found = completions(text, cursor, self._known)
        return [each for each in found if cursor - each.start >= _LEAST_LETTERS]

    def _show(self, text: str, found: list[Completion]) -> None:
        self._bar.offer([_suggestion(text, each) for each in found])


def _suggestion(text: str, completion: Completion) -> Suggestion:
    """The rest of the question stays where it is; behind a value stands a blank, for the next word."""
    before, after = text[: completion.start], text[completion.end :]
    completed = completion.text
    if not completed.endswith(":"):
        completed, after = completed + " ", after.removeprefix(" ")
    cursor = completion.start + len(completed)
    return Suggestion(completion.text, before + completed + after, cursor, Glyph.FILTER, completion.description)

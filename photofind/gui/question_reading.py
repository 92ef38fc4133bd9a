"""Keeps what stands below the search bar in step with what was typed into it."""

from PySide6.QtCore import QObject, QTimer

from photofind.core.query import label, parse, without_part
from photofind.core.query.parts import Query
from photofind.gui.question_strip import QuestionStrip
from photofind.gui.search_bar import SearchBar

PAUSE_MS = 150
REST_MS = 1_200  # a piece that may still be typed on is no mistake before that


class QuestionReading(QObject):
    """Filters become chips, which can be taken out of the text again; mistakes are explained in words."""

    def __init__(self, bar: SearchBar, strip: QuestionStrip) -> None:
        super().__init__(bar)
        self._bar, self._strip = bar, strip
        self._query = Query()
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)
        self._pause.timeout.connect(lambda: self._read(is_typing=True))
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(lambda: self._read(is_typing=False))
        bar.edited.connect(self._edited)
        for gone_on in (bar.cleared, bar.left_downwards, bar.words.left):
            gone_on.connect(lambda: self._read(is_typing=False))
        strip.filter_removed.connect(self._remove)

    def _edited(self, _text: str) -> None:
        self._pause.start()
        self._rest.start()

    def _read(self, *, is_typing: bool) -> None:
        self._query = parse(self._bar.text)
        cursor = self._bar.words.cursorPosition()
        told = [
            mistake.sentence
            for mistake in self._query.mistakes
            if not (is_typing and mistake.start <= cursor <= mistake.end)
        ]
        self._strip.show_question([label(each) for each in self._query.filters], told)

    def _remove(self, number: int) -> None:
        """Take one filter out of the text; words and all other filters stay."""
        self._bar.words.setText(without_part(self._bar.text, self._query.filters[number]))
        self._bar.words.setFocus()
        self._read(is_typing=False)

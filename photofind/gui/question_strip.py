"""What stands below the search bar: chips of what the question says, and what of it makes no sense."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from photofind.gui import status_words, style
from photofind.gui.chip_flow import ChipFlow
from photofind.gui.icons import Glyph
from photofind.gui.weight_row import WeightRow
from photofind.gui.word_chip import WordChip


class QuestionStrip(QWidget):
    """Not there while there is nothing to say."""

    filter_removed = Signal(int)  # its number among those shown
    thumbs_removed = Signal()

    def __init__(self, weights: WeightRow, parent: QWidget | None = None) -> None:
        """``weights`` is shown on top; who it belongs to says what is in it."""
        super().__init__(parent)
        self._weights = weights
        self.flow = ChipFlow(self)
        self.mistakes = QLabel(self)
        self.mistakes.setWordWrap(True)
        self.mistakes.setTextFormat(Qt.TextFormat.PlainText)
        self.mistakes.setFont(style.font(style.SMALL))
        self.mistakes.setForegroundRole(style.QUIET)
        self.mistakes.setContentsMargins(style.SPACE_S + 2, 0, style.SPACE_S + 2, 0)  # in line with the words of chips
        self.mistakes.hide()
        self._filters: list[WordChip] = []
        self._thumbs: WordChip | None = None
        self._thumbs_shown = (0, 0)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, style.SPACE_S, 0, 0)
        column.setSpacing(style.SPACE_XS)
        column.addWidget(weights)
        column.addWidget(self.flow)
        column.addWidget(self.mistakes)
        weights.came_or_went.connect(self._draw)
        self.hide()

    @property
    def chips(self) -> list[WordChip]:
        """Filters first, thumbs last."""
        return [*self._filters, *([self._thumbs] if self._thumbs else [])]

    def show_question(self, filters: Sequence[str], mistakes: Sequence[str]) -> None:
        """One chip for each filter, in the order of the question; sentences for what makes no sense.

        Quietly, for nothing is lost: what is not understood is left out of the search.
        """
        if list(filters) != [chip.words for chip in self._filters]:
            self._filters = [self._filter_chip(number, words) for number, words in enumerate(filters)]
        told = "\n".join(mistakes)
        if told != self.mistakes.text():
            self.mistakes.setText(told)
            self.mistakes.setVisible(bool(told))
            QAccessible.updateAccessibility(QAccessibleEvent(self.mistakes, QAccessible.Event.Alert))
        self._draw()

    def show_thumbs(self, liked: int, disliked: int) -> None:
        """How many photos were said to fit the question, and how many not to."""
        parts: list[str | Glyph] = []
        for count, glyph in ((liked, Glyph.LIKE), (disliked, Glyph.DISLIKE)):
            if count:
                parts += [status_words.number(count), glyph]
        spoken = self.tr("{liked} that fit, {disliked} that do not").format(
            liked=status_words.photos(liked), disliked=status_words.number(disliked)
        )
        if self._thumbs_shown == (liked, disliked):
            return
        self._thumbs, self._thumbs_shown = None, (liked, disliked)
        if parts:
            self._thumbs = WordChip(parts, spoken, self.tr("Take these judgements back (Ctrl+Z)"), self)
            self._thumbs.removed.connect(self.thumbs_removed)
        self._draw()

    def _filter_chip(self, number: int, words: str) -> WordChip:
        chip = WordChip([words], self.tr("Filter: {filter}").format(filter=words), self.tr("Remove this filter"), self)
        chip.removed.connect(lambda: self.filter_removed.emit(number))
        return chip

    def _draw(self) -> None:
        self.flow.show_chips(self.chips)
        self.setVisible(bool(self.chips or self.mistakes.text()) or not self._weights.isHidden())

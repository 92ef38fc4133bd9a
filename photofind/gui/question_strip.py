"""What stands below the search bar: chips of what the question says, and what of it makes no sense."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from photofind.gui import status_words, style
from photofind.gui.chip_flow import ChipFlow
from photofind.gui.icons import Glyph
from photofind.gui.word_chip import WordChip


class QuestionStrip(QWidget):
    """Not there while there is nothing to say."""

    thumbs_removed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.flow = ChipFlow(self)
        self._thumbs: WordChip | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, style.SPACE_S, 0, 0)
        column.setSpacing(style.SPACE_XS)
        column.addWidget(self.flow)
        self.hide()

    @property
    def chips(self) -> list[WordChip]:
        return [chip for chip in (self._thumbs,) if chip is not None]

    def show_thumbs(self, liked: int, disliked: int) -> None:
        """How many photos were said to fit the question, and how many not to."""
        parts: list[str | Glyph] = []
        for count, glyph in ((liked, Glyph.LIKE), (disliked, Glyph.DISLIKE)):
            if count:
                parts += [status_words.number(count), glyph]
        spoken = self.tr("{liked} that fit, {disliked} that do not").format(
            liked=status_words.photos(liked), disliked=status_words.number(disliked)
        )
        self._thumbs = None
        if parts:
            self._thumbs = WordChip(parts, spoken, self.tr("Take these judgements back"), self)
            self._thumbs.removed.connect(self.thumbs_removed)
        self._draw()

    def _draw(self) -> None:
        chips: Sequence[WordChip] = self.chips
        self.flow.show_chips(chips)
        self.setVisible(bool(chips))

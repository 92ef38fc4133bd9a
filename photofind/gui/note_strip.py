"""One quiet sentence above the photos, when an answer needs one."""

from PySide6.QtWidgets import QHBoxLayout, QWidget

from photofind.gui import style
from photofind.gui.icons import Glyph, IconLabel
from photofind.gui.quiet_label import QuietLabel


class NoteStrip(QWidget):
    """Takes no room while there is nothing to say."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = QuietLabel(parent=self)
        row = QHBoxLayout(self)
        row.setContentsMargins(style.SPACE_M, style.SPACE_XS, style.SPACE_L, style.SPACE_S)
        row.addWidget(IconLabel(Glyph.INFO, self))
        row.addWidget(self._sentence, 1)
        self.hide()

    @property
    def sentence(self) -> str:
        return self._sentence.text

    def say(self, sentence: str) -> None:
        self._sentence.set_text(sentence)
        self.setVisible(bool(sentence))

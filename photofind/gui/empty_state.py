"""What stands where photos will be: one drawing, one sentence, one button."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from photofind.gui import style
from photofind.gui.icons import Glyph, IconLabel

ICON_PX = 72


class EmptyState(QWidget):
    """Covers the grid's place while there is nothing in it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._act: Callable[[], None] | None = None
        self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        self._icon = IconLabel(Glyph.PHOTOS, self, size_px=ICON_PX)
        self.sentence = QLabel(self)
        self.sentence.setFont(style.font(style.TITLE))
        self.more = QLabel(self)
        for label in (self.sentence, self.more):
            label.setWordWrap(True)
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            label.setTextFormat(Qt.TextFormat.PlainText)
        self.more.setForegroundRole(style.QUIET)
        self.button = QPushButton(self)
        self.button.setProperty("primary", True)
        self.button.clicked.connect(lambda: self._act() if self._act else None)
        column = QVBoxLayout(self)
        column.setContentsMargins(style.SPACE_XL, style.SPACE_XL, style.SPACE_XL, 2 * style.SPACE_XL)
        column.addStretch(1)
        column.addWidget(self._icon, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addSpacing(style.SPACE_L)
        column.addWidget(self.sentence)
        column.addSpacing(style.SPACE_XS)
        column.addWidget(self.more)
        column.addSpacing(style.SPACE_L)
        column.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addStretch(1)

    def say(
        self, glyph: Glyph, sentence: str, more: str = "", button: str = "", act: Callable[[], None] | None = None
    ) -> None:
        """``more`` is a second, quieter line."""
        self._icon.show_as(glyph)
        self.sentence.setText(sentence)
        self.more.setText(more)
        self.more.setVisible(bool(more))
        self._act = act
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self.setAccessibleName(sentence)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and not self.button.isHidden():
            self.button.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(style.WINDOW))
        painter.end()

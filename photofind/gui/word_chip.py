"""A chip with words: something the question says, which can be taken out of it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from photofind.gui import style
from photofind.gui.icons import Glyph, IconButton, IconLabel
from photofind.gui.quiet_label import QuietLabel

CHIP_PX = 26


class WordChip(QFrame):
    """``parts`` are words and icons in a row. Delete and Backspace take it out, too, while it has the keyboard."""

    removed = Signal()

    def __init__(self, parts: Sequence[str | Glyph], spoken: str, remove: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.words = " ".join(part for part in parts if isinstance(part, str))
        self.setFixedHeight(max(CHIP_PX, self.fontMetrics().height() + style.SPACE_S))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(spoken)
        self.remove = IconButton(Glyph.CLOSE, remove, self, size_px=12)
        self.remove.clicked.connect(self.removed)
        self.setFocusProxy(self.remove)
        row = QHBoxLayout(self)
        row.setContentsMargins(2, 0, 2, 0)
        row.setSpacing(style.SPACE_XS)
        row.addSpacing(style.SPACE_S)  # no margin: those are not mirrored
        for number, part in enumerate(parts):
            if isinstance(part, Glyph):
                row.addWidget(IconLabel(part, self, role=style.TEXT, size_px=14))
            else:
                if number:
                    row.addSpacing(style.SPACE_XS)
                label = QuietLabel(part, self, role=style.TEXT)
                label.setMinimumWidth(1)
                label.setMaximumWidth(label.sizeHint().width())  # a single figure takes no more room than it needs
                row.addWidget(label)
        row.addWidget(self.remove)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(style.LINE), 1))
        painter.setBrush(self.palette().color(style.CONTROL))
        radius = self.height() / 2
        painter.drawRoundedRect(self.rect().toRectF().adjusted(0.5, 0.5, -0.5, -0.5), radius, radius)
        painter.end()

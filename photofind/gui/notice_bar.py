"""A quiet bar over the grid: one sentence, perhaps one button, gone by itself."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, QTimer
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QWidget

from photofind.gui import style
from photofind.gui.icons import Glyph, IconButton, IconLabel

SHOWN_MS = 8_000
MOST_PX = 640


class NoticeBar(QWidget):
    """Lies at the bottom of its parent, in the middle. A newer sentence takes the place of an older one."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._over = parent
        self._act: Callable[[], None] | None = None
        self._icon = IconLabel(Glyph.INFO, self)
        self._sentence = QLabel(self)
        self._sentence.setWordWrap(True)
        self._sentence.setTextFormat(Qt.TextFormat.PlainText)
        self._sentence.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        self.button = QPushButton(self)
        self.button.clicked.connect(self._clicked)
        self._close = IconButton(Glyph.CLOSE, self.tr("Close"), self, size_px=14)
        self._close.clicked.connect(self.hide)
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(style.SPACE_L, style.SPACE_S, style.SPACE_S, style.SPACE_S)
        row.setSpacing(style.SPACE_M)
        row.addWidget(self._icon)
        row.addWidget(self._sentence, 1)
        row.addWidget(self.button)
        row.addWidget(self._close)
        self._timer = QTimer(self, singleShot=True, interval=SHOWN_MS)
        self._timer.timeout.connect(self._time_is_up)
        parent.installEventFilter(self)
        self.hide()

    @property
    def sentence(self) -> str:
        return self._sentence.text()

    def say(
        self, sentence: str, button: str = "", act: Callable[[], None] | None = None, *, is_error: bool = False
    ) -> None:
        """Show a sentence. Errors stay until they are closed; anything else goes after a few seconds."""
        self._sentence.setText(sentence)
        self.setAccessibleName(sentence)
        self._icon.show_as(Glyph.WARNING if is_error else Glyph.INFO, style.WARNING if is_error else style.QUIET)
        self._act = act
        self.button.setText(button)
        self.button.setVisible(bool(button))
        self.show()
        self.raise_()
        self._place()
        self._timer.stop()
        if not is_error:
            self._timer.start()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self.palette().color(style.LINE), 1))
        painter.setBrush(self.palette().color(style.CONTROL))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 8, 8)
        painter.end()

    def _place(self) -> None:
        room = self._over.rect().adjusted(style.SPACE_L, style.SPACE_L, -style.SPACE_L, -style.SPACE_L)
        margins = self._row.contentsMargins()
        words_px = self._sentence.fontMetrics().horizontalAdvance(self._sentence.text()) + style.SPACE_XL
        others = [part for part in (self._icon, self.button, self._close) if not part.isHidden()]
        others_px = sum(part.sizeHint().width() + self._row.spacing() for part in others)
        width = min(room.width(), MOST_PX, words_px + others_px + margins.left() + margins.right())
        height = max(44, self._row.heightForWidth(width))
        self.setGeometry(room.center().x() - width // 2, room.bottom() - height + 1, width, height)

    def _clicked(self) -> None:
        self.hide()
        if self._act is not None:
            self._act()

    def _time_is_up(self) -> None:
        if self.underMouse() or self.button.hasFocus():
            self._timer.start()  # somebody is about to use it
        else:
            self.hide()

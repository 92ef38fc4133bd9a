"""The magnifying glass in the search bar, and an arc that turns in its place while an answer takes long."""

from PySide6.QtCore import QRectF, Qt, QTimer
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QStyle, QWidget

from photofind.gui import icons, style
from photofind.gui.icons import Glyph

SLOW_MS = 400  # faster answers need no word about them
_STEP_MS = 50
_STEP_DEGREES = 18


class SearchMark(QWidget):
    """Only looked at. Where the system wants no motion the arc stands still."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._degrees = 0
        self._turns = False
        self.setFixedSize(style.ICON_PX, style.ICON_PX)
        self._slow = QTimer(self, singleShot=True, interval=SLOW_MS)
        self._slow.timeout.connect(self._begin)
        self._step = QTimer(self, interval=_STEP_MS)
        self._step.timeout.connect(self._turn)

    @property
    def is_busy(self) -> bool:
        """Whether the arc is shown."""
        return self._turns

    def show_asking(self, asking: bool) -> None:
        if asking:
            if not self._turns and not self._slow.isActive():
                self._slow.start()
            return
        self._slow.stop()
        self._step.stop()
        self._turns = False
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self._turns:
            icons.paint(painter, self.rect(), Glyph.SEARCH, self.palette().color(style.QUIET))
        else:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(self.palette().color(style.ACCENT), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
            painter.drawArc(QRectF(self.rect()).adjusted(2, 2, -2, -2), -self._degrees * 16, 270 * 16)
        painter.end()

    def _begin(self) -> None:
        self._turns = True
        if QApplication.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0:
            self._step.start()
        self.update()

    def _turn(self) -> None:
        self._degrees = (self._degrees + _STEP_DEGREES) % 360
        self.update()

"""How a photo opens: it grows from its cell into the window, so that it is clear which one it is."""

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QObject, QPoint, QRect, QRectF, QSize, Qt, QVariantAnimation
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QStyle

from photofind.gui import style
from photofind.gui.thumbnail_loader import square_part


class Opening(QObject):
    """From 0 to 1 in 140 ms; 1 at once where the system wants no motion."""

    def __init__(self, moved: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self._origin = QRect()
        self._animation = QVariantAnimation(self)
        self._animation.setStartValue(0.0)
        self._animation.setEndValue(1.0)
        self._animation.setDuration(style.MOTION_MS)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.valueChanged.connect(lambda _: moved())
        self._animation.finished.connect(moved)

    def start(self, origin: QRect) -> None:
        """``origin`` is the cell that the photo grows from."""
        self._origin = origin
        if QApplication.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) > 0:
            self._animation.start()

    @property
    def is_running(self) -> bool:
        return self._animation.state() == QVariantAnimation.State.Running

    @property
    def share(self) -> float:
        """How far it is."""
        return float(self._animation.currentValue()) if self.is_running else 1.0

    def place(self, target: QRect) -> QRectF:
        """Where the photo is now on its way to ``target``."""
        return _between(QRectF(self._origin), QRectF(target), self.share)

    def part(self, image: QImage) -> QRectF:
        """The part of the photo to draw now: the square that its cell shows at first, all of it at last."""
        return _between(QRectF(square_part(image.size())), QRectF(image.rect()), self.share)


def fitted(size: QSize, room: QRect) -> QRect:
    """Where a picture of this size stands in the room: all of it, in the middle, never enlarged."""
    fitting = QSize(size)
    if size.width() > room.width() or size.height() > room.height():
        fitting = size.scaled(room.size(), Qt.AspectRatioMode.KeepAspectRatio)
    corner = QPoint((room.width() - fitting.width()) // 2, (room.height() - fitting.height()) // 2)
    return QRect(room.topLeft() + corner, fitting)


def _between(start: QRectF, end: QRectF, share: float) -> QRectF:
    def mixed(one: float, other: float) -> float:
        return one + (other - one) * share

    return QRectF(
        mixed(start.x(), end.x()),
        mixed(start.y(), end.y()),
        mixed(start.width(), end.width()),
        mixed(start.height(), end.height()),
    )

"""Drawing a rectangle over an open photo: with the mouse, or with the arrow keys."""

from PySide6.QtCore import QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from photofind.core.pixels import Region
from photofind.gui.detail_region import LEAST, MIDDLE, between, grown, moved
from photofind.gui.sentence_plate import paint_hint
from photofind.gui.viewer_heading import INK

_STEP = 0.02
_DIM = QColor(0, 0, 0, 130)
_EDGE_OUTSIDE = QColor(0, 0, 0, 170)  # so that the line is seen on a bright picture, too
_ARROWS = {
    Qt.Key.Key_Left: (-_STEP, 0.0),
    Qt.Key.Key_Right: (_STEP, 0.0),
    Qt.Key.Key_Up: (0.0, -_STEP),
    Qt.Key.Key_Down: (0.0, _STEP),
}


class DetailDrawing(QWidget):
    """Lies over the viewer while a detail is drawn, and has the keyboard. GUI thread."""

    chosen = Signal(object)  # Region: shares of the picture
    left = Signal()

    def __init__(self, viewer: QWidget) -> None:
        super().__init__(viewer)
        self._viewer = viewer
        self._picture = QRect()
        self._corner: QPointF | None = None  # where the mouse went down, in shares
        self._region: Region | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(self.tr("Detail to search for"))
        self.hide()

    @property
    def region(self) -> Region | None:
        """What is drawn so far."""
        return self._region

    def begin(self, picture: QRect) -> None:
        self._region = self._corner = None
        self.lie_over(picture)
        self._describe()
        self.show()
        self.raise_()
        self.setFocus()

    def lie_over(self, picture: QRect) -> None:
        """``picture`` in the viewer's pixels."""
        self._picture = picture
        self.setGeometry(self._viewer.rect())
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.left.emit()
        elif key in _ARROWS:
            change = grown if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else moved
            self._draw(MIDDLE if self._region is None else change(self._region, *_ARROWS[key]))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose_or(MIDDLE)
        # nothing else goes through to the viewer: another photo would slip in below the rectangle

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._corner = self._share_of(event.position())
            self._draw(None)
            event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._corner is not None:
            here = self._share_of(event.position())
            self._draw(between(self._corner.x(), self._corner.y(), here.x(), here.y()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._corner is not None:
            self._corner = None
            self._choose_or(None)
            event.accept()

    def wheelEvent(self, event: QWheelEvent) -> None:
        event.accept()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        around = QPainterPath()
        around.addRect(QRectF(self._picture))
        if self._region is not None:
            hole = QPainterPath()
            hole.addRect(self._rect_of(self._region))
            around = around.subtracted(hole)
        painter.fillPath(around, _DIM)
        if self._region is not None:
            box = self._rect_of(self._region)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(_EDGE_OUTSIDE, 4))
            painter.drawRect(box)
            painter.setPen(QPen(INK, 2))
            painter.drawRect(box)
        paint_hint(painter, self.rect(), [self._hint()], INK)
        painter.end()

    def _draw(self, region: Region | None) -> None:
        self._region = region
        self._describe()
        self.update()

    def _choose_or(self, otherwise: Region | None) -> None:
        """A click is no rectangle."""
        drawn = self._region
        if drawn is not None and drawn.width >= LEAST and drawn.height >= LEAST:
            self.chosen.emit(drawn)
        else:
            self._draw(otherwise)

    def _hint(self) -> str:
        if self._region is None:
            return self.tr("Draw around what you are looking for, or use the arrow keys. Esc leaves.")
        if self._corner is not None:
            return self.tr("Let go to search for this.")
        return self.tr("Enter searches for this. Arrows move it, Shift and arrows change its size. Esc leaves.")

    def _describe(self) -> None:
        region = self._region
        if region is None:
            self.setAccessibleDescription(self._hint())
            return
        sides = (region.left, region.top, region.left + region.width, region.top + region.height)
        left, top, right, bottom = (round(100 * side) for side in sides)
        self.setAccessibleDescription(
            self.tr("From {left} to {right} % across and from {top} to {bottom} % down the photo").format(
                left=left, right=right, top=top, bottom=bottom
            )
        )

    def _rect_of(self, region: Region) -> QRectF:
        width, height = self._picture.width(), self._picture.height()
        return QRectF(
            self._picture.x() + region.left * width,
            self._picture.y() + region.top * height,
            region.width * width,
            region.height * height,
        )

    def _share_of(self, point: QPointF) -> QPointF:
        here = point - QPointF(self._picture.topLeft())
        return QPointF(here.x() / max(1, self._picture.width()), here.y() / max(1, self._picture.height()))

"""Words on a dark plate, readable on any picture."""

from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QColor, QPainter

from photofind.gui import style

_MARGIN_PX = 100
_PLATE = QColor(0, 0, 0, 200)


def paint_sentence(painter: QPainter, room: QRect, sentence: str, ink: QColor) -> None:
    """In the middle of ``room``, in as many lines as it takes."""
    painter.setFont(style.font(style.LARGE))
    flags = Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap
    box = painter.boundingRect(room.adjusted(_MARGIN_PX, 0, -_MARGIN_PX, 0), flags, sentence)
    _paint_plate(painter, box)
    painter.setPen(ink)
    painter.drawText(box, flags, sentence)


def paint_hint(painter: QPainter, room: QRect, lines: list[str], ink: QColor) -> None:
    """Short lines on a plate at the lower edge of ``room``; each in one line, as much of it as fits."""
    painter.setFont(style.font())
    metrics = painter.fontMetrics()
    most = room.width() - 2 * (style.SPACE_L + style.SPACE_XL)
    shown = [metrics.elidedText(line, Qt.TextElideMode.ElideMiddle, most) for line in lines]
    width = max(metrics.horizontalAdvance(line) for line in shown)
    step = metrics.height() + style.SPACE_XS
    height = step * len(shown) - style.SPACE_XS
    box = QRect(room.center().x() - width // 2, room.bottom() - style.SPACE_XL - style.SPACE_S - height, width + 2, height)
    _paint_plate(painter, box)
    painter.setPen(ink)
    for number, line in enumerate(shown):
        painter.drawText(box.x(), box.y() + number * step + metrics.ascent(), line)


def _paint_plate(painter: QPainter, box: QRect) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_PLATE)
    plate = box.adjusted(-style.SPACE_L, -style.SPACE_M, style.SPACE_L, style.SPACE_M)
    painter.drawRoundedRect(plate, style.SPACE_S, style.SPACE_S)

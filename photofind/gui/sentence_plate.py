"""A sentence on a dark plate, readable on any picture."""

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
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(_PLATE)
    plate = box.adjusted(-style.SPACE_L, -style.SPACE_M, style.SPACE_L, style.SPACE_M)
    painter.drawRoundedRect(plate, style.SPACE_S, style.SPACE_S)
    painter.setPen(ink)
    painter.drawText(box, flags, sentence)

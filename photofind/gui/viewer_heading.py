"""The line above an open photo: its name, where it stands in the list, its date."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter

from photofind.core.photo import PhotoRow
from photofind.gui import file_names, status_words, style

INK = QColor(236, 236, 236)  # on the viewer's ground, which is dark in both themes
_QUIET_INK = QColor(184, 184, 184)


def paint_heading(painter: QPainter, room: QRect, photo: PhotoRow | None, position: str) -> None:
    """In one line, as much of it as fits ``room``; ``photo`` None: its row is not read yet."""
    quiet = " · ".join(part for part in (position, status_words.date(photo.sort_s) if photo else "") if part)
    name = file_names.name_of(photo.path) if photo else ""
    painter.setFont(style.font(semibold=True))
    name = painter.fontMetrics().elidedText(name, Qt.TextElideMode.ElideMiddle, room.width() // 2)
    name_px = painter.fontMetrics().horizontalAdvance(name)
    middle = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
    painter.setPen(INK)
    painter.drawText(QRect(room.topLeft(), QSize(name_px + 2, room.height())), middle, name)
    painter.setFont(style.font())
    painter.setPen(_QUIET_INK)
    rest = room.adjusted(name_px + style.SPACE_M, 0, 0, 0)
    painter.drawText(rest, middle, painter.fontMetrics().elidedText(quiet, Qt.TextElideMode.ElideRight, rest.width()))

"""What rows of all lists have in common: their height, and the plate below the one that is chosen or pointed at."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QPainter, QPalette
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListWidget, QStyle, QStyleOptionViewItem

from photofind.gui import style

ROW_PX = 32


def set_up_rows(rows: QListWidget) -> None:
    """No frame, rows of one height, and the one below the mouse is known."""
    rows.setFrameShape(QFrame.Shape.NoFrame)
    rows.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    rows.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    rows.setMouseTracking(True)
    rows.setUniformItemSizes(True)


def row_size(option: QStyleOptionViewItem) -> QSize:
    """Higher where the system's text is larger."""
    return QSize(100, max(ROW_PX, option.fontMetrics.height() + style.SPACE_M))


def paint_plate(
    painter: QPainter,
    option: QStyleOptionViewItem,
    margin_px: int,
    *,
    chosen: QPalette.ColorRole,
    hovered: QPalette.ColorRole,
) -> QRect:
    """Paints it where the row has one; where it lies, or would."""
    plate: QRect = option.rect.adjusted(margin_px, 1, -margin_px, -1)
    is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    if is_chosen or option.state & QStyle.StateFlag.State_MouseOver:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(option.palette.color(chosen if is_chosen else hovered))
        painter.drawRoundedRect(plate, style.RADIUS_PX, style.RADIUS_PX)
    return plate

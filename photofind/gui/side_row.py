"""Rows of the side bar: an icon, a name that gives way in its middle, and perhaps a number."""

from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from photofind.gui import icons, style
from photofind.gui.icons import Glyph
from photofind.gui.list_rows import paint_plate, row_size, set_up_rows

SIDE_ROW_ROLE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class SideRow:
    """What a row shows; a quiet one stands back."""

    glyph: Glyph
    name: str
    number: str = ""
    is_quiet: bool = False


class SideRowDelegate(QStyledItemDelegate):
    """Paints the SideRow of an item."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        row: SideRow = index.data(SIDE_ROW_ROLE)
        palette = option.palette
        painter.save()
        plate = paint_plate(painter, option, style.SPACE_S, chosen=style.CONTROL, hovered=style.WINDOW)
        if option.state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(palette.color(style.ACCENT))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(plate, style.RADIUS_PX, style.RADIUS_PX)
        quiet = palette.color(style.QUIET)
        inner = plate.adjusted(style.SPACE_S, 0, -style.SPACE_S, 0)
        direction = option.direction

        def place(box: QRect) -> QRect:
            return QStyle.visualRect(direction, inner, box)

        icon = QRect(inner.left(), inner.center().y() - style.ICON_PX // 2 + 1, style.ICON_PX, style.ICON_PX)
        icons.paint(painter, place(icon), row.glyph, quiet)
        painter.setFont(style.font(style.SMALL))
        number_px = painter.fontMetrics().horizontalAdvance(row.number) + 2 if row.number else 0
        painter.setPen(quiet)
        painter.drawText(
            place(QRect(inner.right() - number_px + 1, inner.top(), number_px, inner.height())),
            Qt.AlignmentFlag.AlignCenter, row.number,
        )  # fmt: skip
        painter.setFont(style.font())
        painter.setPen(quiet if row.is_quiet else palette.color(style.TEXT))
        left = icon.right() + 1 + style.SPACE_S
        name = QRect(left, inner.top(), inner.right() - number_px - style.SPACE_S - left, inner.height())
        text = painter.fontMetrics().elidedText(row.name, Qt.TextElideMode.ElideMiddle, name.width())
        painter.drawText(
            place(name),
            QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter,
            text,
        )
        painter.restore()

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex
    ) -> None:
        """Over the name; the icon stays in sight."""
        name = option.rect.adjusted(2 * style.SPACE_S + style.ICON_PX + style.SPACE_XS, 3, -style.SPACE_S, -3)
        editor.setGeometry(QStyle.visualRect(option.direction, option.rect, name))

    def sizeHint(self, option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return row_size(option)


class SideList(QListWidget):
    """A list of such rows, with no frame of its own."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(SideRowDelegate(self))
        set_up_rows(self)
        self.viewport().setBackgroundRole(style.PANEL)
        self.viewport().setAutoFillBackground(True)
        self.setAccessibleName(name)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)

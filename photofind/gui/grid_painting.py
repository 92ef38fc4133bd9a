"""Paints the photos of a view that have changed on screen."""

from PySide6.QtGui import QPainter, QRegion
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from photofind.gui.surface_view import SurfaceView


def paint_photos(
    painter: QPainter,
    view: SurfaceView,
    delegate: QStyledItemDelegate,
    option: QStyleOptionViewItem,
    changed: QRegion,
    *,
    hovered: int,
    current: int,
) -> None:
    """``option`` is as the view sets it up; ``hovered`` and ``current`` are rows, -1 for none."""
    selection, model, flags = view.selectionModel(), view.model(), QStyle.StateFlag
    none_selected = not selection.hasSelection()
    exposed = changed.boundingRect()
    for row in view.rows_between(exposed.top(), exposed.bottom() + 1):
        index = model.index(row, 0)
        option.rect = view.visualRect(index)
        if not changed.intersects(option.rect):
            continue
        state = flags.State_Enabled
        if not none_selected and selection.isSelected(index):
            state |= flags.State_Selected
        if row == hovered:
            state |= flags.State_MouseOver
        if row == current:
            state |= flags.State_HasFocus
        option.state = state
        delegate.paint(painter, option, index)

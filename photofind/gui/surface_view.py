"""A view over a surface with geometry of its own: what Qt asks of any item view, answered in constant time."""

from dataclasses import dataclass

from PySide6.QtCore import (
    QItemSelection,
    QItemSelectionModel,
    QItemSelectionRange,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    Qt,
)
from PySide6.QtGui import QRegion
from PySide6.QtWidgets import QAbstractItemView, QWidget

from photofind.gui import style
from photofind.gui.geometry import EvenGrid, GridGeometry, Step
from photofind.gui.reordering import Reordering, Span

Index = QModelIndex | QPersistentModelIndex
_STEPS = {
    QAbstractItemView.CursorAction.MoveLeft: Step.LEFT,
    QAbstractItemView.CursorAction.MovePrevious: Step.LEFT,
    QAbstractItemView.CursorAction.MoveRight: Step.RIGHT,
    QAbstractItemView.CursorAction.MoveNext: Step.RIGHT,
    QAbstractItemView.CursorAction.MoveUp: Step.UP,
    QAbstractItemView.CursorAction.MoveDown: Step.DOWN,
    QAbstractItemView.CursorAction.MoveHome: Step.HOME,
    QAbstractItemView.CursorAction.MoveEnd: Step.END,
    QAbstractItemView.CursorAction.MovePageUp: Step.PAGE_UP,
    QAbstractItemView.CursorAction.MovePageDown: Step.PAGE_DOWN,
}
_MOST_RECTS = 12  # painting through a region of more takes longer than painting all
_MIRRORED = {Step.LEFT: Step.RIGHT, Step.RIGHT: Step.LEFT}


@dataclass(frozen=True, slots=True)
class Place:
    """What a user sees and has chosen, in rows of the list that is about to be replaced."""

    selected: list[Span]
    current: int
    anchor: int
    geometry: GridGeometry
    top: range  # the photos on screen, or none when the list stands at its beginning
    scrolled_px: int


def parts(chosen: QItemSelection) -> list[QItemSelectionRange]:
    """The ranges of a selection, whose own iterator would list every photo."""
    return [chosen.at(number) for number in range(chosen.count())]


class SurfaceView(QAbstractItemView):
    """Scrolls over photos that a GridGeometry arranges; knows selection and place by rows, and paints nothing."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._geometry: GridGeometry = EvenGrid(0, 1, 1, style.GAP_PX)
        self._updated = 0  # photos since the last painting
        self._anchor = -1  # where Shift extends the selection from

    # -- for the grid

    def set_geometry(self, geometry: GridGeometry) -> None:
        self._geometry = geometry
        self.updateGeometries()
        self.viewport().update()

    @property
    def count(self) -> int:
        """How many photos there are."""
        return self._geometry.count

    @property
    def cell_px(self) -> int:
        """The width and height of a photo."""
        return self._geometry.cell_px

    def selected_spans(self) -> list[Span]:
        """Selected rows, ascending."""
        return sorted((part.top(), part.bottom() + 1) for part in parts(self.selectionModel().selection()))

    def selected_count(self) -> int:
        return sum(end - first for first, end in self.selected_spans())

    def visible(self, beyond_px: int = 0) -> range:
        """Rows on screen, and those within ``beyond_px`` of it."""
        top = self.verticalOffset()
        return self._geometry.visible_range(top - beyond_px, top + self.viewport().height() + beyond_px)

    def rows_between(self, top: int, bottom: int) -> range:
        """Rows that reach into this stretch of the viewport."""
        offset = self.verticalOffset()
        return self._geometry.visible_range(top + offset, bottom + offset)

    def visible_and_next(self) -> list[int]:
        """Rows on screen, then those that the next notch of the wheel brings."""
        visible = self.visible()
        more = self.visible(beyond_px=self._geometry.row_height_px)
        return [*visible, *(row for row in more if row not in visible)]

    def middle_row(self) -> int:
        visible = self.visible()
        return (visible.start + visible.stop) // 2 if visible else -1

    def center_on(self, row: int) -> None:
        rect = self._geometry.rect_of(row)
        self.verticalScrollBar().setValue(rect.y + rect.height // 2 - self.viewport().height() // 2)

    def place(self) -> Place:
        """To be asked before the list is replaced."""
        scrolled = self.verticalOffset()
        visible = self.visible() if scrolled else range(0)
        return Place(self.selected_spans(), self.currentIndex().row(), self._anchor, self._geometry, visible, scrolled)

    def restore(self, place: Place, reordering: Reordering) -> None:
        """The same photos selected, current and on screen as before, as far as they are still there."""
        flags = QItemSelectionModel.SelectionFlag
        anchor, current = reordering.row_now(place.anchor), reordering.row_now(place.current)
        self.setAutoScroll(False)
        chosen = QItemSelection()
        for first, end in reordering.spans_now(place.selected):
            chosen.select(self.model().index(first, 0), self.model().index(end - 1, 0))
        self.selectionModel().select(chosen, flags.ClearAndSelect)
        if current >= 0:
            self.selectionModel().setCurrentIndex(self.model().index(current, 0), flags.NoUpdate)
        self.setAutoScroll(True)
        self._anchor = anchor
        for row in place.top:
            now = reordering.row_now(row)
            if now >= 0:
                moved = self._geometry.rect_of(now).y - place.geometry.rect_of(row).y
                self.verticalScrollBar().setValue(place.scrolled_px + moved)
                break

    def update_row(self, row: int) -> None:
        """Have a photo painted again, if it is one; when there are many, all of them."""
        if 0 <= row < self.count:
            self._updated += 1
            several = self._updated > _MOST_RECTS
            self.viewport().update(self.viewport().rect() if several else self.visualRect(self.model().index(row, 0)))

    def begin_painting(self) -> None:
        self._updated = 0

    # -- what Qt asks of a view

    def visualRect(self, index: Index) -> QRect:
        if not index.isValid():
            return QRect()
        x, y, width, height = self._geometry.rect_of(index.row())
        if self.isRightToLeft():
            x = self.viewport().width() - x - width
        return QRect(x, y - self.verticalOffset(), width, height)

    def indexAt(self, point: QPoint) -> QModelIndex:
        x = self.viewport().width() - 1 - point.x() if self.isRightToLeft() else point.x()
        row = self._geometry.index_at(x, point.y() + self.verticalOffset())
        return self.model().index(row, 0) if row >= 0 else QModelIndex()

    def scrollTo(
        self, index: Index, hint: QAbstractItemView.ScrollHint = QAbstractItemView.ScrollHint.EnsureVisible
    ) -> None:
        if not index.isValid():
            return
        if hint == QAbstractItemView.ScrollHint.PositionAtCenter:
            self.center_on(index.row())
            return
        (top, bottom), rect = self._geometry.window_on(index.row()), self._geometry.rect_of(index.row())
        height, value = self.viewport().height(), self.verticalOffset()
        if top < value:
            value = top
        elif bottom > value + height:
            value = bottom - height
        # Where there is no room for the headings beside it, the photo itself is what is to be seen.
        self.verticalScrollBar().setValue(min(max(value, rect.bottom + style.GAP_PX - height), rect.y - style.GAP_PX))

    def moveCursor(self, action: QAbstractItemView.CursorAction, _modifiers: Qt.KeyboardModifier) -> QModelIndex:
        step = _STEPS[action]
        if self.isRightToLeft():
            step = _MIRRORED.get(step, step)
        rows_a_page = max(1, self.viewport().height() // self._geometry.row_height_px)
        row = self._geometry.moved(self.currentIndex().row(), step, rows_a_page)
        return self.model().index(row, 0) if row >= 0 else QModelIndex()

    def horizontalOffset(self) -> int:
        return 0

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def isIndexHidden(self, _index: Index) -> bool:
        return False

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """From the anchor, or the photo at the first corner, to the one at the last corner, in reading order.

        Qt has an anchor of its own, but forgets it when the list is replaced.
        """
        last = self.indexAt(rect.bottomRight()).row()
        extends = bool(command & QItemSelectionModel.SelectionFlag.Current)
        first = self._anchor if extends and self._anchor >= 0 else self.indexAt(rect.topLeft()).row()
        chosen = QItemSelection()
        if first >= 0 and last >= 0:
            chosen.select(self.model().index(min(first, last), 0), self.model().index(max(first, last), 0))
        self.selectionModel().select(chosen, command)

    def visualRegionForSelection(self, selection: QItemSelection) -> QRegion:
        """What Qt paints again when it is selected or no longer: cells on screen, however many photos are meant."""
        visible = self.visible()
        rows = [
            row
            for part in parts(selection)
            for row in range(max(part.top(), visible.start), min(part.bottom() + 1, visible.stop))
        ]
        if len(rows) > _MOST_RECTS:
            return QRegion(self.viewport().rect())
        region = QRegion()
        for row in rows:
            region += self.visualRect(self.model().index(row, 0))
        return region

    def updateGeometries(self) -> None:
        super().updateGeometries()
        bar = self.verticalScrollBar()
        bar.setPageStep(self.viewport().height())
        bar.setSingleStep(max(1, self._geometry.row_height_px // 3))
        bar.setRange(0, max(0, self._geometry.content_height_px - self.viewport().height()))

    def dataChanged(self, *_: object) -> None:
        self.viewport().update()

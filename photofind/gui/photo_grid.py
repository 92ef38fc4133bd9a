"""The grid of photos: a view with geometry of its own, since QListView lays 100,000 items out again in 160 ms."""

from array import array
from collections.abc import Sequence

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)  # fmt: skip
from PySide6.QtWidgets import QAbstractItemView, QApplication, QFrame, QStyleOptionViewItem, QWidget

from photofind.gui import style
from photofind.gui.grid_clicks import GridClicks
from photofind.gui.grid_keys import GridKeys
from photofind.gui.grid_painting import paint_photos
from photofind.gui.groups import Section
from photofind.gui.photo_delegate import PhotoDelegate
from photofind.gui.photo_model import PhotoModel
from photofind.gui.quick_actions import Marks, Part
from photofind.gui.reordering import Reordering, find_id
from photofind.gui.section_headings import SectionHeadings
from photofind.gui.stacks import Stacked
from photofind.gui.surface_view import Index, SurfaceView
from photofind.gui.thumbnail_loader import ThumbnailLoader
from photofind.gui.visible_photos import VisiblePhotos

LEAST_CELL_PX, MOST_CELL_PX = 72, 420
_ZOOM_STEP_PX = 24


class PhotoGrid(SurfaceView):
    """Shows a PhotoModel edge to edge; selection, current photo and place survive another list of ids."""

    open_requested = Signal(int)  # row
    similar_requested = Signal(int)  # row
    menu_requested = Signal(QPoint)  # of the screen
    drag_requested = Signal()
    copy_requested = Signal()
    zoomed = Signal(int)  # wanted size of a cell
    typed = Signal(str)
    escaped = Signal()
    selection_changed = Signal()
    fold_wanted = Signal()  # the less likely photos, or their end
    judged = Signal(object, bool)  # ids; whether these photos fit the question
    stack_wanted = Signal(object)  # id of the photo that stands for others: they, or their end

    def __init__(self, model: PhotoModel, thumbnails: ThumbnailLoader, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._photos = model
        self._thumbnails = thumbnails
        self._wanted_px = 180
        self._hovered = -1
        self._pressed: QPoint | None = None  # on a photo, and not let go yet
        self._by_key = False  # the focus ring is for those who use the keyboard
        self._looked_at = VisiblePhotos(self, model, thumbnails)
        self._headings = SectionHeadings(self.viewport())
        self._headings.fold_wanted.connect(self.fold_wanted)
        self._headings.left_upwards.connect(self.setFocus)
        self._keys, self._clicks = GridKeys(self), GridClicks(self)
        self._delegate = PhotoDelegate(thumbnails, self)
        self.setItemDelegate(self._delegate)
        self.setModel(model)
        self.selectionModel().selectionChanged.connect(lambda *_: self.selection_changed.emit())
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.viewport().setBackgroundRole(style.WINDOW)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setDragEnabled(True)
        self.setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.setAccessibleName(self.tr("Photos"))
        self.doubleClicked.connect(lambda index: self.open_requested.emit(index.row()))

    # -- what others ask of it

    @property
    def wanted_px(self) -> int:
        return self._wanted_px

    def set_wanted_px(self, wanted_px: int) -> None:
        """How large a cell should be, about; the photo in the middle stays in the middle."""
        wanted_px = min(MOST_CELL_PX, max(LEAST_CELL_PX, wanted_px))
        if wanted_px == self._wanted_px:
            return
        middle = self.middle_row()
        self._wanted_px = wanted_px
        self._lay_out()
        if middle >= 0 and self.verticalScrollBar().value() > 0:
            self.center_on(middle)
        self.zoomed.emit(wanted_px)

    def zoom(self, notches: float) -> None:
        self.set_wanted_px(self._wanted_px + round(notches * _ZOOM_STEP_PX))

    def show_ids(
        self, ids: "array[int]", sections: Sequence[Section] = (), stacks: Stacked | None = None, *, keep_place: bool
    ) -> None:
        """Another list of photos, which ``sections``, if any, show together; ``stacks`` says which stand for others.

        ``keep_place``: the same question again, so nothing on screen may jump.
        """
        self._delegate.stacks = stacks or Stacked(ids)
        place = self.place() if keep_place else None
        reordering = Reordering(self._photos.ids, ids)
        self._photos.replace_ids(ids)
        self._headings.show_sections(sections)
        self._lay_out()
        if place is None:
            self._anchor = -1
            self.verticalScrollBar().setValue(0)
        else:
            self.restore(place, reordering)
        self.selection_changed.emit()

    def selected_ids(self) -> "array[int]":
        ids: array[int] = array("q")
        for first, end in self.selected_spans():
            ids += self._photos.ids[first:end]
        return ids

    def go_to(self, row: int) -> None:
        """Make a photo the current and only selected one, and bring it into view."""
        self._anchor = row
        self.setCurrentIndex(self._photos.index(row))

    def toggle(self, index: QModelIndex) -> None:
        """Select a photo beside those that are selected, or no longer."""
        self._anchor = index.row()
        self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.Toggle)

    @property
    def takes_thumbs(self) -> bool:
        """Whether photos can be judged."""
        return self._delegate.marks is not None

    def show_marks(self, marks: Marks | None) -> None:
        """What was said of photos; None where they cannot be judged."""
        if marks != self._delegate.marks:
            self._delegate.marks = marks
            self.viewport().update()

    @property
    def stacks(self) -> Stacked:
        """Which photos of the list stand for others."""
        return self._delegate.stacks

    @property
    def is_complete(self) -> bool:
        """Whether there are photos, and each one on screen is painted as it will stay."""
        return self._looked_at.are_complete

    def row_of(self, photo_id: int) -> int:
        return find_id(self._photos.ids, photo_id)

    def pixmap_of(self, row: int) -> QPixmap | None:
        return self._thumbnails.pixmap(self._photos.photo_id(row))

    # -- what Qt asks of it

    def keyboardSearch(self, text: str) -> None:
        """Letters go to the search bar; Qt would look through the whole list for a name that begins like this."""
        if text.strip():
            self.typed.emit(text)

    # -- events

    def resizeEvent(self, event: QResizeEvent) -> None:
        visible = self.visible()
        super().resizeEvent(event)
        at_the_beginning = self.verticalScrollBar().value() == 0
        self._lay_out()
        if visible and not at_the_beginning and event.oldSize().width() != event.size().width():
            self.verticalScrollBar().setValue(self._geometry.rect_of(visible.start).y - style.GAP_PX)

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().scroll(dx, dy)
        self._headings.place_button(self._geometry, self.verticalOffset())
        self._hover(self.viewport().mapFromGlobal(self.cursor().pos()))
        self._looked_at.look()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter, changed = QPainter(self.viewport()), event.region()
        self.begin_painting()
        painter.fillRect(event.rect(), self.palette().color(style.WINDOW))
        option = QStyleOptionViewItem()
        self.initViewItemOption(option)
        self._headings.paint(painter, event.rect(), self._geometry, self.verticalOffset())
        current = self.currentIndex().row() if self._by_key and self.hasFocus() else -1
        paint_photos(painter, self, self._delegate, option, changed, hovered=self._hovered, current=current)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._by_key, self._pressed = False, None
        index = self.indexAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.LeftButton and index.isValid():
            if self._clicks.take(index, event.position().toPoint()):
                return
            self._pressed = event.position().toPoint()
        elif event.button() == Qt.MouseButton.LeftButton:
            self.clearSelection()
        super().mousePressEvent(event)
        self._keep_anchor(event.modifiers())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        self._hover(point)
        if not event.buttons() & Qt.MouseButton.LeftButton:
            super().mouseMoveEvent(event)  # with the button down Qt would select what the mouse passes over
        elif self._pressed and (point - self._pressed).manhattanLength() >= QApplication.startDragDistance():
            self._pressed = None
            self.drag_requested.emit()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        if index.isValid() and self._clicks.part_at(index, event.position().toPoint()) is not Part.PICTURE:
            self.mousePressEvent(event)  # a second click on a quick action is one more click on it
        else:
            super().mouseDoubleClickEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Leave:
            self._hover(QPoint(-1, -1))
        elif event.type() in (
            QEvent.Type.DevicePixelRatioChange,
            QEvent.Type.PaletteChange,
        ):  # another screen, dark mode
            self._looked_at.look()
        return super().viewportEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        self._by_key = True
        if self._keys.take(event):
            return
        if event.key() == Qt.Key.Key_Down and self._headings.is_next_below(self._geometry, self.currentIndex().row()):
            self.verticalScrollBar().setValue(self.verticalScrollBar().maximum())
            self._headings.button.setFocus(Qt.FocusReason.TabFocusReason)
        else:
            super().keyPressEvent(event)
            self._keep_anchor(event.modifiers())

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom(event.angleDelta().y() / 120)
            event.accept()
        else:
            super().wheelEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        point = event.globalPos()
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            point = self.viewport().mapToGlobal(self.visualRect(self.currentIndex()).center())
        if self.indexAt(self.viewport().mapFromGlobal(point)).isValid():
            self.menu_requested.emit(point)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._by_key |= event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        super().focusInEvent(event)

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        self.update_row(current.row())
        self.update_row(previous.row())
        name = current.data(Qt.ItemDataRole.AccessibleTextRole) if current.isValid() else ""
        section = self._headings.spoken_of(self._geometry, current.row()) if name else ""
        alike = self.stacks.spoken(self._photos.photo_id(current.row())) if name else ""
        self.setAccessibleDescription(", ".join(part for part in (name, alike, section) if part))
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.DescriptionChanged))

    # -- inside

    def _keep_anchor(self, modifiers: Qt.KeyboardModifier) -> None:
        if not modifiers & Qt.KeyboardModifier.ShiftModifier:
            self._anchor = self.currentIndex().row()

    def _lay_out(self) -> None:
        self._hovered = -1
        before_px = self._geometry.cell_px
        self.set_geometry(self._headings.arrange(len(self._photos.ids), self.viewport().width(), self._wanted_px))
        self._headings.place_button(self._geometry, self.verticalOffset())
        if self._geometry.cell_px != before_px:
            self._looked_at.resized()
        self._looked_at.look()

    def _hover(self, point: QPoint) -> None:
        row = self.indexAt(point).row() if self.viewport().rect().contains(point) else -1
        if row != self._hovered:
            self.update_row(self._hovered)
            self.update_row(row)
            self._hovered = row

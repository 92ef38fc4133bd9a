"""Smart albums as a list in the side bar: opened, renamed in place, moved, removed."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QPoint, Qt, Signal
from PySide6.QtGui import QDropEvent, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QAbstractItemView, QListWidgetItem, QMenu, QWidget

from photofind.core.album import Album
from photofind.gui import style
from photofind.gui.icons import Glyph
from photofind.gui.side_row import SIDE_ROW_ROLE, SideList, SideRow

MOST_ROWS = 8  # more are scrolled, so that the folders below stay in sight
_ALBUM_ROLE = Qt.ItemDataRole.UserRole


class AlbumList(SideList):
    """Shows what it is given, and tells what the user wants of it; F2, Delete and Alt with an arrow do what menus say."""

    opened = Signal(object)  # Album
    rename_wanted = Signal(object, str)
    remove_wanted = Signal(object)
    move_wanted = Signal(object, int)  # position, counted without it
    export_wanted = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("AlbumList", "Albums"), parent)
        self.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.customContextMenuRequested.connect(self._menu)
        self.itemClicked.connect(lambda item: self.opened.emit(item.data(_ALBUM_ROLE)))
        self.itemChanged.connect(self._edited)

    def show_albums(self, albums: Sequence[Album]) -> None:
        """Keeps the chosen one."""
        chosen = self.chosen
        self.blockSignals(True)
        self.clear()
        for album in albums:
            item = QListWidgetItem(album.name, self)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
            item.setData(_ALBUM_ROLE, album)
            item.setData(SIDE_ROW_ROLE, SideRow(Glyph.ALBUM, album.name))
            item.setToolTip(album.name)
            if chosen is not None and album.id == chosen.id:
                self.setCurrentItem(item)
        self.blockSignals(False)
        rows = min(MOST_ROWS, self.count())
        self.setFixedHeight(rows * self.sizeHintForRow(0) + style.SPACE_S if rows else 0)

    @property
    def albums(self) -> list[Album]:
        return [self.item(row).data(_ALBUM_ROLE) for row in range(self.count())]

    @property
    def chosen(self) -> Album | None:
        row = self.currentRow()
        return self.albums[row] if row >= 0 else None

    def choose(self, album_id: int | None) -> None:
        """Mark the album whose photos are shown, or none."""
        ids = [album.id for album in self.albums]
        self.setCurrentRow(ids.index(album_id) if album_id in ids else -1)

    def rename(self, album_id: int) -> None:
        """Open its name for typing."""
        self.choose(album_id)
        if self.currentItem() is not None:
            self.editItem(self.currentItem())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        chosen, key = self.chosen, event.key()
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}
        if chosen is None:
            super().keyPressEvent(event)
        elif event.matches(QKeySequence.StandardKey.Delete):
            self.remove_wanted.emit(chosen)
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit(chosen)
        elif event.modifiers() & Qt.KeyboardModifier.AltModifier and key in steps:
            position = self.currentRow() + steps[Qt.Key(key)]
            if 0 <= position < self.count():
                self.move_wanted.emit(chosen, position)
        else:
            super().keyPressEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        moved = self.chosen
        super().dropEvent(event)
        if moved is not None:
            self.move_wanted.emit(moved, [album.id for album in self.albums].index(moved.id))

    def menu(self) -> QMenu:
        """For the chosen album."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        chosen = self.chosen
        if chosen is not None:
            menu.addAction(self.tr("Open"), lambda: self.opened.emit(chosen))
            menu.addAction(self.tr("Rename"), lambda: self.rename(chosen.id)).setShortcut(QKeySequence("F2"))
            menu.addAction(self.tr("Export…"), lambda: self.export_wanted.emit(chosen))
            menu.addSeparator()
            remove = menu.addAction(self.tr("Remove album"), lambda: self.remove_wanted.emit(chosen))
            remove.setShortcut(QKeySequence(QKeySequence.StandardKey.Delete))
        return menu

    def _menu(self, point: QPoint) -> None:
        if self.itemAt(point) is not None:
            self.menu().popup(self.viewport().mapToGlobal(point))

    def _edited(self, item: QListWidgetItem) -> None:
        album: Album = item.data(_ALBUM_ROLE)
        if item.text() != album.name:
            self.rename_wanted.emit(album, item.text())

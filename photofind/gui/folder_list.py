"""The folders that are watched, as a list in the side bar."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication, QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QListWidgetItem, QMenu, QWidget

from photofind.core.photo import FolderState
from photofind.gui import file_names, status_words
from photofind.gui.icons import Glyph
from photofind.gui.side_row import SIDE_ROW_ROLE, SideList, SideRow

_FOLDER_ROLE = Qt.ItemDataRole.UserRole


class FolderList(SideList):
    """Watched folders; Delete removes the chosen one."""

    remove_wanted = Signal(str)
    show_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(QCoreApplication.translate("FolderList", "Watched folders"), parent)
        self.customContextMenuRequested.connect(self._menu)

    def show_folders(self, folders: Sequence[FolderState]) -> None:
        """Keeps the chosen folder."""
        if list(folders) == [self.item(row).data(_FOLDER_ROLE) for row in range(self.count())]:
            return
        chosen = self.currentItem().data(_FOLDER_ROLE).path if self.currentItem() else ""
        self.clear()
        for folder in folders:
            item = QListWidgetItem(file_names.name_of(folder.path), self)
            item.setData(_FOLDER_ROLE, folder)
            name = file_names.name_of(folder.path) or file_names.shown(folder.path)
            glyph = Glyph.OFFLINE if folder.offline else Glyph.FOLDER
            item.setData(SIDE_ROW_ROLE, SideRow(glyph, name, status_words.number(folder.photos), folder.offline))
            away = "\n" + self.tr("Cannot be reached now; its photos stay in the library.") if folder.offline else ""
            item.setToolTip(file_names.as_tool_tip(file_names.shown(folder.path) + away))
            item.setData(
                Qt.ItemDataRole.AccessibleTextRole,
                f"{file_names.name_of(folder.path)}, {status_words.photos(folder.photos)}{away}",
            )
            if folder.path == chosen:
                self.setCurrentItem(item)

    def folders(self) -> list[str]:
        return [self.item(row).data(_FOLDER_ROLE).path for row in range(self.count())]

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Delete) and self.currentItem() is not None:
            self.remove_wanted.emit(self.currentItem().data(_FOLDER_ROLE).path)
        else:
            super().keyPressEvent(event)

    def _menu(self, point: QPoint) -> None:
        item = self.itemAt(point)
        if item is None:
            return
        path: str = item.data(_FOLDER_ROLE).path
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Show in file manager"), lambda: self.show_wanted.emit(path))
        menu.addSeparator()
        menu.addAction(self.tr("Stop watching this folder"), lambda: self.remove_wanted.emit(path))
        menu.popup(self.viewport().mapToGlobal(point))

"""The side bar: albums, while there are any, and the folders that are watched."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from photofind.core.album import Album
from photofind.gui import style
from photofind.gui.album_list import AlbumList
from photofind.gui.folder_list import FolderList
from photofind.gui.icons import Glyph, IconButton
from photofind.gui.quiet_label import QuietLabel


class SideBar(QWidget):
    """220 pixels at the left edge."""

    add_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(style.SIDE_BAR_PX)
        self.album_section = QWidget(self)
        self.albums = AlbumList(self)
        heading = QuietLabel(self.tr("Folders"), self, size_px=style.SMALL, semibold=True)
        self.add = IconButton(Glyph.ADD_FOLDER, self.tr("Add a folder"), self)
        albums_top, section = QHBoxLayout(), QVBoxLayout(self.album_section)
        albums_top.setContentsMargins(style.SPACE_L, style.SPACE_S, style.SPACE_S, style.SPACE_XS)
        albums_top.addWidget(QuietLabel(self.tr("Albums"), self, size_px=style.SMALL, semibold=True))
        section.setContentsMargins(0, 0, 0, 0)
        section.setSpacing(style.SPACE_XS)
        section.addLayout(albums_top)
        section.addWidget(self.albums)
        self.list = FolderList(self)
        self.show_albums(())
        self.add.clicked.connect(self.add_wanted)
        top = QHBoxLayout()
        top.setContentsMargins(style.SPACE_L, 0, style.SPACE_S, 0)
        top.addWidget(heading, 1)
        top.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, style.SPACE_S, 0, style.SPACE_S)
        column.setSpacing(style.SPACE_XS)
        column.addWidget(self.album_section)
        column.addLayout(top)
        column.addWidget(self.list, 1)

    def show_albums(self, albums: Sequence[Album]) -> None:
        self.albums.show_albums(albums)
        self.album_section.setVisible(bool(albums))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(style.PANEL))
        painter.end()

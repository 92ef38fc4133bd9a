"""The side bar: the folders that are watched. Room is left above and below for more sections."""

from PySide6.QtCore import Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from photofind.gui import style
from photofind.gui.folder_list import FolderList
from photofind.gui.icons import Glyph, IconButton
from photofind.gui.quiet_label import QuietLabel


class SideBar(QWidget):
    """220 pixels at the left edge."""

    add_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(style.SIDE_BAR_PX)
        heading = QuietLabel(self.tr("Folders"), self, size_px=style.SMALL, semibold=True)
        self.add = IconButton(Glyph.ADD_FOLDER, self.tr("Add a folder"), self)
        self.list = FolderList(self)
        self.add.clicked.connect(self.add_wanted)
        top = QHBoxLayout()
        top.setContentsMargins(style.SPACE_L, 0, style.SPACE_S, 0)
        top.addWidget(heading, 1)
        top.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, style.SPACE_S, 0, style.SPACE_S)
        column.setSpacing(style.SPACE_XS)
        column.addLayout(top)
        column.addWidget(self.list, 1)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(style.PANEL))
        painter.end()

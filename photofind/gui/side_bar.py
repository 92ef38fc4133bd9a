"""The side bar: the folders that are watched. Room is left above and below for more sections."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent, QKeySequence, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QMenu,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from photofind.core.photo import FolderState
from photofind.gui import file_names, icons, status_words, style
from photofind.gui.icons import Glyph, IconButton
from photofind.gui.quiet_label import QuietLabel

ROW_PX = 32
_FOLDER_ROLE = Qt.ItemDataRole.UserRole


class _FolderDelegate(QStyledItemDelegate):
    """Icon, name, number of photos; a folder that cannot be reached is quiet and marked."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        folder: FolderState = index.data(_FOLDER_ROLE)
        palette, rect = option.palette, option.rect
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        hovered = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plate = rect.adjusted(style.SPACE_S, 1, -style.SPACE_S, -1)
        if chosen or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(palette.color(style.CONTROL if chosen else style.WINDOW))
            painter.drawRoundedRect(plate, style.RADIUS_PX, style.RADIUS_PX)
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
        icons.paint(painter, place(icon), Glyph.OFFLINE if folder.offline else Glyph.FOLDER, quiet)
        painter.setFont(style.font(style.SMALL))
        count = status_words.number(folder.photos)
        count_px = painter.fontMetrics().horizontalAdvance(count) + 2
        painter.setPen(quiet)
        painter.drawText(
            place(QRect(inner.right() - count_px + 1, inner.top(), count_px, inner.height())),
            Qt.AlignmentFlag.AlignCenter, count,
        )  # fmt: skip
        painter.setFont(style.font())
        painter.setPen(quiet if folder.offline else palette.color(style.TEXT))
        left = icon.right() + 1 + style.SPACE_S
        name = QRect(left, inner.top(), inner.right() - count_px - style.SPACE_S - left, inner.height())
        text = painter.fontMetrics().elidedText(
            file_names.name_of(folder.path) or file_names.shown(folder.path), Qt.TextElideMode.ElideMiddle, name.width()
        )
        painter.drawText(
            place(name),
            QStyle.visualAlignment(direction, Qt.AlignmentFlag.AlignLeft) | Qt.AlignmentFlag.AlignVCenter,
            text,
        )
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(100, max(ROW_PX, option.fontMetrics.height() + style.SPACE_M))


class FolderList(QListWidget):
    """Watched folders; Delete removes the chosen one."""

    remove_wanted = Signal(str)
    show_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(_FolderDelegate(self))
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.viewport().setBackgroundRole(style.PANEL)
        self.viewport().setAutoFillBackground(True)
        self.setAccessibleName(self.tr("Watched folders"))
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
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

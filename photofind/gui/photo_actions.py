"""What can be done with the photos chosen in the grid: find similar ones, open, show, copy, drag out."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QMimeData, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QDrag, QGuiApplication, QKeySequence, QPainter, QPixmap
from PySide6.QtWidgets import QMenu

from photofind.core.photo import PhotoRow
from photofind.gui import desktop, file_names, icons, stacks, status_words, style
from photofind.gui.background_calls import BackgroundCalls
from photofind.gui.icons import Glyph
from photofind.gui.offered import PHOTO_IDS_FORMAT, photo_ids_data
from photofind.gui.photo_grid import PhotoGrid
from photofind.gui.photo_model import PhotoModel
from photofind.gui.sheet_control import KEYS as SHEET_KEYS
from photofind.gui.sheet_control import SheetControl

MOST_FILES = 5_000
_DRAG_PX = 96


class PhotoActions(QObject):
    """Rows of photos that are not known yet are read on a thread before an action goes on."""

    open_wanted = Signal(int)  # row
    similar_wanted = Signal(int)  # photo id
    sentence = Signal(str)

    def __init__(
        self,
        grid: PhotoGrid,
        model: PhotoModel,
        read_rows: Callable[[Sequence[int]], list[PhotoRow]],
        background: BackgroundCalls,
        sheet: SheetControl,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._grid, self._model, self._sheet = grid, model, sheet
        self._read_rows, self._background = read_rows, background
        grid.menu_requested.connect(self.show_menu)
        grid.drag_requested.connect(lambda: self._with_chosen(self._drag))
        grid.copy_requested.connect(self.copy)
        grid.similar_requested.connect(lambda row: self.similar_wanted.emit(model.photo_id(row)))

    def menu(self) -> QMenu:
        """For the photos that are selected, and the current one among them."""
        menu = QMenu(self._grid)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        row = self._grid.currentIndex().row()
        count = self._grid.selected_count()
        ink = menu.palette().color(style.QUIET)

        def add(glyph: Glyph, words: str, act: Callable[[], object], keys: QKeySequence | None = None) -> None:
            action = menu.addAction(icons.icon(glyph, ink), words)
            action.triggered.connect(lambda _checked=False: act())
            if keys is not None:
                action.setShortcut(keys)

        if row >= 0:
            photo_id = self._model.photo_id(row)
            add(Glyph.SIMILAR, self.tr("Find similar photos"), lambda: self.similar_wanted.emit(photo_id))
            add(Glyph.PHOTOS, self.tr("Open"), lambda: self.open_wanted.emit(row), QKeySequence("Return"))
            size = self._grid.stacks.sizes.get(photo_id)
            if size:
                alike = stacks.words(size, is_open=photo_id in self._grid.stacks.opened)
                add(Glyph.STACK, alike, lambda: self._grid.stack_wanted.emit(photo_id), QKeySequence(stacks.KEYS))
            if self._grid.takes_thumbs:
                menu.addSeparator()
                chosen = self._grid.selected_ids()
                fits, fits_not = self.tr("This is what I look for"), self.tr("This is not what I look for")
                add(Glyph.LIKE, fits, lambda: self._grid.judged.emit(chosen, True), QKeySequence("+"))
                add(Glyph.DISLIKE, fits_not, lambda: self._grid.judged.emit(chosen, False), QKeySequence("-"))
            menu.addSeparator()
            add(Glyph.OPEN, self.tr("Open with the system's program"), lambda: self._with_current(row, self._open))
            add(Glyph.FOLDER, self.tr("Show in folder"), lambda: self._with_current(row, self._show))
        if count > 1:
            copy = self.tr("Copy {count} files").format(count=status_words.number(count))
            paths = self.tr("Copy {count} paths").format(count=status_words.number(count))
        else:
            copy, paths = self.tr("Copy"), self.tr("Copy path")
        add(Glyph.COPY, copy, self.copy, QKeySequence(QKeySequence.StandardKey.Copy))
        add(Glyph.COPY, paths, lambda: self._with_chosen(self._copy_paths))
        if self._sheet.photo_ids:
            menu.addSeparator()
            add(Glyph.SHEET, self._sheet.words(), self._sheet.ask_where, QKeySequence(SHEET_KEYS))
        return menu

    def show_menu(self, point: QPoint) -> None:
        self.menu().popup(point)

    def copy(self) -> None:
        """The files themselves, for file managers, and their paths, for everything else."""
        self._with_chosen(lambda rows: QGuiApplication.clipboard().setMimeData(files_as_mime(rows)))

    def show_in_folder(self, path: str) -> None:
        desktop.show_in_folder(path, self)

    def _with_current(self, row: int, act: Callable[[list[PhotoRow]], None]) -> None:
        self._with_rows([self._model.photo_id(row)], act)

    def _with_chosen(self, act: Callable[[list[PhotoRow]], None]) -> None:
        if self._grid.selected_count() > MOST_FILES:
            words = self.tr("That works for up to {photos} at a time.")
            self.sentence.emit(words.format(photos=status_words.photos(MOST_FILES)))
            return
        ids = self._grid.selected_ids()
        if ids:
            self._with_rows(ids, act)

    def _with_rows(self, ids: Sequence[int], act: Callable[[list[PhotoRow]], None]) -> None:
        known = [row for photo_id in ids if (row := self._model.photo_by_id(photo_id)) is not None]
        if len(known) == len(ids):
            act(known)
        else:
            self._background.call(lambda: self._read_rows(list(ids)), act)

    def _open(self, rows: list[PhotoRow]) -> None:
        if rows and not desktop.open_with_system(rows[0].path):
            self.sentence.emit(self.tr("The system has no program for this file."))

    def _show(self, rows: list[PhotoRow]) -> None:
        if rows:
            desktop.show_in_folder(rows[0].path, self)

    def _copy_paths(self, rows: list[PhotoRow]) -> None:
        QGuiApplication.clipboard().setText("\n".join(file_names.as_text(row.path) for row in rows))

    def _drag(self, rows: list[PhotoRow]) -> None:
        if not rows or not QGuiApplication.mouseButtons() & Qt.MouseButton.LeftButton:
            return  # the rows came after the button was let go
        drag = QDrag(self._grid)
        drag.setMimeData(files_as_mime(rows))
        pixmap = self._grid.pixmap_of(self._grid.currentIndex().row()) if self._grid.currentIndex().isValid() else None
        if pixmap is not None:
            drag.setPixmap(_drag_pixmap(pixmap, len(rows)))
            drag.setHotSpot(QPoint(_DRAG_PX // 2, _DRAG_PX // 2))
        drag.exec(Qt.DropAction.CopyAction)


def files_as_mime(rows: Sequence[PhotoRow]) -> QMimeData:
    """Files for other programs, photos for this one."""
    mime = QMimeData()
    mime.setUrls([file_names.url_of(row.path) for row in rows])
    mime.setText("\n".join(file_names.as_text(row.path) for row in rows))
    mime.setData(PHOTO_IDS_FORMAT, photo_ids_data([row.id for row in rows]))
    return mime


def _drag_pixmap(photo: QPixmap, count: int) -> QPixmap:
    """The photo that is dragged, small, with the number of photos on it."""
    ratio = photo.devicePixelRatio()
    edge = round(_DRAG_PX * ratio)
    small = photo.scaled(edge, edge, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
    small.setDevicePixelRatio(ratio)
    if count > 1:
        painter = QPainter(small)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setFont(style.font(style.SMALL, semibold=True))
        words = status_words.number(count)
        width = max(24, painter.fontMetrics().horizontalAdvance(words) + style.SPACE_M)
        palette = QGuiApplication.palette()
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(palette.color(style.ACCENT))
        painter.drawRoundedRect(_DRAG_PX - width - 4, 4, width, 24, 12, 12)
        painter.setPen(palette.color(style.ON_ACCENT))
        painter.drawText(_DRAG_PX - width - 4, 4, width, 24, Qt.AlignmentFlag.AlignCenter, words)
        painter.end()
    return small

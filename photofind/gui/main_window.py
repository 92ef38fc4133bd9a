"""The window: puts the parts together and passes messages between them; every decision is made in a part."""

from collections.abc import Callable, Sequence

from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent, QKeySequence
from PySide6.QtWidgets import QMainWindow, QStackedWidget

from photofind.core import events
from photofind.core.question import PictureFile
from photofind.gui import file_choice
from photofind.gui.album_control import AlbumControl
from photofind.gui.answer_display import AnswerDisplay
from photofind.gui.arrangement import arranged
from photofind.gui.away_control import AwayControl
from photofind.gui.background_calls import BackgroundCalls
from photofind.gui.bridge import EngineBridge
from photofind.gui.check_up import CheckUp
from photofind.gui.completing import Completing
from photofind.gui.empty_state import EmptyState
from photofind.gui.encoder_control import EncoderControl
from photofind.gui.encoder_notice import EncoderNotice
from photofind.gui.engine_face import EngineFace
from photofind.gui.folder_control import FolderControl
from photofind.gui.grid_states import GridStates
from photofind.gui.note_strip import NoteStrip
from photofind.gui.notice_bar import NoticeBar
from photofind.gui.offer_taker import OfferTaker
from photofind.gui.offered import PHOTO_IDS_FORMAT, may_hold_pictures, read_offer
from photofind.gui.order_control import OrderControl
from photofind.gui.photo_actions import PhotoActions
from photofind.gui.photo_grid import PhotoGrid
from photofind.gui.photo_model import PhotoModel
from photofind.gui.problems import Problems
from photofind.gui.question_history import QuestionHistory
from photofind.gui.question_reading import QuestionReading
from photofind.gui.search_controller import SearchController
from photofind.gui.section_headings import FOLD_KEYS
from photofind.gui.sheet_control import SheetControl
from photofind.gui.shortcuts import connect_keys
from photofind.gui.side_bar import SideBar
from photofind.gui.speed_control import SpeedControl
from photofind.gui.stack_control import StackControl
from photofind.gui.status_line import StatusLine
from photofind.gui.thumbnail_loader import ThumbnailLoader
from photofind.gui.thumbs import Thumbs
from photofind.gui.top_row import TopRow
from photofind.gui.viewer import Viewer
from photofind.gui.viewer_tools import ViewerTools
from photofind.gui.window_memory import WindowMemory


class MainWindow(QMainWindow):
    """Opens on any engine that has the face; GUI thread.

    The engine is neither started nor stopped here: ``on_closed`` is called once when the window closes, after the
    window's own threads have ended. ``choose_theme`` applies ``system``, ``light`` or ``dark``.
    """

    def __init__(
        self,
        engine: EngineFace,
        *,
        on_closed: Callable[[], None] = lambda: None,
        choose_theme: Callable[[str], None] = lambda _theme: None,
    ) -> None:
        super().__init__()
        self._engine = engine
        self._on_closed = on_closed
        self._choose_theme = choose_theme
        self._closed = False
        settings = engine.settings
        choose_theme(settings.theme)
        self.setWindowTitle("photofind")
        self.setAcceptDrops(True)
        self.setMinimumSize(640, 420)
        self._make_widgets(settings.theme)
        self._make_controls()
        self._connect_parts()
        self._connect_engine()
        self._connect_keys()
        self.grid.set_wanted_px(settings.thumbnail_px)
        self.top.show_zoom(self.grid.wanted_px)
        self.side_bar.setVisible(settings.side_bar)
        self._memory.restore(settings.window_geometry)
        self.grid.setFocus()
        engine.add_listener(self.bridge.listen)
        self.search.ask_now()

    # -- what a user can ask of the window

    def add_folders(self, folders: Sequence[str]) -> None:
        """Have these folders watched."""
        self.folders.add(folders)

    def open_photo(self, row: int) -> None:
        """Show a photo of the grid large."""
        if 0 <= row < len(self.model.ids):
            self.grid.go_to(row)
            cell = self.grid.visualRect(self.model.index(row))
            cell.moveTopLeft(self.grid.viewport().mapTo(self._central, cell.topLeft()))
            self.viewer.show_photo(self.model.photo_id(row), self.model.photo(row), row, len(self.model.ids), cell)

    def to_search(self) -> None:
        """The search bar gets the keyboard; nothing lies over it."""
        self.viewer.close_view()
        self.top.search.setFocus()

    def find_similar(self, photo_id: int) -> None:
        self.viewer.close_view()
        self.search.find_similar(photo_id)

    def toggle_side_bar(self) -> None:
        shown = not self.side_bar.isVisible()
        self.side_bar.setVisible(shown)
        self._engine.save_setting(side_bar=shown)

    # -- events

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        own = event.mimeData().hasFormat(PHOTO_IDS_FORMAT)  # the search bar alone wants photos of the grid
        if may_hold_pictures(event.mimeData()) and not own:
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self.taker.take(read_offer(event.mimeData()))

    def closeEvent(self, event: QCloseEvent) -> None:
        if not self._closed:
            self._closed = True
            self._memory.save_now()
            self.bridge.close()
            for part in (self.model, self.thumbnails, self.viewer, self.background):
                part.stop()
            self._on_closed()
        super().closeEvent(event)

    # -- putting together

    def _make_widgets(self, theme: str) -> None:
        self.bridge = EngineBridge(self)
        self.background = BackgroundCalls(self)
        self.model = PhotoModel(self._engine.rows, self)
        self.thumbnails = ThumbnailLoader(self._engine.thumbnail, self)
        # From top to bottom: the Tab key goes through them in the order of their making.
        self.top = TopRow(theme, self)
        self.side_bar = SideBar(self)
        self.encoder_notice = EncoderNotice(self)
        self.note = NoteStrip(self)
        self.grid = PhotoGrid(self.model, self.thumbnails, self)
        self.empty = EmptyState(self)
        self.status = StatusLine(self)
        self.stack = QStackedWidget(self)
        self.stack.addWidget(self.grid)
        self.stack.addWidget(self.empty)
        self._central = arranged(
            self, top=self.top, left=self.side_bar, above=(self.encoder_notice, self.note), middle=self.stack, bottom=self.status
        )
        self.setCentralWidget(self._central)

    def _make_controls(self) -> None:
        engine = self._engine
        self.notice = NoticeBar(self.stack)
        self.viewer = Viewer(engine.open_view, engine.thumbnail, self._central)
        self.search = SearchController(engine, self.bridge, self.top.search, self)
        self.tools = ViewerTools(engine, self.viewer, self.search, self.bridge, self.notice.say, self)
        self.taker = OfferTaker(self.background, self)
        self.sheet = SheetControl(self.grid, self.model, engine.thumbnail, self.background, self.notice)
        self.actions_on_photos = PhotoActions(self.grid, self.model, engine.rows, self.background, self.sheet, self)
        self.away = AwayControl(self.search, self.status, self)
        self.folders = FolderControl(engine, self.side_bar, self.notice, self)
        self.states = GridStates(
            self.stack, self.grid, self.empty, self.note,
            add_folder=self.folders.choose, clear_search=self.top.search.clear_all, show_all=self.away.show_all,
            show_closest=self.grid.fold_wanted.emit,
        )  # fmt: skip
        self.display = AnswerDisplay(self.grid, self.states)
        self.reading = QuestionReading(self.top.search, self.top.strip)
        self.completing = Completing(engine, self.bridge, self.background, self.top.search)
        self.history = QuestionHistory(engine.settings.history, engine.save_setting, self.top.search, self.search)
        self.albums = AlbumControl(engine, self.background, self.search, self.top, self.side_bar, self.notice, self)
        self.order = OrderControl(self.search, self.top.order, StackControl(engine, self.grid, self.display))
        self.thumbs = Thumbs(self.grid, self.search)
        self.encoders = EncoderControl(engine, self.status, self.encoder_notice, self)
        self.speed = SpeedControl(engine, self.status, self)
        self.check_up = CheckUp(engine, self.background, self.top, self)
        self.problems = Problems(engine, self.background, self.bridge, self)
        self._memory = WindowMemory(self, engine.save_setting, lambda: self.grid.wanted_px)

    def _connect_parts(self) -> None:
        bar = self.top.search
        bar.offered.connect(self.taker.take)
        bar.left_downwards.connect(self._to_grid)
        bar.picture_wanted.connect(
            lambda: file_choice.ask_for_picture(self, lambda path: self.search.add_picture(PictureFile(path)))
        )
        self.top.side_bar_toggled.connect(self.toggle_side_bar)
        self.top.zoom_wanted.connect(self.grid.set_wanted_px)
        self.top.theme_chosen.connect(self._theme_chosen)
        self.grid.zoomed.connect(self._zoomed)
        self.grid.typed.connect(bar.type_more)
        self.grid.escaped.connect(bar.clear_if_used)
        self.grid.open_requested.connect(self.open_photo)
        self.grid.selection_changed.connect(lambda: self.status.show_words(self.states.words()))
        self.actions_on_photos.open_wanted.connect(self.open_photo)
        self.actions_on_photos.similar_wanted.connect(self.find_similar)
        self.actions_on_photos.sentence.connect(self.notice.say)
        self.model.dataChanged.connect(lambda *_: self.viewer.show_facts(self.model.photo_by_id(self.viewer.photo_id)))
        self.viewer.row_wanted.connect(self.open_photo)
        self.viewer.closed.connect(self.grid.setFocus)
        self.viewer.similar_wanted.connect(lambda: self.find_similar(self.viewer.photo_id))
        self.taker.folders_offered.connect(self.folders.add)
        self.taker.picture_offered.connect(self.search.add_picture)
        self.taker.refused.connect(self.notice.say)
        self.search.answered.connect(self.display.show)
        self.display.changed.connect(self._list_changed)
        self.thumbs.changed.connect(self.top.strip.show_thumbs)
        self.thumbs.refused.connect(self.notice.say)
        self.top.strip.thumbs_removed.connect(self.thumbs.take_all_back)
        self.search.asking.connect(self.status.show_asking)
        self.search.failed.connect(self._failed)
        self.search.refused.connect(self.notice.say)
        self.side_bar.list.show_wanted.connect(self.actions_on_photos.show_in_folder)
        self.status.problems_wanted.connect(self.problems.open)
        self.problems.show_wanted.connect(self.actions_on_photos.show_in_folder)

    def _connect_keys(self) -> None:
        standard = QKeySequence.StandardKey
        connect_keys(
            self,
            {
                standard.Find: self.to_search,
                "Ctrl+K": self.to_search,
                "Ctrl+B": self.toggle_side_bar,
                standard.Open: self.folders.choose,
                standard.Paste: self.top.search.paste,
                standard.ZoomIn: lambda: self.grid.zoom(1),
                standard.ZoomOut: lambda: self.grid.zoom(-1),
                FOLD_KEYS: self.display.fold_or_unfold,
                standard.Undo: self.thumbs.undo,
                standard.Save: self.albums.keep,
                standard.Quit: self.close,
            },
        )

    def _connect_engine(self) -> None:
        bridge = self.bridge
        bridge.photos_changed.connect(self._photos_changed)
        bridge.progress.connect(self.status.show_progress)
        bridge.progress.connect(self.states.progress)
        for take in (self._library_state, self.model.library_changed, self.away.library):
            bridge.library_state.connect(take)
        bridge.encoder_state.connect(self.encoders.show_state)
        bridge.encoder_state.connect(self.albums.engine_is_there)
        bridge.view_ready.connect(self.viewer.view_ready)
        bridge.view_failed.connect(self.viewer.view_failed)
        bridge.notice.connect(lambda notice: self.notice.say(notice.sentence, is_error=notice.is_error))
        bridge.raise_requested.connect(self._raise)

    # -- passing on

    def _list_changed(self, is_another: bool) -> None:
        if self.viewer.photo_id:  # else a million ids would be looked through for nothing
            self.viewer.list_changed(self.grid.row_of(self.viewer.photo_id), self.grid.count, is_another=is_another)
        self.status.show_words(self.states.words())

    def _failed(self, sentence: str) -> None:
        self.notice.say(sentence, is_error=True)
        self.status.show_words(self.states.words())

    def _photos_changed(self, event: events.PhotosChanged) -> None:
        self.thumbnails.photos_changed(event.changed)
        self.model.photos_changed(event.changed)

    def _library_state(self, state: events.LibraryState) -> None:
        self.side_bar.list.show_folders(state.folders)
        self.states.library(state)
        self.status.show_problems(state.counts.problems)
        self.status.show_words(self.states.words())

    def _to_grid(self) -> None:
        self.grid.setFocus()
        if not self.grid.currentIndex().isValid() and self.model.ids:
            self.grid.go_to(0)

    def _zoomed(self, wanted_px: int) -> None:
        self.top.show_zoom(wanted_px)
        self._memory.changed()

    def _theme_chosen(self, theme: str) -> None:
        self._choose_theme(theme)
        self._engine.save_setting(theme=theme)

    def _raise(self) -> None:
        self.setWindowState(self.windowState() & ~self.windowState().WindowMinimized)
        self.show()
        self.raise_()
        self.activateWindow()

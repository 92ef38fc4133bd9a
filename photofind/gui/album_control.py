"""Smart albums: questions that are kept, asked again when they are opened."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from itertools import count

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from photofind.core.album import SUFFIX, Album
from photofind.core.question import Answer, Question
from photofind.gui import file_choice, status_words
from photofind.gui.background_calls import BackgroundCalls
from photofind.gui.engine_face import EngineFace
from photofind.gui.notice_bar import NoticeBar
from photofind.gui.search_controller import SearchController
from photofind.gui.side_bar import SideBar
from photofind.gui.top_row import TopRow
from photofind.gui.why_not import or_why_not

_LONGEST_GIVEN_NAME = 60


class AlbumControl(QObject):
    """Between the side bar and the engine; every call is made off the GUI thread, and the list is read again after it."""

    def __init__(
        self,
        engine: EngineFace,
        background: BackgroundCalls,
        search: SearchController,
        top: TopRow,
        side_bar: SideBar,
        notice: NoticeBar,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._engine, self._background, self._search = engine, background, search
        self._side_bar, self._notice, self._window = side_bar, notice, window
        self._opened: Question | None = None
        self._is_read = False
        albums = side_bar.albums
        albums.opened.connect(self.open)
        albums.rename_wanted.connect(lambda album, name: self._change(lambda: engine.rename_album(album.id, name)))
        albums.move_wanted.connect(lambda album, place: self._change(lambda: engine.move_album(album.id, place)))
        albums.remove_wanted.connect(self.remove)
        albums.export_wanted.connect(self._ask_where)
        top.search.keep_wanted.connect(self.keep)
        top.import_wanted.connect(self.choose_file)
        search.answered.connect(self._answered)

    def engine_is_there(self) -> None:
        """Albums can be read."""
        if not self._is_read:
            self._is_read = True
            self.refresh()

    def refresh(self) -> None:
        """Read the list again."""
        self._call(self._engine.albums, self._side_bar.show_albums)

    def keep(self) -> None:
        """What is asked now becomes an album; its name can be typed over at once."""
        question = self._search.question
        if question.is_empty:
            self._notice.say(self.tr("Search for something first: what is asked then can be kept as an album."))
            return
        name = self._free_name(question.text[:_LONGEST_GIVEN_NAME].strip() or self.tr("Photos like this"))
        self._call(lambda: self._engine.save_album(name, question), lambda album: self._kept(album, question))

    def open(self, album: Album) -> None:
        self._call(lambda: self._engine.album_question(album), self._ask)

    def remove(self, album: Album) -> None:
        """At once, with a way back in the quiet bar."""
        position = [each.id for each in self._side_bar.albums.albums].index(album.id)

        def removed(_nothing: object) -> None:
            self.refresh()
            self._notice.say(
                self.tr("The album “{name}” is removed. Its photos are untouched.").format(name=album.name),
                self.tr("Undo"),
                lambda: self._change(lambda: self._engine.put_back_album(album, position)),
            )

        self._call(lambda: self._engine.remove_album(album.id), removed)

    def choose_file(self) -> None:
        """Let the user pick an album to import."""
        file_choice.ask_for_album(self._window, self.take_in)

    def take_in(self, source: str) -> None:
        """Import an album from a file."""
        self._change(lambda: self._engine.import_album(source))

    def export(self, album: Album, target: str) -> None:
        said = self.tr("The album is saved. Another photofind with the same photos can import it.")
        self._call(lambda: self._engine.export_album(album, target), lambda _nothing: self._notice.say(said))

    def _ask_where(self, album: Album) -> None:
        name = album.name.replace("/", "_") + SUFFIX
        file_choice.ask_where_to_export(self._window, name, lambda target: self.export(album, target))

    def _kept(self, album: Album, question: Question) -> None:
        self._opened = question

        def shown(albums: Sequence[Album]) -> None:
            self._side_bar.show_albums(albums)
            if self._side_bar.isVisible():
                self._side_bar.albums.rename(album.id)
            else:
                self._notice.say(self.tr("Kept as “{name}” in the side bar (Ctrl+B).").format(name=album.name))

        self._call(self._engine.albums, shown)

    def _free_name(self, name: str) -> str:
        taken = {album.name for album in self._side_bar.albums.albums}
        return name if name not in taken else next(each for n in count(2) if (each := f"{name} ({n})") not in taken)

    def _ask(self, found: tuple[Question, int]) -> None:
        question, left_out = found
        if question.is_empty:
            self._notice.say(self.tr("None of the photos that this album goes by can be found here now."))
            return
        self._opened = question
        self._search.ask_for(question)
        if left_out:
            words = self.tr("{photos} that this album goes by cannot be found here now.")
            self._notice.say(words.format(photos=status_words.photos(left_out)))

    def _answered(self, answer: Answer, _again: bool) -> None:
        shown = {replace(each, offline=None) for each in (answer.question, self._search.question)}
        if self._opened is not None and replace(self._opened, offline=None) not in shown:
            self._opened = None
            self._side_bar.albums.choose(None)

    def _change(self, change: Callable[[], object]) -> None:
        self._call(change, lambda _result: self.refresh(), always=self.refresh)

    def _call(self, work: Callable[[], object], then: Callable[..., None], always: Callable[[], None] | None = None) -> None:
        """``always`` follows a failure, too: a name that was refused is shown no longer."""

        def take(outcome: object) -> None:
            if isinstance(outcome, str):
                self._notice.say(outcome, is_error=True)
                if always is not None:
                    always()
            else:
                then(outcome)

        self._background.call(or_why_not(work), take)

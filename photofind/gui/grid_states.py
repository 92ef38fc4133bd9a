"""Which of its states the grid's place is in: photos, or one of the empty states, and the note above them."""

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QStackedWidget

from photofind.core.events import Activity, LibraryState, Progress
from photofind.core.question import Answer
from photofind.gui import status_words
from photofind.gui.empty_state import EmptyState
from photofind.gui.icons import Glyph
from photofind.gui.note_strip import NoteStrip
from photofind.gui.photo_grid import PhotoGrid


class GridStates(QObject):
    """Shows the grid while it holds photos, else says why it does not and what can be done."""

    def __init__(
        self,
        stack: QStackedWidget,
        grid: PhotoGrid,
        empty: EmptyState,
        note: NoteStrip,
        *,
        add_folder: Callable[[], None],
        clear_search: Callable[[], None],
        show_all: Callable[[], None],
        show_closest: Callable[[], None],
    ) -> None:
        super().__init__(stack)
        self._stack, self._grid, self._empty, self._note = stack, grid, empty, note
        self._add_folder, self._clear_search = add_folder, clear_search
        self._show_all, self._show_closest = show_all, show_closest
        self._library: LibraryState | None = None
        self._progress = Progress(Activity.IDLE)
        self._answer: Answer | None = None

    def library(self, state: LibraryState) -> None:
        self._library = state
        self._draw()

    def progress(self, state: Progress) -> None:
        before, self._progress = self._progress, state
        if before.activity is not state.activity:
            self._draw()

    def answer(self, given: Answer) -> None:
        """The grid holds its photos already."""
        self._answer = given
        self._draw()

    def words(self) -> str:
        """What the grid shows, for the status line."""
        if self._library is None or self._answer is None:
            return ""
        if not self._answer.ids and self._answer.question.is_empty:
            return ""
        chosen = self._grid.selected_count()
        if chosen:
            return status_words.selected(chosen, self._grid.count)
        return status_words.answer(self._answer, self._library.counts)

    def _draw(self) -> None:
        if self._library is None or self._answer is None:
            return
        photos = self._grid.count > 0
        if not photos:
            self._say_why(self._answer, self._library)
        place = self._grid if photos else self._empty
        if self._stack.currentWidget() is not place:
            focus = self._stack.window().focusWidget()
            had_keyboard = focus is not None and self._stack.isAncestorOf(focus)
            self._stack.setCurrentWidget(place)
            if had_keyboard:  # else Qt gives it to some button that nobody asked for
                place.setFocus()
        self._note.say(self._answer.note if photos else "")

    def _say_why(self, answer: Answer, library: LibraryState) -> None:
        if not library.folders:
            self._empty.say(
                Glyph.PHOTOS,
                self.tr("Choose the folders your photos are in"),
                self.tr("Or drop them here. Photos stay where they are, and nothing leaves this computer."),
                self.tr("Add folder…"),
                self._add_folder,
            )
        elif answer.ids:
            text = answer.question.text.strip()
            self._empty.say(
                Glyph.SEARCH,
                self.tr("Nothing convincing found for “{text}”").format(text=text) if text else self.tr("Nothing looks like this"),
                answer.note or self.tr("Try other words for what can be seen in it, or a picture that looks alike."),
                self.tr("Show what comes closest"),
                self._show_closest,
            )
        elif answer.question.offline is not None and library.counts.photos:
            self._empty.say(
                Glyph.OFFLINE,
                self.tr("No photo that cannot be reached") if answer.question.offline else self.tr("No photo that can be reached"),
                self.tr("All others are left out now."),
                self.tr("Show them, too"),
                self._show_all,
            )
        elif not answer.question.is_empty:
            text = answer.question.text.strip()
            self._empty.say(
                Glyph.SEARCH,
                self.tr("No photos found for “{text}”").format(text=text) if text else self.tr("No photos like this"),
                answer.note or self.tr("Try other words, or a picture that looks alike."),
                self.tr("Show all photos"),
                self._clear_search,
            )
        elif self._progress.activity in (Activity.LOOKING, Activity.INDEXING):
            self._empty.say(
                Glyph.SEARCH,
                self.tr("Looking for photos in your folders"),
                self.tr("They appear here as they are found."),
            )
        elif library.counts.waiting and self._progress.activity in (Activity.PAUSED, Activity.PAUSED_ON_BATTERY):
            self._empty.say(
                Glyph.PAUSE,
                self.tr("Your photos have not been looked through yet"),
                self.tr("They appear here once photofind goes on: it is paused."),
            )
        elif library.counts.waiting and self._progress.activity is Activity.PAUSED_FOR_ROOM:
            self._empty.say(
                Glyph.PAUSE,
                self.tr("Your photos have not been looked through yet"),
                self.tr("They appear here by themselves once the disk has room."),
            )
        elif all(folder.offline for folder in library.folders):
            self._empty.say(
                Glyph.OFFLINE,
                self.tr("Your folders cannot be reached now"),
                self.tr("Connect the drive they are on, and the photos are here again."),
                self.tr("Add another folder…"),
                self._add_folder,
            )
        else:
            self._empty.say(
                Glyph.PHOTOS,
                self.tr("There are no photos in these folders yet"),
                self.tr("New ones appear here by themselves."),
                self.tr("Add another folder…"),
                self._add_folder,
            )

"""The engine: starts and stops the parts of an open library, and speaks for them."""

import itertools
import logging
import os
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from contextlib import ExitStack
from dataclasses import replace
from functools import partial
from typing import TypeVar

from photofind.config.paths import LibraryPaths
from photofind.config.settings import Settings
from photofind.core.changes import Change, Changed
from photofind.core.errors import PhotofindError
from photofind.core.events import Event, LibraryState, Notice
from photofind.core.photo import PhotoId, PhotoRow, ProblemRow
from photofind.core.question import PictureSource, Question
from photofind.encoders.shelf import Shelf, ShelfEntry
from photofind.library.announcer import Announcer, Listener
from photofind.library.engine_parts import EngineParts
from photofind.library.folders import forget_what_is_long_gone, unwatch_folder, watch_folder
from photofind.library.parts import build
from photofind.library.portions import submit_changes
from photofind.store.catalogue_reader import CatalogueReader

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class Engine(EngineParts):
    """An open library. The caller holds its lock. Methods may be called from any thread and return at once, except
    ``start``, ``stop`` and the blocking reads, which say so; answers come as events to listeners, on worker threads.
    """

    def __init__(
        self, paths: LibraryPaths, settings: Settings, shelf: Shelf, *,
        watch: bool = True, follows_pace: bool = False, language: str = "en",
    ) -> None:  # fmt: skip
        """``follows_pace``: index at the speed of the settings; else always at full speed, on battery, too."""
        self.paths = paths
        self.settings = settings
        self.shelf = shelf
        self._watch = watch
        self._follows_pace = follows_pace
        self._language = language
        self._announcer = Announcer()
        self._library_state = LibraryState()
        self._tickets = itertools.count(1)
        self._stack = ExitStack()
        self._started = False

    # Start and stop

    def start(self) -> None:
        """Open the stores, start all threads, watch and scan the folders. Blocks for the opening only.

        Raises:
            StoreFailed: a store cannot be opened; nothing is left running.
        """
        with ExitStack() as stack:
            self._parts = build(
                stack,
                self.paths,
                self.settings,
                self.shelf,
                watch=self._watch,
                follows_pace=self._follows_pace,
                language=self._language,
                announce=self.announce,
                save_setting=self.save_setting,
                rescan=self._rescan,
                note_changes=self._note_changes,
                note_watch_trouble=lambda _, sentence: self.announce(Notice(sentence)),
            )
            self._stack = stack.pop_all()
        self._started = True
        self._parts.librarian.submit(forget_what_is_long_gone)
        if self._watch:
            for folder in self.folders():
                self._parts.errands.submit(self._reporting, partial(self.watch_folder, folder))

    def stop(self) -> None:
        """End all threads and helper processes; everything that was finished is on disk. Blocks. Idempotent."""
        self._started = False
        self._stack.close()

    # Listeners

    def add_listener(self, listen: Listener) -> None:
        """``listen`` is called on worker threads, first with the current Progress, LibraryState and EncoderState."""
        known = (self._parts.progress.current, self._library_state, self._parts.encoders.state) if self._started else ()
        self._announcer.add(listen, known)

    def announce(self, event: Event) -> None:
        """Tell all listeners. Any thread."""
        if isinstance(event, LibraryState):
            self._library_state = event
            if self._started:  # else it comes from a part while others are still being built
                self._parts.encoders.note_counts(event.counts)
                self._parts.progress.note_counts(event.counts)
        self._announcer.tell(event)

    # Questions and pictures

    def warm_up(self) -> None:
        """A question is likely soon: have the encoder loaded by then."""
        self._parts.errands.submit(self._reporting, self._parts.desk.current.face.warm_up)

    def ask(self, question: Question) -> int:
        """A ticket; AnswerReady or AnswerFailed follows unless a newer question comes first."""
        return self._with_ticket(lambda ticket: self._parts.searcher.ask(ticket, question))

    def prepare_picture(self, source: PictureSource) -> int:
        """A ticket; PictureReady or PictureRefused follows."""
        return self._with_ticket(lambda ticket: self._parts.viewing.prepare_picture(ticket, source))

    def open_view(self, photo_id: PhotoId, max_width_px: int, max_height_px: int) -> int:
        """A ticket; ViewReady or ViewFailed follows."""
        return self._with_ticket(lambda ticket: self._parts.viewing.open_view(ticket, photo_id, max_width_px, max_height_px))

    def explain_view(self, photo_id: PhotoId, question: Question) -> int:
        """A ticket; OverlayReady or OverlayFailed follows unless a newer one is asked for first."""
        return self._with_ticket(lambda ticket: self._parts.explaining.explain(ticket, photo_id, question))

    def _with_ticket(self, begin: Callable[[int], None]) -> int:
        ticket = next(self._tickets)
        begin(ticket)
        return ticket

    # Folders

    def add_folders(self, folders: Sequence[str]) -> None:
        """Watch these folders too, and index what they hold."""
        for folder in folders:
            self._parts.errands.submit(self._reporting, partial(self._add_folder, folder))

    def _add_folder(self, folder: str) -> None:
        before = self.folders()
        self.watch_folder(folder)
        if self._started and self.folders() == before and os.path.abspath(folder) not in before:
            self.announce(Notice(f"{os.path.abspath(folder)} lies in a folder that is watched already."))

    def remove_folder(self, folder: str) -> None:
        """Watch it no longer; its photos leave the library and nothing on disk changes."""
        self._parts.errands.submit(self._reporting, lambda: self.unwatch_folder(folder))

    def watch_folder(self, folder: str) -> "Future[None]":
        """Watch one more folder. Blocks until it is written down; the future is fulfilled when it has been scanned. Raises
        StoreFailed, NoRoom."""
        return self.scan(self.cover(folder), until_it_succeeds=True)

    def cover(self, folder: str) -> str:
        """Watch a folder without scanning it. Returns its path as the watched folder that covers it spells it. Blocks; raises
        StoreFailed, NoRoom."""
        path = os.path.abspath(folder)
        rules = self._parts.intake.rules
        self._parts.librarian.submit(lambda desk: self._parts.intake.look_for_moved(desk, path)).result()
        root, spelled = self._parts.librarian.submit(lambda desk: watch_folder(desk, path, rules)).result()
        if self._parts.watcher is not None:
            self._parts.watcher.watch(root)  # before the scan, so that nothing falls between
        return spelled

    def unwatch_folder(self, folder: str) -> bool:
        """See ``remove_folder``. Blocks until it is written down. False: it was not watched."""
        path, rules = os.path.abspath(folder), self._parts.intake.rules
        if self._parts.watcher is not None:
            self._parts.watcher.unwatch(path)
        removed = self._parts.librarian.submit(lambda desk: unwatch_folder(desk, path, rules)).result()
        if self._parts.watcher is not None:
            for inner in removed[1:]:
                self._parts.watcher.unwatch(inner)
        self._parts.indexer.wake()
        return bool(removed)

    def folders(self) -> list[str]:
        """The watched folders. Blocks."""
        return self._parts.librarian.submit(lambda desk: [folder.path for folder in desk.reader.folders()]).result()

    def scan(self, path: str, *, until_it_succeeds: bool = False) -> "Future[None]":
        """Compare a watched folder, or a part of one, with the disk."""
        self._parts.progress.scan_began()
        future = self._parts.librarian.begin(lambda desk: self._parts.intake.scan(desk, path), until_it_succeeds=until_it_succeeds)
        future.add_done_callback(lambda _: self._parts.progress.scan_ended())
        return future

    def _rescan(self, path: str) -> None:
        self.scan(path, until_it_succeeds=True)

    def try_again(self, paths: Sequence[str]) -> None:
        """Read these files once more, which could not be read."""
        self._note_changes([Changed(path) for path in paths])

    def _reporting(self, errand: Callable[[], object]) -> None:
        """Do an errand that nobody waits for; what goes wrong is told as a notice."""
        try:
            errand()
        except PhotofindError as error:
            self.announce(Notice(str(error), is_error=True))
        except CancelledError:
            _log.debug("an errand was given up: the library is closing")
        except Exception as error:
            _log.exception("an errand failed")
            self.announce(Notice(f"That failed ({error}). The log says more.", is_error=True))

    def _note_changes(self, changes: list[Change]) -> None:
        def look_again() -> None:
            for folder in self._library_state.folders:
                self._rescan(folder.path)

        submit_changes(self._parts.librarian, self._parts.intake, changes, look_again)

    # Choices

    def set_paused(self, paused: bool) -> None:
        """Pause or resume indexing; survives a restart. To resume also ends a pause on battery, for this time."""
        self.pacer.set_paused(paused)
        if not paused:
            self.pacer.go_on()
        self.save_setting(paused=paused)

    def wish(self, **wishes: object) -> None:
        """See ``Pacer.wish``."""
        self.pacer.wish(**wishes)

    def choose_encoder(self, encoder_id: str) -> None:
        """Encode the library with another encoder in the background; it answers once it has seen every photo."""
        self._parts.errands.submit(self._reporting, lambda: self._parts.encoders.choose(encoder_id))

    def install_encoder(self, encoder_id: str) -> None:
        """Download an encoder and choose it. The caller has the user's yes to its size and licence."""
        self._parts.encoders.install(encoder_id)

    def cancel_install(self) -> None:
        self._parts.encoders.cancel_install()

    def shelf_entries(self) -> list[ShelfEntry]:
        """All that can be chosen or installed; at once."""
        return self._parts.encoders.entries

    def save_setting(self, **changes: object) -> None:
        """Change settings by name; written by the librarian thread."""
        self.settings = replace(self.settings, **changes)  # type: ignore[arg-type]
        self._parts.settings_writer.save(self.settings)

    # Blocking reads: any thread but the GUI's

    def read(self, job: Callable[[CatalogueReader], _T]) -> _T:
        """What ``job`` finds in the catalogue. Blocks."""
        with self._parts.readers.lend() as reader:
            return job(reader)

    def rows(self, ids: Sequence[PhotoId]) -> list[PhotoRow]:
        """In the order asked; unknown ids are left out. Blocks."""
        return self.read(lambda reader: reader.rows(ids))

    def thumbnail(self, photo_id: PhotoId) -> bytes | None:
        """A JPEG, or None while there is none. Blocks."""
        return self._parts.thumbnails.get(photo_id)

    def problems(self) -> list[ProblemRow]:
        """Files that cannot be read, and why. Blocks."""
        return self.read(lambda reader: reader.problems())

"""The engine: builds every part of an open library, starts and stops them, and speaks for them."""

import itertools
import logging
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from functools import partial

from photofind.config.paths import LibraryPaths
from photofind.config.settings import Settings, save
from photofind.core.changes import Change
from photofind.core.errors import PhotofindError
from photofind.core.events import Event, LibraryState, Notice, Progress
from photofind.core.photo import PhotoId, PhotoRow, ProblemRow
from photofind.core.question import PictureSource, Question
from photofind.encoders.open_encoder import open_encoder
from photofind.encoders.shelf import Shelf, ShelfEntry
from photofind.library.encoder_desk import EncoderDesk
from photofind.library.encoder_switch import EncoderSwitch
from photofind.library.folders import unwatch_folder, watch_folder
from photofind.library.indexer import Indexer
from photofind.library.intake import Intake
from photofind.library.librarian import Librarian
from photofind.library.milvus_follower import MilvusFollower, open_milvus
from photofind.library.progress import ProgressBoard
from photofind.library.scan import SkipRules
from photofind.library.searcher import Searcher
from photofind.library.viewing import Viewing
from photofind.library.watcher import FolderWatcher
from photofind.media.decoder_pool import DecoderPool
from photofind.store.reader_pool import ReaderPool
from photofind.store.thumbnails import Thumbnails

_log = logging.getLogger(__name__)

THUMBNAIL_PX = 384

Listener = Callable[[Event], None]


class Engine:
    """An open library. The caller holds its lock. Methods may be called from any thread and return at once, except
    ``start``, ``stop`` and the blocking reads, which say so; answers come as events to listeners, on worker threads.
    """

    def __init__(
        self, paths: LibraryPaths, settings: Settings, shelf: Shelf, *, watch: bool = True, language: str = "en"
    ) -> None:
        self.paths = paths
        self.settings = settings
        self.shelf = shelf
        self._watch = watch
        self._language = language
        self._listeners: list[Listener] = []
        self._listeners_lock = threading.Lock()
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
            self._build(stack)
            self._stack = stack.pop_all()
        self._started = True
        if self._watch:
            for folder in self.folders():
                self._errands.submit(self._reporting, partial(self.watch_folder, folder))

    def _build(self, stack: ExitStack) -> None:
        paths, settings = self.paths, self.settings
        work_waits, question_open = threading.Event(), threading.Event()
        self._thumbnails = Thumbnails(paths.thumbnails)
        stack.callback(self._thumbnails.close)
        self._librarian = Librarian(paths.catalogue, self._thumbnails, self.announce, thumbnails_lost=work_waits.set)
        self._librarian.start()
        stack.callback(self._librarian.stop)
        self.desk = EncoderDesk(
            lambda encoder_id: open_encoder(encoder_id, self.shelf, idle_s=settings.encoder_idle_s), paths.vectors
        )
        stack.callback(self.desk.stop)
        self._encoders = EncoderSwitch(
            shelf=self.shelf,
            desk=self.desk,
            librarian=self._librarian,
            language=self._language,
            announce=self.announce,
            wake_indexer=work_waits.set,
        )
        stack.callback(self._encoders.stop)
        remembered = self._librarian.submit(
            lambda desk: [desk.reader.meta(key) for key in ("encoder", "coming_encoder", "encoder_chosen")]
        ).result()
        self._encoders.begin(remembered[0], remembered[1], was_chosen=bool(remembered[2]))

        self._decoders = DecoderPool(
            settings.decoders or max(1, min(8, os.cpu_count() or 1)), timeout_s=settings.decode_timeout_s
        )
        self._decoders.start()
        stack.callback(self._decoders.stop)
        self._readers = ReaderPool(paths.catalogue)
        stack.callback(self._readers.close)
        self._viewing = Viewing(
            readers=self._readers, decoders=self._decoders, thumbnails=self._thumbnails, announce=self.announce
        )
        stack.callback(self._viewing.stop)
        self._progress = ProgressBoard(self.announce)
        self._intake = Intake(
            SkipRules(settings.skip_hidden, frozenset(settings.skipped_folders)),
            rescan=self._rescan,
            wake_indexer=work_waits.set,
        )
        self._indexer = Indexer(
            catalogue_path=paths.catalogue,
            librarian=self._librarian,
            intake=self._intake,
            desk=self.desk,
            decoders=self._decoders,
            follower=MilvusFollower(open_milvus(paths, settings), self._librarian, self.announce),
            progress=self._progress,
            announce=self.announce,
            encoder_changed=self._encoders.announce_state,
            question_open=question_open,
            wake=work_waits,
            thumbnail_px=THUMBNAIL_PX,
        )
        self._progress.set_paused(settings.paused)
        self._indexer.start(settings.paused)
        stack.callback(self._indexer.stop)
        self._searcher = Searcher(
            catalogue_path=paths.catalogue,
            desk=self.desk,
            decode_now=self._viewing.decode_now,
            announce=self.announce,
            question_open=question_open,
        )
        self._searcher.start()
        stack.callback(self._searcher.stop)
        self._errands = ThreadPoolExecutor(max_workers=1, thread_name_prefix="errands")
        stack.callback(lambda: self._errands.shutdown(wait=True, cancel_futures=True))
        self._watcher = FolderWatcher(self._note_changes, on_trouble=self._note_watch_trouble)
        if self._watch:
            self._watcher.start()
            stack.callback(self._watcher.stop)

    def stop(self) -> None:
        """End all threads and helper processes; everything that was finished is on disk. Blocks. Idempotent."""
        self._started = False
        self._stack.close()

    # Listeners

    def add_listener(self, listen: Listener) -> None:
        """``listen`` is called on worker threads, first with the current Progress, LibraryState and EncoderState."""
        with self._listeners_lock:
            self._listeners.append(listen)
        if self._started:
            for event in (self._progress.current, self._library_state, self._encoders.state()):
                listen(event)

    def announce(self, event: Event) -> None:
        """Tell all listeners. Any thread."""
        if isinstance(event, LibraryState):
            self._library_state = event
            self._encoders.note_counts(event.counts)
        with self._listeners_lock:
            listeners = list(self._listeners)
        for listen in listeners:
            listen(event)

    # Questions and pictures

    def ask(self, question: Question) -> int:
        """A ticket; AnswerReady or AnswerFailed follows unless a newer question comes first."""
        ticket = next(self._tickets)
        self._searcher.ask(ticket, question)
        return ticket

    def prepare_picture(self, source: PictureSource) -> int:
        """A ticket; PictureReady or PictureRefused follows."""
        ticket = next(self._tickets)
        self._viewing.prepare_picture(ticket, source)
        return ticket

    def open_view(self, photo_id: PhotoId, max_width_px: int, max_height_px: int) -> int:
        """A ticket; ViewReady or ViewFailed follows."""
        ticket = next(self._tickets)
        self._viewing.open_view(ticket, photo_id, max_width_px, max_height_px)
        return ticket

    # Folders

    def add_folders(self, folders: Sequence[str]) -> None:
        """Watch these folders too, and index what they hold."""
        for folder in folders:
            self._errands.submit(self._reporting, partial(self.watch_folder, folder))

    def remove_folder(self, folder: str) -> None:
        """Watch it no longer; its photos leave the library and nothing on disk changes."""
        self._errands.submit(self._reporting, lambda: self.unwatch_folder(folder))

    def watch_folder(self, folder: str) -> "Future[None]":
        """Watch one more folder. Blocks until it is written down; the future is fulfilled when it has been scanned.

        Raises StoreFailed, NoRoom.
        """
        path = os.path.abspath(folder)
        root = self._librarian.submit(lambda desk: watch_folder(desk, path)).result()
        if self._watch:
            self._watcher.watch(root)  # before the scan, so that nothing falls between
        return self.scan(path)

    def unwatch_folder(self, folder: str) -> bool:
        """See ``remove_folder``. Blocks until it is written down. False: it was not watched."""
        path = os.path.abspath(folder)
        if self._watch:
            self._watcher.unwatch(path)
        was_watched = self._librarian.submit(lambda desk: unwatch_folder(desk, path)).result()
        self._indexer.wake()
        return was_watched

    def folders(self) -> list[str]:
        """The watched folders. Blocks."""
        return self._librarian.submit(lambda desk: [folder.path for folder in desk.reader.folders()]).result()

    def scan(self, path: str) -> "Future[None]":
        """Compare a watched folder, or a part of one, with the disk."""
        self._progress.scan_began()
        future = self._librarian.begin(lambda desk: self._intake.scan(desk, path))
        future.add_done_callback(lambda _: self._progress.scan_ended())
        return future

    def _rescan(self, path: str) -> None:
        self.scan(path)

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
        self._librarian.submit(lambda desk: self._intake.apply(desk, changes))

    def _note_watch_trouble(self, folder: str, sentence: str) -> None:
        _log.info("watching %r: %s", folder, sentence)
        self.announce(Notice(sentence))

    # Choices

    def set_paused(self, paused: bool) -> None:
        """Pause or resume indexing; survives a restart."""
        self._progress.set_paused(paused)
        self._indexer.set_paused(paused)
        self.save_setting(paused=paused)

    def choose_encoder(self, encoder_id: str) -> None:
        """Encode the library with another encoder in the background; it answers once it has seen every photo."""

        self._errands.submit(self._reporting, lambda: self._encoders.choose(encoder_id))

    def install_encoder(self, encoder_id: str) -> None:
        """Download an encoder and choose it. The caller has the user's yes to its size and licence."""
        self._encoders.install(encoder_id)

    def cancel_install(self) -> None:
        self._encoders.cancel_install()

    def shelf_entries(self) -> list[ShelfEntry]:
        return self.shelf.entries()

    def save_setting(self, **changes: object) -> None:
        """Change settings by name; written by the librarian thread."""
        self.settings = settings = replace(self.settings, **changes)  # type: ignore[arg-type]

        def report(done: "Future[None]") -> None:
            if not done.cancelled() and (error := done.exception()) is not None:
                self.announce(Notice(str(error), is_error=True))

        self._librarian.submit(lambda _: save(self.paths.settings, settings)).add_done_callback(report)

    # Blocking reads: any thread but the GUI's

    def rows(self, ids: Sequence[PhotoId]) -> list[PhotoRow]:
        """In the order asked; unknown ids are left out. Blocks."""
        with self._readers.lend() as reader:
            return reader.rows(ids)

    def thumbnail(self, photo_id: PhotoId) -> bytes | None:
        """A JPEG, or None while there is none. Blocks."""
        return self._thumbnails.get(photo_id)

    def problems(self) -> list[ProblemRow]:
        """Files that cannot be read, and why. Blocks."""
        with self._readers.lend() as reader:
            return reader.problems()

    # For runs that somebody waits for

    @property
    def librarian(self) -> Librarian:
        return self._librarian

    @property
    def intake(self) -> Intake:
        return self._intake

    @property
    def indexer(self) -> Indexer:
        return self._indexer

    @property
    def encoders(self) -> EncoderSwitch:
        return self._encoders

    @property
    def progress(self) -> Progress:
        return self._progress.current

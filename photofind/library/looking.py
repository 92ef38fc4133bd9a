"""A library that cannot be written, or not now: its photos can be looked at and searched, and nothing is saved."""

import itertools
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, suppress
from dataclasses import replace
from threading import Event as Flag
from typing import TypeVar

from photofind.config.paths import LibraryPaths
from photofind.config.settings import Settings
from photofind.core.errors import EncoderUnavailable
from photofind.core.events import Activity, EncoderState, Event, LibraryState, Notice, Progress
from photofind.core.photo import Counts, PhotoId, PhotoRow, ProblemRow
from photofind.core.question import PictureSource, Question
from photofind.encoders.open_encoder import open_encoder
from photofind.encoders.protocol import PALETTE_ID
from photofind.encoders.shelf import Shelf, ShelfEntry
from photofind.library.announcer import Announcer, Listener
from photofind.library.encoder_desk import EncoderDesk
from photofind.library.explaining import Explaining
from photofind.library.searcher import Searcher
from photofind.library.viewing import Viewing
from photofind.media.decoder_pool import DecoderPool
from photofind.store.catalogue_reader import CatalogueReader
from photofind.store.first_look import FirstLook
from photofind.store.reader_pool import ReaderPool

_T = TypeVar("_T")
_FIRST_TICKET = 1 << 40  # so that no ticket is one of the engine that may take over


def read_only_sentence(paths: LibraryPaths) -> str:
    """What is told, once, of a library that this user cannot write."""
    return f"The library in {paths.folder} is read-only: you can look at photos and search, and nothing is saved."


def no_room_sentence(paths: LibraryPaths) -> str:
    """What is told of a library that cannot even be opened for lack of room."""
    return (
        f"The disk of {paths.folder} is full: you can look at photos and search, and nothing is saved."
        " Free some space and photofind goes on."
    )


class LookingEngine:
    """What an Engine is to a window (see there), without one thread that writes. Takes no lock: it is in nobody's way.

    ``why`` is the sentence that stands in the status line, and the answer to all that would have to be saved.
    """

    def __init__(self, paths: LibraryPaths, settings: Settings, shelf: Shelf, why: str) -> None:
        self.settings = settings
        self._paths = paths
        self._shelf = shelf
        self._why = why
        self._announcer = Announcer()
        self._tickets = itertools.count(_FIRST_TICKET)
        self._stack = ExitStack()
        self._entries: list[ShelfEntry] = []
        self._library_state = LibraryState()
        self._encoder_state = EncoderState("", "", is_palette=False)
        self._readers: ReaderPool
        self._thumbnails: FirstLook
        self._desk: EncoderDesk
        self._viewing: Viewing
        self._explaining: Explaining
        self._searcher: Searcher
        self._errands: ThreadPoolExecutor

    def start(self) -> None:
        """Open the stores. Blocks. Raises StoreFailed: they cannot be read either; nothing is left running."""
        with ExitStack() as stack:
            self._thumbnails = FirstLook(self._paths.catalogue, self._paths.thumbnails)
            stack.callback(self._thumbnails.close)
            self._readers = ReaderPool(self._paths.catalogue)
            stack.callback(self._readers.close)
            self._desk = EncoderDesk(
                lambda encoder_id: open_encoder(encoder_id, self._shelf, idle_s=self.settings.encoder_idle_s),
                self._paths.vectors,
            )
            stack.callback(self._desk.stop)
            self._open_encoder()
            decoders = DecoderPool(1, timeout_s=self.settings.decode_timeout_s)
            stack.callback(decoders.stop)
            self._viewing = Viewing(
                readers=self._readers, decoders=decoders, thumbnails=_Thumbnails(self._thumbnails), announce=self.announce
            )
            stack.callback(self._viewing.stop)
            self._explaining = Explaining(
                self._readers, self._desk, self._viewing.decode_now, _Thumbnails(self._thumbnails), self.announce
            )
            stack.callback(self._explaining.stop)
            self._searcher = Searcher(
                catalogue_path=self._paths.catalogue,
                desk=self._desk,
                decode_now=self._viewing.decode_now,
                announce=self.announce,
                question_open=Flag(),
            )
            self._searcher.start()
            stack.callback(self._searcher.stop)
            stack.callback(self._desk.stop)  # before the searcher, which may wait for an encoder that is being loaded
            self._errands = ThreadPoolExecutor(max_workers=1, thread_name_prefix="errands")
            stack.callback(lambda: self._errands.shutdown(wait=True, cancel_futures=True))
            self._stack = stack.pop_all()

    def stop(self) -> None:
        """Blocks. Idempotent."""
        self._stack.close()

    def _open_encoder(self) -> None:
        with self._readers.lend() as reader:
            encoder_id = reader.meta("encoder") or PALETTE_ID
            try:
                self._desk.open(encoder_id, "")
                key = reader.meta(f"key of {encoder_id}")
                name = self._shelf.entry(encoder_id).name
            except EncoderUnavailable:  # its folder is away: names, colours and all photos are there even so
                encoder_id, key, name = PALETTE_ID, "", self._shelf.entry(PALETTE_ID).name
                self._desk.open(PALETTE_ID, "")
            counts = reader.counts(key)
            # what waits is not looked through here, so nothing is said of it
            counts = Counts(counts.photos, counts.photos - counts.problems, 0, counts.problems, counts.offline, counts.other_files)
            self._library_state = LibraryState(counts, reader.folder_states())
        self._encoder_state = EncoderState(encoder_id, name, is_palette=encoder_id == PALETTE_ID)
        self._entries = self._shelf.entries()

    # What works as ever

    def add_listener(self, listen: Listener) -> None:
        """See Engine."""
        progress = Progress(Activity.READ_ONLY, sentence=self._why)
        self._announcer.add(listen, (progress, self._library_state, self._encoder_state))

    def announce(self, event: Event) -> None:
        self._announcer.tell(event)

    def warm_up(self) -> None:
        self._errands.submit(self._warm_up)

    def _warm_up(self) -> None:
        with suppress(EncoderUnavailable):  # the question that follows says so
            self._desk.current.face.warm_up()

    def ask(self, question: Question) -> int:
        ticket = next(self._tickets)
        self._searcher.ask(ticket, question)
        return ticket

    def prepare_picture(self, source: PictureSource) -> int:
        ticket = next(self._tickets)
        self._viewing.prepare_picture(ticket, source)
        return ticket

    def open_view(self, photo_id: PhotoId, max_width_px: int, max_height_px: int) -> int:
        ticket = next(self._tickets)
        self._viewing.open_view(ticket, photo_id, max_width_px, max_height_px)
        return ticket

    def explain_view(self, photo_id: PhotoId, question: Question) -> int:
        ticket = next(self._tickets)
        self._explaining.explain(ticket, photo_id, question)
        return ticket

    def shelf_entries(self) -> list[ShelfEntry]:
        return self._entries

    def read(self, job: Callable[[CatalogueReader], _T]) -> _T:
        """What ``job`` finds in the catalogue. Blocks."""
        with self._readers.lend() as reader:
            return job(reader)

    def rows(self, ids: Sequence[PhotoId]) -> list[PhotoRow]:
        return self.read(lambda reader: reader.rows(ids))

    def thumbnail(self, photo_id: PhotoId) -> bytes | None:
        return self._thumbnails.thumbnail(photo_id)

    def problems(self) -> list[ProblemRow]:
        return self.read(lambda reader: reader.problems())

    # What would have to be saved

    def save_setting(self, **changes: object) -> None:
        """Kept for as long as the window is open, and not a word: how large photos are is no reason to bother anybody."""
        self.settings = replace(self.settings, **changes)  # type: ignore[arg-type]

    def set_paused(self, paused: bool) -> None:
        """Nothing goes on that could pause."""

    def wish(self, **wishes: object) -> None:
        """Nothing goes on that could be fast or slow."""

    def cancel_install(self) -> None:
        """Nothing is being installed."""

    def add_folders(self, folders: Sequence[str]) -> None:
        if folders:
            self._refuse()

    def remove_folder(self, folder: str) -> None:  # noqa: ARG002 - an Engine's face
        self._refuse()

    def try_again(self, paths: Sequence[str]) -> None:  # noqa: ARG002
        self._refuse()

    def choose_encoder(self, encoder_id: str) -> None:  # noqa: ARG002
        self._refuse()

    def install_encoder(self, encoder_id: str) -> None:  # noqa: ARG002
        self._refuse()

    def _refuse(self) -> None:
        self.announce(Notice(self._why, is_error=True))


class _Thumbnails:
    """A FirstLook as Viewing asks it."""

    def __init__(self, look: FirstLook) -> None:
        self._look = look

    def get(self, photo_id: PhotoId) -> bytes | None:
        return self._look.thumbnail(photo_id)

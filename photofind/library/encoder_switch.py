"""Choosing, installing and announcing encoders."""

import logging
import threading
from collections.abc import Callable

from photofind.core.errors import EncoderUnavailable, PhotofindError
from photofind.core.events import EncoderState, Event, Notice
from photofind.core.photo import Counts
from photofind.encoders.protocol import PALETTE_ID
from photofind.encoders.shelf import Shelf, ShelfEntry
from photofind.library.encoder_desk import EncoderDesk, LibraryEncoder
from photofind.library.librarian import Desk, Librarian

_log = logging.getLogger(__name__)


class EncoderSwitch:
    """What a user does with encoders. Any thread; installing runs in a thread of its own."""

    def __init__(
        self,
        *,
        shelf: Shelf,
        desk: EncoderDesk,
        librarian: Librarian,
        language: str,
        announce: Callable[[Event], None],
        wake_indexer: Callable[[], None],
    ) -> None:
        self._shelf = shelf
        self._desk = desk
        self._librarian = librarian
        self._language = language
        self._announce = announce
        self._wake_indexer = wake_indexer
        self._lock = threading.Lock()
        self._installing = ("", 0, 0)
        self._coming_counts = (0, 0)
        self._cancelled = threading.Event()
        self._thread: threading.Thread | None = None
        self._state = EncoderState(id="", name="", is_palette=False)
        self._entries: list[ShelfEntry] = []

    def begin(self) -> None:
        """Open what the library remembers; one that never chose takes what is installed since."""
        current_id, coming_id, was_chosen = self._librarian.submit(
            lambda desk: [desk.reader.meta(key) for key in ("encoder", "coming_encoder", "encoder_chosen")]
        ).result()
        default_id = self._shelf.default()
        current_id = current_id or default_id
        if current_id == PALETTE_ID and not was_chosen and not coming_id and default_id != PALETTE_ID:
            coming_id = default_id
        try:
            self._desk.open(current_id, coming_id)
        except EncoderUnavailable as error:  # its folder is gone, or away: remembered, in case it comes back
            self._announce(Notice(str(error), is_error=True))
            self._desk.open(PALETTE_ID, "")
        else:
            self._remember(chosen=False)
        self._look()

    def choose(self, encoder_text: str) -> None:
        """Fill this encoder from now on; it answers once it has seen every photo. Raises EncoderUnavailable."""
        encoder_id = self._shelf.resolve(encoder_text)
        if not self._shelf.is_installed(encoder_id):
            raise EncoderUnavailable(
                f"The encoder {encoder_id} is not installed. Install it first: photofind encoders install {encoder_id}"
            )
        if self._nothing_is_encoded():
            if self._desk.current.id != encoder_id:
                self._desk.replace(encoder_id)
        elif self._desk.choose(encoder_id):
            self._coming_counts = (0, 0)
        self._remember(chosen=True)
        self._wake_indexer()
        self.announce_state()

    def _nothing_is_encoded(self) -> bool:
        try:
            key = self._desk.current.info().key
        except EncoderUnavailable:
            return False
        return not self._librarian.submit(lambda desk: desk.reader.knows_any(key)).result()

    def _remember(self, chosen: bool) -> None:
        def job(desk: Desk) -> None:
            remember_encoders(desk, self._desk)
            if chosen:
                desk.catalogue.set_meta("encoder_chosen", "yes")

        self._librarian.submit(job).result()

    # Installing

    def install(self, encoder_text: str) -> None:
        """Download an encoder in the background and choose it. The caller has the user's yes to size and licence."""
        with self._lock:
            if self._thread is not None and self._thread.is_alive():
                return
            self._cancelled.clear()
            self._thread = threading.Thread(target=self._install, args=(encoder_text,), name="install")
            self._thread.start()

    def cancel_install(self) -> None:
        self._cancelled.set()

    def stop(self) -> None:
        self._cancelled.set()
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def _install(self, encoder_text: str) -> None:
        try:
            encoder_id = self._shelf.resolve(encoder_text)
            entry = self._shelf.entry(encoder_id)
            self._note_installing(encoder_id, 0, entry.size_bytes)
            self._shelf.install(
                encoder_id,
                lambda done, total: self._note_installing(encoder_id, done, total),
                self._cancelled.is_set,
                accepted_licence=entry.licence,
            )
            if not self._cancelled.is_set():
                self.choose(encoder_id)
        except PhotofindError as error:
            if not self._cancelled.is_set():
                self._announce(Notice(str(error), is_error=True))
        except Exception as error:
            _log.exception("installing failed")
            self._announce(Notice(f"The encoder could not be installed ({error}). The log says more.", is_error=True))
        finally:
            self._note_installing("", 0, 0)

    def _note_installing(self, encoder_id: str, done: int, total: int) -> None:
        self._installing = (encoder_id, done, total)
        self.announce_state()

    # State

    def note_counts(self, counts: Counts) -> None:
        """How far the encoder is that new photos go to."""
        if self._desk.coming is not None:
            self._coming_counts = (counts.indexed, counts.photos - counts.problems)
            self.announce_state()

    @property
    def state(self) -> EncoderState:
        """As it was announced last; at once."""
        return self._state

    @property
    def entries(self) -> list[ShelfEntry]:
        """The shelf as it was when the state was announced last; at once."""
        return list(self._entries)

    def announce_state(self) -> None:
        """Looks at the shelf's folder: never on the GUI thread."""
        self._look()
        self._announce(self._state)

    def _look(self) -> None:
        self._entries = self._shelf.entries()
        current, coming = self._desk.current, self._desk.coming
        installing, done, total = self._installing
        self._state = EncoderState(
            id=current.id,
            name=self._name(current),
            is_palette=current.is_palette,
            coming_id="" if coming is None else coming.id,
            coming_name="" if coming is None else self._name(coming),
            coming_done=self._coming_counts[0],
            coming_total=self._coming_counts[1],
            proposed=self._shelf.proposed(self._language).id if current.is_palette and coming is None else "",
            installing=installing,
            installing_done=done,
            installing_total=total,
        )

    def _name(self, encoder: LibraryEncoder) -> str:
        try:
            return self._shelf.entry(encoder.id).name
        except EncoderUnavailable:
            return encoder.id


def remember_encoders(desk: Desk, encoders: EncoderDesk) -> None:
    """Write down which encoder answers and which is coming, as it is at this moment. A job of the librarian."""
    coming = encoders.coming
    desk.catalogue.set_meta("encoder", encoders.current.id)
    desk.catalogue.set_meta("coming_encoder", "" if coming is None else coming.id)

"""Which encoder answers, which one is coming, and the vectors of each."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from photofind.core.errors import StoreFailed
from photofind.encoders.protocol import PALETTE_ID, EncoderFace, EncoderInfo
from photofind.store.vector_index import FlatIndex


class LibraryEncoder:
    """An encoder and what this library holds of it. Any thread, but ``info`` and ``index`` may block: never the GUI's."""

    def __init__(self, encoder_id: str, face: EncoderFace, vectors_folder: Path) -> None:
        self.id = encoder_id
        self.face = face
        self._vectors_folder = vectors_folder
        self._index: FlatIndex | None = None
        self._used_s = 0.0
        self._lock = threading.Lock()

    @property
    def is_palette(self) -> bool:
        return self.id == PALETTE_ID

    def info(self) -> EncoderInfo:
        """Raises EncoderUnavailable."""
        return self.face.info()

    @property
    def journal_path(self) -> Path:
        return self._vectors_folder / f"{self.info().key}.journal"

    def index(self) -> FlatIndex:
        """The vectors of this encoder in memory, loaded from the journal at first use; ask again rather than keep it.

        Raises EncoderUnavailable, StoreFailed.
        """
        with self._lock:
            self._used_s = time.monotonic()
            if self._index is None:
                if self.journal_path.exists():
                    self._index = FlatIndex.from_journal(self.journal_path, self.info().dimension)
                else:
                    self._index = FlatIndex(self.info().dimension)
            return self._index

    def put_away_index(self, unused_s: float) -> None:
        """Let go of the vectors (100 MB for 100,000) if nobody asked for them for ``unused_s``: the journal has them all.

        What is added to them afterwards by one who still has them is in the journal, too, and comes back with it.
        """
        with self._lock:
            if time.monotonic() - self._used_s >= unused_s:
                self._index = None

    def reload_index(self) -> FlatIndex:
        """Read the journal again, after it was repaired."""
        with self._lock:
            self._index = None
        return self.index()


class EncoderDesk:
    """Holds the encoder that answers and the one that is being filled. Any thread."""

    def __init__(self, open_face: Callable[[str], EncoderFace], vectors_folder: Path) -> None:
        self._open_face = open_face
        self._vectors_folder = vectors_folder
        self._lock = threading.Lock()
        self._current: LibraryEncoder | None = None
        self._coming: LibraryEncoder | None = None

    def open(self, current_id: str, coming_id: str) -> None:
        """Begin with what the library remembers. Raises EncoderUnavailable for a name that means nothing."""
        current = self._new(current_id)
        coming = self._new(coming_id) if coming_id and coming_id != current_id else None
        with self._lock:
            self._current, self._coming = current, coming

    @property
    def current(self) -> LibraryEncoder:
        """The encoder that answers."""
        with self._lock:
            if self._current is None:
                raise StoreFailed("The library is closed.")
            return self._current

    @property
    def coming(self) -> LibraryEncoder | None:
        """The encoder that will answer once it has seen every photo."""
        with self._lock:
            return self._coming

    @property
    def both(self) -> list[LibraryEncoder]:
        """The encoder that answers and the coming one, if there is one."""
        with self._lock:
            return [encoder for encoder in (self._current, self._coming) if encoder is not None]

    @property
    def target(self) -> LibraryEncoder:
        """The encoder that new photos go to."""
        return self.coming or self.current

    def choose(self, encoder_id: str) -> bool:
        """Fill ``encoder_id`` from now on. Returns False if it is the target already. Raises EncoderUnavailable."""
        if self.target.id == encoder_id:
            return False
        fresh = self._new(encoder_id) if self.current.id != encoder_id else None
        with self._lock:
            old, self._coming = self._coming, fresh
        if old is not None:
            old.face.stop()
        return True

    def replace(self, encoder_id: str) -> None:
        """Answer with ``encoder_id`` at once: no other has seen a photo yet. Raises EncoderUnavailable."""
        fresh = self._new(encoder_id)
        with self._lock:
            old = [encoder for encoder in (self._current, self._coming) if encoder is not None]
            self._current, self._coming = fresh, None
        for encoder in old:
            encoder.face.stop()

    def promote(self, encoder: LibraryEncoder) -> bool:
        """``encoder`` has seen every photo: it answers from now on, if it is still the coming one."""
        with self._lock:
            if self._coming is not encoder:
                return False
            old, self._current, self._coming = self._current, self._coming, None
        if old is not None:
            old.face.stop()
        return True

    def stop(self) -> None:
        """End all encoder processes; idempotent."""
        with self._lock:
            held = [encoder for encoder in (self._current, self._coming) if encoder is not None]
        for encoder in held:
            encoder.face.stop()

    def _new(self, encoder_id: str) -> LibraryEncoder:
        return LibraryEncoder(encoder_id, self._open_face(encoder_id), self._vectors_folder)

"""What one indexing run did, photo by photo."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Lock

from photofind.core.photo import PhotoId, ProblemRow


@dataclass(frozen=True, slots=True)
class IndexReport:
    """The outcome of one run; every picture file found is in exactly one of indexed, unchanged, moved, problems."""

    indexed: int
    unchanged: int
    moved: int
    removed: int
    problems: tuple[ProblemRow, ...]
    other_files: int
    photos_per_second: float
    encoder: str
    messages: tuple[str, ...] = ()


@dataclass(slots=True)
class Tally:
    """Counts what lies in ``folders`` while a run goes on. Any thread."""

    folders: tuple[str, ...] = ()
    found: set[PhotoId] = field(default_factory=set)
    encoded: set[PhotoId] = field(default_factory=set)
    moved: set[PhotoId] = field(default_factory=set)
    removed: set[PhotoId] = field(default_factory=set)
    messages: list[str] = field(default_factory=list)
    _first_opened_s: float | None = None
    _last_written_s: float | None = None
    _lock: Lock = field(default_factory=Lock)

    def cover(self, folder: str) -> None:
        """What lies in this folder counts, too."""
        with self._lock:
            self.folders += (folder,)

    def note_found(self, ids: Sequence[PhotoId]) -> None:
        with self._lock:
            self.found.update(ids)
            self.removed.difference_update(ids)

    def note_gone(self, photo_id: PhotoId) -> None:
        with self._lock:
            self.removed.add(photo_id)
            self.found.discard(photo_id)

    def note_moved(self, photo_id: PhotoId, placeholder: PhotoId | None = None) -> None:
        """The photo was found at another place, where ``placeholder`` stood for it meanwhile."""
        with self._lock:
            self.removed.discard(photo_id)
            if placeholder in self.found:
                self.found.discard(placeholder)
                self.found.add(photo_id)
            self.moved.add(photo_id)

    def note_opened(self) -> None:
        """The first file of the run is being opened."""
        with self._lock:
            if self._first_opened_s is None:
                self._first_opened_s = time.monotonic()

    def note_encoded(self, ids: list[PhotoId]) -> None:
        """Vectors of these photos are on disk."""
        with self._lock:
            self.encoded.update(ids)
            self._last_written_s = time.monotonic()

    def say(self, message: str) -> None:
        with self._lock:
            if message not in self.messages:
                self.messages.append(message)

    def report(self, problems: list[tuple[PhotoId, ProblemRow]], other_files: int, encoder: str) -> IndexReport:
        with self._lock:
            bad = {photo_id for photo_id, _ in problems} & self.found
            indexed = (self.encoded & self.found) - bad
            moved = (self.moved & self.found) - bad - indexed
            seconds = (self._last_written_s or 0.0) - (self._first_opened_s or 0.0)
            return IndexReport(
                indexed=len(indexed),
                unchanged=len(self.found - bad - indexed - moved),
                moved=len(moved),
                removed=len(self.removed),
                problems=tuple(row for photo_id, row in problems if photo_id in bad),
                other_files=other_files,
                photos_per_second=len(indexed) / seconds if indexed and seconds > 0 else 0.0,
                encoder=encoder,
                messages=tuple(self.messages),
            )

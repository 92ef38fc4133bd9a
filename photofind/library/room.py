"""How much room the disk of a library has left, and how much of it indexing leaves to others."""

import math
import shutil
import threading
import time
from collections.abc import Callable
from pathlib import Path

from photofind.core.errors import NoRoom

# Indexing stops here, long before the disk is full: what the user says about photos (tags, ratings) can then still be
# written, and so can the other programs' files. A day of tagging takes some megabytes, a log of SQLite that cannot be
# emptied while it is being read some tens.
RESERVE_BYTES = 200_000_000
_SHARE_OF_SMALL_DISK = 10  # of a stick with 1 GB, 200 MB would be much
_SHARE_BEFORE_GOING_ON = 10  # so much of the reserve above it, else it would stop again at once

_TO_OPEN_BYTES = 4_000_000  # the files that SQLite keeps beside the stores, and the first of its log

# A thumbnail 30 kB, and about 6 kB of rows, vector and Milvus; measured at 100,000 photos, and rounded up.
BYTES_FOR_A_PHOTO = 40_000

_LOOK_EVERY_S = 2.0  # one statvfs(2)
_TRY_AGAIN_S = 10.0  # where the disk says that there is room, and still refuses: a quota, say
_TRY_AGAIN_AT_MOST_S = 120.0


class Room:
    """Looks at the disk that ``folder`` is on. Any thread; a look takes microseconds."""

    def __init__(
        self, folder: Path, on_refusal: Callable[[], None] = lambda: None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """``on_refusal`` is called by ``note_refusal``, in its thread: somebody has to say it, and to look for room."""
        self._folder = folder
        self._on_refusal = on_refusal
        self._clock = clock
        self._lock = threading.Lock()
        self._is_waiting = False
        self._not_before_s = float("-inf")
        self._patience_s = _TRY_AGAIN_S

    def refuse_if_short(self) -> None:
        """Raises NoRoom when less is left than is to be left to others."""
        free, reserve = self._look()
        if free < reserve:
            raise NoRoom(self.sentence(0))

    def note_refusal(self) -> None:
        """A write met a full disk, or ``refuse_if_short`` refused it: ``wait_s`` says when to try again."""
        free, reserve = self._look()
        with self._lock:
            self._is_waiting = True
            if free >= _enough(reserve):  # then looking at it does not tell when there is room again
                self._not_before_s = self._clock() + self._patience_s
                self._patience_s = min(2 * self._patience_s, _TRY_AGAIN_AT_MOST_S)
        self._on_refusal()

    def note_success(self) -> None:
        """Something was written."""
        with self._lock:
            self._is_waiting = False
            self._not_before_s, self._patience_s = float("-inf"), _TRY_AGAIN_S

    def wait_s(self) -> float:
        """How long to wait before looking again; 0 when it is worth trying. Nothing is written to find out."""
        free, reserve = self._look()
        with self._lock:
            if not self._is_waiting:
                return 0.0
            if free < _enough(reserve):
                return _LOOK_EVERY_S
            left_s = self._not_before_s - self._clock()
            return min(_LOOK_EVERY_S, left_s) if left_s > 0 else 0.0

    def sentence(self, waiting: int) -> str:
        """What stands in the way, while so many photos wait."""
        free, reserve = self._look()
        missing = max(0, _enough(reserve) - free) + waiting * BYTES_FOR_A_PHOTO
        return f"The disk is full: photofind needs about {_words(missing)} more room in {self._folder}."

    def _look(self) -> tuple[int, int]:
        """Bytes that are free, and bytes to be left free."""
        try:
            usage = shutil.disk_usage(self._folder)
        except OSError:  # it went away: whoever writes says so better
            return 0, 0
        return usage.free, min(RESERVE_BYTES, usage.total // _SHARE_OF_SMALL_DISK)


def _enough(reserve: int) -> int:
    return reserve + reserve // _SHARE_BEFORE_GOING_ON


def has_room_to_open(folder: Path) -> bool:
    """Whether there is enough room to open the library in ``folder`` for writing."""
    usage = shutil.disk_usage(folder)
    return usage.free >= min(_TO_OPEN_BYTES, usage.total // _SHARE_OF_SMALL_DISK)


def _words(size_bytes: int) -> str:
    """``340 MB``: two figures, rounded up, at least one megabyte."""
    megabytes = max(1.0, size_bytes / 1e6)
    step = 10.0 ** (math.floor(math.log10(megabytes)) - 1)
    rounded = math.ceil(megabytes / step) * step
    return f"{rounded / 1000:.1f} GB" if rounded >= 1000 else f"{math.ceil(rounded)} MB"

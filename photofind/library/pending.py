"""One path whose state on disk differs from what was told of it, and how to look at that state."""

import os
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from photofind.core.changes import Appeared, Change, Changed, Unsure, Vanished

FOLDER_PATIENCE = 3.0  # how many times settle_s a folder may wait for what is still going on in it


@dataclass(frozen=True, slots=True)
class Stamp:
    """What tells that a file is still being written: any of these differs from one moment to the next."""

    is_folder: bool
    size_bytes: int = 0
    mtime_ns: int = 0
    inode: tuple[int, int] = (0, 0)


Look = Callable[[str], Stamp | None]


def look_at(path: str) -> Stamp | None:
    """What is at ``path`` now, links not followed; None where nothing is, or nothing can be seen."""
    try:
        status = os.lstat(path)
    except (OSError, ValueError):
        return None
    if stat.S_ISDIR(status.st_mode):  # its size and times say nothing about what lies below
        return Stamp(True, inode=(status.st_dev, status.st_ino))
    return Stamp(False, status.st_size, status.st_mtime_ns, (status.st_dev, status.st_ino))


@dataclass(slots=True)
class Pending:
    """How a path differs from what was told, once the moves that wait have been told."""

    is_told: bool  # surely, that is; a scan that ran meanwhile may have seen anything
    told_folder: bool  # whether what was told of was a folder
    exists: bool
    is_folder: bool
    first_s: float
    since_s: float
    is_unsure: bool = False
    is_open: bool = False
    patience: float = FOLDER_PATIENCE
    stamp: Stamp | None = None
    is_stamped: bool = False
    is_doubtful: bool = False  # what the events say was not what is there; another look follows

    @property
    def swallows(self) -> bool:
        """Whether it will be scanned, so that what exists below needs no word of its own."""
        return self.is_unsure or (self.exists and self.is_folder)

    def touch(self, now_s: float) -> None:
        """Something happened to it, so its rest begins again."""
        self.since_s = now_s
        self.is_stamped = self.is_doubtful = False

    def is_restless(self, there: Stamp | None, now_s: float, settle_s: float) -> bool:
        """Whether what is there at the end of its rest says that the rest is not over."""
        if self.is_unsure:
            return False
        if self.exists != (there is not None):
            if self.is_doubtful:
                return False
            self.touch(now_s - settle_s / 2)  # the event that explains it is under way, most likely
            self.is_doubtful = True
            return True
        if there is not None and self.is_stamped and self.stamp not in (None, there):
            self.since_s, self.stamp = now_s, there  # it grows without events, as over a network or by mmap
            return True
        return False

    def changes(self, path: str, there: Stamp | None) -> Iterable[Change]:
        """What to tell, given what is there."""
        if self.is_unsure:
            return [Unsure(path)]
        if there is None:
            return [Vanished(path, self.told_folder if self.is_told else self.is_folder)]
        appeared = Appeared(path, there.is_folder)
        if not self.is_told:
            return [appeared]
        if self.told_folder != there.is_folder:
            return [Vanished(path, self.told_folder), appeared]
        return [Unsure(path) if there.is_folder else Changed(path)]

"""What makes a write survive a power cut, and the words for a disk that refuses one.

Proven on Linux. macOS needs F_FULLFSYNC (fcntl(2) there: fsync alone leaves data in the drive's cache) and Windows
cannot sync a folder; both are written with care and unproven.
"""

import contextlib
import errno
import os
import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from photofind.core.errors import NoRoom, StoreFailed
from photofind.core.private_folder import PRIVATE_FOLDER, make_private

if sys.platform != "win32":
    import fcntl

PRIVATE_FILE = 0o600

NO_ROOM = {errno.ENOSPC, errno.EDQUOT}
_NO_RIGHTS = {errno.EACCES, errno.EPERM, errno.EROFS}


def store_failure(error: OSError, what: str) -> StoreFailed:
    """The error to raise for an operating system error; ``what`` names the thing written or read ("the vectors")."""
    if error.errno in NO_ROOM:
        return NoRoom(f"The disk is full, so {what} could not be written: free some space and photofind goes on.")
    if error.errno == errno.EROFS:
        return StoreFailed(f"The disk is read-only, so {what} could not be written: make the library's disk writable.")
    if error.errno in _NO_RIGHTS:
        return StoreFailed(f"photofind may not read or write {what}: check the rights of the library's folder.")
    reason = os.strerror(error.errno) if error.errno else str(error)
    return StoreFailed(f"The disk failed on {what} ({reason}): check the disk, then start photofind again.")


@contextlib.contextmanager
def disk_errors(what: str) -> Iterator[None]:
    """Turns each OSError of the block into NoRoom or StoreFailed, with the original as its cause."""
    try:
        yield
    except OSError as error:
        raise store_failure(error, what) from error


def private_folder(folder: Path) -> None:
    """Make ``folder`` (and those above it that are missing) for this user only; also tightens one that exists."""
    for path in make_private(folder):
        sync_folder(path.parent)
    if sys.platform != "win32" and folder.stat().st_mode & 0o077:
        folder.chmod(PRIVATE_FOLDER)


def sync_descriptor(descriptor: int) -> None:
    """Returns when what was written to the open file is on the disk. Raises OSError."""
    if sys.platform == "darwin":
        try:
            fcntl.fcntl(descriptor, fcntl.F_FULLFSYNC)
        except OSError as error:  # some network file systems know no F_FULLFSYNC
            if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOTTY):
                raise
        else:
            return
    os.fsync(descriptor)


def sync_file(path: Path) -> None:
    """Returns when the file's content is on the disk. Raises OSError."""
    # Windows flushes only through a handle that may write.
    descriptor = os.open(path, os.O_RDWR if sys.platform == "win32" else os.O_RDONLY)
    try:
        sync_descriptor(descriptor)
    finally:
        os.close(descriptor)


def sync_folder(folder: Path) -> None:
    """Returns when names that came, went or changed in ``folder`` are on the disk. Raises OSError."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    except OSError as error:  # file systems without a notion of it (some FUSE and network ones) say EINVAL
        if error.errno != errno.EINVAL:
            raise
    finally:
        os.close(descriptor)


def replace_file(source: Path, target: Path) -> None:
    """Give ``source``, already synced, the name ``target``: a power cut leaves the old or the new. Raises OSError."""
    source.replace(target)
    sync_folder(target.parent)


def sync_tree(folder: Path, newer_than_ns: int = 0) -> int:
    """Sync each file below ``folder`` changed since ``newer_than_ns`` (st_mtime_ns), then all folders that hold one.

    Returns the number of files synced. A file that vanishes meanwhile is passed over. Raises OSError.
    """
    synced = 0
    for path, folders, names in os.walk(folder, topdown=False):
        changed = False
        for name in names:
            file = Path(path, name)
            with contextlib.suppress(FileNotFoundError):
                if file.stat().st_mtime_ns >= newer_than_ns:
                    sync_file(file)
                    changed = True
                    synced += 1
        with contextlib.suppress(FileNotFoundError):
            here = Path(path)
            if changed or folders or here.stat().st_mtime_ns >= newer_than_ns:
                sync_folder(here)
    return synced


def free_name(path: Path) -> Path:
    """A name beside a damaged file or folder that says the day and that nothing has."""
    stem = f"{path.name}.damaged-{date.today().isoformat()}"
    number = 1
    while (aside := path.with_name(stem if number == 1 else f"{stem}-{number}")).exists():
        number += 1
    return aside


def set_aside(path: Path, *beside: str) -> Path:
    """Rename a damaged file or folder to a free name beside it that says the day, and return that name. Raises OSError.

    ``beside``: endings of files that belong to it ("-wal"), which go with it where they are there. Nothing that was set
    aside is ever removed: what it holds is the user's to judge.
    """
    aside = free_name(path)
    path.rename(aside)
    for ending in beside:
        with contextlib.suppress(FileNotFoundError):
            path.with_name(path.name + ending).rename(aside.with_name(aside.name + ending))
    sync_folder(aside.parent)
    return aside

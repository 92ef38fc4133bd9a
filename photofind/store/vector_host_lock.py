"""One vector host for a library: a locked file that names the process which holds it.

The lock is the operating system's (flock; on Windows a locked byte, unproven), so it ends with its holder however that
ends. What the file says is true while it is locked, and only then.
"""

import contextlib
import json
import os
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from photofind.core.errors import LibraryInUse, StoreFailed
from photofind.core.passing_folder import let_go
from photofind.store.durable import PRIVATE_FILE

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_LOCKED_BYTE = 1 << 30  # far behind the text: Windows lets no one read a locked byte
_MAX_TEXT_BYTES = 4096


@dataclass(frozen=True, slots=True)
class HostRecord:
    """Who holds the lock: the host, the program that started it, and its socket ("" where there is none)."""

    pid: int
    parent_pid: int
    socket: str


class HostLock:
    """Held by a host for as long as it lives. Keep the object: the lock goes with it."""

    def __init__(self, path: Path, record: HostRecord, wait_s: float = 5.0) -> None:
        """Take the lock at ``path``. Raises LibraryInUse when another host keeps it for ``wait_s``, or OSError."""
        self._descriptor = _open(path)
        deadline = time.monotonic() + wait_s
        while not _try_lock(self._descriptor):
            if time.monotonic() > deadline:
                os.close(self._descriptor)
                raise LibraryInUse("Another program uses this library's vectors: close it and try again.")
            time.sleep(0.02)
        os.ftruncate(self._descriptor, 0)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, json.dumps(asdict(record)).encode())

    def clear(self) -> None:
        """Say that the host ended well: see ``ended_badly``."""
        os.ftruncate(self._descriptor, 0)

    def release(self) -> None:
        """Let go of the lock; the file stays, as another may be waiting at it."""
        os.close(self._descriptor)


def lock_of(folder: Path) -> Path:
    """Where the lock of the host of ``folder`` lies."""
    return folder.with_name(f"{folder.name}.lock")


def ended_badly(path: Path) -> bool:
    """Whether the last host with the lock at ``path`` was killed before it had written everything. While none runs."""
    try:
        return path.stat().st_size > 0
    except OSError:  # there never was one
        return False


def end_orphan(path: Path, wait_s: float = 10.0) -> None:
    """End a host that holds the lock at ``path`` though the program that started it has ended, and tidy its socket.

    Raises LibraryInUse when that program still runs, StoreFailed when the host cannot be ended, OSError.
    """
    descriptor = _open(path)
    try:
        deadline = time.monotonic() + wait_s
        while not _try_lock(descriptor):
            record = _read(descriptor)
            if record is not None:  # else it is about to write
                _end(record)
            if time.monotonic() > deadline:
                raise StoreFailed("An older vector store of this library does not end: restart the computer.")
            time.sleep(0.02)
        record = _read(descriptor)
        if record is not None and record.socket:
            remove_socket(Path(record.socket))
            os.ftruncate(descriptor, 0)
    finally:
        os.close(descriptor)


def remove_socket(socket: Path) -> None:
    """Remove a host's socket and the folder made for it alone; nothing else can be lost by it."""
    with contextlib.suppress(OSError):
        socket.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        socket.parent.rmdir()  # refuses a folder that holds anything
    let_go(socket.parent)


def _end(record: HostRecord) -> None:
    try:
        host = psutil.Process(record.pid)
        parent = host.parent()
        if parent is not None and parent.pid == record.parent_pid:
            raise LibraryInUse("Another photofind uses this library's vectors: close it and try again.")
        host.kill()  # psutil makes sure that the number has not passed to another process
    except psutil.NoSuchProcess:
        return
    except psutil.AccessDenied as error:
        raise LibraryInUse("Another user's program uses this library's vectors: close it and try again.") from error


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0), PRIVATE_FILE)


def _read(descriptor: int) -> HostRecord | None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    try:
        return HostRecord(**json.loads(os.read(descriptor, _MAX_TEXT_BYTES)))
    except (ValueError, TypeError):
        return None


def _try_lock(descriptor: int) -> bool:
    try:
        if sys.platform == "win32":
            os.lseek(descriptor, _LOCKED_BYTE, os.SEEK_SET)
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True

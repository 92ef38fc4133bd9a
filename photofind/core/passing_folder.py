"""Folders for sockets and the like that a process makes for as long as it lives, and those that killed ones left behind.

Each is locked (flock) by its maker, so that anybody can tell whether it still lives, whatever it is called and in
whichever container it runs. Windows has no such lock on folders: there, nothing is tidied.
"""

import contextlib
import os
import shutil
import sys
import tempfile
import threading
from collections.abc import Iterable
from pathlib import Path

if sys.platform != "win32":
    import fcntl

PREFIX = "photofind-run-"

_held: dict[Path, int] = {}
_lock = threading.Lock()


def make_passing_folder(parent: str) -> Path:
    """A fresh 0700 folder below ``parent``; ``let_go`` when it is removed. Any thread. Raises OSError."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
        descriptor = _open_locked(folder)
        if folder.is_dir():  # else another process has just tidied it away, before it was locked
            break
    if descriptor is not None:
        with _lock:
            _held[folder] = descriptor
    return folder


def let_go(folder: Path) -> None:
    """The folder is removed, or about to be. Any thread."""
    with _lock:
        descriptor = _held.pop(folder, None)
    if descriptor is not None:
        os.close(descriptor)


def remove_left_behind(parents: Iterable[str]) -> None:
    """Remove the folders in ``parents`` whose makers were killed. Any thread."""
    for parent in parents:
        with contextlib.suppress(OSError):
            for folder in Path(parent).glob(f"{PREFIX}*"):
                _remove_if_left_behind(folder)


def _remove_if_left_behind(folder: Path) -> None:
    with contextlib.suppress(OSError):
        status = folder.lstat()
        if sys.platform == "win32" or folder.is_symlink() or not folder.is_dir() or status.st_uid != os.getuid():
            return
        descriptor = _open_locked(folder)
        if descriptor is not None:
            shutil.rmtree(folder, ignore_errors=True)
            os.close(descriptor)


def _open_locked(folder: Path) -> int | None:
    """The folder, open and locked; None where another has it locked, or where nothing can be."""
    if sys.platform == "win32":
        return None
    try:
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(descriptor)
        return None
    return descriptor

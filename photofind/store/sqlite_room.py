"""Which errors of SQLite mean that the disk is full."""

import os
import shutil
import sqlite3
from pathlib import Path

from photofind.store.sqlite_errors import code_of

_HARDLY_ANY_BYTES = 256 * 1024  # SQLite writes whole pages, and takes 32 kB at a time for what its connections share
_OF_THE_DISK = {sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN}


def is_full(error: sqlite3.Error, path: Path) -> bool:
    """Whether ``error`` came from a full disk of ``path``.

    SQLite says SQLITE_FULL where it writes a page, and calls it an I/O error or a file that cannot be opened where it
    makes or lengthens one of its files.
    """
    code = code_of(error)
    return code == sqlite3.SQLITE_FULL or (code in _OF_THE_DISK and has_no_room(path.parent))


def has_no_room(folder: Path) -> bool:
    """Whether nothing more can be written to the disk of ``folder``: no bytes, or no names for new files, are left."""
    try:
        if shutil.disk_usage(folder).free < _HARDLY_ANY_BYTES:
            return True
        if not hasattr(os, "statvfs"):
            return False
        status = os.statvfs(folder)
    except OSError:
        return False
    return status.f_files > 0 and status.f_favail == 0

"""The library's place on the disk: room, rights, and whether it can be written."""

import errno
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from photofind.config.paths import LibraryPaths
from photofind.core.private_folder import PRIVATE_FOLDER
from photofind.library.doctor.ward import Diagnosis, Ward, broken, fine, note
from photofind.store.durable import PRIVATE_FILE

_TOO_LITTLE_BYTES = 256 << 20  # below this the vector store refuses to write
_LITTLE_BYTES = 2 << 30
_OWN = ("catalogue.db*", "thumbnails.db*", "vectors", "milvus.db*", "lock", "settings.json*", "logs", "backups")
_EVERYONE = 0o077


def check(ward: Ward) -> Iterator[Diagnosis]:
    folder = ward.paths.folder
    open_to_others, closed_to_us = wrong_rights(ward.paths)
    if open_to_others:
        yield broken(
            "disk",
            "others-may-read",
            f"Other users of this computer may look into {_number(open_to_others)} of the library.",
            "The library knows your photos' names, places and what is in them.",
            mend=lambda: set_rights(open_to_others),
        )
    if closed_to_us:
        yield broken(
            "disk",
            "rights-lost",
            f"You may not read or write {_number(closed_to_us)} of the library yourself.",
            "photofind cannot keep what it finds out about your photos.",
            mend=lambda: set_rights(closed_to_us),
        )
    elif not _can_write(folder):
        yield broken(
            "disk",
            "cannot-write",
            f"Nothing can be written in the library's folder {folder}.",
            "Photos can be found as before, but new ones are not indexed, and tags and ratings not kept.",
            "Make the disk writable, or give yourself the right to write there.",
        )
    free = shutil.disk_usage(folder).free
    if free < _TOO_LITTLE_BYTES:
        yield broken(
            "disk",
            "no-room",
            f"There is almost no room left on the disk of the library ({free >> 20} MB).",
            "New photos are not indexed until there is; nothing is lost.",
            f"Free some space on the disk of {folder}.",
        )
    elif free < _LITTLE_BYTES:
        yield note(
            "disk",
            "little-room",
            f"There is little room left on the disk of the library ({free >> 20} MB).",
            "A thousand photos take about 25 MB there.",
            f"Free some space on the disk of {folder} before adding many photos.",
        )
    if not open_to_others and not closed_to_us and free >= _LITTLE_BYTES:
        yield fine("disk", f"The library is yours alone, and {free / 1e9:.0f} GB are free for it.")


def wrong_rights(paths: LibraryPaths) -> tuple[list[Path], list[Path]]:
    """Files and folders of the library that others may use, and those that its owner may not. Windows: none."""
    if sys.platform == "win32":
        return [], []
    others, own = [], []
    for path in _everything(paths):
        try:
            status = path.lstat()
        except OSError:
            continue
        if stat.S_ISLNK(status.st_mode):
            continue
        needed = PRIVATE_FOLDER if stat.S_ISDIR(status.st_mode) else PRIVATE_FILE
        if status.st_mode & needed != needed:
            own.append(path)
        elif status.st_mode & _EVERYONE:
            others.append(path)
    return others, own


def set_rights(paths: list[Path]) -> str:
    """Folders become 0700, files 0600. Raises OSError."""
    for path in sorted(paths):  # a folder before what is in it
        path.chmod(PRIVATE_FOLDER if path.is_dir() else PRIVATE_FILE)
    return f"The rights of {_number(paths)} were set: only you may read and write there."


def _everything(paths: LibraryPaths) -> Iterator[Path]:
    """The folder itself where it is a library's alone, and what is the library's in it."""
    if paths.lock.exists() or not os.access(paths.folder, os.X_OK):
        yield paths.folder
    for pattern in _OWN:
        for path in paths.folder.glob(pattern):
            yield path
            if path.is_dir() and not path.is_symlink():
                yield from path.rglob("*")


def _can_write(folder: Path) -> bool:
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            file.write(b"photofind")
            file.flush()
    except OSError as error:
        return error.errno in (errno.ENOSPC, errno.EDQUOT)  # that is the room's fault, and said there
    return True


def _number(paths: list[Path]) -> str:
    return "1 file or folder" if len(paths) == 1 else f"{len(paths):,} files and folders"

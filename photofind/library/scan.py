"""Walks through folders and says what is there."""

import errno
import logging
import os
import stat
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field

from photofind.config.settings import Settings
from photofind.media.formats import is_called_picture
from photofind.media.sidecar import is_sidecar, sidecar_candidates, sidecar_state
from photofind.store.catalogue_files import FileStat, Stamp

_log = logging.getLogger(__name__)

_ENTRIES_AT_ONCE = 1000
_ODD_FILES = (stat.S_ISFIFO, stat.S_ISSOCK, stat.S_ISCHR, stat.S_ISBLK)
_ODD: Stamp = (0, 0, 0)
"""Of what is called a picture and is no file. Pipes and devices get other times as they are used: none counts."""
# What browsers, mail and copying programs call a file until it is whole; rsync and others begin the name with a dot.
_UNFINISHED = frozenset(
    (".part", ".partial", ".filepart", ".crdownload", ".opdownload", ".download", ".tmp", ".temp")
)


@dataclass(frozen=True, slots=True)
class SkipRules:
    """Which names a scan passes over."""

    hidden: bool = True
    folders: frozenset[str] = frozenset()

    def skips_folder(self, name: str) -> bool:
        return (self.hidden and name.startswith(".")) or name in self.folders

    def skips_file(self, name: str) -> bool:
        return (self.hidden and name.startswith(".")) or is_sidecar(name) or is_unfinished(name)

    def skips_path(self, path: str, root: str, *, is_folder: bool = True) -> bool:
        """Whether a scan of ``root`` would never come to ``path``."""
        *folders, name = os.path.relpath(path, root).split(os.sep)
        skips = self.skips_folder if is_folder else self.skips_file
        return any(self.skips_folder(folder) for folder in folders) or skips(name)


def is_unfinished(name: str) -> bool:
    """Whether a program says by a file's name that it is still being written: it is renamed when it is whole."""
    return os.path.splitext(name)[1].lower() in _UNFINISHED


def rules_of(settings: Settings) -> SkipRules:
    """The rules that a user has chosen."""
    return SkipRules(settings.skip_hidden, frozenset(settings.skipped_folders))


@dataclass(slots=True)
class Listing:
    """The files of one directory by name. ``readable`` is False where the system refused to list it."""

    directory: str
    files: dict[str, Stamp] = field(default_factory=dict)
    readable: bool = True
    has_vanished: bool = False


def walk(root: str, rules: SkipRules) -> Iterator[Listing | None]:
    """The listing of ``root`` and of each directory below it. Links to directories are not followed: they may loop.

    A directory that is gone by the time its turn comes has none. None now and then within a large directory, for its
    caller to see to something else.
    """
    waiting = [root]
    while waiting:
        listing = Listing(waiting.pop())
        folders = yield from _list(listing, rules)
        if not listing.has_vanished:
            yield listing
        waiting.extend(sorted(folders, reverse=True))


def _list(listing: Listing, rules: SkipRules) -> Generator[None, None, list[str]]:
    """Fill in the files that may be pictures directly in the directory. Returns its folders."""
    folders: list[str] = []
    sidecar_times_ns: dict[str, int] = {}
    left = _ENTRIES_AT_ONCE
    try:
        with os.scandir(listing.directory) as entries:
            for entry in entries:
                name = entry.name
                try:
                    if entry.is_dir(follow_symlinks=False):
                        if not rules.skips_folder(name):
                            folders.append(entry.path)
                    elif is_sidecar(name):
                        sidecar_times_ns[name] = entry.stat().st_mtime_ns
                    elif not rules.skips_file(name):
                        stamp = _stamp_of(name, entry.stat())
                        if stamp is not None:
                            listing.files[name] = stamp
                except OSError as error:  # vanished meanwhile, or a link that leads nowhere
                    if _is_loop(name, error):
                        listing.files[name] = _ODD
                    _log.debug("passed over %r: %s", entry.path, error)
                left -= 1
                if not left:
                    left = _ENTRIES_AT_ONCE
                    yield
    except (FileNotFoundError, NotADirectoryError):
        listing.has_vanished = True
    except OSError as error:
        _log.info("cannot list %r: %s", listing.directory, error)
        listing.readable = False
    if sidecar_times_ns:
        yield from _note_sidecars(listing.files, sidecar_times_ns)
    return folders


def _note_sidecars(files: dict[str, Stamp], sidecar_times_ns: dict[str, int]) -> Iterator[None]:
    for number, (name, (size_bytes, mtime_ns, _)) in enumerate(files.items()):
        sidecar = next((other for other in sidecar_candidates(name) if other in sidecar_times_ns), None)
        if sidecar is not None:
            files[name] = (size_bytes, mtime_ns, sidecar_times_ns[sidecar])
        if number % _ENTRIES_AT_ONCE == _ENTRIES_AT_ONCE - 1:
            yield


def _stamp_of(name: str, status: os.stat_result) -> Stamp | None:
    """Without that of its sidecar; None for what is passed over. A pipe, socket or device under a picture's name is not: it
    is a problem to be listed."""
    if stat.S_ISREG(status.st_mode):
        return status.st_size, status.st_mtime_ns, 0
    is_odd = is_called_picture(name) and any(is_odd(status.st_mode) for is_odd in _ODD_FILES)
    return _ODD if is_odd else None


def _is_loop(name: str, error: OSError) -> bool:
    """Whether it is a link under a picture's name that leads back to itself: listed as well."""
    return error.errno == errno.ELOOP and is_called_picture(name)


def has_vanished(path: str) -> bool:
    """Whether the system says that nothing is at ``path``. That it may not be looked at, or that the disk fails, does not
    say so: a photo that cannot be reached is not a photo that was deleted.
    """
    try:
        os.lstat(path)
    except (FileNotFoundError, NotADirectoryError):
        return True
    except (OSError, ValueError):
        return False
    return False


def has_no_file(path: str) -> bool:
    """Whether the system says that no file is at ``path``, but nothing, or a folder."""
    return os.path.isdir(path) or has_vanished(path)


def cannot_be_told(path: str) -> bool:
    """Whether the system refuses to say what is at ``path``."""
    try:
        os.stat(path)
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError as error:
        return error.errno != errno.ELOOP
    return False


def is_folder(path: str) -> bool:
    """Whether a scan would go into ``path``."""
    return os.path.isdir(path) and not os.path.islink(path)


def stat_file(path: str) -> FileStat | None:
    """What a listing would say of the file at ``path``; None where it would name none."""
    name = os.path.basename(path)
    try:
        stamp = _stamp_of(name, os.stat(path))
    except OSError as error:
        stamp = _ODD if _is_loop(name, error) else None
    except ValueError:
        stamp = None
    return None if stamp is None else FileStat(name, *stamp[:2], sidecar_state(path)[1])

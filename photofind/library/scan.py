"""Walks through folders and says what is there."""

import logging
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field

from photofind.config.settings import Settings
from photofind.media.sidecar import is_sidecar, sidecar_candidates, sidecar_state
from photofind.store.catalogue_files import FileStat

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SkipRules:
    """Which names a scan passes over."""

    hidden: bool = True
    folders: frozenset[str] = frozenset()

    def skips_folder(self, name: str) -> bool:
        return (self.hidden and name.startswith(".")) or name in self.folders

    def skips_file(self, name: str) -> bool:
        return (self.hidden and name.startswith(".")) or is_sidecar(name)

    def skips_path(self, path: str, root: str) -> bool:
        """Whether a scan of ``root`` would never come to ``path``."""
        *folders, name = os.path.relpath(path, root).split(os.sep)
        return any(self.skips_folder(folder) for folder in folders) or self.skips_folder(name)


def rules_of(settings: Settings) -> SkipRules:
    """The rules that a user has chosen."""
    return SkipRules(settings.skip_hidden, frozenset(settings.skipped_folders))


@dataclass(slots=True)
class Listing:
    """The files of one directory. ``readable`` is False where the system refused to list it."""

    directory: str
    files: list[FileStat] = field(default_factory=list)
    readable: bool = True


def walk(root: str, rules: SkipRules) -> Iterator[Listing]:
    """The listing of ``root`` and of each directory below it. Links to directories are not followed: they may loop."""
    waiting = [root]
    while waiting:
        listing, folders = list_directory(waiting.pop(), rules)
        yield listing
        waiting.extend(reversed(folders))


def list_directory(directory: str, rules: SkipRules) -> tuple[Listing, list[str]]:
    """The files that may be pictures directly in ``directory``, and its folders."""
    listing = Listing(directory)
    folders: list[str] = []
    sidecar_times_ns: dict[str, int] = {}
    found: list[tuple[str, os.stat_result]] = []
    try:
        with os.scandir(directory) as entries:
            for entry in entries:
                try:
                    if entry.is_dir(follow_symlinks=False):
                        if not rules.skips_folder(entry.name):
                            folders.append(entry.path)
                    elif is_sidecar(entry.name):
                        sidecar_times_ns[entry.name] = entry.stat().st_mtime_ns
                    elif not rules.skips_file(entry.name):
                        status = entry.stat()
                        if stat.S_ISREG(status.st_mode):
                            found.append((entry.name, status))
                except OSError as error:  # vanished meanwhile, or a link that leads nowhere
                    _log.debug("passed over %r: %s", entry.path, error)
    except OSError as error:
        _log.info("cannot list %r: %s", directory, error)
        listing.readable = False
    for name, status in found:
        sidecar_ns = next((sidecar_times_ns[other] for other in sidecar_candidates(name) if other in sidecar_times_ns), 0)
        listing.files.append(FileStat(name, status.st_size, status.st_mtime_ns, sidecar_ns))
    folders.sort()
    return listing, folders


def stat_file(path: str) -> FileStat | None:
    """What a listing would say of the file at ``path``; None where there is no regular file."""
    try:
        status = os.stat(path)
        if not stat.S_ISREG(status.st_mode):
            return None
    except (OSError, ValueError):
        return None
    return FileStat(os.path.basename(path), status.st_size, status.st_mtime_ns, sidecar_state(path)[1])

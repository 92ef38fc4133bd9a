"""The backups of a library: which are kept, and for how long."""

import contextlib
import logging
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from photofind.core.errors import StoreFailed
from photofind.store.edit_backup import (
    SUFFIX,
    Backup,
    BackupHead,
    DamagedBackup,
    digest_of,
    digest_of_backup,
    read_backup,
    write_backup,
)

_log = logging.getLogger(__name__)

_NEWEST = 5  # whatever their age: a day with several sessions keeps more than its last
_DAYS, _WEEKS, _MONTHS = 7, 4, 12
_NAME = "%Y-%m-%d_%H%M%S"


class EditBackups:
    """The folder of backups; their names say when they were made, in local time. One thread at a time."""

    def __init__(self, folder: Path, clock: Callable[[], float] = time.time) -> None:
        self.folder = folder
        self._clock = clock

    def paths(self) -> list[Path]:
        """All backups, the newest first."""
        try:
            found = [path for path in self.folder.iterdir() if path.suffix == SUFFIX and _made_at(path) is not None]
        except OSError:
            return []
        return sorted(found, key=lambda path: path.name, reverse=True)

    def heads(self) -> tuple[list[BackupHead], list[Path]]:
        """What the backups say of themselves, the newest first, and those that are damaged. Reads them all."""
        sound, damaged = [], []
        for path in self.paths():
            try:
                sound.append(read_backup(path).head)
            except DamagedBackup:
                damaged.append(path)
            except StoreFailed as error:  # of a newer photofind, or on a failing disk: nobody knows
                _log.info("%s is passed over: %s", path, error)
        return sound, damaged

    def newest(self) -> Backup | None:
        """The newest backup that is sound."""
        for path in self.paths():
            with contextlib.suppress(StoreFailed):
                return read_backup(path)
        return None

    def _next_path(self) -> Path:
        """After the newest one by name, whatever became of the clock: a second backup in a second, or one set back."""
        named_s = self._clock()
        newest = next(iter(self.paths()), None)
        made = _made_at(newest) if newest is not None else None
        if made is not None:
            named_s = max(named_s, time.mktime(made) + 1)
        return self.folder / f"{time.strftime(_NAME, time.localtime(named_s))}{SUFFIX}"

    def _newest_digest(self) -> str:
        for path in self.paths():
            with contextlib.suppress(StoreFailed):
                return digest_of_backup(path)
        return ""

    def add(self, lines: Callable[[], Iterable[bytes]], program: str) -> Path | None:
        """Keep a content, which is gone through twice, unless the newest backup holds the same; then drop what is old.

        Returns the new file. Raises NoRoom, StoreFailed; nothing is dropped then.
        """
        if self._newest_digest() == digest_of(lines()):
            return None
        path = self._next_path()
        write_backup(path, lines(), program=program, made_s=int(self._clock()))
        for old in superfluous(self.paths()):
            with contextlib.suppress(OSError):
                old.unlink()
        return path


def superfluous(paths: Sequence[Path]) -> list[Path]:
    """Those to drop: not among the newest five, nor the last of one of the last seven days, four weeks or twelve months
    that have any. Days without a backup count for nothing, so a library that is opened once a year loses none to age.
    """
    newest_first = sorted(paths, key=lambda path: path.name, reverse=True)
    keep = set(newest_first[:_NEWEST])
    for period, most in (("%Y-%j", _DAYS), ("%G-%V", _WEEKS), ("%Y-%m", _MONTHS)):
        seen: set[str] = set()
        for path in newest_first:
            made = _made_at(path)
            name = time.strftime(period, made) if made is not None else ""
            if name and name not in seen and len(seen) < most:
                seen.add(name)
                keep.add(path)
    return [path for path in newest_first if path not in keep]


def _made_at(path: Path) -> time.struct_time | None:
    try:
        return time.strptime(path.stem, _NAME)
    except ValueError:
        return None

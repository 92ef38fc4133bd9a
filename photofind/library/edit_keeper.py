"""Keeps backups of what cannot be made again from the photos, and gives back what waits for photos to appear."""

import contextlib
import logging
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from photofind import __version__
from photofind.config import settings as settings_file
from photofind.config.paths import LibraryPaths
from photofind.config.settings import Settings, declared
from photofind.core.errors import PhotofindError, StoreFailed
from photofind.core.events import Event, Notice
from photofind.library.librarian import Librarian
from photofind.library.restoring import NEVER_IN_A_BACKUP, apply_waiting, waiting_edits
from photofind.store.catalogue_albums import albums_of
from photofind.store.catalogue_schema import open_for_reading
from photofind.store.edit_backup import DamagedBackup, content_lines
from photofind.store.edit_backups import EditBackups
from photofind.store.user_edits import edited_photos

_log = logging.getLogger(__name__)

_LOOK_EVERY_S = 60.0
_BACK_UP_EVERY_S = 24 * 3600


def back_up_edits(paths: LibraryPaths, clock: Callable[[], float] = time.time) -> Path | None:
    """Write a backup unless the newest one says the same. Returns its path. Blocks; any thread, one at a time.

    Reads through a connection of its own, so that the librarian goes on meanwhile. Raises NoRoom, StoreFailed.
    """
    try:
        with closing(open_for_reading(paths.catalogue)) as connection:
            connection.execute("BEGIN")  # one state of the catalogue, however often it is gone through
            if not any(True for _ in _lines(paths, connection)):
                return None  # nothing was ever said
            return EditBackups(paths.catalogue_backups, clock).add(lambda: _lines(paths, connection), __version__)
    except sqlite3.Error as error:
        raise StoreFailed(f"The catalogue could not be read for a backup of your edits ({error}).") from error


def _lines(paths: LibraryPaths, connection: sqlite3.Connection) -> Iterator[bytes]:
    settings, _ = settings_file.load(paths.settings) if paths.settings.exists() else (Settings(), "")
    changed = {
        name: getattr(settings, name)
        for name, each in declared().items()
        if name not in NEVER_IN_A_BACKUP and getattr(settings, name) != each.default
    }
    folders = [os.fsdecode(path) for (path,) in connection.execute("SELECT path FROM folders WHERE watched = 1 ORDER BY id")]
    yield from content_lines(folders, changed, edited_photos(connection), albums_of(connection))
    with contextlib.suppress(DamagedBackup):  # set aside when it is next given back
        yield from content_lines((), {}, waiting_edits(paths))


class EditKeeper:
    """A thread that backs up once a day, and at the end where something was said since; and that gives photos the
    edits that a restoration kept for them. It stops before the librarian and after all that give it work.
    """

    def __init__(
        self,
        paths: LibraryPaths,
        librarian: Librarian,
        announce: Callable[[Event], None],
        *,
        look_every_s: float = _LOOK_EVERY_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._paths = paths
        self._librarian = librarian
        self._announce = announce
        self._look_every_s = look_every_s
        self._clock = clock
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._told = ""

    def start(self) -> None:
        """The catalogue is there already."""
        self._thread = threading.Thread(target=self._run, name="edit keeper")
        self._thread.start()

    def stop(self) -> None:
        """Give back and back up what is left to do; blocks until it is done. Idempotent."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        try:
            with closing(open_for_reading(self._paths.catalogue)) as connection:
                self._keep(lambda: int(connection.execute("PRAGMA data_version").fetchone()[0]))
        except (StoreFailed, sqlite3.Error) as error:
            _log.warning("no backups of edits are made: %s", error)

    def _keep(self, version: Callable[[], int]) -> None:
        given_at = saved_at = -1  # versions of the catalogue
        while True:
            is_last = self._stopping.is_set()
            now = version()  # what is said while this works is seen to the next time
            if now != given_at and self._do(
                lambda: apply_waiting(lambda job: self._librarian.submit(job).result(), self._paths)
            ):
                given_at = now
            now = version()
            if now != saved_at and (is_last or self._is_due()) and self._do(lambda: back_up_edits(self._paths, self._clock)):
                saved_at = now
            if is_last:
                return
            self._stopping.wait(self._look_every_s)

    def _is_due(self) -> bool:
        newest = next(iter(EditBackups(self._paths.catalogue_backups).paths()), None)
        try:
            return newest is None or abs(self._clock() - newest.stat().st_mtime) >= _BACK_UP_EVERY_S
        except OSError:
            return True

    def _do(self, work: Callable[[], object]) -> bool:
        """Whether it was done."""
        try:
            work()
        except PhotofindError as error:
            if str(error) != self._told:
                self._told = str(error)
                _log.warning("%s", error)
                self._announce(Notice(str(error), is_error=True))
        except Exception:
            _log.exception("keeping your edits failed")
        else:
            return True
        return False

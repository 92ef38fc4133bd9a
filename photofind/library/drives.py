"""Drives that come, go, and are mounted elsewhere: who has to be told."""

import logging
from collections.abc import Callable
from concurrent.futures import Executor

from photofind.library.intake import Intake
from photofind.library.librarian import Librarian
from photofind.library.watcher import FolderWatcher

_log = logging.getLogger(__name__)


class Drives:
    """Between intake, which finds a drive at another place, and watcher, which notices that drives have come or gone.

    ``connect`` comes after both are made; until then nothing is known to have moved. Any thread.
    """

    def __init__(self, librarian: Librarian, rescan: Callable[[str], None]) -> None:
        self._librarian = librarian
        self._rescan = rescan
        self._intake: Intake | None = None
        self._watcher: FolderWatcher | None = None
        self._errands: Executor | None = None

    def connect(self, intake: Intake, watcher: FolderWatcher | None, errands: Executor) -> None:
        self._intake, self._watcher, self._errands = intake, watcher, errands

    def look(self) -> None:
        """Something was mounted or unmounted."""
        if self._intake is not None:
            self._librarian.submit(self._intake.look_for_away)

    def relocated(self, old: str, new: str) -> None:
        """A watched folder is mounted elsewhere now. The watcher takes its time, so it is told by another thread."""
        _log.info("%r is at %r now", old, new)
        if self._errands is not None:
            self._errands.submit(self._follow, old, new)

    def _follow(self, old: str, new: str) -> None:
        if self._watcher is not None:
            self._watcher.unwatch(old)
            self._watcher.watch(new)
        self._rescan(new)

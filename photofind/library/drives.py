"""Drives that come, go, and are mounted elsewhere: who has to be told."""

import contextlib
import logging
from collections.abc import Callable
from concurrent.futures import Executor, Future

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
            self._librarian.submit(self._intake.look_for_away).add_done_callback(_log_failure)

    def relocated(self, old: str, new: str) -> None:
        """A watched folder is mounted elsewhere now. The watcher takes its time, so it is told by another thread."""
        if self._errands is not None:
            with contextlib.suppress(RuntimeError):  # the library is being closed: the next start sees to it
                self._errands.submit(self._follow, old, new).add_done_callback(_log_failure)

    def _follow(self, old: str, new: str) -> None:
        watched = self._librarian.submit(lambda desk: [folder.path for folder in desk.reader.folders()]).result()
        if new not in watched:  # it was taken back: the disk is full, say
            return
        _log.info("%r is at %r now", old, new)
        if self._watcher is not None:
            self._watcher.unwatch(old)
            self._watcher.watch(new)
        self._rescan(new)


def _log_failure(done: "Future[None]") -> None:
    if not done.cancelled() and (error := done.exception()) is not None:
        _log.warning("a drive could not be followed: %s", error)

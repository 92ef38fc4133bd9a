"""Watches folders, and posts what happened in them once it has settled."""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable

from photofind.core.changes import Change, Vanished
from photofind.core.tree import is_below
from photofind.library.folder_events import FolderEvents, Happening, Kind, wanted_part
from photofind.library.settling import SettlingTable
from photofind.library.watch_words import Told
from photofind.library.watched_roots import Rhythm, WatchedRoots

_logger = logging.getLogger(__name__)

_MOST_HAPPENINGS_AT_ONCE = 2_000
_RHYTHM = Rhythm()


class FolderWatcher:
    """Watches folders with all that is below them, through watchdog, and posts settled changes.

    ``post`` gets each list of changes, in order, in the watcher's own thread; see SettlingTable for what the changes
    mean together. ``on_trouble(folder, sentence)``, from that thread or the one that calls ``watch``, says that a
    folder is only looked through now and then, why, and that this is over: see ``Rhythm``. What ``ignore`` says yes to
    is not posted; it is called in the watcher's thread for each event, so it must be cheap. ``on_mounts``, from that
    thread, says that drives were mounted or unmounted anywhere.

    A watched folder that goes away (unmounted, renamed, deleted) stays wanted: it is looked for every ``look_s``
    seconds, and Unsure(folder) is posted when it has gone and when it is back. The methods may be called from any
    thread.
    """

    def __init__(
        self,
        post: Callable[[list[Change]], None],
        *,
        settle_s: float = 1.0,
        look_s: float = 2.0,
        rhythm: Rhythm = _RHYTHM,
        on_trouble: Told = lambda *_: None,
        ignore: Callable[[str], bool] | None = None,
        on_mounts: Callable[[], None] = lambda: None,
    ) -> None:
        self._post = post
        self._look_s, self._ignore = look_s, ignore
        self._pause_s = settle_s / 20  # a look through the table costs by its size, not by what is due
        self._table = SettlingTable(settle_s)  # the watcher's thread only
        self._happenings: deque[Happening | Callable[[], None]] = deque()
        self._news = threading.Condition()
        self._stopping = False
        self._thread: threading.Thread | None = None
        # Its lock is never taken by watchdog's threads, which only take _news.
        self._roots = WatchedRoots(FolderEvents(self._tell), rhythm, self._doubt, on_trouble, on_mounts)

    # Any thread

    def start(self) -> None:
        """Begin to post. Folders may be watched before or after."""
        self._thread = threading.Thread(target=self._run, name="folder watcher")
        self._thread.start()

    def stop(self) -> None:
        """End all threads; what has not settled is not posted. Idempotent."""
        with self._news:
            self._stopping = True
            self._news.notify()
        if self._thread is not None and self._thread is not threading.current_thread():
            self._thread.join()
            self._thread = None
        self._roots.close()

    def watch(self, folder: str) -> None:
        """Watch a folder from now on. Returns when it is watched, so a scan begun afterwards misses nothing.

        Raises nothing: a folder that is not there is waited for. A folder below a watched one costs nothing more.
        """
        with self._roots.lock:
            if not self._stopping and self._roots.add(os.path.abspath(folder)):
                self._tell_roots()

    def unwatch(self, folder: str) -> None:
        """Watch a folder no longer; what waits about it is dropped, unless it lies in another watched folder."""
        folder = os.path.abspath(folder)
        with self._roots.lock:
            if folder not in self._roots.folders:
                return
            if not any(is_below(folder, other) for other in self._roots.folders):
                self._do(lambda: self._table.forget(folder))
            self._roots.remove(folder)
            self._tell_roots()

    @property
    def troubles(self) -> dict[str, str]:
        """Folders that the system does not simply watch, with the sentence about each. May block a moment."""
        return self._roots.troubles

    # watchdog's threads

    def _tell(self, happening: Happening) -> None:
        with self._news:
            self._happenings.append(happening)
            if len(self._happenings) == 1:
                self._news.notify()

    # The watcher's thread

    def _run(self) -> None:
        settle_at_s = 0.0
        look_at_s = time.monotonic() + self._look_s
        while True:
            with self._news:
                if not self._happenings and not self._stopping:
                    wake_s = min(look_at_s, max(self._table.next_s, settle_at_s))
                    self._news.wait(max(0.0, wake_s - time.monotonic()))
                if self._stopping:
                    return
                happenings = [
                    self._happenings.popleft() for _ in range(min(len(self._happenings), _MOST_HAPPENINGS_AT_ONCE))
                ]
            try:
                self._take(happenings)
                if time.monotonic() >= look_at_s:
                    self._roots.look()
                    look_at_s = time.monotonic() + self._look_s
                if time.monotonic() >= max(self._table.next_s, settle_at_s):
                    settle_at_s = time.monotonic() + self._pause_s
                    changes = self._table.due(time.monotonic())
                    if any(isinstance(change, Vanished) for change in changes):
                        changes = self._without_what_is_away(changes)
                    if changes:
                        self._post(changes)
            except Exception:  # whatever goes wrong with one file must not end the watching
                _logger.exception("watching folders failed at this moment and goes on")
                self._tell(Happening(Kind.LOST))

    def _take(self, happenings: Iterable[Happening | Callable[[], None]]) -> None:
        for item in happenings:
            if not isinstance(item, Happening):
                item()
            elif item.kind in (Kind.ROOT_GONE, Kind.LOST, Kind.BROKEN, Kind.LIMIT):
                self._roots.take_trouble(item)
            elif (wanted := wanted_part(item, self._ignore)) is not None:
                self._enter(wanted, time.monotonic())

    def _enter(self, happening: Happening, now_s: float) -> None:
        match happening:
            case Happening(Kind.APPEARED, path, _, is_folder):
                self._table.appeared(path, is_folder, now_s)
            case Happening(Kind.WRITTEN | Kind.CHANGED as kind, path):
                self._table.changed(path, now_s, is_open=kind is Kind.WRITTEN)
            case Happening(Kind.VANISHED, path, _, is_folder):
                self._table.vanished(path, is_folder, now_s)
            case Happening(Kind.MOVED, path, target, is_folder):
                self._table.moved(path, target, is_folder, now_s)

    def _without_what_is_away(self, changes: list[Change]) -> list[Change]:
        """Files that are gone with their whole folder are away, even if it is back before anybody looks for it."""
        self._roots.look()
        away = self._roots.away
        return [
            change
            for change in changes
            if not (isinstance(change, Vanished) and any(is_below(change.path, folder) for folder in away))
        ]

    def _tell_roots(self) -> None:
        folders = self._roots.folders
        self._do(lambda: setattr(self._table, "roots", folders))

    def _doubt(self, folder: str) -> None:
        self._do(lambda: self._table.unsure(folder, time.monotonic()))

    def _do(self, work: Callable[[], None]) -> None:
        """Have work on the table done in the watcher's thread, in its turn."""
        with self._news:
            self._happenings.append(work)
            self._news.notify()

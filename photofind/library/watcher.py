"""Watches folders, and posts what happened in them once it has settled."""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from photofind.core.changes import Change, Vanished
from photofind.core.tree import is_below, overlap
from photofind.library.folder_events import LIMIT_ERRORS, FolderEvents, Happening, Kind, Listening, wanted_part
from photofind.library.mounts import Mountings, identity_of
from photofind.library.settling import SettlingTable

_logger = logging.getLogger(__name__)

_MOST_HAPPENINGS_AT_ONCE = 2_000


@dataclass(slots=True)
class _Root:
    """A folder that is to be watched. ``identity`` is None while it cannot be reached."""

    folder: str
    identity: tuple[int, int] | None = None
    listening: Listening | None = None  # None also while a watched folder above covers it
    is_polled: bool = False


class FolderWatcher:
    """Watches folders with all that is below them, through watchdog, and posts settled changes.

    ``post`` gets each list of changes, in order, in the watcher's own thread; see SettlingTable for what the changes
    mean together. ``on_trouble(folder, sentence)``, from that thread or the one that calls ``watch``, says that a
    folder is only looked through every ``polling_s`` seconds since the system refuses to watch it. What ``ignore``
    says yes to is not posted; it is called in the watcher's thread for each event, so it must be cheap. ``on_mounts``,
    from that thread, says that drives were mounted or unmounted anywhere.

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
        polling_s: float = 30.0,
        on_trouble: Callable[[str, str], None] | None = None,
        ignore: Callable[[str], bool] | None = None,
        on_mounts: Callable[[], None] = lambda: None,
    ) -> None:
        self._post = post
        self._look_s, self._polling_s = look_s, polling_s
        self._on_trouble, self._ignore, self._on_mounts = on_trouble, ignore, on_mounts
        self._pause_s = settle_s / 20  # a look through the table costs by its size, not by what is due
        self._table = SettlingTable(settle_s)  # the watcher's thread only
        self._happenings: deque[Happening | Callable[[], None]] = deque()
        self._news = threading.Condition()
        self._stopping = False
        self._thread: threading.Thread | None = None
        # Held while watches are set up; never taken by watchdog's threads, which only take _news.
        self._roots_lock = threading.RLock()
        self._roots: dict[str, _Root] = {}
        self._events = FolderEvents(self._tell)
        self._mountings = Mountings()

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
        with self._roots_lock:
            for root in self._roots.values():
                self._close(root)
            self._roots.clear()
            self._events.stop()
            self._mountings.close()

    def watch(self, folder: str) -> None:
        """Watch a folder from now on. Returns when it is watched, so a scan begun afterwards misses nothing.

        Raises nothing: a folder that is not there is waited for. A folder below a watched one costs nothing more.
        """
        folder = os.path.abspath(folder)
        with self._roots_lock:
            if folder in self._roots or self._stopping:
                return
            root = _Root(folder, identity_of(folder))
            self._roots[folder] = root
            if root.identity is not None:
                self._open(root)
            self._tell_roots()

    def unwatch(self, folder: str) -> None:
        """Watch a folder no longer; what waits about it is dropped, unless it lies in another watched folder."""
        folder = os.path.abspath(folder)
        with self._roots_lock:
            root = self._roots.pop(folder, None)
            if root is None:
                return
            self._close(root)
            if not any(is_below(folder, other) for other in self._roots):
                self._do(lambda: self._table.forget(folder))
            for other in self._roots.values():
                if is_below(other.folder, folder):
                    if other.identity is not None:
                        self._open(other)
                    self._doubt(other.folder)
            self._tell_roots()

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
                    self._look_after_roots()
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
                self._take_trouble(item)
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

    def _take_trouble(self, happening: Happening) -> None:
        with self._roots_lock:
            roots = list(self._roots.values())
            match happening.kind:
                case Kind.ROOT_GONE:
                    self._look_after_roots()
                case Kind.LOST:
                    for root in roots:
                        if root.listening is not None and happening.path in ("", root.folder):
                            self._doubt(root.folder)
                case Kind.BROKEN:
                    for root in roots:
                        if root.listening is not None:
                            self._reopen(root)
                case _:
                    for root in roots:
                        real = os.path.realpath(root.folder)
                        if root.listening is not None and not root.is_polled and overlap(happening.path, real):
                            self._close(root)
                            self._open_polled(root, limit=True)
                            self._doubt(root.folder)

    def _look_after_roots(self) -> None:
        """Notice what no watch tells: folders that went or came back, drives mounted and unmounted, dead watches."""
        with self._roots_lock:
            remounted = self._mountings.changed_points()
            if remounted:
                self._on_mounts()
            for root in list(self._roots.values()):
                identity = identity_of(root.folder)
                is_other = identity != root.identity
                root.identity = identity
                is_dead = root.listening is not None and not root.listening.is_alive()
                is_deaf = identity is not None and not self._is_watched(root)
                real = os.path.realpath(root.folder)
                is_remounted = any(overlap(point, real) for point in remounted)
                if is_other or is_dead or is_deaf or is_remounted:
                    self._reopen(root)

    def _without_what_is_away(self, changes: list[Change]) -> list[Change]:
        """Files that are gone with their whole folder are away, even if it is back before anybody looks for it."""
        with self._roots_lock:
            self._look_after_roots()
            away = [root.folder for root in self._roots.values() if root.identity is None]
        return [
            change
            for change in changes
            if not (isinstance(change, Vanished) and any(is_below(change.path, folder) for folder in away))
        ]

    # With the lock on the roots held

    def _reopen(self, root: _Root) -> None:
        self._close(root)
        if root.identity is not None and not self._is_watched(root):
            self._open(root)
        self._doubt(root.folder)

    def _open(self, root: _Root) -> None:
        if self._is_watched(root):
            return
        try:
            root.listening = self._events.listen(root.folder)
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            root.identity = None  # gone again, or closed to us: looked for again and again
            return
        except OSError as error:
            _logger.warning("cannot watch %s: %s", root.folder, error)
            self._open_polled(root, limit=error.errno in LIMIT_ERRORS)
        for other in self._roots.values():
            if other is not root and other.listening is not None and self._covers(root, other):
                self._close(other)

    def _open_polled(self, root: _Root, limit: bool) -> None:
        try:
            root.listening = self._events.poll(root.folder, self._polling_s)
        except OSError:
            root.identity = None
            return
        root.is_polled = True
        if self._on_trouble is not None:
            self._on_trouble(root.folder, _sentence(root.folder, self._polling_s, limit))

    def _close(self, root: _Root) -> None:
        listening, root.listening = root.listening, None
        root.is_polled = False
        if listening is not None:
            listening.stop()
            listening.join()

    def _is_watched(self, root: _Root) -> bool:
        return root.listening is not None or any(
            other.listening is not None and self._covers(other, root) for other in self._roots.values()
        )

    def _covers(self, upper: _Root, lower: _Root) -> bool:
        """Whether the watch on ``upper`` tells of ``lower`` by the same name: no link lies between them."""
        if not is_below(lower.folder, upper.folder):
            return False
        rest = lower.folder[len(upper.folder.rstrip(os.sep)) :]
        return os.path.realpath(lower.folder) == os.path.realpath(upper.folder).rstrip(os.sep) + rest

    def _tell_roots(self) -> None:
        folders = tuple(self._roots)
        self._do(lambda: setattr(self._table, "roots", folders))

    def _doubt(self, folder: str) -> None:
        self._do(lambda: self._table.unsure(folder, time.monotonic()))

    def _do(self, work: Callable[[], None]) -> None:
        """Have work on the table done in the watcher's thread, in its turn."""
        with self._news:
            self._happenings.append(work)
            self._news.notify()


def _sentence(folder: str, polling_s: float, limit: bool) -> str:
    every = f"so it is only looked through every {polling_s:g} seconds."
    if not limit:
        return f"The system cannot watch {folder}, {every}"
    return (
        f"The system watches no more folders for you, so {folder} is only looked through every {polling_s:g} seconds. "
        "To change that, run “sudo sysctl fs.inotify.max_user_watches=1048576 fs.inotify.max_user_instances=1024” "
        "and start photofind again."
    )

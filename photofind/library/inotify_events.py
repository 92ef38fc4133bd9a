"""watchdog's inotify classes, with what they leave out. Linux only; follows watchdog 7.1.

watchdog 7.1 says nothing when the kernel's queue overflows or a drive is unmounted, or when the limit on watches is
reached below the watched folder; takes a move between two watched folders for a removal; keeps watching what was moved
out, under its old name; and ends its reading thread for good when its two tables of watches disagree, which follows
from the former. It would also have the kernel report each time that a file is opened or read.
"""

import errno
import logging
import os
import threading
from collections.abc import Callable

from watchdog.observers.api import EventQueue, ObservedWatch
from watchdog.observers.inotify import InotifyEmitter, InotifyWatchGroup
from watchdog.observers.inotify_c import (
    CallbackId,
    InotifyConstants,
    InotifyEvent,
    InotifyFD,
    Mask,
    WatchCallback,
    WatchDescriptor,
)
from watchdog.observers.inotify_move_event_grouper import GroupedInotifyEvent, PathedInotifyEvent

from photofind.library.folder_events import LIMIT_ERRORS, Happening, Kind, Spelling, Tell

_logger = logging.getLogger(__name__)

_MOST_ARRIVALS = 10_000

_MASK = Mask(
    InotifyConstants.IN_CREATE
    | InotifyConstants.IN_MODIFY
    | InotifyConstants.IN_ATTRIB
    | InotifyConstants.IN_CLOSE_WRITE
    | InotifyConstants.IN_MOVE
    | InotifyConstants.IN_DELETE
    | InotifyConstants.IN_DELETE_SELF
    | InotifyConstants.IN_EXCL_UNLINK
    | InotifyConstants.IN_DONT_FOLLOW
)


class Inotify(InotifyFD):
    """The one connection to the kernel, and the thread that reads from it. Raises OSError when there can be none."""

    def __init__(self, tell: Tell) -> None:
        super().__init__()
        self.name = "inotify"
        self._tell = tell
        self._arrivals: dict[int, str] = {}
        self._arrivals_lock = threading.Lock()

    def run(self) -> None:
        try:
            super().run()
        except Exception:
            _logger.exception("nothing can be read from inotify any more")
            with self._lock:
                self._is_reading = False  # so that ``close`` gives back what this thread would have
            self._tell(Happening(Kind.BROKEN))

    def handle_event(self, event: InotifyEvent) -> None:
        try:
            super().handle_event(event)
        except Exception:
            _logger.exception("watching lost its way at %r", event)
            self._tell(Happening(Kind.BROKEN))
            return
        if event.mask & (InotifyConstants.IN_Q_OVERFLOW | InotifyConstants.IN_UNMOUNT):
            self._tell(Happening(Kind.LOST))

    def _add_callback(self, path: bytes, mask: Mask, callback: WatchCallback, id_: CallbackId) -> WatchDescriptor:
        # watchdog takes a folder that may not be read for watched, and warns when it comes to one twice, as it does
        # whenever a tree of new folders is made.
        if not os.access(path, os.R_OK):
            raise OSError(errno.EACCES, os.strerror(errno.EACCES), path)
        try:
            watch = self._get_or_create_watch(path, mask)
        except OSError as error:
            if error.errno in LIMIT_ERRORS:
                self._tell(Happening(Kind.LIMIT, os.fsdecode(path)))
            raise
        watch.callbacks[id_] = callback
        return watch.wd

    def note_arrival(self, cookie: int, path: str) -> None:
        """Something came to ``path`` from outside its watched folder."""
        with self._arrivals_lock:
            self._arrivals[cookie] = path
            while len(self._arrivals) > _MOST_ARRIVALS:
                del self._arrivals[next(iter(self._arrivals))]

    def take_arrival(self, cookie: int) -> str | None:
        """Where in another watched folder it came to, if it did."""
        with self._arrivals_lock:
            return self._arrivals.pop(cookie, None)


class _Watches(InotifyWatchGroup):
    """The watches of one tree: which folder each watch is for, by its path.

    Events are read after they happened, so a path may lead to another folder by then, and a watch be noted for a
    wrong one. Each folder that comes or moves is therefore looked up again; a watch that turns out to have been noted
    wrongly means that events may have gone astray, and is said so.
    """

    def __init__(self, kernel: Inotify, path: bytes, lost: Callable[[], None]) -> None:
        self._lost = lost
        self._leaving: dict[int, set[WatchDescriptor]] = {}
        self.has_met_limit = False
        super().__init__(kernel, path, is_recursive=True, event_mask=_MASK)

    def on_event(self, event: InotifyEvent) -> None:
        if event.is_directory and event.is_moved_from:
            with self._lock:
                path = self._build_event_source_path(event)
                if path is not None:
                    self._leaving[event.cookie] = {
                        descriptor
                        for descriptor, other in self._active_callbacks_by_watch.items()
                        if other == path or other.startswith(path + b"/")
                    }
        super().on_event(event)
        if event.is_directory and event.is_moved_to:
            with self._lock:
                self._leaving.pop(event.cookie, None)
                path = self._build_event_source_path(event)
                if path is not None and self.is_active:
                    self._add_all_callbacks(path)

    def forget_departed(self, cookie: int) -> None:
        """Stop watching folders that were moved out of this tree."""
        with self._lock:
            left = [wd for wd in self._leaving.pop(cookie, ()) if wd in self._active_callbacks_by_watch]
            self._remove_callbacks(left)

    def _add_callback(self, path: bytes) -> None:
        try:
            descriptor = self._inotify_fd.add_callback(path, self.event_mask, self._callback, self._id)
        except OSError as error:
            if path == self.path:
                raise
            self.has_met_limit |= error.errno in LIMIT_ERRORS
            return  # gone again, or more than may be watched, which was told
        before = self._active_callbacks_by_watch.get(descriptor)
        if before is not None and before != path:
            if self._active_callbacks_by_path.get(before) == descriptor:
                del self._active_callbacks_by_path[before]
            self._lost()
        self._active_callbacks_by_path[path] = descriptor
        self._active_callbacks_by_watch[descriptor] = path
        for leaving in self._leaving.values():  # it came back by another way
            leaving.discard(descriptor)

    def _remove_watch_internally(self, wd: WatchDescriptor) -> None:
        path = self._active_callbacks_by_watch.pop(wd, None)
        if path is not None and self._active_callbacks_by_path.get(path) == wd:
            del self._active_callbacks_by_path[path]


class InotifyTree(InotifyEmitter):
    """Listens to one tree; tells events directly, on its own thread."""

    def __init__(self, inotify: Inotify, spell: Spelling, tell: Tell) -> None:
        super().__init__(EventQueue(), ObservedWatch(spell.real, recursive=True), inotify_fd=inotify)
        self._kernel = inotify
        self._spell = spell
        self._tell = tell
        self._watches: _Watches | None = None

    def on_thread_start(self) -> None:
        path = os.fsencode(self.watch.path)
        if not os.path.isdir(path):
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), path)
        self._watches = _Watches(
            self._kernel, path, lambda: self._tell(Happening(Kind.LOST, self._spell(self.watch.path)))
        )
        self._inotify = self._watches

    @property
    def has_met_limit(self) -> bool:
        """Whether the system refused to watch some folders of the tree."""
        return self._watches is not None and self._watches.has_met_limit

    def is_alive(self) -> bool:
        return super().is_alive() and self._kernel.is_alive()

    def run(self) -> None:
        try:
            super().run()
        except Exception:  # the thread is missed soon, and replaced
            _logger.exception("watching %s ended", self.watch.path)

    def queue_events(self, timeout: float, *, full_events: bool = False) -> None:
        if self._inotify is not None:  # else watchdog calls a stop at this moment an error
            super().queue_events(timeout, full_events=full_events)

    def build_and_queue_event(self, event: GroupedInotifyEvent, *, full_events: bool = False) -> None:  # noqa: ARG002
        if not isinstance(event, PathedInotifyEvent):
            source, target = event
            self._tell(Happening(Kind.MOVED, self._path_of(source), self._path_of(target), source.ev.is_directory))
            return
        path, is_folder = self._path_of(event), event.ev.is_directory
        if event.ev.is_moved_from:
            self._tell_departure(path, event.ev)
        elif event.ev.is_moved_to:
            self._kernel.note_arrival(event.ev.cookie, path)
            self._tell(Happening(Kind.APPEARED, path, is_folder=is_folder))
        elif event.ev.is_create:
            self._tell(Happening(Kind.APPEARED, path, is_folder=is_folder))
        elif event.ev.is_delete:
            self._tell(Happening(Kind.VANISHED, path, is_folder=is_folder))
        elif event.ev.is_delete_self:
            if event.path == os.fsencode(self.watch.path):
                self._tell(Happening(Kind.ROOT_GONE, path))
                self.stop()
        elif not is_folder and event.ev.is_modify:
            self._tell(Happening(Kind.WRITTEN, path))
        elif not is_folder and (event.ev.is_close_write or event.ev.is_attrib):
            self._tell(Happening(Kind.CHANGED, path))

    def _tell_departure(self, path: str, event: InotifyEvent) -> None:
        """Something left this tree. watchdog waits half a second for its arrival in the same tree, so its arrival in
        another one has been told already, and so may have been what happened to it there since."""
        if event.is_directory and self._watches is not None:
            self._watches.forget_departed(event.cookie)
        target = self._kernel.take_arrival(event.cookie)
        if target is None:
            self._tell(Happening(Kind.VANISHED, path, is_folder=event.is_directory))
            return
        self._tell(Happening(Kind.MOVED, path, target, event.is_directory))
        again = Kind.APPEARED if event.is_directory else Kind.CHANGED
        self._tell(Happening(again, target, is_folder=event.is_directory))

    def _path_of(self, event: PathedInotifyEvent) -> str:
        return self._spell(os.fsdecode(event.path))

"""What the system says about a tree of folders, in the words of this program; watchdog's emitters do the listening.

Linux (inotify) is proven; it needs more care than watchdog takes, which is in ``inotify_events``. macOS (FSEvents) and
Windows (ReadDirectoryChangesW) go by watchdog's documentation and are unproven.
"""

import errno
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Protocol

from watchdog.events import (
    EVENT_TYPE_CLOSED,
    EVENT_TYPE_CREATED,
    EVENT_TYPE_DELETED,
    EVENT_TYPE_MOVED,
    FileSystemEvent,
)
from watchdog.observers.api import EventEmitter, EventQueue, ObservedWatch
from watchdog.observers.polling import PollingEmitter

# The system refuses since this user watches too much already: inotify_init(2), inotify_add_watch(2).
LIMIT_ERRORS = frozenset({errno.ENOSPC, errno.EMFILE, errno.ENOMEM})


class Kind(Enum):
    """What a happening is."""

    APPEARED = auto()
    WRITTEN = auto()  # and perhaps still open
    CHANGED = auto()  # closed after writing, or its times or rights were set
    VANISHED = auto()
    MOVED = auto()
    ROOT_GONE = auto()
    LOST = auto()  # events are missing below ``path``, or anywhere: the queue overflowed, a drive was taken away …
    BROKEN = auto()  # and so may be the watches
    LIMIT = auto()  # the system watches no more folders for this user; ``path`` is one that is not watched


@dataclass(frozen=True, slots=True)
class Happening:
    """One event; ``target`` is set for MOVED only."""

    kind: Kind
    path: str = ""
    target: str = ""
    is_folder: bool = False


Tell = Callable[[Happening], None]


def wanted_part(happening: Happening, ignore: Callable[[str], bool] | None) -> Happening | None:
    """What remains of a happening without the paths that are to be ignored; of a move, either half may remain."""
    if ignore is None:
        return happening
    if happening.kind is not Kind.MOVED:
        return None if ignore(happening.path) else happening
    match ignore(happening.path), ignore(happening.target):
        case True, True:
            return None
        case True, False:
            return Happening(Kind.APPEARED, happening.target, is_folder=happening.is_folder)
        case False, True:
            return Happening(Kind.VANISHED, happening.path, is_folder=happening.is_folder)
    return happening


class Listening(Protocol):
    """A tree that is being listened to, by a thread of its own."""

    def stop(self) -> None: ...
    def join(self, timeout: float | None = None) -> None: ...
    def is_alive(self) -> bool: ...


class Spelling:
    """Turns paths below where a folder really is into paths below the name by which it is watched (links, that is)."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self.real = os.path.realpath(folder)

    def __call__(self, path: str) -> str:
        return path if self._folder == self.real else self._folder + path[len(self.real) :]


class _Inlet(EventQueue):
    """Where emitters put their events: told at once, on the emitter's thread. Keeps nothing."""

    def __init__(self, tell: Tell, spell: Spelling, keeps_moves: bool) -> None:
        super().__init__()
        self._tell, self._spell, self._keeps_moves = tell, spell, keeps_moves

    def put(self, item: Any, block: bool = True, timeout: float | None = None) -> None:  # noqa: ARG002 - Queue's face
        event: FileSystemEvent = item[0]
        if event.is_synthetic:  # what lies in a folder that moved or appeared; the folder stands for it
            return
        path, target = self._spell(os.fsdecode(event.src_path)), os.fsdecode(event.dest_path)
        is_folder = event.is_directory
        match event.event_type:
            case kind if kind == EVENT_TYPE_DELETED and os.fsdecode(event.src_path) == self._spell.real:
                self._tell(Happening(Kind.ROOT_GONE, path))
            case kind if kind == EVENT_TYPE_CREATED:
                self._tell(Happening(Kind.APPEARED, path, is_folder=is_folder))
            case kind if kind == EVENT_TYPE_DELETED:
                self._tell(Happening(Kind.VANISHED, path, is_folder=is_folder))
            case kind if kind == EVENT_TYPE_MOVED and self._keeps_moves:
                self._tell(Happening(Kind.MOVED, path, self._spell(target), is_folder))
            case kind if kind == EVENT_TYPE_MOVED:
                self._tell(Happening(Kind.VANISHED, path, is_folder=is_folder))
                self._tell(Happening(Kind.APPEARED, self._spell(target), is_folder=is_folder))
            case kind if not is_folder and kind in ("modified", "attrib", EVENT_TYPE_CLOSED):
                self._tell(Happening(Kind.CHANGED, path))


class FolderEvents:
    """Listens to trees of folders. ``tell`` is called from threads of watchdog and must return at once.

    The calls are for one thread at a time.
    """

    def __init__(self, tell: Tell) -> None:
        self._tell = tell
        self._system: Any = None

    def listen(self, folder: str) -> Listening:
        """Listen to a folder and all below. Raises OSError: there is no such folder, or the system's limit is reached
        (ENOSPC, EMFILE), or this file system or system cannot do it."""
        spell = Spelling(folder)
        if sys.platform == "linux":
            from photofind.library.inotify_events import Inotify, InotifyTree

            if self._system is not None and not self._system.is_alive():
                self.stop()
            if self._system is None:
                inotify = Inotify(self._tell)
                inotify.start()
                self._system = inotify
            return _started(InotifyTree(self._system, spell, self._tell))
        watch = ObservedWatch(spell.real, recursive=True)
        return _started(_emitter_of_system()(_Inlet(self._tell, spell, keeps_moves=True), watch))

    def is_whole(self, listening: Listening) -> bool:
        """Whether it listens to all of its folders, and not only to as many as the system would watch."""
        return not getattr(listening, "has_met_limit", False)

    def poll(self, folder: str, every_s: float) -> Listening:
        """Look through a folder and all below again and again. Raises OSError when there is no such folder.

        Moves come as vanished and appeared: two snapshots do not tell their order.
        """
        spell = Spelling(folder)
        inlet = _Inlet(self._tell, spell, keeps_moves=False)
        watch = ObservedWatch(spell.real, recursive=True)
        return _started(PollingEmitter(inlet, watch, timeout=every_s, stat=os.lstat))  # links may loop

    def stop(self) -> None:
        """Let go of the system. All that listens was stopped before."""
        system, self._system = self._system, None
        if system is not None:
            system.stop()
            system.join()


def _emitter_of_system() -> type[EventEmitter]:
    from watchdog.observers import Observer

    # The observer itself is not needed: it brings a queue and a thread that only pass events on.
    return Observer()._emitter_class


def _started(emitter: EventEmitter) -> EventEmitter:
    emitter.name = f"watching {os.path.basename(os.fsdecode(emitter.watch.path))}"
    emitter.start()
    return emitter

"""The folders that are to be watched: which of them are listened to, which are only looked through, and which are away."""

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from photofind.config.mount_table import is_of_a_network, mount_of, mount_table
from photofind.core.tree import is_below, overlap
from photofind.library.folder_events import LIMIT_ERRORS, FolderEvents, Happening, Kind, Listening
from photofind.library.mounts import Mountings, identity_of
from photofind.library.watch_words import Told, is_back, is_limited, is_refused, is_remote, keeps_failing

_logger = logging.getLogger(__name__)

_DEATHS = 3  # of the thread that listens, within …
_DEATHS_WITHIN_S = 60.0


@dataclass(slots=True)
class Root:
    """A folder that is to be watched. ``identity`` is None while it cannot be reached."""

    folder: str
    identity: tuple[int, int] | None = None
    listening: Listening | None = None  # None also while a watched folder above covers it
    is_polled: bool = False
    trouble: str = ""  # the sentence that was told last
    try_again_s: float = 0.0  # when to try whether the system watches it now
    look_s: float = 0.0  # when to look through it though it is watched, 0 for never
    deaths_s: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Rhythm:
    """Seconds between two looks: through what the system does not watch, at whether it would now, and through a drive on
    which others may change what nobody tells."""

    polling_s: float = 30.0
    try_again_s: float = 300.0
    network_s: float = 300.0


class WatchedRoots:
    """Any thread, but each method holds ``lock``, which takes its time: watches are set up under it.

    ``doubt`` is called with a folder in which something may have been missed; ``told`` with a folder and a sentence when
    the way in which it is watched changes.
    """

    def __init__(
        self,
        events: FolderEvents,
        rhythm: Rhythm,
        doubt: Callable[[str], None],
        told: Told,
        on_mounts: Callable[[], None],
    ) -> None:
        self.lock = threading.RLock()
        self._events, self._rhythm = events, rhythm
        self._doubt, self._told, self._on_mounts = doubt, told, on_mounts
        self._roots: dict[str, Root] = {}
        self._mountings = Mountings()

    def __getitem__(self, folder: str) -> Root:
        return self._roots[folder]

    @property
    def folders(self) -> tuple[str, ...]:
        with self.lock:
            return tuple(self._roots)

    @property
    def away(self) -> list[str]:
        with self.lock:
            return [root.folder for root in self._roots.values() if root.identity is None]

    @property
    def troubles(self) -> dict[str, str]:
        """What there is to say about folders that are not simply watched."""
        with self.lock:
            return {root.folder: root.trouble for root in self._roots.values() if root.trouble}

    def add(self, folder: str) -> bool:
        """False: it is watched already."""
        with self.lock:
            if folder in self._roots:
                return False
            root = Root(folder, identity_of(folder))
            self._roots[folder] = root
            if root.identity is not None:
                self._open(root)
            return True

    def remove(self, folder: str) -> bool:
        """False: it was not watched."""
        with self.lock:
            root = self._roots.pop(folder, None)
            if root is None:
                return False
            self._close(root)
            for other in self._roots.values():
                if is_below(other.folder, folder):
                    if other.identity is not None:
                        self._open(other)
                    self._doubt(other.folder)
            return True

    def close(self) -> None:
        """Idempotent."""
        with self.lock:
            for root in self._roots.values():
                self._close(root)
            self._roots.clear()
            self._events.stop()
            self._mountings.close()

    def take_trouble(self, happening: Happening) -> None:
        """Something is wrong with the watching itself."""
        with self.lock:
            listening = [root for root in self._roots.values() if root.listening is not None]
            match happening.kind:
                case Kind.ROOT_GONE:
                    self.look()
                case Kind.LOST:
                    for root in listening:
                        if happening.path in ("", root.folder):
                            self._doubt(root.folder)
                case Kind.BROKEN:
                    for root in listening:
                        self._reopen(root)
                case _:
                    self._give_up_watching(
                        root
                        for root in listening
                        if not root.is_polled and overlap(happening.path, os.path.realpath(root.folder))
                    )

    def _give_up_watching(self, roots: Iterable[Root]) -> None:
        for root in roots:
            self._close(root)
            self._open_polled(root, is_limited(root.folder, self._rhythm.polling_s))
            self._doubt(root.folder)

    def look(self) -> None:
        """Notice what no watch tells: folders that went or came back, drives mounted and unmounted, dead watches, and
        troubles that are over."""
        with self.lock:
            remounted = self._mountings.changed_points()
            if remounted:
                self._on_mounts()
            for root in list(self._roots.values()):
                self._look_at(root, remounted)

    def _look_at(self, root: Root, remounted: set[str]) -> None:
        now_s = time.monotonic()
        identity = identity_of(root.folder)
        is_other = identity != root.identity
        root.identity = identity
        is_dead = root.listening is not None and not root.listening.is_alive()
        if is_dead:
            root.deaths_s = [at_s for at_s in root.deaths_s if now_s - at_s < _DEATHS_WITHIN_S] + [now_s]
        is_deaf = identity is not None and not self._is_watched(root)
        real = os.path.realpath(root.folder)
        if is_other or is_dead or is_deaf or any(overlap(point, real) for point in remounted):
            self._reopen(root)
        elif root.is_polled and now_s >= root.try_again_s:
            self._try_again(root)
        elif root.look_s and now_s >= root.look_s and identity is not None:
            root.look_s = now_s + self._rhythm.network_s
            self._doubt(root.folder)

    # With the lock held

    def _reopen(self, root: Root) -> None:
        self._close(root)
        if root.identity is not None and not self._is_watched(root):
            self._open(root)
        self._doubt(root.folder)

    def _open(self, root: Root) -> None:
        if self._is_watched(root):
            return
        if len(root.deaths_s) >= _DEATHS:
            self._open_polled(root, keeps_failing(root.folder, self._rhythm.polling_s))
            return
        try:
            root.listening = self._events.listen(root.folder)
        except (FileNotFoundError, NotADirectoryError, PermissionError):
            root.identity = None  # gone again, or closed to us: looked for again and again
            return
        except OSError as error:
            _logger.warning("cannot watch %s: %s", root.folder, error)
            words = is_limited if error.errno in LIMIT_ERRORS else is_refused
            self._open_polled(root, words(root.folder, self._rhythm.polling_s))
        else:
            self._is_listening(root)
        for other in self._roots.values():
            if other is not root and other.listening is not None and self._covers(root, other):
                self._close(other)

    def _open_polled(self, root: Root, sentence: str) -> None:
        try:
            root.listening = self._events.poll(root.folder, self._rhythm.polling_s)
        except OSError:
            root.identity = None
            return
        root.is_polled = True
        root.try_again_s = time.monotonic() + self._rhythm.try_again_s
        self._say(root, sentence)

    def _is_listening(self, root: Root) -> None:
        mount = mount_of(os.path.realpath(root.folder), mount_table())
        if mount is not None and is_of_a_network(mount.kind):
            root.look_s = time.monotonic() + self._rhythm.network_s
            self._say(root, is_remote(root.folder, mount.kind, self._rhythm.network_s))
            return
        root.look_s = 0.0
        self._say(root, "")

    def _try_again(self, root: Root) -> None:
        """Whether the system watches it now: the limit was raised, or other programs watch less."""
        root.try_again_s = time.monotonic() + self._rhythm.try_again_s
        root.deaths_s.clear()
        try:
            listening = self._events.listen(root.folder)
        except OSError as error:
            _logger.info("still cannot watch %s: %s", root.folder, error)
            return
        if not self._events.is_whole(listening):
            _end(listening)
            return
        self._close(root)
        root.listening = listening
        self._is_listening(root)
        self._doubt(root.folder)

    def _say(self, root: Root, sentence: str) -> None:
        if sentence != root.trouble:
            _logger.info("watching %r: %s", root.folder, sentence)
            root.trouble = sentence
            self._told(root.folder, sentence or is_back(root.folder))

    def _close(self, root: Root) -> None:
        listening, root.listening = root.listening, None
        root.is_polled = False
        if listening is not None:
            _end(listening)

    def _is_watched(self, root: Root) -> bool:
        return root.listening is not None or any(
            other.listening is not None and self._covers(other, root) for other in self._roots.values()
        )

    def _covers(self, upper: Root, lower: Root) -> bool:
        """Whether the watch on ``upper`` tells of ``lower`` by the same name: no link lies between them."""
        if not is_below(lower.folder, upper.folder):
            return False
        rest = lower.folder[len(upper.folder.rstrip(os.sep)) :]
        return os.path.realpath(lower.folder) == os.path.realpath(upper.folder).rstrip(os.sep) + rest


def _end(listening: Listening) -> None:
    listening.stop()
    listening.join()

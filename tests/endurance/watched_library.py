"""A library that watches restless folders, and the comparison of what it knows with what a fresh library's scan finds."""

import fcntl
import sqlite3
import struct
import tempfile
import termios
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from unittest import mock

from restless_folders import RestlessFolders

from photofind.config.paths import LibraryPaths
from photofind.config.resources import resource
from photofind.core.events import Event, Notice
from photofind.encoders.shelf import Shelf
from photofind.library.engine import Engine
from photofind.library.folders import watch_folder
from photofind.library.inotify_events import InotifyTree
from photofind.library.intake import Intake
from photofind.library.lone_librarian import lone_librarian
from photofind.library.scan import SkipRules
from photofind.library.session import library_paths, open_library
from photofind.library.watcher import FolderWatcher
from photofind.media.fingerprint import hash_of_bytes

SETTLE_S = 0.12
_PATIENCE_S = 60.0
_LATE_S = 1.5  # what is wrong for so long at rest stays wrong

Row = tuple[str, int, int, int, str]
"""Path, size in bytes, mtime and sidecar's mtime in ns, watched folder."""

_ROWS = (
    "SELECT p.directory, p.name, p.size_bytes, p.mtime_ns, p.sidecar_mtime_ns, d.path, p.id, p.content_hash, p.problem,"
    " p.to_read, (SELECT e.content_hash FROM encoded e WHERE e.photo_id = p.id)"
    " FROM photos p JOIN folders d ON d.id = p.folder_id WHERE p.gone_s IS NULL"
)
_OTHERS = "SELECT directory, name, size_bytes, mtime_ns FROM other_files"


@dataclass
class Known:
    """What a catalogue says of some folders."""

    rows: list[Row]
    others: list[tuple[str, int, int]]
    ids: dict[str, int] = field(default_factory=dict)
    hashes: dict[str, bytes] = field(default_factory=dict)
    problems: dict[str, str] = field(default_factory=dict)
    unread: set[str] = field(default_factory=set)
    encoded: dict[str, bytes] = field(default_factory=dict)
    gone: dict[int, bytes] = field(default_factory=dict)
    """What photos were when they went, by their ids."""


class WatchedLibrary:
    """An open library whose watcher settles soon."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        watcher = engine._parts.watcher
        assert watcher is not None
        self._watcher = watcher
        self._notices: list[str] = []
        engine.add_listener(self._hear)

    def _hear(self, event: Event) -> None:
        if isinstance(event, Notice):
            self._notices.append(event.sentence)

    def watch(self, world: RestlessFolders) -> None:
        for root in world.roots:
            self.engine.watch_folder(str(root)).result(_PATIENCE_S)

    def leave(self, world: RestlessFolders) -> None:
        for root in world.roots:
            self.engine.unwatch_folder(str(root))

    def differences(self, world: RestlessFolders) -> list[str]:
        """Once all is at rest: how what is known differs from what a fresh library finds; nothing if it does not."""
        wrong_since_s: float | None = None
        while True:
            self.settle()
            found = compare(self.known(world), scanned_afresh(world), world)
            now_s = time.monotonic()
            wrong_since_s = wrong_since_s or now_s
            if not found or now_s - wrong_since_s > _LATE_S:
                said, self._notices = self._notices, []
                return found + [f"said: {sentence}" for sentence in said]
            time.sleep(0.1)

    def known(self, world: RestlessFolders) -> Known:
        return read_catalogue(self.engine.paths.catalogue, world)

    def settle(self) -> None:
        """Wait until everything that happened has been taken in."""
        deadline_s = time.monotonic() + _PATIENCE_S
        quiet = 0
        while quiet < 2:
            assert time.monotonic() < deadline_s, f"it does not come to rest: {self._restless()}"
            quiet = 0 if self._restless() else quiet + 1
            if quiet:
                self.engine.indexer.when_done().result(_PATIENCE_S)
            time.sleep(0.01)

    def _restless(self) -> str:
        """What is still going on."""
        watcher = self._watcher
        system = watcher._roots._events._system
        if system is not None and _unread_bytes(system._inotify_fd):
            return "events in the kernel"
        for root in list(watcher._roots._roots.values()):
            tree = root.listening
            if isinstance(tree, InotifyTree) and tree._watches is not None and tree._watches._move_event_grouper._queue._queue:
                return "moves that wait for their other half"
        if watcher._happenings or len(watcher._table):
            return f"events that settle: {list(watcher._table._pending)[:5]}"
        librarian = self.engine.librarian
        librarian.submit(lambda _: None).result(_PATIENCE_S)
        is_scanning = any(work.not_before_s <= time.monotonic() for work in librarian._long_work)
        return "scans" if is_scanning or self.engine._parts.progress._scans else ""


def _unread_bytes(descriptor: int) -> int:
    return int(struct.unpack("i", fcntl.ioctl(descriptor, termios.FIONREAD, b"\0" * 4))[0])


@contextmanager
def watched_library(folder: Path) -> Iterator[WatchedLibrary]:
    def shelf(endpoint: str) -> Shelf:
        return Shelf(folder / "encoders", resource("shelf.json"), endpoint=endpoint)

    quick = partial(FolderWatcher, settle_s=SETTLE_S, look_s=0.2)
    with (
        mock.patch("photofind.library.parts.FolderWatcher", quick),
        open_library(library_paths(folder), shelf, watch=True) as engine,
    ):
        yield WatchedLibrary(engine)


def read_catalogue(catalogue: Path, world: RestlessFolders) -> Known:
    with closing(sqlite3.connect(f"file:{catalogue}?mode=ro", uri=True)) as connection:
        mine = [bytes(root) for root in world.roots]

        def is_mine(directory: bytes) -> bool:
            return any(directory == root or directory.startswith(root + b"/") for root in mine)

        known = Known([], [])
        for directory, name, size, mtime, sidecar, folder, *rest in connection.execute(_ROWS):
            if is_mine(directory):
                path = (directory + b"/" + name).decode()
                known.rows.append((path, size, mtime, sidecar, folder.decode()))
                _note(known, path, rest)
        known.gone = dict(
            connection.execute("SELECT id, content_hash FROM photos WHERE gone_s IS NOT NULL AND content_hash IS NOT NULL")
        )
        known.others = [
            ((directory + b"/" + name).decode(), size, mtime)
            for directory, name, size, mtime in connection.execute(_OTHERS)
            if is_mine(directory)
        ]
    return known


def _note(known: Known, path: str, rest: list[Any]) -> None:
    photo_id, content_hash, problem, to_read, encoded = rest
    known.ids[path] = photo_id
    if content_hash is not None:
        known.hashes[path] = content_hash
    if problem is not None:
        known.problems[path] = problem
    if to_read:
        known.unread.add(path)
    if encoded is not None:
        known.encoded[path] = encoded


def scanned_afresh(world: RestlessFolders) -> Known:
    """By a new library that has never seen these folders."""
    with tempfile.TemporaryDirectory() as folder:
        paths = LibraryPaths(Path(folder))
        intake = Intake(SkipRules(), lambda _: None)
        with lone_librarian(paths) as librarian:
            for root in world.roots:
                librarian.submit(lambda desk, root=root: watch_folder(desk, str(root), SkipRules())).result()
                librarian.begin(lambda desk, root=root: intake.scan(desk, str(root))).result()
        return read_catalogue(paths.catalogue, world)


def compare(known: Known, wanted: Known, world: RestlessFolders) -> list[str]:
    """One line for each difference."""
    base = str(world.roots[0].parent) + "/"
    found = [f"twice: {path}" for path, count in Counter(row[0] for row in known.rows).items() if count > 1]
    found += [f"photo lost: {row}" for row in sorted(set(wanted.rows) - set(known.rows))]
    found += [f"photo that is not: {row}" for row in sorted(set(known.rows) - set(wanted.rows))]
    found += [f"file lost: {row}" for row in sorted(set(wanted.others) - set(known.others))]
    found += [f"file that is not: {row}" for row in sorted(set(known.others) - set(wanted.others))]
    if not found:
        found = [line for row in known.rows for line in _content_differences(known, row[0], world)]
    return [line.replace(base, "") for line in found]


def _content_differences(known: Known, path: str, world: RestlessFolders) -> Iterator[str]:
    """What was read of a file, against the file itself."""
    content_hash = hash_of_bytes(Path(path).read_bytes())
    if content_hash not in world.whole:
        if path not in known.problems:
            yield f"half a picture passes for a whole one: {path}"
        return
    if path in known.problems:
        yield f"a problem that is not: {path}: {known.problems[path]}"
    if path in known.unread:
        yield f"not read: {path}"
    elif known.hashes.get(path) != content_hash:
        yield f"read wrongly: {path}"
    elif known.encoded.get(path) != content_hash:
        yield f"not encoded: {path}"


@dataclass(frozen=True)
class Photo:
    """A photo whose content is in no other file."""

    id: int
    path: str


@dataclass
class Contents:
    """What files hold, by the ids of their photos, and the photos that are the only ones with their content."""

    of: dict[int, bytes] = field(default_factory=dict)
    photos: dict[bytes, Photo] = field(default_factory=dict)


def contents(world: RestlessFolders, known: Known) -> Contents:
    at = {path: hash_of_bytes(Path(path).read_bytes()) for path in known.ids}
    count = Counter(at.values())
    return Contents(
        known.gone | {known.ids[path]: content for path, content in at.items()},
        {
            content: Photo(known.ids[path], path)
            for path, content in at.items()
            if count[content] == 1 and content in world.whole - world.copied
        },
    )

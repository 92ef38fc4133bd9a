"""Thumbnails: one SQLite file of JPEG blobs. Derived data, so a damaged file is set aside and made anew."""

import contextlib
import logging
import os
import sqlite3
import sys
import threading
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from photofind.core.errors import NoRoom, StoreFailed
from photofind.store.durable import PRIVATE_FILE, disk_errors, private_folder, set_aside
from photofind.store.sqlite_errors import code_of, is_damage
from photofind.store.sqlite_room import is_full

_log = logging.getLogger(__name__)
_SCHEMA_VERSION = 1
_IDS_AT_ONCE = 500  # SQLite's oldest limit of bound values is 999
_LARGEST_ID = 2**63 - 1
_BUSY_TIMEOUT_S = 30
_WHAT = "the thumbnails"


class Thumbnails:
    """JPEGs by photo id. ``put`` and ``remove`` belong to one thread; reading is free to all.

    Each reading thread has its own connection; ``close`` closes all. Damage found while reading is a missing thumbnail,
    until ``mend`` is called. Damage found by that, while opening or while writing costs the whole file: it is renamed, a
    new one begun, and ``notice`` then holds a sentence about it; every thumbnail has to be made again.
    """

    def __init__(self, path: Path) -> None:
        """Open the file at ``path`` or make it. Raises NoRoom, StoreFailed."""
        self.path = path
        self.notice = ""
        self._readers = _Readers(path)
        self._writer: sqlite3.Connection | None = None
        with disk_errors(_WHAT):
            private_folder(path.parent)
        self._is_closed = False
        self._open()

    def _open(self) -> None:
        try:
            self._writer = _open_writer(self.path)
        except sqlite3.Error as error:
            self._begin_anew_or_raise(error)

    def put(self, rows: Iterable[tuple[int, bytes]]) -> None:
        """Store (photo id, JPEG) rows, in one transaction; one that is there is replaced. Raises NoRoom, StoreFailed."""
        self._write("INSERT OR REPLACE INTO thumbnails (photo_id, jpeg) VALUES (?, ?)", list(rows))

    def remove(self, ids: Iterable[int]) -> None:
        """Delete these photos' thumbnails; unknown ids are passed over. Raises NoRoom, StoreFailed."""
        self._write("DELETE FROM thumbnails WHERE photo_id = ?", [(photo_id,) for photo_id in ids])

    def get(self, photo_id: int) -> bytes | None:
        """The JPEG of one photo, or None. Any thread."""
        return self.get_many((photo_id,)).get(photo_id)

    def get_many(self, ids: Sequence[int]) -> dict[int, bytes]:
        """The JPEGs of those photos that have one. Any thread."""
        found: dict[int, bytes] = {}
        for start in range(0, len(ids), _IDS_AT_ONCE):
            some = ids[start : start + _IDS_AT_ONCE]
            marks = ",".join("?" * len(some))
            found.update(self._readers.ask(f"SELECT photo_id, jpeg FROM thumbnails WHERE photo_id IN ({marks})", some))
        return found

    def ids(self, after: int = 0, until: int = _LARGEST_ID) -> list[int]:
        """The photos above ``after``, up to ``until``, that have a thumbnail, ascending. Any thread."""
        rows = self._readers.ask(
            "SELECT photo_id FROM thumbnails WHERE photo_id > ? AND photo_id <= ? ORDER BY photo_id", (after, until)
        )
        return [row[0] for row in rows]

    def size_bytes(self) -> int:
        """What the thumbnails take on the disk. Any thread."""
        size = 0
        for suffix in ("", "-wal"):
            with contextlib.suppress(OSError):
                size += self.path.with_name(self.path.name + suffix).stat().st_size
        return size

    def close(self) -> None:
        """Close the connections of all threads; idempotent. Reading finds nothing after it."""
        self._readers.close(for_good=True)
        self._is_closed = True
        if self._writer is not None:
            self._writer.close()  # the last to close tidies the write-ahead log away
            self._writer = None

    def __enter__(self) -> "Thumbnails":
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _write(self, statement: str, rows: list[tuple[int, bytes]] | list[tuple[int]]) -> None:
        if self._is_closed:
            raise StoreFailed("The thumbnails are closed: start photofind again.")
        if self._writer is None:  # there was no room for a new one
            self._open()
        assert self._writer is not None
        try:
            with _transaction(self._writer, self.path):
                self._writer.executemany(statement, rows)
        except sqlite3.Error as error:
            self._begin_anew_or_raise(error)
            with _transaction(self._writer, self.path):
                self._writer.executemany(statement, rows)

    def _begin_anew_or_raise(self, error: sqlite3.Error) -> None:
        if not is_damage(error):
            raise _failure(error, self.path) from error
        self.begin_anew(error)

    def mend(self) -> None:
        """Begin anew where a reader met damage since. The thread of ``put``. Raises NoRoom, StoreFailed."""
        if self._readers.met_damage:
            self.begin_anew("found while reading")

    def begin_anew(self, reason: object) -> None:
        """Set the file aside, as it cannot be trusted, and begin an empty one. Raises NoRoom, StoreFailed."""
        self._readers.close()
        if self._writer is not None:
            self._writer.close()
            self._writer = None
        with disk_errors(_WHAT):
            aside = set_aside(self.path, "-wal", "-shm")  # SQLite would play those into the new file
        self._readers.met_damage = False  # also where there is no room for a new one: that one is not damaged
        self.notice = f"The thumbnails could not be read and are made again; the old file is kept as {aside}."
        _log.warning("%s (%s)", self.notice, reason)
        try:
            self._writer = _open_writer(self.path)
        except sqlite3.Error as again:
            raise _failure(again, self.path) from again


class _Readers:
    """One read-only connection for each thread that asks."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._by_thread: dict[int, tuple[sqlite3.Connection, threading.Lock]] = {}
        self._closed = False
        self.met_damage = False

    def ask(self, statement: str, values: Sequence[int] = ()) -> list[tuple[int, bytes]]:
        """The rows, or none where the file is damaged, busy or closed."""
        try:
            with self._lock:
                if self._closed:
                    return []
                connection, in_use = self._of_this_thread()
                in_use.acquire()  # only ``close`` ever waits for it
            try:
                return connection.execute(statement, values).fetchall()
            finally:
                in_use.release()
        except sqlite3.Error as error:
            _log.warning("%s: %s", self._path, error)
            self.met_damage = self.met_damage or is_damage(error)
            return []

    def close(self, *, for_good: bool = False) -> None:
        """Close all connections once their threads are done with them; new ones are made unless it is ``for_good``."""
        with self._lock:
            self._closed = self._closed or for_good
            for connection, in_use in self._by_thread.values():
                with in_use:
                    connection.close()
            self._by_thread.clear()

    def _of_this_thread(self) -> tuple[sqlite3.Connection, threading.Lock]:
        me = threading.get_ident()
        if me not in self._by_thread:  # a number may be used again by a later thread, which then inherits
            connection = _connect(self._path)
            connection.execute("PRAGMA query_only = ON")
            self._by_thread[me] = connection, threading.Lock()
        return self._by_thread[me]


def _connect(path: Path) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=_BUSY_TIMEOUT_S, isolation_level=None, check_same_thread=False)


def _open_writer(path: Path) -> sqlite3.Connection:
    with disk_errors(_WHAT):
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, PRIVATE_FILE))  # SQLite gives its -wal and -shm the same mode
        if sys.platform != "win32":
            path.chmod(PRIVATE_FILE)
    connection = _connect(path)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        # A power cut may cost the last thumbnails, which are made again, but never the file (sqlite.org/wal.html).
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA temp_store = MEMORY")  # no files in TMPDIR, which may be full
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > _SCHEMA_VERSION:
            raise StoreFailed("The thumbnails were written by a newer photofind: update this one.")
        connection.execute(
            "CREATE TABLE IF NOT EXISTS thumbnails (photo_id INTEGER PRIMARY KEY, jpeg BLOB NOT NULL) STRICT"
        )
        if version < _SCHEMA_VERSION:
            # Which ids there are stands beside the pictures, too: looking for them through 3 GB of pictures takes a
            # cold disk a minute.
            connection.execute("CREATE INDEX IF NOT EXISTS thumbnails_ids ON thumbnails (photo_id)")
            connection.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
    except BaseException:
        connection.close()
        raise
    return connection


@contextlib.contextmanager
def _transaction(connection: sqlite3.Connection | None, path: Path) -> Iterator[None]:
    """Raises sqlite3.Error only for damage, else NoRoom or StoreFailed."""
    assert connection is not None
    try:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("COMMIT")
    except BaseException as error:
        with contextlib.suppress(sqlite3.Error):
            if connection.in_transaction:
                connection.execute("ROLLBACK")
        if isinstance(error, sqlite3.Error) and not is_damage(error):
            raise _failure(error, path) from error
        raise


def _failure(error: sqlite3.Error, path: Path) -> StoreFailed:
    if is_full(error, path):
        return NoRoom("The disk is full, so thumbnails could not be written: free some space and photofind goes on.")
    if code_of(error) in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
        return StoreFailed("photofind may not write the thumbnails: check the rights of the library's folder.")
    return StoreFailed(f"The thumbnails could not be read or written ({error}): start photofind again.")

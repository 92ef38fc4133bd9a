"""What every part of the catalogue's writing side rests on: one connection, one transaction at a time."""

import os
import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from photofind.core.errors import NoRoom, StoreFailed
from photofind.core.photo import PhotoId
from photofind.core.words import search_words
from photofind.store.catalogue_damage import note_damage
from photofind.store.catalogue_schema import open_for_writing
from photofind.store.photo_texts import texts_of
from photofind.store.sqlite_errors import is_damage
from photofind.store.sqlite_room import is_full


def split_path(path: str) -> tuple[bytes, bytes]:
    """An absolute path as the catalogue keeps it: directory and name, as bytes."""
    directory, name = os.path.split(path)
    return os.fsencode(directory), os.fsencode(name)


def below(folder: str | bytes) -> tuple[bytes, bytes, bytes]:
    """Bounds for ``directory = ? OR directory >= ? AND directory < ?``: the folder itself and all below it."""
    exact = os.fsencode(folder)
    prefix = exact.rstrip(os.fsencode(os.sep)) + os.fsencode(os.sep)
    return exact, prefix, prefix[:-1] + bytes([prefix[-1] + 1])


BELOW = "(directory = ? OR (directory >= ? AND directory < ?))"


class CatalogueConnection:
    """The writing connection, transactions, and the words that literal search finds."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = open_for_writing(path)

    @property
    def connection(self) -> sqlite3.Connection:
        """For a ``CatalogueReader`` that must see what is not committed yet."""
        return self._connection

    def close(self) -> None:
        """End the connection; the write-ahead log goes into the main file."""
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All writes within happen, or none; within another transaction, that one decides in the end.

        Raises:
            NoRoom: the disk is full; nothing was written.
            StoreFailed: SQLite refused for another reason; nothing was written.
        """
        outermost = not self._connection.in_transaction
        try:
            self._connection.execute("BEGIN IMMEDIATE" if outermost else "SAVEPOINT part")
            yield
            self._connection.execute("COMMIT" if outermost else "RELEASE part")
        except BaseException as error:
            if self._connection.in_transaction:  # a full disk takes everything back by itself
                self._connection.execute("ROLLBACK" if outermost else "ROLLBACK TO part")
                if not outermost:
                    self._connection.execute("RELEASE part")
            if isinstance(error, sqlite3.Error):
                if is_damage(error):
                    note_damage(self._path)
                raise refused(error, self._path) from error
            raise

    def _index_words(self, photo_id: PhotoId) -> None:
        text = words_of(self._connection, photo_id)
        if text is not None:
            self._connection.execute("DELETE FROM words WHERE rowid = ?", (photo_id,))
            self._connection.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (photo_id, text))

    def _ids(self, query: str, arguments: Sequence[object]) -> list[PhotoId]:
        return [row[0] for row in self._connection.execute(query, tuple(arguments))]


def words_of(connection: sqlite3.Connection, photo_id: PhotoId) -> str | None:
    """The words that literal search is to find of a photo, None for one that is not known. Raises sqlite3.Error."""
    texts = texts_of(connection, photo_id)
    if texts is None:
        return None
    # a full stop of its own parts fields: see ``indexed_words``
    return " . ".join(" ".join(search_words(text.text)) for text in texts)


def refused(error: sqlite3.Error, path: Path) -> StoreFailed:
    """The error to raise for one of SQLite's while writing."""
    if is_full(error, path):
        return NoRoom(f"There is no room left on the disk of {path.parent}: free some space. Nothing was lost.")
    if is_damage(error):
        return StoreFailed(f"The catalogue {path} is damaged: close photofind and start it again, and it is mended.")
    return StoreFailed(f"The catalogue {path} cannot be written ({error}). Check the disk and its rights.")


def storable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8")


def wall_clock_s(time_ns: int) -> int:
    """Local wall-clock seconds, which is what cameras write."""
    try:
        local = time.localtime(time_ns / 1e9)
        return int(time_ns // 1_000_000_000 + local.tm_gmtoff)
    except (OverflowError, ValueError, OSError):
        return 0

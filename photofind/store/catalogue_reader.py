"""Every read of the catalogue that is not part of a write."""

import os
import sqlite3
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photofind.core.photo import Counts, FolderState, PhotoId, PhotoRow, ProblemRow
from photofind.core.words import phrase_query
from photofind.store.catalogue_connection import BELOW, below, split_path
from photofind.store.catalogue_schema import open_for_reading

_ROW_COLUMNS = (
    "p.id, p.directory, p.name, p.sort_s, p.width, p.height, p.size_bytes, p.average_colour, p.has_thumbnail,"
    " d.offline, coalesce(p.user_rating, f.rating), p.problem"
)
_ROW_TABLES = "photos p JOIN folders d ON d.id = p.folder_id LEFT JOIN facts f ON f.photo_id = p.id"
_IS_WAITING = (
    "p.gone_s IS NULL AND p.problem IS NULL AND"
    " (p.content_hash IS NULL OR e.content_hash IS NULL OR e.content_hash != p.content_hash)"
)
_IS_UNREAD = "p.gone_s IS NULL AND p.problem IS NULL AND p.content_hash IS NULL"
_WITH_ENCODED = "photos p LEFT JOIN encoded e ON e.encoder_key = ? AND e.photo_id = p.id"


@dataclass(frozen=True, slots=True)
class Work:
    """A photo that waits: to be read when ``content_hash`` is None, else only to be encoded.

    ``is_new``: it was never read, so it may turn out to be another photo that moved here.
    """

    id: PhotoId
    path: str
    size_bytes: int
    mtime_ns: int
    content_hash: bytes | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class Twin:
    """A photo with the same content as another one, or one that may have."""

    id: PhotoId
    path: str
    folder_id: int
    content_hash: bytes | None
    is_gone: bool
    is_offline: bool


@dataclass(frozen=True, slots=True)
class Folder:
    """A watched folder."""

    id: int
    path: str
    offline: bool


class CatalogueReader:
    """Reads through a connection of its own, or through the writing one to see what it is about to commit.

    For one thread at a time; another process may write meanwhile.

    Raises:
        StoreFailed: there is no catalogue, or it cannot be read.
    """

    def __init__(self, source: Path | sqlite3.Connection) -> None:
        self._connection = open_for_reading(source) if isinstance(source, Path) else source

    def close(self) -> None:
        self._connection.close()

    def meta(self, key: str) -> str:
        """A setting of the library itself, "" where it has none."""
        row = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        return "" if row is None else str(row[0])

    def data_version(self) -> int:
        """A number that changes whenever another connection has written."""
        return int(self._connection.execute("PRAGMA data_version").fetchone()[0])

    # Folders and counts

    def folders(self) -> list[Folder]:
        """The watched folders, in the order they were added."""
        rows = self._connection.execute("SELECT id, path, offline FROM folders WHERE watched = 1 ORDER BY id")
        return [Folder(folder_id, os.fsdecode(path), bool(offline)) for folder_id, path, offline in rows]

    def folder_of(self, photo_id: PhotoId) -> int:
        """The id of the watched folder that the photo lies in."""
        return int(self._connection.execute("SELECT folder_id FROM photos WHERE id = ?", (photo_id,)).fetchone()[0])

    def folder_states(self) -> tuple[FolderState, ...]:
        rows = self._connection.execute(
            "SELECT path, offline, (SELECT count(*) FROM photos WHERE folder_id = d.id AND gone_s IS NULL)"
            " FROM folders d WHERE watched = 1 ORDER BY id"
        )
        return tuple(FolderState(os.fsdecode(path), count, bool(offline)) for path, offline, count in rows)

    def counts(self, encoder_key: str) -> Counts:
        """How many photos there are and how far this encoder is with them."""
        photos, problems, waiting, offline = self._connection.execute(
            f"SELECT count(*), count(p.problem), coalesce(sum({_IS_WAITING}), 0),"
            f" coalesce(sum((SELECT offline FROM folders WHERE id = p.folder_id)), 0)"
            f" FROM {_WITH_ENCODED} WHERE p.gone_s IS NULL",
            (encoder_key,),
        ).fetchone()
        (others,) = self._connection.execute("SELECT count(*) FROM other_files WHERE kind IN ('raw', 'video')").fetchone()
        return Counts(photos, photos - waiting - problems, waiting, problems, offline, others)

    def problems(self) -> list[ProblemRow]:
        """The files that cannot be read, and why."""
        return [row for _, row in self.problems_by_id()]

    def problems_by_id(self) -> list[tuple[PhotoId, ProblemRow]]:
        rows = self._connection.execute(
            "SELECT id, directory, name, problem FROM photos WHERE problem IS NOT NULL AND gone_s IS NULL"
            " ORDER BY directory, name"
        )
        return [(i, ProblemRow(_join(directory, name), problem)) for i, directory, name, problem in rows]

    def other_file_count(self, folders: Sequence[str]) -> int:
        """How many files of kinds that cannot be read yet (video, RAW) lie below ``folders``."""
        total = 0
        for folder in folders:
            total += self._connection.execute(
                f"SELECT count(*) FROM other_files WHERE kind IN ('raw', 'video') AND {BELOW}", below(folder)
            ).fetchone()[0]
        return total

    # Photos

    def ids_by_date(self) -> "array[int]":
        """All photos that can be shown, newest first."""
        rows = self._connection.execute(
            "SELECT id FROM photos WHERE gone_s IS NULL AND has_thumbnail = 1 ORDER BY sort_s DESC, id DESC"
        )
        return array("q", (row[0] for row in rows))

    def ids_with_thumbnail(self) -> list[PhotoId]:
        """All photos that are believed to have a thumbnail, gone ones too."""
        return [row[0] for row in self._connection.execute("SELECT id FROM photos WHERE has_thumbnail = 1")]

    def rows(self, ids: Sequence[PhotoId]) -> list[PhotoRow]:
        """The rows of ``ids``, in that order; unknown ones and those whose file is gone are left out."""
        found = {}
        for some in _portions(ids):
            query = f"SELECT {_ROW_COLUMNS} FROM {_ROW_TABLES} WHERE p.gone_s IS NULL AND p.id IN ({_marks(some)})"
            for row in self._connection.execute(query, some):
                found[row[0]] = _photo_row(row)
        return [found[i] for i in ids if i in found]

    def ids_at(self, path: str) -> list[PhotoId]:
        """The photo at ``path``, or all photos below it where it is a folder."""
        exact = self._connection.execute(
            "SELECT id FROM photos WHERE directory = ? AND name = ? AND gone_s IS NULL", split_path(path)
        ).fetchall()
        rows = exact or self._connection.execute(f"SELECT id FROM photos WHERE {BELOW} AND gone_s IS NULL", below(path))
        return [row[0] for row in rows]

    def literal_hits(self, text: str, limit: int | None) -> "array[int]":
        """Photos whose names, folders, tags, captions, camera or date hold all words of ``text``; best first.

        Order: SQLite FTS5's bm25.
        """
        query = phrase_query(text)
        if not query:
            return array("q")
        rows = self._connection.execute(
            "SELECT p.id FROM words w JOIN photos p ON p.id = w.rowid WHERE words MATCH ? AND p.gone_s IS NULL"
            " AND p.has_thumbnail = 1 ORDER BY bm25(words), p.sort_s DESC, p.id DESC LIMIT ?",
            (query, -1 if limit is None else limit),
        )
        return array("q", (row[0] for row in rows))

    # Work

    def waiting(self, encoder_key: str, after: PhotoId, limit: int) -> list[Work]:
        """Photos with ids above ``after`` that wait for this encoder and can be reached, by id."""
        rows = self._connection.execute(
            f"SELECT p.id, p.directory, p.name, p.size_bytes, p.mtime_ns, p.content_hash, p.width = 0 FROM {_WITH_ENCODED}"
            f" JOIN folders d ON d.id = p.folder_id AND d.offline = 0 WHERE p.id > ? AND {_IS_WAITING} ORDER BY p.id LIMIT ?",
            (encoder_key, after, limit),
        )
        return [_work(row) for row in rows]

    def reachable_waiting(self, encoder_key: str) -> int:
        """How many photos wait for this encoder and can be reached now."""
        row = self._connection.execute(
            f"SELECT count(*) FROM {_WITH_ENCODED} JOIN folders d ON d.id = p.folder_id AND d.offline = 0 WHERE {_IS_WAITING}",
            (encoder_key,),
        ).fetchone()
        return int(row[0])

    def unread(self, after: PhotoId, limit: int) -> list[Work]:
        """Photos with ids above ``after`` that were never read and can be reached, by id."""
        rows = self._connection.execute(
            "SELECT p.id, p.directory, p.name, p.size_bytes, p.mtime_ns, NULL, p.width = 0 FROM photos p"
            f" JOIN folders d ON d.id = p.folder_id AND d.offline = 0 WHERE p.id > ? AND {_IS_UNREAD} ORDER BY p.id LIMIT ?",
            (after, limit),
        )
        return [_work(row) for row in rows]

    def reachable_unread(self) -> int:
        """How many photos were never read and can be reached now."""
        row = self._connection.execute(
            f"SELECT count(*) FROM photos p JOIN folders d ON d.id = p.folder_id AND d.offline = 0 WHERE {_IS_UNREAD}"
        ).fetchone()
        return int(row[0])

    def twins(self, content_hash: bytes, but: PhotoId) -> list[Twin]:
        """Other photos with this content, those that are gone first."""
        return self._twins("p.content_hash = ? AND p.id != ?", (content_hash, but))

    def possible_twins(self, size_bytes: int, mtime_ns: int, but: PhotoId) -> list[Twin]:
        """Other photos, read before, whose file has this size and time: where a moved or copied file may come from."""
        return self._twins(
            "p.size_bytes = ? AND p.mtime_ns = ? AND p.id != ? AND p.content_hash IS NOT NULL", (size_bytes, mtime_ns, but)
        )

    def _twins(self, condition: str, arguments: tuple[object, ...]) -> list[Twin]:
        rows = self._connection.execute(
            f"SELECT p.id, p.directory, p.name, p.folder_id, p.content_hash, p.gone_s IS NOT NULL, d.offline FROM photos p"
            f" JOIN folders d ON d.id = p.folder_id WHERE {condition} ORDER BY p.gone_s IS NULL, p.gone_s DESC, p.id",
            arguments,
        )
        return [
            Twin(i, _join(directory, name), folder_id, content_hash, bool(gone), bool(offline))
            for i, directory, name, folder_id, content_hash, gone, offline in rows
        ]

    # Vectors

    def searchable_ids(self, encoder_key: str) -> NDArray[np.int64]:
        """Photos that a question may find: their file is there and this encoder has seen it. int64 [n], ascending."""
        rows = self._connection.execute(
            "SELECT p.id FROM encoded e JOIN photos p ON p.id = e.photo_id WHERE e.encoder_key = ? AND p.gone_s IS NULL"
            " ORDER BY p.id",
            (encoder_key,),
        )
        return np.fromiter((row[0] for row in rows), np.int64)

    def encoded_content(self, encoder_key: str, photo_id: PhotoId) -> bytes | None:
        """The content hash of what this encoder has seen of the photo, None if nothing."""
        row = self._connection.execute(
            "SELECT content_hash FROM encoded WHERE encoder_key = ? AND photo_id = ?", (encoder_key, photo_id)
        ).fetchone()
        return None if row is None else bytes(row[0])

    def encoded_ids(self, encoder_key: str) -> NDArray[np.int64]:
        """All photos whose vectors the journal must hold, gone ones included. int64 [n], ascending."""
        rows = self._connection.execute(
            "SELECT photo_id FROM encoded WHERE encoder_key = ? ORDER BY photo_id", (encoder_key,)
        )
        return np.fromiter((row[0] for row in rows), np.int64)

    def to_store(self, encoder_key: str, limit: int, but_not: int = 0) -> list[tuple[PhotoId, int, bytes]]:
        """Photos whose vector Milvus does not hold yet, after the first ``but_not`` that are on their way.

        Id, wall-clock seconds and content hash of each, by id.
        """
        return self._connection.execute(
            "SELECT p.id, p.sort_s, e.content_hash FROM encoded e JOIN photos p ON p.id = e.photo_id"
            " WHERE e.encoder_key = ? AND e.stored = 0 AND p.gone_s IS NULL ORDER BY p.id LIMIT ? OFFSET ?",
            (encoder_key, limit, but_not),
        ).fetchall()

    def to_unstore(self, encoder_key: str) -> list[PhotoId]:
        """Photos whose file is gone and whose vector Milvus still holds."""
        rows = self._connection.execute(
            "SELECT p.id FROM photos p JOIN encoded e ON e.encoder_key = ? AND e.photo_id = p.id"
            " WHERE p.gone_s IS NOT NULL AND e.stored = 1",
            (encoder_key,),
        )
        return [row[0] for row in rows]

    def stored_ids(self, encoder_key: str) -> list[PhotoId]:
        """Photos whose vector Milvus is believed to hold."""
        rows = self._connection.execute(
            "SELECT photo_id FROM encoded WHERE encoder_key = ? AND stored = 1 ORDER BY photo_id", (encoder_key,)
        )
        return [row[0] for row in rows]

    def tags(self, photo_id: PhotoId) -> list[str]:
        """What the photo is tagged with: by its file and by the user, less what the user removed."""
        rows = self._connection.execute(
            "SELECT tag FROM tags WHERE photo_id = ? AND origin != 'removed'"
            " EXCEPT SELECT tag FROM tags WHERE photo_id = ? AND origin = 'removed' ORDER BY tag",
            (photo_id, photo_id),
        )
        return [row[0] for row in rows]


def _join(directory: bytes, name: bytes) -> str:
    return os.path.join(os.fsdecode(directory), os.fsdecode(name))


def _work(row: Sequence[Any]) -> Work:
    photo_id, directory, name, size_bytes, mtime_ns, content_hash, is_new = row
    return Work(photo_id, _join(directory, name), size_bytes, mtime_ns, content_hash, bool(is_new))


def _photo_row(row: Sequence[Any]) -> PhotoRow:
    photo_id, directory, name, sort_s, width, height, size_bytes, colour, has_thumbnail, offline, rating, problem = row
    return PhotoRow(
        photo_id, _join(directory, name), sort_s, width, height, size_bytes, colour, bool(has_thumbnail), bool(offline),
        rating, problem,
    )  # fmt: skip


def _portions(ids: Sequence[PhotoId], size: int = 500) -> Iterable[list[PhotoId]]:
    """SQLite takes a limited number of variables in one statement."""
    for start in range(0, len(ids), size):
        yield list(ids[start : start + size])


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))



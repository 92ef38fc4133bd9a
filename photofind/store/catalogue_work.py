"""Reads of the catalogue for those who do the work: what waits, which photos are twins, who holds which vector."""

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photofind.core.photo import PhotoId
from photofind.store.catalogue_schema import open_for_reading
from photofind.store.id_columns import id_array

if TYPE_CHECKING:  # the first photos of a window are read before anything needs numpy
    import numpy as np
    from numpy.typing import NDArray

IS_WAITING = (
    "p.gone_s IS NULL AND p.problem IS NULL AND"
    " (p.to_read = 1 OR e.content_hash IS NULL OR e.content_hash != p.content_hash)"
)
_IS_UNREAD = "p.gone_s IS NULL AND p.problem IS NULL AND p.to_read = 1"
WITH_ENCODED = "photos p LEFT JOIN encoded e ON e.encoder_key = ? AND e.photo_id = p.id"


_WORK_COLUMNS = (
    "p.id, p.directory, p.name, p.size_bytes, p.mtime_ns, p.sidecar_mtime_ns,"
    " CASE WHEN p.to_read THEN NULL ELSE p.content_hash END, p.content_hash IS NULL"
)


@dataclass(frozen=True, slots=True)
class Work:
    """A photo that waits: to be read when ``content_hash`` is None, else only to be encoded.

    ``is_new``: it was never read; else it was read before, and its file may be another one now.
    """

    id: PhotoId
    path: str
    size_bytes: int
    mtime_ns: int
    sidecar_mtime_ns: int
    content_hash: bytes | None
    is_new: bool


@dataclass(frozen=True, slots=True)
class Twin:
    """A photo with the same content as another one, or one that may have."""

    id: PhotoId
    path: str
    folder_id: int
    sidecar_mtime_ns: int
    is_gone: bool
    is_to_read: bool
    """It waits to be read, and can be."""


class CatalogueOfWork:
    """See ``CatalogueReader``."""

    def __init__(self, source: Path | sqlite3.Connection) -> None:
        self._connection = open_for_reading(source) if isinstance(source, Path) else source

    # Work

    def waiting(self, encoder_key: str, after: PhotoId, limit: int) -> list[Work]:
        """Photos with ids above ``after`` that wait for this encoder and can be reached, by id.

        A few new ones in a large library are found by an index; photos that are read and not encoded are looked for.
        """
        if self.reachable_waiting(encoder_key) == self.reachable_unread():
            return self.unread(after, limit)
        rows = self._connection.execute(
            f"SELECT {_WORK_COLUMNS} FROM {WITH_ENCODED}"
            f" JOIN folders d ON d.id = p.folder_id AND d.offline = 0 WHERE p.id > ? AND {IS_WAITING} ORDER BY p.id LIMIT ?",
            (encoder_key, after, limit),
        )
        return [_work(row) for row in rows]

    def reachable_waiting(self, encoder_key: str) -> int:
        """How many photos wait for this encoder and can be reached now."""
        row = self._connection.execute(
            "SELECT coalesce(sum(c.photos - c.problems - coalesce(e.done, 0)), 0) FROM folder_counts c"
            " JOIN folders d ON d.id = c.folder_id AND d.offline = 0"
            " LEFT JOIN encoder_counts e ON e.encoder_key = ? AND e.folder_id = c.folder_id",
            (encoder_key,),
        ).fetchone()
        return int(row[0])

    def unread(self, after: PhotoId, limit: int) -> list[Work]:
        """Photos with ids above ``after`` that were never read and can be reached, by id."""
        rows = self._connection.execute(
            f"SELECT {_WORK_COLUMNS} FROM photos p INDEXED BY photos_to_read"
            f" JOIN folders d ON d.id = p.folder_id AND d.offline = 0 WHERE p.id > ? AND {_IS_UNREAD} ORDER BY p.id LIMIT ?",
            (after, limit),
        )
        return [_work(row) for row in rows]

    def reachable_unread(self) -> int:
        """How many photos were never read and can be reached now."""
        row = self._connection.execute(
            "SELECT coalesce(sum(c.unread), 0) FROM folder_counts c JOIN folders d ON d.id = c.folder_id AND d.offline = 0"
        ).fetchone()
        return int(row[0])

    def unseen_by_new_encoder(self, old_key: str, new_key: str) -> int:
        """How many photos that the old encoder knows the new one could not see yet, on drives that are away."""
        row = self._connection.execute(
            "SELECT count(*) FROM encoded o JOIN photos p ON p.id = o.photo_id AND p.gone_s IS NULL"
            " JOIN folders d ON d.id = p.folder_id AND d.offline = 1 WHERE o.encoder_key = ? AND NOT EXISTS"
            " (SELECT 1 FROM encoded n WHERE n.encoder_key = ? AND n.photo_id = p.id)",
            (old_key, new_key),
        ).fetchone()
        return int(row[0])

    def knows_any(self, encoder_key: str) -> bool:
        """Whether this encoder has seen any photo of the library."""
        row = self._connection.execute("SELECT 1 FROM encoded WHERE encoder_key = ? LIMIT 1", (encoder_key,)).fetchone()
        return row is not None

    def twins(self, content_hash: bytes, but: PhotoId) -> list[Twin]:
        """Other photos with this content, those that are gone first."""
        return self._twins("p.content_hash = ? AND p.id != ?", (content_hash, but))

    def possible_twins(self, size_bytes: int, mtime_ns: int, but: PhotoId) -> list[Twin]:
        """Other photos, read before, whose file has this size and time: where a moved or copied file may come from."""
        return self._twins(
            "p.size_bytes = ? AND p.mtime_ns = ? AND p.id != ? AND p.content_hash IS NOT NULL", (size_bytes, mtime_ns, but)
        )

    def files_like(self, size_bytes: int, mtime_ns: int, limit: int) -> list[str]:
        """Paths of photos whose file is there and had this size and time when it was looked at."""
        rows = self._connection.execute(
            "SELECT directory, name FROM photos WHERE size_bytes = ? AND mtime_ns = ? AND gone_s IS NULL LIMIT ?",
            (size_bytes, mtime_ns, limit),
        )
        return [join_path(directory, name) for directory, name in rows]

    def _twins(self, condition: str, arguments: tuple[object, ...]) -> list[Twin]:
        rows = self._connection.execute(
            "SELECT p.id, p.directory, p.name, p.folder_id, p.sidecar_mtime_ns, p.gone_s IS NOT NULL,"
            " p.to_read AND p.problem IS NULL FROM photos p"
            f" JOIN folders d ON d.id = p.folder_id WHERE {condition} ORDER BY p.gone_s IS NULL, p.gone_s DESC, p.id",
            arguments,
        )
        return [
            Twin(i, join_path(directory, name), folder_id, sidecar_mtime_ns, bool(gone), bool(to_read))
            for i, directory, name, folder_id, sidecar_mtime_ns, gone, to_read in rows
        ]

    # Vectors

    def searchable_ids(self, encoder_key: str) -> "NDArray[np.int64]":
        """Photos that a question may find: their file is there and this encoder has seen it. int64 [n], ascending."""
        import numpy as np

        ids = self.encoded_ids(encoder_key)
        gone = id_array(self._connection, "SELECT id FROM photos WHERE gone_s IS NOT NULL")
        return np.setdiff1d(ids, gone, assume_unique=True) if len(gone) else ids

    def offline_ids(self) -> "NDArray[np.int64]":
        """Photos whose watched folder cannot be reached now, gone ones too. int64 [n], ascending."""
        query = "SELECT id FROM photos WHERE folder_id IN (SELECT id FROM folders WHERE offline = 1) ORDER BY id"
        return id_array(self._connection, query)

    def encoded_content(self, encoder_key: str, photo_id: PhotoId) -> bytes | None:
        """The content hash of what this encoder has seen of the photo, None if nothing."""
        row = self._connection.execute(
            "SELECT content_hash FROM encoded WHERE encoder_key = ? AND photo_id = ?", (encoder_key, photo_id)
        ).fetchone()
        return None if row is None else bytes(row[0])

    def encoded_input(self, encoder_key: str, photo_id: PhotoId) -> bytes | None:
        """The hash of the pixels from which this encoder made the photo's vector, None where that is not known."""
        row = self._connection.execute(
            "SELECT input_hash FROM encoded WHERE encoder_key = ? AND photo_id = ?", (encoder_key, photo_id)
        ).fetchone()
        return None if row is None else row[0]

    def encoded_ids(self, encoder_key: str) -> "NDArray[np.int64]":
        """All photos whose vectors the journal must hold, gone ones included. int64 [n], ascending."""
        query = "SELECT photo_id AS id FROM encoded WHERE encoder_key = ? ORDER BY photo_id"
        return id_array(self._connection, query, (encoder_key,))

    def to_store(self, encoder_key: str, limit: int) -> list[tuple[PhotoId, int, bytes]]:
        """Photos whose vector Milvus does not hold yet: id, wall-clock seconds and content hash of each, by id."""
        return self._connection.execute(
            "SELECT p.id, p.sort_s, e.content_hash FROM encoded e INDEXED BY encoded_not_stored"
            " CROSS JOIN photos p ON p.id = e.photo_id"
            " WHERE e.encoder_key = ? AND e.stored = 0 AND p.gone_s IS NULL ORDER BY e.photo_id LIMIT ?",
            (encoder_key, limit),
        ).fetchall()

    def to_unstore(self, encoder_key: str) -> list[PhotoId]:
        """Photos whose file is gone and whose vector Milvus still holds."""
        rows = self._connection.execute(
            "SELECT p.id FROM photos p INDEXED BY photos_gone CROSS JOIN encoded e ON e.encoder_key = ? AND e.photo_id = p.id"
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


def join_path(directory: bytes, name: bytes) -> str:
    """Directory and name as the catalogue keeps them, as a path."""
    return os.path.join(os.fsdecode(directory), os.fsdecode(name))


def _work(row: Sequence[Any]) -> Work:
    photo_id, directory, name, size_bytes, mtime_ns, sidecar_mtime_ns, content_hash, is_new = row
    return Work(
        photo_id, join_path(directory, name), size_bytes, mtime_ns, sidecar_mtime_ns, content_hash, bool(is_new)
    )

"""The catalogue's record of what is on disk: paths, sizes, times."""

import os
import sys
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from photofind.core.photo import PhotoId
from photofind.store.catalogue_connection import BELOW, CatalogueConnection, below, split_path, wall_clock_s

Stamp = tuple[int, int, int]
"""Of a picture file: its size in bytes, its mtime in ns, and that of its sidecar, 0 without one."""


@dataclass(frozen=True, slots=True)
class FileStat:
    """What a directory listing says of a picture file: enough to know that it has not changed."""

    name: str
    size_bytes: int
    mtime_ns: int
    sidecar_mtime_ns: int = 0


@dataclass(frozen=True, slots=True)
class KnownFile:
    """A picture file as the catalogue knows it."""

    id: PhotoId
    stat: FileStat


KnownRow = tuple[str, PhotoId, Stamp]
"""A picture file's name, its id, and how it was; plain, for there are hundreds of thousands."""

_CODING = (sys.getfilesystemencoding(), sys.getfilesystemencodeerrors())  # os.fsdecode takes thrice as long
_KNOWN_FILES = "SELECT id, name, size_bytes, mtime_ns, sidecar_mtime_ns FROM photos WHERE gone_s IS NULL"


def _known_file(row: tuple[int, bytes, int, int, int]) -> KnownFile:
    photo_id, name, size_bytes, mtime_ns, sidecar_mtime_ns = row
    return KnownFile(photo_id, FileStat(os.fsdecode(name), size_bytes, mtime_ns, sidecar_mtime_ns))


class CatalogueOfFiles(CatalogueConnection):
    """Writes about files and folders."""

    # Folders

    def watch_folder(self, path: str, absorb: Sequence[str] = ()) -> int:
        """Add ``path`` to the watched folders; those named in ``absorb`` lie below it and become part of it."""
        with self.transaction():
            self._connection.execute(
                "INSERT INTO folders (path) VALUES (?) ON CONFLICT (path) DO UPDATE SET watched = 1", (os.fsencode(path),)
            )
            folder_id = int(
                self._connection.execute("SELECT id FROM folders WHERE path = ?", (os.fsencode(path),)).fetchone()[0]
            )
            for inner in absorb:
                self._connection.execute("UPDATE folders SET watched = 0 WHERE path = ?", (os.fsencode(inner),))
                self._connection.execute(f"UPDATE photos SET folder_id = ? WHERE {BELOW}", (folder_id, *below(inner)))
        return folder_id

    def unwatch_folder(self, path: str) -> list[PhotoId]:
        """Forget a watched folder. Its photos are gone from view and come back with it. Returns their ids."""
        with self.transaction():
            row = self._connection.execute("SELECT id FROM folders WHERE path = ?", (os.fsencode(path),)).fetchone()
            if row is None:
                return []
            self._connection.execute("UPDATE folders SET watched = 0, offline = 0 WHERE id = ?", row)
            ids = self._ids("SELECT id FROM photos WHERE folder_id = ? AND gone_s IS NULL", row)
            self._connection.execute(f"DELETE FROM other_files WHERE {BELOW}", below(path))
            self.mark_gone(ids)
        return ids

    def purge_gone(self, before_s: int) -> list[PhotoId]:
        """Forget for good the photos that went before that time and that Milvus does not hold any more."""
        with self.transaction():
            ids = self._ids(
                "SELECT id FROM photos p WHERE gone_s < ? AND NOT EXISTS"
                " (SELECT 1 FROM encoded WHERE photo_id = p.id AND stored = 1)",
                (before_s,),
            )
            for photo_id in ids:
                self.drop_placeholder(photo_id)
        return ids

    def set_offline(self, folder_id: int, offline: bool) -> None:
        with self.transaction():
            self._connection.execute("UPDATE folders SET offline = ? WHERE id = ?", (offline, folder_id))

    def set_place(self, folder_id: int, place: str) -> None:
        """See ``config.volumes``."""
        with self.transaction():
            self._connection.execute("UPDATE folders SET volume = ? WHERE id = ?", (place, folder_id))

    def relocate_folder(self, folder_id: int, source: str, target: str) -> None:
        """A watched folder is the same one at another path: its drive is mounted elsewhere. No watched one is there."""
        with self.transaction():
            there = self._connection.execute("SELECT id FROM folders WHERE path = ?", (os.fsencode(target),)).fetchone()
            self._connection.execute("UPDATE folders SET path = x'' WHERE id = ?", (folder_id,))
            if there is not None:  # one that is watched no longer
                self._connection.execute("UPDATE folders SET path = ? WHERE id = ?", (os.fsencode(source), there[0]))
            self._connection.execute("UPDATE folders SET path = ? WHERE id = ?", (os.fsencode(target), folder_id))
            self._move_rows(source, target, folder_id, "folder_id = ? AND gone_s IS NULL", (folder_id,))

    def split_folder(self, path: str, outer_id: int) -> int:
        """A drive mounted in a watched folder is a folder of its own: it can be away while the other is there."""
        with self.transaction():
            folder_id = self.watch_folder(path)
            self._connection.execute(
                f"UPDATE photos SET folder_id = ? WHERE {BELOW} AND folder_id = ?", (folder_id, *below(path), outer_id)
            )
        return folder_id

    def join_folder(self, inner_id: int, outer_id: int) -> None:
        """The other way round: the inner one is as if it had never been one of its own."""
        with self.transaction():
            self._connection.execute("UPDATE photos SET folder_id = ? WHERE folder_id = ?", (outer_id, inner_id))
            self._connection.execute("DELETE FROM folders WHERE id = ?", (inner_id,))

    def was_watched(self, path: str) -> bool:
        """Whether the user has taken this folder off the list."""
        row = self._connection.execute("SELECT 1 FROM folders WHERE path = ? AND watched = 0", (os.fsencode(path),)).fetchone()
        return row is not None

    def some_files_of(self, folder_id: int, limit: int) -> list[tuple[str, int, int]]:
        """Paths, sizes in bytes and mtimes in ns of some photos of a watched folder."""
        rows = self._connection.execute(
            "SELECT directory, name, size_bytes, mtime_ns FROM photos WHERE folder_id = ? AND gone_s IS NULL ORDER BY id LIMIT ?",
            (folder_id, limit),
        )
        return [(os.path.join(os.fsdecode(directory), os.fsdecode(name)), size, mtime) for directory, name, size, mtime in rows]

    # What is on disk

    def files_in(self, directory: str, after: str, limit: int) -> list[KnownRow]:
        """The picture files known directly in ``directory`` whose names come after that one, by name."""
        rows = self._connection.execute(
            f"{_KNOWN_FILES} AND directory = ? AND name > ? ORDER BY name LIMIT ?",
            (os.fsencode(directory), os.fsencode(after), limit),
        )
        return [
            (str(name, *_CODING), photo_id, (size_bytes, mtime_ns, sidecar_ns))
            for photo_id, name, size_bytes, mtime_ns, sidecar_ns in rows
        ]

    def files_named(self, directory: str, names: Sequence[str]) -> dict[str, KnownFile]:
        """Those of these picture files that are known in ``directory``, by name."""
        marks = ",".join("?" * len(names))
        rows = self._connection.execute(
            f"{_KNOWN_FILES} AND directory = ? AND name IN ({marks})", (os.fsencode(directory), *map(os.fsencode, names))
        )
        return {known.stat.name: known for known in map(_known_file, rows)}

    def file_at(self, path: str) -> KnownFile | None:
        """The picture file known at ``path``."""
        row = self._connection.execute(f"{_KNOWN_FILES} AND directory = ? AND name = ?", split_path(path)).fetchone()
        return None if row is None else _known_file(row)

    def files_beside(self, sidecar: str) -> list[str]:
        """Paths of the picture files that a sidecar of this path may belong to, by their names alone."""
        directory, name = split_path(os.path.splitext(sidecar)[0])
        rows = self._connection.execute(
            "SELECT name FROM photos WHERE directory = ? AND (name = ? OR (name > ? AND name < ?)) AND gone_s IS NULL",
            (directory, name, name + b".", name + b"/"),
        )
        return [os.path.join(os.fsdecode(directory), os.fsdecode(row[0])) for row in rows]

    def other_files_in(self, directory: str, after: str, limit: int) -> list[tuple[str, int, int]]:
        """Name, size and mtime of files that are known to be no pictures, directly in ``directory``, by name."""
        rows = self._connection.execute(
            "SELECT name, size_bytes, mtime_ns FROM other_files WHERE directory = ? AND name > ? ORDER BY name LIMIT ?",
            (os.fsencode(directory), os.fsencode(after), limit),
        )
        return [(str(name, *_CODING), size_bytes, mtime_ns) for name, size_bytes, mtime_ns in rows]

    def directory_after(self, folder: str, after: str) -> str | None:
        """The first directory at or below ``folder`` that holds known files and comes after that one, in their order as
        bytes; ``after`` "" for the first. None where there is none. Takes no longer in a large library."""
        exact, least, most = below(folder)
        if not after and self._holds_files(exact):
            return folder
        low = least if after in ("", folder) else os.fsencode(after) + b"\0"
        rows = self._connection.execute(
            "SELECT min(directory) FROM photos WHERE directory >= ? AND directory < ? AND gone_s IS NULL"
            " UNION ALL SELECT min(directory) FROM other_files WHERE directory >= ? AND directory < ?",
            (low, most, low, most),
        )
        return min((os.fsdecode(row[0]) for row in rows if row[0] is not None), key=os.fsencode, default=None)

    def _holds_files(self, directory: bytes) -> bool:
        row = self._connection.execute(
            "SELECT EXISTS (SELECT 1 FROM photos WHERE directory = ? AND gone_s IS NULL)"
            " OR EXISTS (SELECT 1 FROM other_files WHERE directory = ?)",
            (directory, directory),
        ).fetchone()
        return bool(row[0])

    def add_file(self, folder_id: int, directory: str, stat: FileStat) -> tuple[PhotoId, bool]:
        """A picture file that was not there before. Returns its id, and whether a gone row came back unchanged."""
        place = (os.fsencode(directory), os.fsencode(stat.name))
        with self.transaction():
            gone = self._connection.execute(
                "SELECT id FROM photos WHERE directory = ? AND name = ? AND gone_s IS NOT NULL AND size_bytes = ?"
                " AND mtime_ns = ? AND sidecar_mtime_ns = ? ORDER BY gone_s DESC LIMIT 1",
                (*place, stat.size_bytes, stat.mtime_ns, stat.sidecar_mtime_ns),
            ).fetchone()
            if gone is not None:
                self._connection.execute("UPDATE photos SET gone_s = NULL, folder_id = ? WHERE id = ?", (folder_id, gone[0]))
                return int(gone[0]), True
            cursor = self._connection.execute(
                "INSERT INTO photos (folder_id, directory, name, size_bytes, mtime_ns, sidecar_mtime_ns, sort_s)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)",
                (folder_id, *place, stat.size_bytes, stat.mtime_ns, stat.sidecar_mtime_ns, wall_clock_s(stat.mtime_ns)),
            )
        return int(cursor.lastrowid or 0), False

    def note_changed(self, photo_id: PhotoId, stat: FileStat) -> None:
        """The file is another one now, or a sidecar is: it waits to be read again."""
        with self.transaction():
            self._connection.execute(
                "UPDATE photos SET size_bytes = ?, mtime_ns = ?, sidecar_mtime_ns = ?, to_read = 1, problem = NULL"
                " WHERE id = ?",
                (stat.size_bytes, stat.mtime_ns, stat.sidecar_mtime_ns, photo_id),
            )

    def note_other_file(self, directory: str, stat: FileStat, kind: str) -> None:
        """A file that is no picture photofind can read; it is not opened again until it changes."""
        with self.transaction():
            self._connection.execute(
                "INSERT OR REPLACE INTO other_files VALUES (?, ?, ?, ?, ?)",
                (os.fsencode(directory), os.fsencode(stat.name), stat.size_bytes, stat.mtime_ns, kind),
            )

    def is_other_file(self, directory: str, name: str) -> bool:
        """Whether a file that is no picture is known there."""
        row = (os.fsencode(directory), os.fsencode(name))
        found = self._connection.execute("SELECT 1 FROM other_files WHERE directory = ? AND name = ?", row).fetchone()
        return found is not None

    def forget_other_files(self, directory: str, names: Iterable[str]) -> None:
        with self.transaction():
            self._connection.executemany(
                "DELETE FROM other_files WHERE directory = ? AND name = ?",
                [(os.fsencode(directory), os.fsencode(name)) for name in names],
            )

    def forget_other_files_below(self, path: str) -> None:
        with self.transaction():
            self._connection.execute(f"DELETE FROM other_files WHERE {BELOW}", below(path))

    def mark_gone(self, ids: Sequence[PhotoId]) -> None:
        """The files of these photos are not there any more. Rows stay, so that a photo that comes back is itself."""
        now_s = int(time.time())
        with self.transaction():
            self._connection.executemany("UPDATE photos SET gone_s = ? WHERE id = ?", [(now_s, i) for i in ids])

    def move_file(self, photo_id: PhotoId, folder_id: int, path: str, stat: FileStat | None = None) -> None:
        """The photo has another path; its id, vector, tags and thumbnail stay."""
        with self.transaction():
            self._connection.execute(
                "UPDATE photos SET folder_id = ?, directory = ?, name = ?, gone_s = NULL WHERE id = ?",
                (folder_id, *split_path(path), photo_id),
            )
            if stat is not None:
                self._connection.execute(
                    "UPDATE photos SET size_bytes = ?, mtime_ns = ?, sidecar_mtime_ns = ? WHERE id = ?",
                    (stat.size_bytes, stat.mtime_ns, stat.sidecar_mtime_ns, photo_id),
                )
            self._index_words(photo_id)

    def move_folder(self, source: str, target: str, folder_id: int) -> list[PhotoId]:
        """A folder inside the watched ones has another path; all that it holds moves with it. Returns the photos' ids."""
        with self.transaction():
            return self._move_rows(source, target, folder_id, f"{BELOW} AND gone_s IS NULL", below(source))

    def _move_rows(
        self, source: str, target: str, folder_id: int, which: str, arguments: tuple[object, ...]
    ) -> list[PhotoId]:
        old, new = os.fsencode(source), os.fsencode(target)
        ids = self._ids(f"SELECT id FROM photos WHERE {which}", arguments)
        self._connection.execute(
            f"UPDATE photos SET folder_id = ?, directory = CAST(? || substr(directory, ?) AS BLOB) WHERE {which}",
            (folder_id, new, len(old) + 1, *arguments),
        )
        self._connection.execute(
            f"UPDATE OR REPLACE other_files SET directory = CAST(? || substr(directory, ?) AS BLOB) WHERE {BELOW}",
            (new, len(old) + 1, *below(source)),
        )
        for photo_id in ids:
            self._index_words(photo_id)
        return ids

    def drop_placeholder(self, photo_id: PhotoId) -> None:
        """Remove a row that turned out to be another photo's new place. Its id is never given again."""
        with self.transaction():
            self._connection.execute("DELETE FROM words WHERE rowid = ?", (photo_id,))
            self._connection.execute("DELETE FROM photos WHERE id = ?", (photo_id,))

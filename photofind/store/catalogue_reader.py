"""Every read of the catalogue that is not part of a write."""

import os
from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photofind.core.album import Album
from photofind.core.literal_finds import PhotoText, TextPlace
from photofind.core.photo import Counts, FolderState, PhotoId, PhotoRow, ProblemRow
from photofind.core.query.known import KnownValues
from photofind.core.query.parts import Filter, Literal
from photofind.core.question import Order
from photofind.store.catalogue_albums import albums_of
from photofind.store.catalogue_connection import BELOW, below, split_path
from photofind.store.catalogue_work import CatalogueOfWork, Twin, Work, join_path
from photofind.store.id_columns import id_array, id_list
from photofind.store.photo_texts import texts_of
from photofind.store.stack_facts import StackFacts, stack_facts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["CatalogueReader", "Folder", "Twin", "Work"]

_ROW_COLUMNS = (
    "p.id, p.directory, p.name, p.sort_s, p.width, p.height, p.size_bytes, p.average_colour, p.has_thumbnail,"
    " d.offline, coalesce(p.user_rating, f.rating), p.problem"
)
_ROW_TABLES = "photos p JOIN folders d ON d.id = p.folder_id LEFT JOIN facts f ON f.photo_id = p.id"

@dataclass(frozen=True, slots=True)
class Folder:
    """A watched folder."""

    id: int
    path: str
    offline: bool
    place: str = ""
    """Where it is, whatever path leads to it: see ``config.volumes``. "" while that is not known."""


class CatalogueReader(CatalogueOfWork):
    """Reads through a connection of its own, or through the writing one to see what it is about to commit.

    For one thread at a time; another process may write meanwhile.

    Raises:
        StoreFailed: there is no catalogue, or it cannot be read.
    """

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
        rows = self._connection.execute("SELECT id, path, offline, volume FROM folders WHERE watched = 1 ORDER BY id")
        return [Folder(folder_id, os.fsdecode(path), bool(offline), place) for folder_id, path, offline, place in rows]

    def content_of(self, photo_id: PhotoId) -> bytes | None:
        """The content hash of the photo as it was read last."""
        row = self._connection.execute("SELECT content_hash FROM photos WHERE id = ?", (photo_id,)).fetchone()
        return None if row is None else row[0]

    def folder_states(self) -> tuple[FolderState, ...]:
        rows = self._connection.execute(
            "SELECT path, offline, coalesce(photos, 0) FROM folders d LEFT JOIN folder_counts c ON c.folder_id = d.id"
            " WHERE watched = 1 ORDER BY id"
        )
        return tuple(FolderState(os.fsdecode(path), count, bool(offline)) for path, offline, count in rows)

    def counts(self, encoder_key: str) -> Counts:
        """How many photos there are and how far this encoder is with them."""
        photos, problems, done, offline = self._connection.execute(
            "SELECT coalesce(sum(c.photos), 0), coalesce(sum(c.problems), 0), coalesce(sum(e.done), 0),"
            " coalesce(sum((c.photos - c.problems) * d.offline), 0) FROM folder_counts c JOIN folders d ON d.id = c.folder_id"
            " LEFT JOIN encoder_counts e ON e.encoder_key = ? AND e.folder_id = c.folder_id",
            (encoder_key,),
        ).fetchone()
        (others,) = self._connection.execute("SELECT count(*) FROM other_files WHERE kind IN ('raw', 'video')").fetchone()
        return Counts(photos, done, photos - done - problems, problems, offline, others)

    def problems(self) -> list[ProblemRow]:
        """The files that cannot be read, and why."""
        return [row for _, row in self.problems_by_id()]

    def has_problem(self, photo_id: PhotoId) -> bool:
        """Whether the photo's file could not be read."""
        row = self._connection.execute("SELECT problem FROM photos WHERE id = ?", (photo_id,)).fetchone()
        return row is not None and row[0] is not None

    def problems_by_id(self) -> list[tuple[PhotoId, ProblemRow]]:
        rows = self._connection.execute(
            "SELECT id, directory, name, problem FROM photos INDEXED BY photos_with_problem"
            " WHERE problem IS NOT NULL AND gone_s IS NULL ORDER BY directory, name"
        )
        return [(i, ProblemRow(join_path(directory, name), problem)) for i, directory, name, problem in rows]

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
        query = "SELECT id FROM photos WHERE gone_s IS NULL AND has_thumbnail = 1 ORDER BY sort_s DESC, id DESC"
        return id_list(self._connection, query)

    def tagged_ids(self, tag: str) -> "NDArray[np.int64]":
        """Photos with this tag, by their file or by the user, who has not removed it; gone ones too. int64 [n], ascending."""
        import numpy as np

        query = "SELECT DISTINCT photo_id AS id FROM tags WHERE tag = ? AND origin {} 'removed' ORDER BY photo_id"
        tagged = id_array(self._connection, query.format("!="), (tag,))
        return np.setdiff1d(tagged, id_array(self._connection, query.format("="), (tag,)), assume_unique=True)

    def ids_with_thumbnail(self, after: PhotoId, limit: int) -> list[PhotoId]:
        """Photos with ids above ``after`` that are believed to have a thumbnail, gone ones too, by id."""
        rows = self._connection.execute(
            "SELECT id FROM photos WHERE has_thumbnail = 1 AND id > ? ORDER BY id LIMIT ?", (after, limit)
        )
        return [row[0] for row in rows]

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

    def shown_contents(self, hashes: Iterable[bytes]) -> dict[bytes, PhotoId]:
        """For each of these content hashes the first photo that has it and can be shown."""
        query = "SELECT min(id) FROM photos WHERE content_hash = ? AND gone_s IS NULL AND has_thumbnail = 1"
        found = {content: self._connection.execute(query, (content,)).fetchone()[0] for content in hashes}
        return {content: photo_id for content, photo_id in found.items() if photo_id is not None}

    # Questions

    def albums(self) -> list[Album]:
        """The smart albums, in the user's order."""
        return albums_of(self._connection)

    def stack_facts(self, ids: Sequence[PhotoId]) -> dict[PhotoId, StackFacts]:
        """What tells bursts and copies, by id."""
        return stack_facts(self._connection, ids)

    def literal_hits(
        self, text: str, allowed: "NDArray[np.int64] | None" = None, *, whole_words: bool = False
    ) -> "array[int]":
        """Photos whose names, folders, tags, captions, camera or date hold all words of ``text``; best first.

        Of ``allowed`` only where that is given. See ``literal_search``.
        """
        from photofind.store.literal_search import literal_hits

        return literal_hits(self._connection, text, allowed, whole_words=whole_words)

    def filtered_ids(self, filters: Sequence[Filter], literals: Sequence[Literal] = ()) -> "NDArray[np.int64]":
        """All photos that can be shown and for which all of these hold; int64 [n], ascending. See ``catalogue_filters``."""
        from photofind.store.catalogue_filters import filtered_ids

        return filtered_ids(self._connection, filters, literals)

    def places(self, order: Order) -> "NDArray[np.int64] | None":
        """The place of each photo in this order. See ``catalogue_orders``."""
        from photofind.store.catalogue_orders import places

        return places(self._connection, order)

    def known_values(self) -> KnownValues:
        """What filters can be completed with. See the module of that name."""
        from photofind.store.known_values import known_values

        return known_values(self._connection)

    def texts(self, photo_id: PhotoId) -> list[PhotoText]:
        """What literal search reads of the photo, of folders those from the watched one on; nothing for one not known."""
        from photofind.store.text_filters import folders_of

        roots = [os.fsdecode(path) for (path,) in self._connection.execute("SELECT path FROM folders WHERE watched = 1")]
        texts = texts_of(self._connection, photo_id) or []
        return [
            PhotoText(one.place, os.sep.join(folders_of(one.text, roots))) if one.place is TextPlace.FOLDER else one
            for one in texts
        ]

    def tags(self, photo_id: PhotoId) -> list[str]:
        """What the photo is tagged with: by its file and by the user, less what the user removed."""
        rows = self._connection.execute(
            "SELECT tag FROM tags WHERE photo_id = ? AND origin != 'removed'"
            " EXCEPT SELECT tag FROM tags WHERE photo_id = ? AND origin = 'removed' ORDER BY tag",
            (photo_id, photo_id),
        )
        return [row[0] for row in rows]


def _photo_row(row: Sequence[Any]) -> PhotoRow:
    photo_id, directory, name, sort_s, width, height, size_bytes, colour, has_thumbnail, offline, rating, problem = row
    return PhotoRow(
        photo_id, join_path(directory, name), sort_s, width, height, size_bytes, colour, bool(has_thumbnail), bool(offline),
        rating, problem,
    )  # fmt: skip


def _portions(ids: Sequence[PhotoId], size: int = 500) -> Iterable[list[PhotoId]]:
    """SQLite takes a limited number of variables in one statement."""
    for start in range(0, len(ids), size):
        yield list(ids[start : start + size])


def _marks(values: Sequence[object]) -> str:
    return ",".join("?" * len(values))



"""Every write to the catalogue. Librarian thread only, but for ``close``."""

import time
from calendar import timegm
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from photofind.core.photo import Facts, PhotoId
from photofind.store.catalogue_albums import CatalogueOfAlbums
from photofind.store.catalogue_connection import storable, wall_clock_s
from photofind.store.catalogue_files import CatalogueOfFiles, FileStat, KnownFile

__all__ = ["Catalogue", "FileStat", "KnownFile", "ReadPicture"]


@dataclass(frozen=True, slots=True)
class ReadPicture:
    """What reading a picture file found out."""

    content_hash: bytes
    size_bytes: int
    mtime_ns: int
    format: str
    width: int
    height: int
    average_colour: int
    facts: Facts


_FACT_COLUMNS = (
    "taken", "taken_offset_min", "camera_make", "camera_model", "lens", "exposure_s", "aperture", "iso", "focal_mm",
    "latitude", "longitude", "altitude_m", "rating", "label", "title", "caption",
)  # fmt: skip


class Catalogue(CatalogueOfFiles, CatalogueOfAlbums):
    """The writing side of the catalogue; see ``CatalogueReader`` for the other."""

    # Settings of the library itself

    def set_meta(self, key: str, value: str) -> None:
        """Writes nothing where it is known, so that a library can be opened on a full disk."""
        known = self._connection.execute("SELECT value FROM meta WHERE key = ?", (key,)).fetchone()
        if known is None or known[0] != value:
            with self.transaction():
                self._connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (key, value))

    # What is in the files

    def record_read(self, photo_id: PhotoId, picture: ReadPicture) -> None:
        """The picture was read: keep what it says, and clear an earlier problem."""
        facts = picture.facts
        sort_s = wall_clock_s(picture.mtime_ns) if facts.taken is None else _iso_s(facts.taken)
        with self.transaction():
            self._connection.execute(
                "UPDATE photos SET size_bytes = ?, mtime_ns = ?, content_hash = ?, format = ?, width = ?,"
                " height = ?, average_colour = ?, has_thumbnail = 1, to_read = 0, sort_s = ?, problem = NULL WHERE id = ?",
                (
                    picture.size_bytes, picture.mtime_ns, picture.content_hash, picture.format,
                    picture.width, picture.height, picture.average_colour, sort_s, photo_id,
                ),
            )  # fmt: skip
            columns = ", ".join(_FACT_COLUMNS)
            marks = ", ".join("?" * len(_FACT_COLUMNS))
            self._connection.execute(
                f"INSERT OR REPLACE INTO facts (photo_id, {columns}) VALUES (?, {marks})",
                (photo_id, *(getattr(facts, column) for column in _FACT_COLUMNS)),
            )
            self._connection.execute("DELETE FROM tags WHERE photo_id = ? AND origin = 'file'", (photo_id,))
            self._connection.executemany(
                "INSERT OR IGNORE INTO tags VALUES (?, ?, 'file')",
                [(photo_id, storable(tag)) for tag in dict.fromkeys(facts.keywords + facts.hierarchy)],
            )
            self._index_words(photo_id)

    def copy_read(self, source: PhotoId, target: PhotoId) -> None:
        """``target`` is a byte-for-byte copy of ``source``: it looks the same and says the same."""
        columns = ", ".join(_FACT_COLUMNS)
        with self.transaction():
            self._connection.execute(
                "UPDATE photos SET (content_hash, format, width, height, average_colour, has_thumbnail, sort_s, to_read, problem) ="
                " (SELECT content_hash, format, width, height, average_colour, has_thumbnail, sort_s, 0, NULL FROM photos"
                "  WHERE id = ?) WHERE id = ?",
                (source, target),
            )
            self._connection.execute(
                f"INSERT OR REPLACE INTO facts (photo_id, {columns}) SELECT ?, {columns} FROM facts WHERE photo_id = ?",
                (target, source),
            )
            self._connection.execute(
                "INSERT OR IGNORE INTO tags SELECT ?, tag, origin FROM tags WHERE photo_id = ? AND origin = 'file'",
                (target, source),
            )
            self._index_words(target)

    def note_read(self, photo_id: PhotoId) -> None:
        """What is known of the photo holds for its file as it is; one without a thumbnail is still read for that."""
        with self.transaction():
            self._connection.execute(
                "UPDATE photos SET to_read = 0, problem = NULL WHERE id = ? AND has_thumbnail = 1", (photo_id,)
            )

    def forget_thumbnails(self, ids: Iterable[PhotoId]) -> None:
        """These thumbnails are lost: the photos are read again, which makes new ones."""
        with self.transaction():
            self._connection.executemany(
                "UPDATE photos SET has_thumbnail = 0, to_read = 1 WHERE id = ?", [(photo_id,) for photo_id in ids]
            )

    def record_problem(self, photo_id: PhotoId, reason: str) -> None:
        """The file cannot be read; it is tried again when it changes."""
        with self.transaction():
            self._connection.execute("UPDATE photos SET problem = ? WHERE id = ?", (storable(reason), photo_id))

    def try_again(self, ids: Iterable[PhotoId]) -> None:
        """What could not be read waits to be read again."""
        with self.transaction():
            self._connection.executemany(
                "UPDATE photos SET to_read = 1, problem = NULL WHERE id = ?", [(photo_id,) for photo_id in ids]
            )

    # Vectors

    def mark_encoded(
        self, encoder_key: str, contents: Iterable[tuple[PhotoId, bytes]], inputs: Mapping[PhotoId, bytes] | None = None
    ) -> None:
        """The journal holds vectors of these contents, on disk; Milvus does not yet.

        ``inputs``: hashes of the pixels that the encoder was given, where they are known.
        """
        known = inputs or {}
        with self.transaction():
            self._connection.executemany(
                "INSERT OR REPLACE INTO encoded (encoder_key, photo_id, content_hash, input_hash)"
                " SELECT ?, id, ?, ? FROM photos WHERE id = ?",
                [(encoder_key, content_hash, known.get(photo_id), photo_id) for photo_id, content_hash in contents],
            )

    def note_same_input(self, encoder_key: str, photo_id: PhotoId, content_hash: bytes) -> None:
        """The photo has this content now, and its pixels are still those of its vector; Milvus is told its new date."""
        with self.transaction():
            self._connection.execute(
                "UPDATE encoded SET content_hash = ?, stored = 0 WHERE encoder_key = ? AND photo_id = ?",
                (content_hash, encoder_key, photo_id),
            )

    def note_other_input(self, encoder_key: str, photo_id: PhotoId) -> None:
        """The photo is about to be encoded again. The journal may get that vector before a crash and the catalogue never
        hear of it, so from now on only the next vector counts, even if the file becomes again what it was."""
        with self.transaction():
            self._connection.execute(
                "UPDATE encoded SET content_hash = x'', input_hash = NULL WHERE encoder_key = ? AND photo_id = ?",
                (encoder_key, photo_id),
            )

    def mark_stored(self, encoder_key: str, contents: Iterable[tuple[PhotoId, bytes]]) -> None:
        """Milvus holds the vectors of these contents on disk; a photo that was encoded anew meanwhile is not among them."""
        with self.transaction():
            self._connection.executemany(
                "UPDATE encoded SET stored = 1 WHERE encoder_key = ? AND photo_id = ? AND content_hash = ?",
                [(encoder_key, photo_id, content_hash) for photo_id, content_hash in contents],
            )

    def mark_not_stored(self, encoder_key: str, ids: Iterable[PhotoId]) -> None:
        """Milvus does not hold the vectors of these photos."""
        with self.transaction():
            self._connection.executemany(
                "UPDATE encoded SET stored = 0 WHERE encoder_key = ? AND photo_id = ?", [(encoder_key, i) for i in ids]
            )

    def forget_encoded(self, encoder_key: str, ids: Iterable[PhotoId]) -> None:
        """The journal lost these vectors: the photos wait to be encoded again."""
        with self.transaction():
            self._connection.executemany(
                "DELETE FROM encoded WHERE encoder_key = ? AND photo_id = ?", [(encoder_key, i) for i in ids]
            )

    # Mending

    def index_words_of(self, ids: Iterable[PhotoId]) -> None:
        """Write anew the words that literal search finds of these photos."""
        with self.transaction():
            for photo_id in ids:
                self._index_words(photo_id)

    # What the user says

    def edit_tags(self, photo_id: PhotoId, add: Sequence[str], remove: Sequence[str]) -> None:
        """Add and remove tags of one photo; the file keeps what it says."""
        with self.transaction():
            for tag in add:
                self._connection.execute("INSERT OR IGNORE INTO tags VALUES (?, ?, 'added')", (photo_id, tag))
                self._connection.execute("DELETE FROM tags WHERE photo_id = ? AND tag = ? AND origin = 'removed'", (photo_id, tag))
            for tag in remove:
                self._connection.execute("DELETE FROM tags WHERE photo_id = ? AND tag = ? AND origin = 'added'", (photo_id, tag))
                self._connection.execute(
                    "INSERT OR IGNORE INTO tags SELECT photo_id, tag, 'removed' FROM tags"
                    " WHERE photo_id = ? AND tag = ? AND origin = 'file'",
                    (photo_id, tag),
                )
            self._index_words(photo_id)

    def set_rating(self, photo_id: PhotoId, rating: int | None) -> None:
        """The user's rating, 0 to 5; None goes back to what the file says."""
        with self.transaction():
            self._connection.execute("UPDATE photos SET user_rating = ? WHERE id = ?", (rating, photo_id))

    def replace_edits(self, photo_id: PhotoId, rating: int | None, added: Iterable[str], removed: Iterable[str]) -> None:
        """Have the user's edits of one photo be these and no others; what its file says stays."""
        with self.transaction():
            self._connection.execute("UPDATE photos SET user_rating = ? WHERE id = ?", (rating, photo_id))
            self._connection.execute("DELETE FROM tags WHERE photo_id = ? AND origin != 'file'", (photo_id,))
            rows = [(photo_id, tag, "added") for tag in added] + [(photo_id, tag, "removed") for tag in removed]
            self._connection.executemany("INSERT OR IGNORE INTO tags VALUES (?, ?, ?)", rows)
            self._index_words(photo_id)


def _iso_s(taken: str) -> int:
    try:
        return timegm(time.strptime(taken[:19], "%Y-%m-%dT%H:%M:%S"))
    except (ValueError, OverflowError):
        return 0

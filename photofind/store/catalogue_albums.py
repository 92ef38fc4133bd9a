"""Smart albums in the catalogue: reading them, and writing them in the librarian's thread."""

import logging
import sqlite3
from collections.abc import Iterator

from photofind.core.album import Album, BadAlbum, kept_album
from photofind.store.catalogue_connection import CatalogueConnection

_log = logging.getLogger(__name__)


def albums_of(connection: sqlite3.Connection) -> list[Album]:
    """All albums in the user's order. Raises sqlite3.Error. A row that no program wrote like that is passed over."""
    return list(_albums(connection))


def _albums(connection: sqlite3.Connection) -> Iterator[Album]:
    for row in connection.execute("SELECT name, question, created_s, id FROM albums ORDER BY position, id"):
        try:
            yield kept_album(*row)
        except (BadAlbum, TypeError) as error:
            _log.warning("album %s is passed over: %s", row[3], error)


class CatalogueOfAlbums(CatalogueConnection):
    """Writes about albums. Positions are 0, 1, 2 … without gaps."""

    def save_album(self, album: Album) -> int:
        """Keep an album as the last one; one with an id takes the place of the one that has it. Returns its id.

        Names are unique: that this one is free is the caller's to know.
        """
        with self.transaction():
            if album.id:
                self._connection.execute(
                    "UPDATE albums SET name = ?, question = ? WHERE id = ?", (album.name, album.question_json, album.id)
                )
                return album.id
            cursor = self._connection.execute(
                "INSERT INTO albums (name, position, question, created_s) VALUES (?, (SELECT count(*) FROM albums), ?, ?)",
                (album.name, album.question_json, album.created_s),
            )
            return int(cursor.lastrowid or 0)

    def rename_album(self, album_id: int, name: str) -> None:
        """Its question stays. That the name is free is the caller's to know."""
        with self.transaction():
            self._connection.execute("UPDATE albums SET name = ? WHERE id = ?", (name, album_id))

    def move_album(self, album_id: int, position: int) -> None:
        """Have an album stand at ``position``, counted from 0 without it; beyond the ends it is the first or last."""
        with self.transaction():
            others = self._ids("SELECT id FROM albums WHERE id != ? ORDER BY position, id", (album_id,))
            place = max(0, position)
            self._number_albums([*others[:place], album_id, *others[place:]])

    def remove_album(self, album_id: int) -> None:
        """Forget an album; photos stay as they are."""
        with self.transaction():
            self._connection.execute("DELETE FROM albums WHERE id = ?", (album_id,))
            self._number_albums(self._ids("SELECT id FROM albums ORDER BY position, id", ()))

    def _number_albums(self, ids: list[int]) -> None:
        self._connection.executemany("UPDATE albums SET position = ? WHERE id = ?", list(enumerate(ids)))

"""Which photo of this library a backup speaks of."""

import os
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from photofind.core.photo import PhotoId
from photofind.store.catalogue_connection import split_path
from photofind.store.user_edits import PhotoEdits


@dataclass(slots=True)
class EditMatcher:
    """Finds photos by their content first, then by their place; for one restoration. Raises sqlite3.Error.

    Of several copies the one at the place of old is meant, else one that no other edits were meant for. By its place
    alone a photo is found only when no file waits to be read: until then the content may still turn up elsewhere.
    """

    connection: sqlite3.Connection
    _taken: set[PhotoId] = field(default_factory=set)

    def by_content_and_place(self, edits: PhotoEdits) -> PhotoId | None:
        """A photo with this content where it was, below the folder of old or below another one."""
        copies = self._copies(edits)
        for photo_id, path, folder in copies:
            if path == edits.path or path == os.path.join(folder, edits.relative_path):
                return self._take(photo_id)
        return None

    def by_content(self, edits: PhotoEdits) -> PhotoId | None:
        """A photo with this content, wherever it is; one that is there before one that is gone."""
        copies = self._copies(edits)
        free = [photo_id for photo_id, _, _ in copies if photo_id not in self._taken]
        if free:
            return self._take(free[0])
        return copies[0][0] if copies else None

    def by_place(self, edits: PhotoEdits) -> PhotoId | None:
        """The photo that lies where this one lay, with another content; below another folder it may be any other one."""
        (unread,) = self.connection.execute(
            "SELECT EXISTS (SELECT 1 FROM photos WHERE to_read = 1 AND gone_s IS NULL AND problem IS NULL)"
        ).fetchone()
        if unread:
            return None
        row = self.connection.execute(
            "SELECT id FROM photos WHERE directory = ? AND name = ? AND gone_s IS NULL AND content_hash IS NOT NULL",
            split_path(edits.path),
        ).fetchone()
        return self._take(int(row[0])) if row is not None and row[0] not in self._taken else None

    def _copies(self, edits: PhotoEdits) -> Sequence[tuple[PhotoId, str, str]]:
        if not edits.content_hash:
            return ()
        rows = self.connection.execute(
            "SELECT p.id, p.directory, p.name, d.path FROM photos p JOIN folders d ON d.id = p.folder_id"
            " WHERE p.content_hash = ? ORDER BY p.gone_s IS NOT NULL, p.id",
            (edits.content_hash,),
        )
        return [
            (photo_id, os.path.join(os.fsdecode(directory), os.fsdecode(name)), os.fsdecode(folder))
            for photo_id, directory, name, folder in rows
        ]

    def _take(self, photo_id: PhotoId) -> PhotoId:
        self._taken.add(photo_id)
        return photo_id

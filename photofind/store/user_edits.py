"""What the user said about photos, in a form that finds them again in another library."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from photofind.core.photo import PhotoId

_AT_ONCE = 1000


@dataclass(frozen=True, slots=True)
class PhotoEdits:
    """The edits of one photo, and how to know it: by its content, or by its path below a watched folder.

    ``added`` and ``removed`` are tags. ``overwrite``: these edits take the place of what the library says.
    """

    content_hash: bytes
    folder: str
    relative_path: str
    rating: int | None = None
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    overwrite: bool = False

    @property
    def path(self) -> str:
        """Where the photo lay."""
        return os.path.join(self.folder, self.relative_path)


def edited_photos(connection: sqlite3.Connection) -> Iterator[PhotoEdits]:
    """All photos with edits, by id, those that are gone too. Raises sqlite3.Error. One reading transaction's state."""
    ids = [
        row[0]
        for row in connection.execute(
            "SELECT id FROM photos WHERE user_rating IS NOT NULL"
            " UNION SELECT photo_id FROM tags WHERE origin != 'file' ORDER BY 1"
        )
    ]
    for start in range(0, len(ids), _AT_ONCE):
        yield from edits_of(connection, ids[start : start + _AT_ONCE])


def edits_of(connection: sqlite3.Connection, ids: Sequence[PhotoId]) -> list[PhotoEdits]:
    """The edits of these photos, at most a thousand, by id. Raises sqlite3.Error."""
    if not ids:
        return []
    marks = ",".join("?" * len(ids))
    tags: dict[PhotoId, dict[str, list[str]]] = {}
    for photo_id, tag, origin in connection.execute(
        f"SELECT photo_id, tag, origin FROM tags WHERE photo_id IN ({marks}) AND origin != 'file' ORDER BY photo_id, tag", ids
    ):
        tags.setdefault(photo_id, {}).setdefault(origin, []).append(tag)
    found = []
    for photo_id, content_hash, folder, directory, name, rating in connection.execute(
        "SELECT p.id, p.content_hash, d.path, p.directory, p.name, p.user_rating FROM photos p"
        f" LEFT JOIN folders d ON d.id = p.folder_id WHERE p.id IN ({marks}) ORDER BY p.id",
        ids,
    ):
        root, relative = _split(folder, directory, name)
        own = tags.get(photo_id, {})
        added, removed = tuple(own.get("added", ())), tuple(own.get("removed", ()))
        found.append(PhotoEdits(content_hash or b"", root, relative, rating, added, removed))
    return found


def merged(there: PhotoEdits, restored: PhotoEdits) -> PhotoEdits:
    """What a photo is to say: what the library says stays, and what it says nothing about comes from the backup.

    With ``overwrite`` the backup's word alone counts.
    """
    if restored.overwrite:
        return replace(there, rating=restored.rating, added=restored.added, removed=restored.removed)
    return replace(
        there,
        rating=restored.rating if there.rating is None else there.rating,
        added=tuple(sorted({*there.added, *(tag for tag in restored.added if tag not in there.removed)})),
        removed=tuple(sorted({*there.removed, *(tag for tag in restored.removed if tag not in there.added)})),
    )


def _split(folder: bytes | None, directory: bytes, name: bytes) -> tuple[str, str]:
    """The watched folder and the path below it; the directory itself where the photo lies in no watched folder now."""
    path = os.path.join(os.fsdecode(directory), os.fsdecode(name))
    root = os.fsdecode(folder) if folder is not None else os.fsdecode(directory)
    prefix = root.rstrip(os.sep) + os.sep
    if not path.startswith(prefix):
        root = os.fsdecode(directory)
        prefix = root.rstrip(os.sep) + os.sep
    return root, path[len(prefix) :]

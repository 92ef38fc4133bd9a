"""What literal search reads of a photo: for its index, and to say where a word was found."""

import os
import sqlite3

from photofind.core.literal_finds import PhotoText, TextPlace
from photofind.core.photo import PhotoId

_PLACES = (
    TextPlace.FOLDER, TextPlace.NAME, TextPlace.CAMERA, TextPlace.CAMERA, TextPlace.LENS, TextPlace.DATE, TextPlace.TITLE,
    TextPlace.CAPTION,
)  # fmt: skip


def texts_of(connection: sqlite3.Connection, photo_id: PhotoId) -> list[PhotoText] | None:
    """In a fixed order, tags last; None for a photo that is not known. Raises sqlite3.Error."""
    row = connection.execute(
        "SELECT p.directory, p.name, f.camera_make, f.camera_model, f.lens, f.taken, f.title, f.caption"
        " FROM photos p LEFT JOIN facts f ON f.photo_id = p.id WHERE p.id = ?",
        (photo_id,),
    ).fetchone()
    if row is None:
        return None
    tags = connection.execute(
        "SELECT DISTINCT tag FROM tags t WHERE photo_id = ? AND origin != 'removed' AND NOT EXISTS"
        " (SELECT 1 FROM tags r WHERE r.photo_id = t.photo_id AND r.tag = t.tag AND r.origin = 'removed')",
        (photo_id,),
    )
    known = (os.fsdecode(row[0]), os.fsdecode(row[1]), *row[2:])
    texts = [PhotoText(place, text) for place, text in zip(_PLACES, known, strict=True) if text or place is TextPlace.FOLDER]
    return [*texts, *(PhotoText(TextPlace.TAG, tag) for (tag,) in tags)]

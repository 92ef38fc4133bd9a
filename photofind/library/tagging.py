"""What the user says about photos. Jobs of the librarian."""

import os
from collections.abc import Sequence
from typing import Any

from photofind.core.errors import WrongUsage
from photofind.library.librarian import Desk

HIGHEST_RATING = 5


def edit_photos(
    desk: Desk, paths: Sequence[str], add: Sequence[str], remove: Sequence[str], rating: int | None
) -> list[dict[str, Any]]:
    """Tag and rate the photos at ``paths``; a folder stands for all photos in it. Returns what they are tagged with now.

    Raises:
        WrongUsage: a path is no photo of the library, or a tag or rating makes no sense; nothing was changed then.
    """
    tags_added, tags_removed = [_clean(tag) for tag in add], [_clean(tag) for tag in remove]
    if rating is not None and not 0 <= rating <= HIGHEST_RATING:
        raise WrongUsage(f"A rating is a number from 0 to {HIGHEST_RATING}, not {rating}.")
    ids: dict[int, None] = {}
    for path in paths:
        found = desk.reader.ids_at(os.path.abspath(path))
        if not found:
            raise WrongUsage(f"{os.path.abspath(path)} is no photo of this library. Index its folder first.")
        ids.update(dict.fromkeys(found))
    for photo_id in ids:
        desk.catalogue.edit_tags(photo_id, tags_added, tags_removed)
        if rating is not None:
            desk.catalogue.set_rating(photo_id, rating)
        desk.note_changed(photo_id)
    return [
        {"path": row.path, "id": row.id, "tags": desk.reader.tags(row.id), "rating": row.rating}
        for row in desk.reader.rows(list(ids))
    ]


def _clean(tag: str) -> str:
    cleaned = " ".join(tag.split())
    if not cleaned or not cleaned.isprintable():
        raise WrongUsage("A tag needs at least one letter, and no control characters.")
    return cleaned

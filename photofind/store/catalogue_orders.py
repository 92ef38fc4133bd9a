"""Photos by date, name or rating."""

import os
import re
import sqlite3

import numpy as np
from numpy.typing import NDArray

from photofind.core.question import Order
from photofind.store.id_columns import id_array
from photofind.store.shown_photos import SHOWN

_NUMBER = re.compile(r"(\d{1,18})", re.ASCII)
_BY_RATING = (
    f"SELECT p.id AS id FROM photos p LEFT JOIN facts f ON f.photo_id = p.id WHERE {SHOWN}"
    " ORDER BY coalesce(p.user_rating, f.rating, 0) DESC, p.sort_s DESC, p.id DESC"
)


def places(connection: sqlite3.Connection, order: Order) -> NDArray[np.int64] | None:
    """The place of each photo that can be shown, int64 [highest id + 1], 0 the first; others have the last one.

    None for relevance, which the catalogue knows nothing of. Tenths of a second for 100,000 photos. Raises sqlite3.Error.
    """
    match order:
        case Order.RELEVANCE:
            return None
        case Order.DATE:
            ids = id_array(connection, f"SELECT id FROM photos WHERE {SHOWN} ORDER BY sort_s DESC, id DESC")
        case Order.RATING:
            ids = id_array(connection, _BY_RATING)
        case Order.NAME:
            rows = connection.execute(f"SELECT name, id FROM photos WHERE {SHOWN}")
            ids = np.array([i for _, i in sorted((_natural(os.fsdecode(name)), i) for name, i in rows)], np.int64)
    (highest,) = connection.execute("SELECT coalesce(max(id), 0) FROM photos").fetchone()
    found = np.full(highest + 1, len(ids), np.int64)
    found[ids] = np.arange(len(ids))
    return found


def _natural(name: str) -> list[str | int]:
    """Sorts as people do: IMG_9 before IMG_10. Words and numbers by turns, so that like is compared with like."""
    pieces: list[str | int] = list(_NUMBER.split(name.casefold()))
    pieces[1::2] = [int(piece) for piece in pieces[1::2]]
    return pieces

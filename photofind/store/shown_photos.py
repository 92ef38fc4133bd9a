"""The photos that can be shown: their files are there, and they were read once."""

import json
import sqlite3

import numpy as np
from numpy.typing import NDArray

from photofind.store.id_columns import id_array

SHOWN = "gone_s IS NULL AND has_thumbnail = 1"
"""In SQL, over ``photos``; as the indexes by date and by format have it."""

_ALL = f"SELECT id FROM photos INDEXED BY photos_by_date WHERE {SHOWN}"
_SOME = f"SELECT id FROM photos WHERE id IN (SELECT value FROM json_each(?)) AND {SHOWN}"
_FEW = 8000  # looked up one by one in less time than all are read


def shown_ids(connection: sqlite3.Connection) -> NDArray[np.int64]:
    """All of them; int64 [n], ascending. Raises sqlite3.Error."""
    return np.sort(id_array(connection, _ALL))


def shown_of(connection: sqlite3.Connection, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Those of ``ids`` that can be shown; int64 [n], ascending. Raises sqlite3.Error."""
    if len(ids) <= _FEW:
        return id_array(connection, f"{_SOME} ORDER BY id", (json.dumps(ids.tolist()),))
    shown = shown_ids(connection)
    return shown[np.isin(shown, ids)]


def newest_first(connection: sqlite3.Connection, ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """The same, by date. Raises sqlite3.Error."""
    if len(ids) <= _FEW:
        return id_array(connection, f"{_SOME} ORDER BY sort_s DESC, id DESC", (json.dumps(ids.tolist()),))
    shown = id_array(connection, f"{_ALL} ORDER BY sort_s DESC, id DESC")
    return shown[np.isin(shown, ids)]

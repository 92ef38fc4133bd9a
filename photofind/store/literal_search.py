"""Photos that say the words of a question themselves: in name, folders, tags, captions, camera or date."""

import sqlite3
from array import array

import numpy as np
from numpy.typing import NDArray

from photofind.core.words import asked_phrases
from photofind.store.id_columns import id_array
from photofind.store.indexed_words import IS_CANDIDATE, NAME, WORDS, all_of, below_watched
from photofind.store.shown_photos import newest_first
from photofind.store.text_filters import fitting_tags, ids_tagged

_BITS = 16  # phrases after that do not count for the order


def literal_hits(
    connection: sqlite3.Connection, text: str, limit: int | None, allowed: NDArray[np.int64] | None = None
) -> "array[int]":
    """Photos that can be shown whose words hold all words of ``text``, of ``allowed`` only where that is given.

    First those with most of the words in their names and tags, where somebody put them for this photo; then the newest.
    ``allowed`` is ascending. Raises sqlite3.Error.
    """
    phrases = asked_phrases(text)
    if not phrases:
        return array("q")
    holds_all = f" AND instr({below_watched(connection)}, ?)" * len(phrases)
    # one number for a photo: its id, and a bit for each phrase that its name holds
    bits = " + ".join(f"((instr({NAME}, ?) > 0) << {bit})" for bit in range(len(phrases[:_BITS])))
    query = f"SELECT (c.id << {_BITS}) + {bits} AS id FROM {WORDS} WHERE {IS_CANDIDATE}{holds_all}"
    needles = [phrase.needle for phrase in phrases]
    found = np.sort(id_array(connection, query, (*needles[:_BITS], all_of(phrases), *needles)))
    of_id = found >> _BITS
    ids = newest_first(connection, of_id)
    if allowed is not None:
        ids = ids[np.isin(ids, allowed)]
    names = found[np.searchsorted(of_id, ids)]
    worth = np.zeros(len(ids), np.int64)
    for bit, phrase in enumerate(phrases[:_BITS]):
        tagged = np.isin(ids, ids_tagged(connection, fitting_tags(connection, [phrase])))
        worth += tagged | ((names >> bit) & 1 == 1)
    best_first = np.argsort(-worth, kind="stable")[:limit]
    return array("q", ids[best_first].tobytes())

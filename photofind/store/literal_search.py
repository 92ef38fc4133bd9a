"""Photos that say the words of a question themselves: in name, folders, tags, captions, camera or date."""

import sqlite3
from array import array

import numpy as np
from numpy.typing import NDArray

from photofind.core.words import Phrase, asked_phrases
from photofind.store.id_columns import id_array
from photofind.store.indexed_words import IS_CANDIDATE, NAME, WORDS, all_of, below_watched
from photofind.store.shown_photos import newest_first
from photofind.store.text_filters import fitting_tags, ids_tagged

_MOST_PHRASES = 100  # of a pasted page the first words tell as much, and SQLite takes no statement of any length
_BITS = 12  # phrases after that do not count for the order


def literal_hits(
    connection: sqlite3.Connection, text: str, allowed: NDArray[np.int64] | None = None, *, whole_words: bool = False
) -> "array[int]":
    """Photos that can be shown whose words hold all words of ``text``, of ``allowed`` only where that is given.

    First those that hold most of the words whole rather than as beginnings of longer ones; then those with most of them in
    names and tags, where somebody put them for this photo; then the newest. ``whole_words``: none may be the beginning of a
    longer one. Raises sqlite3.Error.
    """
    asked = [Phrase(phrase.words) if whole_words else phrase for phrase in asked_phrases(text)]
    phrases = list(dict.fromkeys(asked))[:_MOST_PHRASES]
    if not phrases:
        return array("q")
    holds_all = f" AND instr({below_watched(connection)}, ?)" * len(phrases)
    # one number for a photo: its id, and two bits for each phrase: whether its words hold it whole, and its name at all
    told = phrases[:_BITS]
    bits = " + ".join(
        f"((instr({NAME}, ?) > 0) << {bit}) + ((instr({below_watched(connection)}, ?) > 0) << {_BITS + bit})"
        for bit in range(len(told))
    )
    query = f"SELECT (c.id << {2 * _BITS}) + {bits} AS id FROM {WORDS} WHERE {IS_CANDIDATE}{holds_all}"
    in_bits = [needle for phrase in told for needle in (phrase.needle, Phrase(phrase.words).needle)]
    needles = [phrase.needle for phrase in phrases]
    found = np.sort(id_array(connection, query, (*in_bits, all_of(phrases), *needles)))
    of_id = found >> (2 * _BITS)
    ids = newest_first(connection, of_id)
    if allowed is not None:
        ids = ids[np.isin(ids, allowed)]
    if len(ids) < 2:  # most sentences stand in no photo's words: that is all there is to know
        return array("q", ids.tobytes())
    holds = found[np.searchsorted(of_id, ids)]
    whole, own = np.zeros(len(ids), np.int64), np.zeros(len(ids), np.int64)
    for bit, phrase in enumerate(told):
        tagged = np.isin(ids, ids_tagged(connection, fitting_tags(connection, [phrase])))
        own += tagged | ((holds >> bit) & 1 == 1)
        whole += (holds >> (_BITS + bit)) & 1
    best_first = np.lexsort((np.arange(len(ids)), -own, -whole))
    return array("q", ids[best_first].tobytes())

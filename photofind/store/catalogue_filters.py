"""Which photos a question's filters and quoted texts leave."""

import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from photofind.core.query.parts import (
    DateFilter,
    Filter,
    Literal,
    NearFilter,
    NumberField,
    NumberFilter,
    TextFilter,
    Trait,
    TraitFilter,
)
from photofind.core.words import Phrase, search_words
from photofind.store.id_columns import id_array
from photofind.store.indexed_words import IS_CANDIDATE, WORDS, below_watched
from photofind.store.near_filter import ids_near
from photofind.store.shown_photos import SHOWN, shown_ids, shown_of
from photofind.store.text_filters import ids_with_text

_FAVOURITE = NumberFilter(NumberField.RATING, least=5, most=5)
_DAY_S = 24 * 3600
_EPOCH = date(1970, 1, 1).toordinal()

# A rating of the user counts instead of the file's.
_RATED = (
    "SELECT id FROM photos WHERE user_rating IS NOT NULL AND {of_user} UNION ALL"
    " SELECT photo_id FROM facts WHERE rating IS NOT NULL AND {of_file}"
    " AND photo_id NOT IN (SELECT id FROM photos WHERE user_rating IS NOT NULL)"
)
# The first step needs the index only; of copies some may be gone.
_DUPLICATES = f"""
    WITH several AS MATERIALIZED (
        SELECT content_hash FROM photos WHERE content_hash IS NOT NULL GROUP BY content_hash HAVING count(*) > 1
    ), shown AS MATERIALIZED (
        SELECT p.id, p.content_hash FROM several s JOIN photos p ON p.content_hash = s.content_hash WHERE {SHOWN}
    )
    SELECT id FROM shown WHERE content_hash IN (SELECT content_hash FROM shown GROUP BY 1 HAVING count(*) > 1)
"""
_OF_TRAIT = {
    Trait.PORTRAIT: "SELECT id FROM photos WHERE height > width",
    Trait.LANDSCAPE: "SELECT id FROM photos WHERE width > height",
    Trait.SQUARE: "SELECT id FROM photos WHERE width = height AND width > 0",
    Trait.OFFLINE: "SELECT id FROM photos WHERE folder_id IN (SELECT id FROM folders WHERE offline = 1)",
    Trait.DUPLICATE: _DUPLICATES,
    Trait.GPS: "SELECT photo_id AS id FROM facts WHERE latitude IS NOT NULL AND longitude IS NOT NULL",
}


def filtered_ids(
    connection: sqlite3.Connection, filters: Sequence[Filter], literals: Sequence[Literal] = ()
) -> NDArray[np.int64]:
    """All photos that can be shown and for which all of these hold; int64 [n], ascending. Raises sqlite3.Error.

    A negated one holds for all photos for which it would not hold plain: also for those of which the fact is not known.
    """
    kept: NDArray[np.int64] | None = None
    parts = sorted((*filters, *literals), key=lambda part: part.negated)
    for part in parts:
        if kept is not None and len(kept) == 0:
            return kept
        matching = _matching(connection, part)
        if kept is None and not part.negated:
            kept = shown_of(connection, matching)
        else:
            kept = shown_ids(connection) if kept is None else kept
            kept = kept[np.isin(kept, matching, invert=part.negated)]
    return shown_ids(connection) if kept is None else kept


def _matching(connection: sqlite3.Connection, part: Filter | Literal) -> NDArray[np.int64]:
    """Photos for which it holds, negation aside; others that are not shown may be among them."""
    match part:
        case TextFilter():
            return ids_with_text(connection, part)
        case NumberFilter():
            return _in_range(connection, part)
        case DateFilter():
            return _on_days(connection, part)
        case NearFilter():
            return ids_near(connection, part)
        case TraitFilter():
            is_favourite = part.trait is Trait.FAVOURITE
            return _rated(connection, _FAVOURITE) if is_favourite else id_array(connection, _OF_TRAIT[part.trait])
        case Literal():
            return _with_words(connection, part)
    assert_never(part)


def _in_range(connection: sqlite3.Connection, asked: NumberFilter) -> NDArray[np.int64]:
    match asked.field:
        case NumberField.MEGAPIXELS:
            test, bounds = _range("width * height", asked, scale=1e6)
            return id_array(connection, f"SELECT id FROM photos WHERE width > 0 AND {test}", bounds)
        case NumberField.ISO:
            test, bounds = _range("iso", asked)
            return id_array(connection, f"SELECT photo_id AS id FROM facts WHERE iso IS NOT NULL AND {test}", bounds)
        case NumberField.RATING:
            return _rated(connection, asked)
    assert_never(asked.field)


def _rated(connection: sqlite3.Connection, asked: NumberFilter) -> NDArray[np.int64]:
    of_user, bounds = _range("user_rating", asked)
    of_file, _ = _range("rating", asked)
    if not _holds_zero(asked):
        return id_array(connection, _RATED.format(of_user=of_user, of_file=of_file), (*bounds, *bounds))
    others = _RATED.format(of_user=f"NOT ({of_user})", of_file=f"NOT ({of_file})")  # unrated ones fit
    return np.setdiff1d(shown_ids(connection), id_array(connection, others, (*bounds, *bounds)), assume_unique=True)


def _range(number: str, asked: NumberFilter, scale: float = 1) -> tuple[str, list[float]]:
    tests, bounds = ["1"], []
    if asked.least is not None:
        tests.append(f"{number} {'>' if asked.least_excluded else '>='} ?")
        bounds.append(asked.least * scale)
    if asked.most is not None:
        tests.append(f"{number} {'<' if asked.most_excluded else '<='} ?")
        bounds.append(asked.most * scale)
    return " AND ".join(tests), bounds


def _holds_zero(asked: NumberFilter) -> bool:
    from_below = asked.least is None or asked.least < 0 or (asked.least == 0 and not asked.least_excluded)
    from_above = asked.most is None or asked.most > 0 or (asked.most == 0 and not asked.most_excluded)
    return from_below and from_above


def _on_days(connection: sqlite3.Connection, asked: DateFilter) -> NDArray[np.int64]:
    tests, bounds = [SHOWN], []
    if asked.first is not None:
        tests.append("sort_s >= ?")
        bounds.append(_midnight_s(asked.first.toordinal()))
    if asked.last is not None:
        tests.append("sort_s < ?")
        bounds.append(_midnight_s(asked.last.toordinal() + 1))
    query = f"SELECT id FROM photos INDEXED BY photos_by_date WHERE {' AND '.join(tests)}"
    return id_array(connection, query, bounds)


def _midnight_s(ordinal: int) -> int:
    """Wall-clock seconds since 1970 at the beginning of a day, days counted as ``date.toordinal`` does."""
    return (ordinal - _EPOCH) * _DAY_S


def _with_words(connection: sqlite3.Connection, asked: Literal) -> NDArray[np.int64]:
    words = search_words(asked.text)
    if not words:
        return np.empty(0, np.int64)
    phrase = Phrase(tuple(words))
    query = f"SELECT c.id AS id FROM {WORDS} WHERE {IS_CANDIDATE} AND instr({below_watched(connection)}, ?)"
    return id_array(connection, query, (phrase.fts_query, phrase.needle))

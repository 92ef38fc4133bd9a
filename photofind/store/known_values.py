"""The tags, cameras, lenses, folders, years and formats that photos have, for completion."""

import os
import sqlite3
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from photofind.core.query.known import KnownValues
from photofind.core.words import search_words
from photofind.store.shown_photos import SHOWN
from photofind.store.text_filters import folders_of

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def known_values(connection: sqlite3.Connection) -> KnownValues:
    """Raises sqlite3.Error. Tags, cameras and lenses of photos that are gone stay known until those are forgotten."""
    return KnownValues(
        _tags(connection), _cameras(connection), _lenses(connection), _folders(connection), _years(connection), _formats(connection)
    )


def _most_used_first(used: Iterable[tuple[str, int]]) -> tuple[str, ...]:
    total: Counter[str] = Counter()
    for value, count in used:
        total[value] += count
    return tuple(value for value, count in sorted(total.items(), key=lambda item: (-item[1], item[0])) if value and count > 0)


def _tags(connection: sqlite3.Connection) -> tuple[str, ...]:
    rows = connection.execute("SELECT tag, sum(CASE origin WHEN 'removed' THEN -1 ELSE 1 END) FROM tags GROUP BY tag")
    return _most_used_first((level.strip(), count) for tag, count in rows for level in dict.fromkeys(tag.split("|")))


def _cameras(connection: sqlite3.Connection) -> tuple[str, ...]:
    rows = connection.execute("SELECT camera_make, camera_model, count(*) FROM facts GROUP BY 1, 2")
    return _most_used_first((_camera(make or "", model or ""), count) for make, model, count in rows)


def _camera(make: str, model: str) -> str:
    """Most models say who made them."""
    says_so = search_words(make)[:1] == search_words(model)[:1]
    return model.strip() if says_so else f"{make} {model}".strip()


def _lenses(connection: sqlite3.Connection) -> tuple[str, ...]:
    rows = connection.execute("SELECT lens, count(*) FROM facts WHERE lens IS NOT NULL GROUP BY lens")
    return _most_used_first((lens.strip(), count) for lens, count in rows)


def _folders(connection: sqlite3.Connection) -> tuple[str, ...]:
    roots = [os.fsdecode(path) for (path,) in connection.execute("SELECT path FROM folders WHERE watched = 1")]
    rows = connection.execute("SELECT directory, count(*) FROM photos WHERE gone_s IS NULL GROUP BY directory")
    return _most_used_first((name, count) for path, count in rows for name in dict.fromkeys(folders_of(os.fsdecode(path), roots)))


def _years(connection: sqlite3.Connection) -> tuple[str, ...]:
    """From year to year through the index by date, counting within it."""
    found = []
    query = f"SELECT max(sort_s) FROM photos INDEXED BY photos_by_date WHERE {SHOWN}"
    (newest_s,) = connection.execute(query).fetchone()
    while newest_s is not None:
        try:
            year = (_EPOCH + timedelta(seconds=newest_s)).year
        except OverflowError:  # no camera's time; older ones may be
            year, first_s = 0, newest_s
        else:
            first_s = int((datetime(year, 1, 1, tzinfo=UTC) - _EPOCH).total_seconds())
        count_query = f"SELECT count(*) FROM photos INDEXED BY photos_by_date WHERE {SHOWN} AND sort_s BETWEEN ? AND ?"
        (count,) = connection.execute(count_query, (first_s, newest_s)).fetchone()
        if year:
            found.append((f"{year:04}", count))
        (newest_s,) = connection.execute(f"{query} AND sort_s < ?", (first_s,)).fetchone()
    return _most_used_first(found)


def _formats(connection: sqlite3.Connection) -> tuple[str, ...]:
    rows = connection.execute(f"SELECT format, count(*) FROM photos WHERE {SHOWN} GROUP BY format")
    return _most_used_first((name.lower(), count) for name, count in rows)

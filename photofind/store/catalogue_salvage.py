"""Takes what can still be read out of a damaged catalogue, row by row, into a new one that keeps all ids."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from photofind.core.errors import StoreFailed
from photofind.store.catalogue import Catalogue
from photofind.store.sqlite_errors import is_damage
from photofind.store.sqlite_reading import connect_for_reading

_IDS_AT_ONCE = 1024
_SAID_BY_USER = ("facts", "tags")  # in part: a photo that lost some of it may have lost what nobody can read again
_MOST_FOLDERS = 10_000  # and albums
# Of each table the column to go through it by; what is not named is made again, or read as a whole.
_BY_ID = {"folders": "id", "photos": "id", "facts": "photo_id", "tags": "photo_id", "encoded": "photo_id", "albums": "id"}
_MADE_AGAIN = {"other_files", "folder_counts", "encoder_counts", "words"}


@dataclass(slots=True)
class Salvaged:
    """What came of it: how many photos were kept, how many at most were lost, and of which something else was."""

    photos: int = 0
    lost_photos: int = 0
    doubtful: set[int] = field(default_factory=set)
    knows_folders: bool = False
    """Whether the list of folders could be read whole."""
    knows_albums: bool = False
    """Whether all albums could be read, if there were any."""


def salvage(damaged: Path | None, fresh: Path, highest_id: int, encoder_keys: Sequence[str]) -> Salvaged:
    """Make a new catalogue at ``fresh`` of what ``damaged`` still gives (None: of nothing). Blocks: 10 s for 100,000 photos.

    ``highest_id`` is the highest id of a photo that other stores know: no id up to it is given again. Photos of which
    anything is lost are read again. Raises NoRoom, StoreFailed.
    """
    done = Salvaged()
    with closing(Catalogue(fresh)) as target, target.transaction():
        source = None if damaged is None else _opened(damaged)
        if source is not None:
            with closing(source):
                highest_id = max(highest_id, _highest_id(source))
                _copy_all(source, target.connection, highest_id, encoder_keys, done)
        _finish(target, highest_id, done)
    return done


def _opened(damaged: Path) -> sqlite3.Connection | None:
    """None where it is no database at all. Raises StoreFailed where it only cannot be opened now: that is no damage."""
    try:
        return connect_for_reading(damaged)
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            return None
        raise StoreFailed(
            f"The catalogue cannot be opened ({error}): look at the rights of the files in {damaged.parent}, and at its disk."
        ) from error


def _copy_all(
    source: sqlite3.Connection, target: sqlite3.Connection, highest_id: int, encoder_keys: Sequence[str], done: Salvaged
) -> None:
    with suppress(sqlite3.DatabaseError):
        source.execute("PRAGMA cell_size_check = ON")
    target.execute("PRAGMA defer_foreign_keys = ON")  # until folders that are lost are made up for
    names = [name for (name,) in target.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY rowid")]
    for table in names:
        if table in _MADE_AGAIN or table.startswith(("sqlite_", "words_")):
            continue
        columns = _common_columns(source, target, table)
        if not columns:
            if table in _SAID_BY_USER:
                done.doubtful.update(range(1, highest_id + 1))
            continue
        if table == "folders":
            done.knows_folders = True
        elif table == "albums":
            done.knows_albums = True
        marks = ",".join("?" * len(columns))
        insert = f"INSERT OR IGNORE INTO {table} ({', '.join(columns)}) VALUES ({marks})"
        highest = _MOST_FOLDERS if table in ("folders", "albums") else highest_id
        for rows, lost in _read(source, table, columns, highest, encoder_keys):
            with suppress(sqlite3.IntegrityError, sqlite3.DataError):
                target.executemany(insert, rows)
            if table == "photos":
                done.lost_photos += len(lost)
            elif table == "folders":
                done.knows_folders &= not lost
            elif table == "albums":
                done.knows_albums &= not lost
            elif table in _SAID_BY_USER:
                done.doubtful.update(lost)


def _read(
    source: sqlite3.Connection, table: str, columns: Sequence[str], highest_id: int, encoder_keys: Sequence[str]
) -> Iterator[tuple[list[tuple[object, ...]], list[int]]]:
    listed = ", ".join(columns)
    key = _BY_ID.get(table)
    if key is None:
        with suppress(sqlite3.DatabaseError):
            yield source.execute(f"SELECT {listed} FROM {table}").fetchall(), []
        return
    if table == "encoded":
        with suppress(sqlite3.DatabaseError):
            encoder_keys = [row[0] for row in source.execute("SELECT DISTINCT encoder_key FROM encoded")]
    for encoder_key in encoder_keys if table == "encoded" else [""]:
        where, values = ("encoder_key = ? AND", (encoder_key,)) if table == "encoded" else ("", ())
        query = f"SELECT {listed} FROM {table} NOT INDEXED WHERE {where} {key} BETWEEN ? AND ?"
        for first in range(0, highest_id + 1, _IDS_AT_ONCE):
            yield _readable(source, query, values, first, min(first + _IDS_AT_ONCE - 1, highest_id))


def _readable(
    source: sqlite3.Connection, query: str, values: tuple[str, ...], first: int, last: int
) -> tuple[list[tuple[object, ...]], list[int]]:
    """The rows with ids from ``first`` to ``last``, and the ids at which reading fails: halves of halves are tried."""
    rows: list[tuple[object, ...]] = []
    lost: list[int] = []
    ranges = [(first, last)]
    while ranges:
        low, high = ranges.pop()
        try:
            rows += source.execute(query, (*values, low, high)).fetchall()
        except (sqlite3.DatabaseError, OverflowError):
            if low == high:
                lost.append(low)
            else:
                middle = (low + high) // 2
                ranges += [(low, middle), (middle + 1, high)]
    return rows, lost


def _finish(target: Catalogue, highest_id: int, done: Salvaged) -> None:
    connection = target.connection
    for table in ("facts", "tags", "encoded"):
        connection.execute(f"DELETE FROM {table} WHERE photo_id NOT IN (SELECT id FROM photos)")
    orphaned = connection.execute(
        "SELECT folder_id, directory FROM photos WHERE folder_id NOT IN (SELECT id FROM folders) GROUP BY 1, 2"
    ).fetchall()
    for folder_id in {row[0] for row in orphaned}:  # a folder whose row is lost is watched where its photos are
        inside = [directory for other, directory in orphaned if other == folder_id]
        path = os.path.commonpath(inside)
        connection.execute("INSERT OR IGNORE INTO folders (id, path) VALUES (?, ?)", (folder_id, path))
        connection.execute(
            "UPDATE photos SET folder_id = (SELECT id FROM folders WHERE path = ?) WHERE folder_id = ?", (path, folder_id)
        )
    connection.executemany("UPDATE photos SET to_read = 1 WHERE id = ?", [(photo_id,) for photo_id in done.doubtful])
    connection.execute("UPDATE photos SET to_read = 1 WHERE id NOT IN (SELECT photo_id FROM facts)")
    done.photos, highest = connection.execute("SELECT count(*), coalesce(max(id), 0) FROM photos").fetchone()
    highest = max(highest, highest_id)
    connection.execute("DELETE FROM sqlite_sequence WHERE name = 'photos'")
    connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('photos', ?)", (highest,))
    ids = [row[0] for row in connection.execute("SELECT id FROM photos WHERE content_hash IS NOT NULL")]
    target.index_words_of(ids)


def _common_columns(source: sqlite3.Connection, target: sqlite3.Connection, table: str) -> list[str]:
    try:
        there = {row[1] for row in source.execute(f"PRAGMA table_info({table})")}
    except sqlite3.DatabaseError:
        return []
    return [row[1] for row in target.execute(f"PRAGMA table_info({table})") if row[1] in there]


def _highest_id(source: sqlite3.Connection) -> int:
    for query in ("SELECT seq FROM sqlite_sequence WHERE name = 'photos'", "SELECT max(id) FROM photos"):
        with suppress(sqlite3.DatabaseError):
            row = source.execute(query).fetchone()
            if row is not None and isinstance(row[0], int):
                return row[0]
    return 0

"""Looking at a catalogue without changing it: is the file sound, and does what is kept twice agree?"""

import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from photofind.core.photo import PhotoId
from photofind.store.catalogue_connection import words_of
from photofind.store.catalogue_migrations import made_since
from photofind.store.catalogue_schema import SCHEMA_VERSION, schema
from photofind.store.id_columns import id_array
from photofind.store.sqlite_errors import is_damage

if TYPE_CHECKING:  # the command line starts without numpy
    import numpy as np
    from numpy.typing import NDArray

_MOST_TROUBLES = 20

_FOLDER_COUNTS = """
    SELECT folder_id, count(*), count(problem), sum(problem IS NULL AND to_read = 1)
    FROM photos WHERE gone_s IS NULL GROUP BY folder_id
"""
_ENCODER_COUNTS = """
    SELECT e.encoder_key, p.folder_id, count(*) FROM encoded e JOIN photos p ON p.id = e.photo_id
    WHERE p.gone_s IS NULL AND p.problem IS NULL AND p.to_read = 0 AND p.content_hash = e.content_hash GROUP BY 1, 2
"""


def version_of(connection: sqlite3.Connection) -> int:
    """The version of the catalogue's tables. Raises sqlite3.Error where the file is none of SQLite's."""
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    return version


def is_newer(version: int) -> bool:
    """Whether a later photofind made it."""
    return version > SCHEMA_VERSION


def damage(connection: sqlite3.Connection) -> list[str]:
    """What SQLite finds wrong with its file, in its words; nothing where it is sound. 2 s for 100,000 photos."""
    try:
        rows = connection.execute(f"PRAGMA integrity_check({_MOST_TROUBLES})").fetchall()
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return [str(error)]
    return [str(text) for (text,) in rows if text != "ok"]


def is_of_indexes_only(troubles: Sequence[str]) -> bool:
    """Whether all of it can be mended by making the indexes again."""
    return all("index" in text and ("missing from" in text or "wrong # of entries" in text) for text in troubles)


def missing_objects(connection: sqlite3.Connection) -> dict[str, str]:
    """Name → SQL of tables, indexes and triggers that are not there and should be, in a catalogue of its version.

    Raises sqlite3.Error.
    """
    there = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    there |= made_since(version_of(connection))
    return {name: sql for name, sql in schema().items() if name not in there}


def strays(connection: sqlite3.Connection) -> dict[str, int]:
    """How many rows of each table belong to a photo or folder that is not there. Raises sqlite3.Error."""
    found: dict[str, int] = {}
    for table, *_ in connection.execute("PRAGMA foreign_key_check"):
        found[table] = found.get(table, 0) + 1
    return found


def counts_differ(connection: sqlite3.Connection) -> bool:
    """Whether the counts kept by triggers are other than what is counted now. Raises sqlite3.Error."""
    kept = {row for row in connection.execute("SELECT folder_id, photos, problems, unread FROM folder_counts") if any(row[1:])}
    if kept != set(connection.execute(_FOLDER_COUNTS)):
        return True
    done = {row for row in connection.execute("SELECT encoder_key, folder_id, done FROM encoder_counts") if row[2]}
    return done != set(connection.execute(_ENCODER_COUNTS))


def words_out_of_step(connection: sqlite3.Connection) -> tuple[list[PhotoId], list[PhotoId]]:
    """Photos that literal search would not find by what is known of them, and rows of its index that are no photo's.

    5 s for 100,000 photos. Raises sqlite3.Error, also where the index cannot be read.
    """
    known = dict(connection.execute("SELECT rowid, text FROM words"))
    wrong = [
        photo_id
        for (photo_id,) in connection.execute("SELECT id FROM photos ORDER BY id").fetchall()
        if (text := known.pop(photo_id, None)) != words_of(connection, photo_id)
        and not (text is None and _was_never_read(connection, photo_id))
    ]
    return wrong, sorted(known)


def fts_trouble(path: Path) -> str:
    """What FTS5 finds wrong with its own tables, "" where all is well. 1 s for 100,000 photos.

    Asking it takes the right to write and keeps others from writing meanwhile, though it writes nothing.
    """
    with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as connection:
        try:
            connection.execute("BEGIN")
            connection.execute("INSERT INTO words (words) VALUES ('integrity-check')")
        except sqlite3.DatabaseError as error:
            return str(error)
        finally:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
    return ""


def known_ids(connection: sqlite3.Connection) -> "NDArray[np.int64]":
    """All photos that there are rows of, gone ones included. int64 [n], ascending. Raises sqlite3.Error."""
    return id_array(connection, "SELECT id FROM photos ORDER BY id")


def stored_contents(connection: sqlite3.Connection, encoder_key: str) -> dict[PhotoId, bytes]:
    """Photos whose vector Milvus is believed to hold, and of which content. Raises sqlite3.Error."""
    query = "SELECT photo_id, content_hash FROM encoded WHERE encoder_key = ? AND stored = 1"
    return dict(connection.execute(query, (encoder_key,)))


def twins_encoded(connection: sqlite3.Connection, encoder_key: str) -> list[list[PhotoId]]:
    """Groups of photos that were encoded with the same content. Raises sqlite3.Error."""
    rows = connection.execute(
        "SELECT group_concat(photo_id) FROM encoded WHERE encoder_key = ? GROUP BY content_hash HAVING count(*) > 1",
        (encoder_key,),
    )
    return [[int(photo_id) for photo_id in joined.split(",")] for (joined,) in rows]


def _was_never_read(connection: sqlite3.Connection, photo_id: PhotoId) -> bool:
    """Then nothing was indexed yet: a photo's words are written when it is read."""
    row = connection.execute("SELECT content_hash IS NULL FROM photos WHERE id = ?", (photo_id,)).fetchone()
    return row is None or bool(row[0])

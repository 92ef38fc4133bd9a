"""The catalogue's tables, and connections to them."""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from photofind.core.errors import NoRoom, StoreFailed
from photofind.store.catalogue_counts import begin_to_count, has_counts
from photofind.store.catalogue_migrations import migrate
from photofind.store.durable import NO_ROOM
from photofind.store.sqlite_reading import connect_for_reading, has_log
from photofind.store.sqlite_room import is_full

SCHEMA_VERSION = 3

# Paths are BLOBs (os.fsencode): Linux names need not be UTF-8, and SQLite refuses lone surrogates in TEXT.
# AUTOINCREMENT: ids name vectors and thumbnails in other stores, so none is ever given twice.
_TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;

CREATE TABLE folders (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB NOT NULL UNIQUE,
    volume TEXT NOT NULL DEFAULT '',
    watched INTEGER NOT NULL DEFAULT 1,          -- 0: no longer; its photos are gone, and back when it is added again
    offline INTEGER NOT NULL DEFAULT 0
);

CREATE TABLE photos (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    folder_id INTEGER NOT NULL REFERENCES folders (id),
    directory BLOB NOT NULL,
    name BLOB NOT NULL,
    size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    sidecar_mtime_ns INTEGER NOT NULL DEFAULT 0,
    content_hash BLOB,                           -- of the whole file as it was read last; NULL: never read
    to_read INTEGER NOT NULL DEFAULT 1,          -- new, changed, or its thumbnail is lost
    format TEXT NOT NULL DEFAULT '',
    width INTEGER NOT NULL DEFAULT 0,
    height INTEGER NOT NULL DEFAULT 0,
    average_colour INTEGER NOT NULL DEFAULT 8421504,
    has_thumbnail INTEGER NOT NULL DEFAULT 0,
    sort_s INTEGER NOT NULL,
    user_rating INTEGER,
    problem TEXT,
    gone_s INTEGER                               -- when its file was found missing; the row waits for it to come back
);
CREATE UNIQUE INDEX photos_by_path ON photos (directory, name) WHERE gone_s IS NULL;
CREATE INDEX photos_gone ON photos (gone_s) WHERE gone_s IS NOT NULL;
CREATE INDEX photos_by_date ON photos (sort_s DESC, id DESC) WHERE gone_s IS NULL AND has_thumbnail = 1;
CREATE INDEX photos_by_content ON photos (content_hash);
CREATE INDEX photos_by_stat ON photos (size_bytes, mtime_ns);
CREATE INDEX photos_by_folder ON photos (folder_id);
CREATE INDEX photos_with_problem ON photos (id) WHERE problem IS NOT NULL;
CREATE INDEX photos_by_user_rating ON photos (user_rating) WHERE user_rating IS NOT NULL;
CREATE INDEX photos_by_format ON photos (format) WHERE gone_s IS NULL AND has_thumbnail = 1;

CREATE TABLE facts (
    photo_id INTEGER PRIMARY KEY REFERENCES photos (id) ON DELETE CASCADE,
    taken TEXT, taken_offset_min INTEGER,
    camera_make TEXT, camera_model TEXT, lens TEXT,
    exposure_s REAL, aperture REAL, iso INTEGER, focal_mm REAL,
    latitude REAL, longitude REAL, altitude_m REAL,
    rating INTEGER, label TEXT, title TEXT, caption TEXT
);
CREATE INDEX facts_by_camera ON facts (camera_make, camera_model);
CREATE INDEX facts_by_lens ON facts (lens) WHERE lens IS NOT NULL;
CREATE INDEX facts_by_place ON facts (latitude, longitude) WHERE latitude IS NOT NULL;
CREATE INDEX facts_by_rating ON facts (rating) WHERE rating IS NOT NULL;

-- origin: 'file' what file or sidecar say, 'added' and 'removed' what the user said here
CREATE TABLE tags (
    photo_id INTEGER NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
    tag TEXT NOT NULL,
    origin TEXT NOT NULL,
    PRIMARY KEY (photo_id, tag, origin)
) WITHOUT ROWID;
CREATE INDEX tags_by_tag ON tags (tag);

CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'unicode61', prefix = '2 3');

-- one row for each photo and encoder: which content was encoded, and whether Milvus holds it
CREATE TABLE encoded (
    encoder_key TEXT NOT NULL,
    photo_id INTEGER NOT NULL REFERENCES photos (id) ON DELETE CASCADE,
    content_hash BLOB NOT NULL,
    stored INTEGER NOT NULL DEFAULT 0,
    input_hash BLOB,                             -- of the pixels that the encoder was given; NULL: not known
    PRIMARY KEY (encoder_key, photo_id)
) WITHOUT ROWID;
CREATE INDEX encoded_not_stored ON encoded (encoder_key, photo_id) WHERE stored = 0;
CREATE INDEX encoded_by_photo ON encoded (photo_id);

-- files that are no pictures, remembered so that they are opened once only
CREATE TABLE other_files (
    directory BLOB NOT NULL,
    name BLOB NOT NULL,
    size_bytes INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    kind TEXT NOT NULL,                          -- 'raw', 'video' or 'other'
    PRIMARY KEY (directory, name)
) WITHOUT ROWID;

-- smart albums: questions that the user keeps
CREATE TABLE albums (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    position INTEGER NOT NULL,                   -- in the side bar, from 0
    question TEXT NOT NULL,                      -- JSON; photos by content hash: see core.album
    created_s INTEGER NOT NULL
);
"""


def schema() -> dict[str, str]:
    """Name → SQL of each table, index and trigger that a catalogue has; of virtual tables only the table itself."""
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.executescript(_TABLES)
        begin_to_count(connection)
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid").fetchall()
    return {name: sql for name, sql in rows if not name.startswith(("words_", "sqlite_"))}


def open_for_writing(path: Path) -> sqlite3.Connection:
    """The one writing connection, with the tables made or brought up to date. Librarian thread.

    synchronous=FULL, since what the user typed lives only here.

    Raises:
        StoreFailed: the file cannot be opened, is damaged, or comes from a newer photofind.
    """
    connection: sqlite3.Connection | None = None
    try:
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
        connection = sqlite3.connect(path, timeout=10, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA temp_store = MEMORY")  # what a transaction may have to take back: else in TMPDIR
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            connection.executescript(f"BEGIN; {_TABLES} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
        elif version > SCHEMA_VERSION:
            connection.close()
            raise StoreFailed(f"The library was made by a newer photofind: update this program to open {path.parent}.")
        elif version < SCHEMA_VERSION:
            migrate(connection, SCHEMA_VERSION)
        if not has_counts(connection):
            begin_to_count(connection)
    except (sqlite3.Error, OSError) as error:
        if connection is not None:
            connection.close()
        if is_full(error, path) if isinstance(error, sqlite3.Error) else error.errno in NO_ROOM:
            raise NoRoom(
                f"There is no room left on the disk of {path.parent}, so the library cannot be opened: free some space."
            ) from error
        raise StoreFailed(f"The catalogue {path} cannot be opened ({error}). Check the disk and its rights.") from error
    return connection


def open_for_reading(path: Path) -> sqlite3.Connection:
    """A connection that cannot write; works while another process writes. For one thread at a time.

    Raises:
        StoreFailed: there is no catalogue, or it cannot be read.
    """
    try:
        connection = connect_for_reading(path)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version > SCHEMA_VERSION:
            connection.close()
            raise StoreFailed(f"The library was made by a newer photofind: update this program to open {path.parent}.")
        if version < SCHEMA_VERSION or not has_counts(connection):
            connection.close()
            raise StoreFailed(f"The library {path.parent} was made by an older photofind: open its window once, or index.")
    except sqlite3.Error as error:
        if has_log(path) and not os.access(path.parent, os.W_OK):
            raise StoreFailed(
                f"The library {path.parent} was not closed in order: open it once where it can be written."
            ) from error
        raise StoreFailed(f"The catalogue {path} cannot be read ({error}).") from error
    return connection

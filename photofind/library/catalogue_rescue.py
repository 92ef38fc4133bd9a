"""A catalogue that cannot be trusted is set aside before anything is written to it, and another takes its place."""

import contextlib
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing

from photofind.config.paths import LibraryPaths
from photofind.core.errors import StoreFailed
from photofind.store.catalogue import Catalogue
from photofind.store.catalogue_damage import damage_of, forget_damage
from photofind.store.durable import disk_errors, set_aside
from photofind.store.thumbnails import Thumbnails
from photofind.store.vector_journal_reader import read_journal

_log = logging.getLogger(__name__)
_WHAT = "the catalogue"

Rescue = Callable[[LibraryPaths], str]
"""Puts a catalogue in place of the damaged one, which it keeps; returns a sentence that says what was done."""


def ensure_sound(paths: LibraryPaths, rescue: "Rescue | None" = None) -> str:
    """See to it that the catalogue can be opened. Returns the sentence for the user where it had to be replaced, else "".

    The caller holds the library's lock and has no store open. Any thread; blocks. Raises NoRoom, StoreFailed.
    """
    with disk_errors(_WHAT):
        damage = damage_of(paths.catalogue)
    if not damage:
        return ""
    _log.warning("the catalogue is damaged: %s", damage)
    sentence = (rescue or begin_anew)(paths)
    forget_damage(paths.catalogue)
    return sentence


def begin_anew(paths: LibraryPaths) -> str:
    """A new catalogue that knows the folders to watch and the encoder; the photos are looked through again.

    Ids go on where the lost ones ended, because thumbnails and vectors of those may still be there.
    """
    folders, meta, highest_id = _readable(paths)
    for key in paths.vectors.glob("*.journal"):
        with contextlib.suppress(StoreFailed):
            highest_id = max(highest_id, int(read_journal(key).ids.max(initial=0)))
    with contextlib.suppress(StoreFailed), Thumbnails(paths.thumbnails) as thumbnails:
        highest_id = max([highest_id, *thumbnails.ids()[-1:]])
    with disk_errors(_WHAT):
        aside = set_aside(paths.catalogue, "-wal", "-shm")
    with closing(Catalogue(paths.catalogue)) as catalogue, catalogue.transaction():
        connection = catalogue.connection
        connection.executemany("INSERT INTO folders (path) VALUES (?)", [(path,) for path in folders])
        connection.executemany("INSERT OR REPLACE INTO meta VALUES (?, ?)", meta)
        connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('photos', ?)", (highest_id,))
    again = "your folders are looked through again" if folders else "add your folders again"
    return (
        f"The catalogue was damaged and is made again: {again}, and tags and ratings that were only kept there"
        f" are lost unless a backup is restored; the old file is kept as {aside}."
    )


def _readable(paths: LibraryPaths) -> tuple[list[bytes], list[tuple[str, str]], int]:
    """Watched folders, what the library remembers, and the highest id of a photo, as far as they can be read."""
    folders: list[bytes] = []
    meta: list[tuple[str, str]] = []
    highest_id = 0
    with (
        contextlib.suppress(sqlite3.Error),
        closing(sqlite3.connect(f"{paths.catalogue.resolve().as_uri()}?mode=ro", uri=True)) as damaged,
    ):
        with contextlib.suppress(sqlite3.Error):
            folders = [bytes(row[0]) for row in damaged.execute("SELECT path FROM folders WHERE watched = 1")]
        with contextlib.suppress(sqlite3.Error):
            meta = [(str(key), str(value)) for key, value in damaged.execute("SELECT key, value FROM meta")]
        with contextlib.suppress(sqlite3.Error):
            highest_id = int(damaged.execute("SELECT seq FROM sqlite_sequence WHERE name = 'photos'").fetchone()[0])
    return folders, meta, highest_id

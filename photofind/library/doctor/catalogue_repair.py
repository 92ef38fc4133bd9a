"""A catalogue that is damaged or gone: what can be read is kept, the rest comes from the newest backup and the photos."""

import contextlib
import os
import sqlite3
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

from photofind.config.paths import LibraryPaths
from photofind.core.errors import StoreFailed
from photofind.library.librarian import Librarian
from photofind.library.restoring import apply_waiting, keep_waiting, restore_folders, waiting_edits
from photofind.library.scan import SkipRules
from photofind.store.catalogue import Catalogue
from photofind.store.catalogue_salvage import Salvaged, salvage
from photofind.store.durable import disk_errors, free_name, sync_file, sync_folder
from photofind.store.edit_backup import Backup
from photofind.store.edit_backups import EditBackups
from photofind.store.sqlite_reading import connect_for_reading
from photofind.store.user_edits import PhotoEdits
from photofind.store.vector_journal_reader import read_journal

_WHAT = "the catalogue"
_SIDES = ("-wal", "-shm")

LendLibrarian = Callable[[], AbstractContextManager[Librarian]]


def rebuild(paths: LibraryPaths, rules: SkipRules, lend: LendLibrarian) -> str:
    """Put a new catalogue in place of one that cannot be trusted, which is kept beside it. Nobody has the library open.

    ``lend`` gives a librarian on the new one. Returns what was done and what was lost, in sentences. Raises NoRoom,
    StoreFailed; the old one is in place then.
    """
    backup = EditBackups(paths.catalogue_backups).newest()
    path = paths.catalogue
    fresh = path.with_name(f"{path.name}.mending")
    with disk_errors(_WHAT):
        for suffix in ("", *_SIDES):
            fresh.with_name(fresh.name + suffix).unlink(missing_ok=True)
        salvaged = salvage(path if path.exists() else None, fresh, _highest_id(paths), _journals(paths))
        sync_file(fresh)
    if backup is not None:  # before the exchange: whatever ends this, the edits come back
        keep_waiting(paths, _lost_edits(fresh, salvaged, backup))
        if not salvaged.knows_albums:
            _restore_albums(fresh, backup)
    with disk_errors(_WHAT):
        aside = _exchange(path, fresh)
    words = _what_was_kept(salvaged, aside)
    if backup is not None:
        words += _restore(paths, rules, lend, backup, with_folders=not salvaged.knows_folders)
    elif salvaged.photos == 0:
        words += " There is no backup: tags and ratings that were kept here only are lost. Add your folders again."
    return words + " What is not known now is found when the folders are looked through."


def _lost_edits(fresh: Path, salvaged: Salvaged, backup: Backup) -> list[PhotoEdits]:
    """Those of photos of which something was lost: what could be read is newer than any backup."""
    with closing(connect_for_reading(fresh)) as connection:
        rows = connection.execute("SELECT id, content_hash FROM photos WHERE content_hash IS NOT NULL").fetchall()
    kept = {bytes(content_hash) for photo_id, content_hash in rows if photo_id not in salvaged.doubtful}
    return [edits for edits in backup.photos if edits.content_hash not in kept]


def _restore_albums(fresh: Path, backup: Backup) -> None:
    """Those that could be read are newer than any backup."""
    with closing(Catalogue(fresh)) as catalogue, catalogue.transaction():
        there = {name for (name,) in catalogue.connection.execute("SELECT name FROM albums")}
        for album in backup.albums:
            if album.name not in there:
                catalogue.save_album(album)


def _restore(
    paths: LibraryPaths, rules: SkipRules, lend: LendLibrarian, backup: Backup, *, with_folders: bool
) -> str:
    folders = backup.folders if with_folders else ()
    with lend() as librarian:
        added, absent = librarian.submit(lambda desk: restore_folders(desk, folders, rules)).result()
        before = len(waiting_edits(paths))
        left = apply_waiting(lambda job: librarian.submit(job).result(), paths)
    words = f" From the backup {backup.head.path.name}, edits of {before - left:,} photos came back"
    if left:
        words += f", and those of {left:,} wait for their photos to be found"
    if added:
        words += f"; {len(added)} folders are watched again"
    if absent:
        words += f"; {len(absent)} folders are not there now and have to be added when they are"
    return words + "."


def _what_was_kept(salvaged: Salvaged, aside: Path | None) -> str:
    kept = f" The old file is kept as {aside.name}." if aside is not None else ""
    if salvaged.photos == 0:
        return f"A new catalogue was begun.{kept}"
    lost = f" Up to {salvaged.lost_photos:,} others could not be read." if salvaged.lost_photos else ""
    return f"A new catalogue was made of what could be read: {salvaged.photos:,} photos.{lost}{kept}"


def _exchange(path: Path, fresh: Path) -> Path | None:
    """Give ``fresh`` the name ``path``, and the old file, with what SQLite keeps beside it, one that is free."""
    aside = free_name(path) if path.exists() else None
    if aside is not None:
        try:
            os.link(path, aside)  # so that the name is never without a file
        except OSError:  # a file system without links
            path.rename(aside)
    for suffix in _SIDES:
        side = path.with_name(path.name + suffix)
        with contextlib.suppress(FileNotFoundError):
            if aside is not None:
                side.rename(aside.with_name(aside.name + suffix))
            else:
                side.unlink()
    fresh.replace(path)
    sync_folder(path.parent)
    return aside


def _highest_id(paths: LibraryPaths) -> int:
    """The highest id of a photo that thumbnails or journals know: none is ever given twice."""
    highest = 0
    with contextlib.suppress(sqlite3.DatabaseError), closing(connect_for_reading(paths.thumbnails)) as thumbnails:
        highest = thumbnails.execute("SELECT coalesce(max(photo_id), 0) FROM thumbnails").fetchone()[0]
    for key in _journals(paths):
        with contextlib.suppress(StoreFailed):
            highest = max(highest, int(read_journal(paths.vectors / f"{key}.journal").ids.max(initial=0)))
    return highest


def _journals(paths: LibraryPaths) -> list[str]:
    return sorted(path.stem for path in paths.vectors.glob("*.journal"))

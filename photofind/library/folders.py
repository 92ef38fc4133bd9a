"""Which watched folder a path lies in; adding and removing watched folders. Jobs of the librarian."""

import os
import time
from collections.abc import Iterable

from photofind.config import volumes
from photofind.core.tree import is_at_or_below, is_below
from photofind.library.librarian import Desk
from photofind.library.scan import SkipRules
from photofind.store.catalogue_reader import Folder

REMEMBERED_S = 90 * 24 * 3600


def watched_folder(folders: Iterable[Folder], path: str) -> Folder | None:
    """The watched folder that ``path`` is or lies in; the innermost where one lies in another."""
    holding = [folder for folder in folders if is_at_or_below(path, folder.path)]
    return max(holding, key=lambda folder: len(folder.path), default=None)


def watch_folder(desk: Desk, path: str, rules: SkipRules) -> tuple[str, str]:
    """Watch ``path``, unless a watched folder covers it already, be it under another spelling (a link).

    Returns the watched folder that covers it, and ``path`` as spelled there.
    """
    path = os.path.normpath(path)
    if path.startswith("//"):  # POSIX lets two slashes mean something else; no system here does
        path = path[1:]
    folders = desk.reader.folders()
    real = os.path.realpath(path)
    for folder in folders:
        real_folder = os.path.realpath(folder.path)
        if is_at_or_below(real, real_folder):
            spelled = os.path.normpath(os.path.join(folder.path, os.path.relpath(real, real_folder)))
            if spelled == folder.path or not rules.skips_path(spelled, folder.path):
                return folder.path, spelled
    place = volumes.place_of(path)
    absorbed = [
        folder.path
        for folder in folders
        if is_at_or_below(folder.path, path)
        and not rules.skips_path(folder.path, path)
        and not folder.offline
        and not volumes.are_other_volumes(folder.place, place)
    ]
    desk.catalogue.watch_folder(path, absorbed)
    desk.note_counts()
    return path, path


def unwatch_folder(desk: Desk, path: str, rules: SkipRules) -> list[str]:
    """Watch ``path`` no longer, nor the drives mounted in it that became folders of their own. Returns all that were
    watched, none if ``path`` was not."""
    folders = desk.reader.folders()
    asked = next((folder for folder in folders if folder.path == path), None)
    if asked is None:
        return []
    inner = [folder for folder in folders if is_below(folder.path, path) and not rules.skips_path(folder.path, path)]
    for folder in inner:
        desk.catalogue.join_folder(folder.id, asked.id)
    desk.catalogue.unwatch_folder(path)
    desk.note_membership()
    return [path, *(folder.path for folder in inner)]


def forget_what_is_long_gone(desk: Desk) -> None:
    """Rows of photos whose file is gone wait for it to come back; after so long they are forgotten, thumbnails and all."""
    ids = desk.catalogue.purge_gone(int(time.time()) - REMEMBERED_S)
    desk.thumbnails.remove(ids)

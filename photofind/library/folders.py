"""Which watched folder a path lies in; adding and removing watched folders. Jobs of the librarian."""

import os
import time
from collections.abc import Iterable

from photofind.library.librarian import Desk
from photofind.library.scan import SkipRules
from photofind.store.catalogue_reader import Folder

REMEMBERED_S = 90 * 24 * 3600


def is_at_or_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


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
    absorbed = [
        folder.path
        for folder in folders
        if is_at_or_below(folder.path, path) and not rules.skips_path(folder.path, path)
    ]
    desk.catalogue.watch_folder(path, absorbed)
    desk.note_counts()
    return path, path


def unwatch_folder(desk: Desk, path: str) -> bool:
    """Watch ``path`` no longer. False if it was not watched."""
    folders = desk.reader.folders()
    was_watched = any(folder.path == path for folder in folders)
    for folder in folders if was_watched else ():
        if is_at_or_below(folder.path, path):  # it, and drives mounted in it
            desk.catalogue.unwatch_folder(folder.path)
    desk.note_membership()
    return was_watched


def forget_what_is_long_gone(desk: Desk) -> None:
    """Rows of photos whose file is gone wait for it to come back; after so long they are forgotten, thumbnails and all."""
    ids = desk.catalogue.purge_gone(int(time.time()) - REMEMBERED_S)
    desk.thumbnails.remove(ids)

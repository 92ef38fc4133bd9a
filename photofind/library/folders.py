"""Adding and removing watched folders. Jobs of the librarian."""

from photofind.library.intake import watched_folder
from photofind.library.librarian import Desk


def watch_folder(desk: Desk, path: str) -> str:
    """Watch ``path``, unless it lies in a watched folder already. Returns the watched folder that holds it."""
    covering = watched_folder(desk.reader.folders(), path)
    if covering is not None:
        return covering.path
    desk.catalogue.watch_folder(path)
    desk.note_counts()
    return path


def unwatch_folder(desk: Desk, path: str) -> bool:
    """Watch ``path`` no longer. False if it was not watched."""
    was_watched = any(folder.path == path for folder in desk.reader.folders())
    desk.catalogue.unwatch_folder(path)
    desk.note_membership()
    return was_watched

"""An open library: its lock, its engine, and the door for commands from other programs."""

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from photofind.config import settings as settings_file
from photofind.config.paths import LibraryPaths
from photofind.core.errors import NoRoom, StoreFailed
from photofind.core.events import Notice
from photofind.encoders.shelf import Shelf
from photofind.library.catalogue_rescue import ensure_sound
from photofind.library.edit_keeper import back_up_edits
from photofind.library.engine import Engine
from photofind.library.instance import CommandServer, LibraryLock
from photofind.library.librarian import Desk, Librarian
from photofind.library.lone_librarian import lone_librarian
from photofind.library.remote import RemoteCommands
from photofind.library.room import Room

_log = logging.getLogger(__name__)

_Result = TypeVar("_Result")
RaiseWindow = Callable[[Sequence[str]], bool]


@contextmanager
def open_library(
    paths: LibraryPaths,
    shelf_for: Callable[[str], Shelf],
    *,
    watch: bool,
    follows_pace: bool = False,
    language: str = "en",
    raise_window: RaiseWindow | None = None,
    lock: LibraryLock | None = None,
) -> Iterator[Engine]:
    """Hold the library for the time of the ``with``: started on entry, everything stopped on exit.

    ``shelf_for`` makes the shelf for the hub address of the settings. ``raise_window`` shows the window, if there is one.
    ``follows_pace``: see Engine. ``lock``: taken already; released on exit.

    Raises:
        LibraryInUse: another program has it.
        StoreFailed, NoRoom: it cannot be opened.
    """
    with lock or LibraryLock.acquire(paths.folder) as held:
        notices = [ensure_sound(paths)]
        settings, notice = settings_file.load(paths.settings)
        notices.append(notice)
        shelf = shelf_for(settings.hub_endpoint)
        engine = Engine(paths, settings, shelf, watch=watch, follows_pace=follows_pace, language=language)
        try:
            engine.start()
        except NoRoom as error:  # whichever store it was
            raise NoRoom(Room(paths.folder).sentence(0)) from error
        try:
            for sentence in filter(None, notices):
                engine.announce(Notice(sentence))
            server = CommandServer(RemoteCommands(engine, raise_window).handle)
            try:
                held.publish(server.start())
                yield engine
            finally:
                server.stop()
        finally:
            engine.stop()


def library_paths(folder: Path) -> LibraryPaths:
    """The paths of the library in ``folder``, wherever the process goes later."""
    return LibraryPaths(folder.absolute())


def write_to_library(paths: LibraryPaths, job: Callable[[Desk], _Result]) -> _Result:
    """Do one job of the librarian in a library that no program has open. Makes the library where there is none.

    Raises:
        LibraryInUse: a program has it open.
        StoreFailed, NoRoom, and what the job raises.
    """
    try:
        with LibraryLock.acquire(paths.folder), librarian_at_work(paths) as librarian:
            return librarian.submit(job).result()
    except NoRoom as error:  # whichever store it was
        raise NoRoom(f"The disk of {paths.folder} is full and nothing was changed: free some space and try again.") from error


@contextmanager
def librarian_at_work(paths: LibraryPaths) -> Iterator[Librarian]:
    """A librarian without an engine, for the time of the ``with``. The caller has the library's lock.

    Raises StoreFailed, NoRoom.
    """
    sentence = ensure_sound(paths)
    if sentence:
        _log.warning("%s", sentence)
    with lone_librarian(paths) as librarian:
        yield librarian
    try:
        back_up_edits(paths)
    except StoreFailed as error:  # what was asked for is done
        _log.warning("%s", error)

"""Smart albums, and what questions can be completed with, as a window asks for them."""

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING

from photofind.core.album import Album
from photofind.core.query import KnownValues
from photofind.core.question import Question

if TYPE_CHECKING:
    from photofind.library.engine import Engine
    from photofind.library.looking import LookingEngine


class FrontAlbums(ABC):
    """Any thread but the GUI's: all methods block, and raise PhotofindError. A library that can only be looked at has its
    albums, too; only to change them is refused."""

    @abstractmethod
    def _started_engine(self) -> "Engine":
        """Raises StoreFailed until it is there, and where it can only look."""

    @abstractmethod
    def _any_engine(self) -> "Engine | LookingEngine":
        """Raises StoreFailed until it is there."""

    def known_values(self) -> KnownValues:
        """What filters can be completed with."""
        return self._any_engine().read(lambda reader: reader.known_values())

    def albums(self) -> list[Album]:
        """In the user's order."""
        return self._any_engine().read(lambda reader: reader.albums())

    def album_question(self, album: Album) -> tuple[Question, int]:
        """What it asks here, and how many of its photos are not here now."""
        from photofind.library.albums import question_of

        return self._any_engine().read(lambda reader: question_of(reader, album))

    def save_album(self, name: str, question: Question) -> Album:
        """Keep a question as the last album; its name has to be free."""
        from photofind.library.albums import keep_question

        return self._started_engine().librarian.submit(lambda desk: keep_question(desk, name, question)).result()

    def put_back_album(self, album: Album, position: int) -> Album:
        """Take in an album that was removed."""
        from photofind.library.albums import add_album, move_album
        from photofind.library.librarian import Desk

        def put_back(desk: Desk) -> Album:
            added = add_album(desk, album)
            move_album(desk, added.id, position)
            return added

        return self._started_engine().librarian.submit(put_back).result()

    def rename_album(self, album_id: int, name: str) -> None:
        from photofind.library.albums import rename_album

        self._started_engine().librarian.submit(lambda desk: rename_album(desk, album_id, name)).result()

    def move_album(self, album_id: int, position: int) -> None:
        """``position`` is counted from 0 without it."""
        from photofind.library.albums import move_album

        self._started_engine().librarian.submit(lambda desk: move_album(desk, album_id, position)).result()

    def remove_album(self, album_id: int) -> None:
        from photofind.library.albums import remove_album

        self._started_engine().librarian.submit(lambda desk: remove_album(desk, album_id)).result()

    def export_album(self, album: Album, target: str) -> None:
        """Write it to a file, in place of what was there."""
        from photofind.library.albums import write_album

        write_album(Path(target), album)

    def import_album(self, source: str) -> Album:
        """From a file, as the last album, under a name that is free."""
        from photofind.library.albums import add_album, read_album

        album = read_album(Path(source))
        return self._started_engine().librarian.submit(lambda desk: add_album(desk, album)).result()

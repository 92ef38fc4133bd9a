"""What the first screen of a window shows, read before anything else of the library is opened."""

import sqlite3
import threading
from array import array
from collections.abc import Sequence
from pathlib import Path

from photofind.core.errors import StoreFailed
from photofind.core.photo import FolderState, PhotoId, PhotoRow
from photofind.store.catalogue_reader import CatalogueReader
from photofind.store.sqlite_reading import connect_for_reading


class FirstLook:
    """Reads catalogue and thumbnails through connections of its own, which write nothing. Any thread; blocks.

    A damaged or closed store is an empty one here: whoever opens it for good says what is wrong with it.
    """

    def __init__(self, catalogue: Path, thumbnails: Path) -> None:
        """Raises StoreFailed when there is no library yet, or none of this version."""
        self._lock = threading.Lock()
        self._reader: CatalogueReader | None = CatalogueReader(catalogue)
        try:
            self._thumbnails = connect_for_reading(thumbnails)
        except sqlite3.Error as error:
            self._reader.close()
            raise StoreFailed(f"The thumbnails {thumbnails} cannot be read ({error}).") from error

    def ids_by_date(self) -> "array[int]":
        """All photos that can be shown, newest first."""
        with self._lock:
            try:
                return array("q") if self._reader is None else self._reader.ids_by_date()
            except sqlite3.Error:
                return array("q")

    def folder_states(self) -> tuple[FolderState, ...]:
        """The watched folders."""
        with self._lock:
            try:
                return () if self._reader is None else self._reader.folder_states()
            except sqlite3.Error:
                return ()

    def rows(self, ids: Sequence[PhotoId]) -> list[PhotoRow]:
        """In the order asked; unknown ids are left out."""
        with self._lock:
            try:
                return [] if self._reader is None else self._reader.rows(ids)
            except sqlite3.Error:
                return []

    def thumbnail(self, photo_id: PhotoId) -> bytes | None:
        """A JPEG, or None."""
        with self._lock:
            if self._reader is None:
                return None
            try:
                row = self._thumbnails.execute("SELECT jpeg FROM thumbnails WHERE photo_id = ?", (photo_id,)).fetchone()
            except sqlite3.Error:
                return None
        return None if row is None else bytes(row[0])

    def close(self) -> None:
        """Idempotent; reading finds nothing after it."""
        with self._lock:
            if self._reader is not None:
                self._reader.close()
                self._thumbnails.close()
                self._reader = None

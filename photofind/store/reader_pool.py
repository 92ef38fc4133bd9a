"""Readers of the catalogue for threads that come and go."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from photofind.core.errors import StoreFailed
from photofind.store.catalogue_damage import note_damage
from photofind.store.catalogue_reader import CatalogueReader
from photofind.store.sqlite_errors import is_damage


class ReaderPool:
    """Lends each reader to one thread at a time. Any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._idle: list[CatalogueReader] = []
        self._closed = False

    @contextmanager
    def lend(self) -> Iterator[CatalogueReader]:
        """A reader for the time of the ``with``. Raises StoreFailed."""
        with self._lock:
            if self._closed:
                raise StoreFailed("The library is closed.")
            reader = self._idle.pop() if self._idle else None
        reader = reader or CatalogueReader(self._path)
        try:
            yield reader
        except sqlite3.Error as error:
            if is_damage(error):
                note_damage(self._path)
                raise StoreFailed(
                    f"The catalogue {self._path} is damaged: close photofind and start it again, and it is mended."
                ) from error
            raise StoreFailed(f"The catalogue {self._path} cannot be read ({error}). Check the disk.") from error
        finally:
            with self._lock:
                keep = not self._closed
                if keep:
                    self._idle.append(reader)
            if not keep:
                reader.close()

    def close(self) -> None:
        """Close all readers; one that is lent is closed when it comes back."""
        with self._lock:
            self._closed = True
            idle, self._idle = self._idle, []
        for reader in idle:
            reader.close()

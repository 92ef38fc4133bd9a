"""A librarian without an engine: for one piece of work, or for mending."""

from collections.abc import Iterator
from contextlib import contextmanager

from photofind.config.paths import LibraryPaths
from photofind.library.librarian import Librarian
from photofind.store.thumbnails import Thumbnails


@contextmanager
def lone_librarian(paths: LibraryPaths) -> Iterator[Librarian]:
    """Works for the time of the ``with``. The caller has the library's lock. Raises StoreFailed, NoRoom."""
    with Thumbnails(paths.thumbnails) as thumbnails:
        librarian = Librarian(paths.catalogue, thumbnails, lambda _: None)
        librarian.start()
        try:
            yield librarian
        finally:
            librarian.stop()

"""The doctor's visit to a library that this program has not open."""

from collections.abc import Callable

from photofind.config.paths import LibraryPaths
from photofind.config.settings import load
from photofind.core.errors import StoreFailed
from photofind.core.findings import Finding
from photofind.encoders.shelf import Shelf
from photofind.library.doctor.disk_check import set_rights, wrong_rights
from photofind.library.doctor.examination import examine
from photofind.library.doctor.ward import Ward
from photofind.library.instance import LibraryLock
from photofind.library.reading import NoLibrary
from photofind.library.session import librarian_at_work

OnCheck = Callable[[str], None]


def examine_closed(
    paths: LibraryPaths, shelf: Shelf, *, repair: bool, on_check: OnCheck = lambda _: None
) -> list[Finding]:
    """Look at a library that no program has open, also one that cannot be opened. Blocks; a thread that outlives it.

    Raises:
        NoLibrary: there is nothing to look at.
        LibraryInUse: a program has it open.
    """
    if not is_a_library(paths):
        raise NoLibrary(f"There is no library in {paths.folder} yet. Make one with: photofind index FOLDER")
    try:
        lock = LibraryLock.acquire(paths.folder)
    except StoreFailed:
        if repair:
            _give_back_rights(paths)
        try:
            lock = LibraryLock.acquire(paths.folder)
        except StoreFailed:  # no rights, no room, a disk that is read-only: it is at least looked at
            return examine_beside(paths, shelf, on_check=on_check)
    with lock:
        settings, _ = load(paths.settings)
        ward = Ward(paths, settings, shelf, lambda: librarian_at_work(paths), is_alone=True, has_milvus=True)
        return examine(ward, repair=repair, on_check=on_check)


def examine_beside(paths: LibraryPaths, shelf: Shelf, *, on_check: OnCheck = lambda _: None) -> list[Finding]:
    """Only look, at what can be read beside another program: all but Milvus. Blocks."""
    settings, _ = load(paths.settings)
    return examine(Ward(paths, settings, shelf), repair=False, on_check=on_check)


def is_a_library(paths: LibraryPaths) -> bool:
    """Whether there is one, or what is left of one."""
    parts = (paths.catalogue, paths.thumbnails, paths.vectors, paths.milvus, paths.catalogue_backups)
    try:
        return any(part.exists() for part in parts)
    except PermissionError:  # the folder itself is closed to us
        return paths.folder.is_dir()


def _give_back_rights(paths: LibraryPaths) -> None:
    try:
        paths.folder.chmod(0o700)
        set_rights(wrong_rights(paths)[1])
    except OSError as error:
        raise StoreFailed(f"The rights of {paths.folder} cannot be set ({error.strerror}).") from error

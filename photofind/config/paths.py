"""Where things lie on this machine, and the names of the files that make up a library."""

import errno
import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from photofind.core.errors import NoRoom, StoreFailed
from photofind.core.passing_folder import make_passing_folder
from photofind.core.private_folder import PRIVATE_FOLDER, make_private

# Unix socket paths end at 107 bytes on Linux and 103 on macOS (unix(7)); the random name and the file need about 30.
_LONGEST_SOCKET_PARENT_BYTES = 60


def data_folder() -> Path:
    """The folder of everything that photofind keeps, unless told otherwise; ``PHOTOFIND_DATA`` overrides it."""
    chosen = os.environ.get("PHOTOFIND_DATA", "")
    return Path(chosen).absolute() if chosen else platformdirs.user_data_path("photofind", appauthor=False)


def default_library() -> Path:
    """The library that is used when none is named."""
    return data_folder() / "library"


def encoders_folder() -> Path:
    """The folder of encoder weights, shared by all libraries; ``PHOTOFIND_ENCODERS`` overrides it."""
    chosen = os.environ.get("PHOTOFIND_ENCODERS", "")
    return Path(chosen).absolute() if chosen else data_folder() / "encoders"


def runtime_folder() -> Path:
    """Make a fresh 0700 folder for sockets, below $XDG_RUNTIME_DIR or the temporary folder. The caller removes it and lets go.

    Raises StoreFailed when no such folder can be made.
    """
    reason: OSError | None = None
    for parent in _runtime_parents():
        try:
            return make_passing_folder(parent)
        except OSError as error:
            reason = error
    raise StoreFailed(
        f"No folder for sockets can be made in {tempfile.gettempdir()} ({_reason(reason)}). "
        "Make room there or set TMPDIR to a folder that can be written."
    )


def _runtime_parents() -> list[str]:
    candidates = [os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir()]
    if os.name == "posix":
        candidates.append("/tmp")
    return [
        folder
        for folder in candidates
        if folder and Path(folder).is_absolute() and len(os.fsencode(folder)) <= _LONGEST_SOCKET_PARENT_BYTES
    ]


@dataclass(frozen=True, slots=True)
class LibraryPaths:
    """The files of one library, all below ``folder``."""

    folder: Path

    @property
    def catalogue(self) -> Path:
        return self.folder / "catalogue.db"

    @property
    def catalogue_backups(self) -> Path:
        return self.folder / "backups"

    @property
    def thumbnails(self) -> Path:
        return self.folder / "thumbnails.db"

    @property
    def vectors(self) -> Path:
        return self.folder / "vectors"

    @property
    def milvus(self) -> Path:
        return self.folder / "milvus.db"

    @property
    def lock(self) -> Path:
        return self.folder / "lock"

    @property
    def settings(self) -> Path:
        return self.folder / "settings.json"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    def make_folder(self) -> None:
        """Make the library's folder, readable by its owner only.

        A folder that holds other things than a library keeps its mode: someone may have named a folder that is
        shared with others on purpose, and all files of a library are private by themselves.
        Raises StoreFailed, NoRoom.
        """
        try:
            make_private(self.folder)
            if self._is_ours() and stat.S_IMODE(self.folder.stat().st_mode) != PRIVATE_FOLDER:
                self.folder.chmod(PRIVATE_FOLDER)
        except OSError as error:
            raise unusable(self.folder, error) from error

    def is_read_only(self) -> bool:
        """Whether a library is here that this user cannot write: on a read-only drive, or without the rights for it.

        On Windows, where rights are more than a bit, a folder that looks writable may not be: unproven.
        """
        parts = (self.folder, self.catalogue, self.thumbnails, self.vectors, self.lock)
        return os.path.exists(self.catalogue) and any(
            os.path.exists(part) and not os.access(part, os.W_OK) for part in parts
        )

    def _is_ours(self) -> bool:
        return self.lock.exists() or not any(self.folder.iterdir())


def unusable(folder: Path, error: OSError) -> StoreFailed:
    """The error to raise for a library folder that cannot be made, read or written."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NoRoom(f"There is no room left for the library in {folder}. Free some space and start again.")
    return StoreFailed(
        f"The library folder {folder} cannot be used ({_reason(error)}). "
        "Choose another folder or change the rights of this one."
    )


def _reason(error: OSError | None) -> str:
    return (error.strerror if error is not None else None) or "reason unknown"

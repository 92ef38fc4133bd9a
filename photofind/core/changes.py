"""What happened on disk, once it has settled."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Appeared:
    """A file or folder that was not there before; a folder stands for all that it holds."""

    path: str
    is_folder: bool = False


@dataclass(frozen=True, slots=True)
class Changed:
    """A file whose content or times changed."""

    path: str


@dataclass(frozen=True, slots=True)
class Vanished:
    """A file or folder that is gone; the kernel does not always say which it was."""

    path: str
    is_folder: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """A file or folder that has another path now and is otherwise the same."""

    source: str
    target: str
    is_folder: bool = False


@dataclass(frozen=True, slots=True)
class Unsure:
    """Events were lost below this folder, so only a scan can tell its state."""

    path: str


Change = Appeared | Changed | Vanished | Moved | Unsure

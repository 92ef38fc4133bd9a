"""Folders that nobody else may look into."""

from pathlib import Path

PRIVATE_FOLDER = 0o700


def make_private(folder: Path) -> list[Path]:
    """Make ``folder``, and those above it that are missing, for this user only. Returns those that were made, the topmost
    first; one that exists keeps its mode. Any thread. Raises OSError.

    ``Path.mkdir(parents=True, mode=…)`` gives its mode to the last folder alone.
    """
    made: list[Path] = []
    for path in reversed([folder, *folder.parents]):
        if not path.exists():
            path.mkdir(mode=PRIVATE_FOLDER, exist_ok=True)
            made.append(path)
    return made

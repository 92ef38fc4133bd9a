"""Which path holds which; all are absolute and normal."""

import os


def is_below(path: str, folder: str) -> bool:
    """Whether ``path`` lies somewhere in ``folder``."""
    return path.startswith(folder.rstrip(os.sep) + os.sep)


def is_at_or_below(path: str, folder: str) -> bool:
    return path == folder or is_below(path, folder)


def overlap(one: str, other: str) -> bool:
    """Whether one of two paths is or holds the other."""
    return is_at_or_below(one, other) or is_below(other, one)

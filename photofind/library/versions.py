"""Which versions are at work, for reports."""

import platform
import sqlite3
from importlib.metadata import PackageNotFoundError, version

from photofind import __version__

_PACKAGES = ("open-clip-torch", "torch", "pymilvus", "milvus-lite", "faiss-cpu", "pillow", "watchdog", "PySide6-Essentials")


def versions() -> dict[str, str]:
    """Name → version of the program and of what it rests on; what is not installed is left out. Imports none of them."""
    found = {"photofind": __version__, "python": platform.python_version(), "sqlite": sqlite3.sqlite_version}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            continue
    return found

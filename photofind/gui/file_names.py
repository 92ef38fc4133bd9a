"""Paths as text and as addresses; no file is touched here."""

import os
import sys
from pathlib import PurePath
from urllib.parse import quote, unquote_to_bytes

from PySide6.QtCore import QUrl


def shown(path: str) -> str:
    """A path as text that any widget can show; bytes that are not UTF-8 become a replacement mark."""
    return os.fsencode(path).decode("utf-8", "replace")


def name_of(path: str) -> str:
    """The file's name as text."""
    return shown(PurePath(path).name)


def url_of(path: str) -> QUrl:
    """The ``file://`` address of an absolute path, byte for byte, which Qt's own conversion is not."""
    if sys.platform == "win32":  # unproven: drive letters and shares
        return QUrl(PurePath(path).as_uri())
    return QUrl.fromEncoded(b"file://" + quote(os.fsencode(path)).encode("ascii"))


def path_of(url: QUrl) -> str | None:
    """The path that a ``file://`` address names, None for any other address."""
    if not url.isLocalFile():
        return None
    if sys.platform == "win32":  # unproven
        return url.toLocalFile()
    encoded = bytes(url.path(QUrl.ComponentFormattingOption.FullyEncoded).encode("ascii"))
    return os.fsdecode(unquote_to_bytes(encoded)) or None

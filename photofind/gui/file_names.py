"""Paths as text and as addresses; no file is touched here."""

import html
import os
import sys
import unicodedata
from pathlib import PurePath
from urllib.parse import quote, unquote_to_bytes

from PySide6.QtCore import QUrl
from PySide6.QtGui import Qt  # mightBeRichText is only in this one

_DISTURBING = frozenset(("Cc", "Zl", "Zp"))  # control characters, ends of lines and paragraphs (Unicode 16, 4.5)
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # Unicode Annex 9, 2


def as_text(path: str) -> str:
    """A path as text for other programs; bytes that are not UTF-8 become a replacement mark."""
    return os.fsencode(path).decode("utf-8", "replace")


def shown(path: str) -> str:
    """A path as one line that any widget can show. What would break the line or turn the words around it (a name that
    ends in “gpj.exe” can be made to look as if it ended in “exe.jpg”) becomes a replacement mark, too."""
    return "".join("\ufffd" if _disturbs(character) else character for character in as_text(path))


def _disturbs(character: str) -> bool:
    return unicodedata.category(character) in _DISTURBING or character in _TURNING


def name_of(path: str) -> str:
    """The file's name as text."""
    return shown(PurePath(path).name)


def as_tool_tip(text: str) -> str:
    """Plain text for a tool tip. Qt takes for HTML what looks like it, and would open pictures that a name speaks of."""
    return f"<qt>{html.escape(text).replace(chr(10), '<br>')}</qt>" if Qt.mightBeRichText(text) else text


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

"""Takes names and places out of texts that leave the machine in a report.

Not a list of what to hide but one of what may stay: words of this program's own source, which make up its sentences,
and numbers. Everything else becomes a mark that is the same for the same word within a report, and means nothing outside
of it. A word that is part of the name of a photo or folder, a tag or a caption goes even where the program uses it, too,
but for the commonest ones, which tell nothing.
"""

import hashlib
import re
import secrets
import sqlite3
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import photofind

_WORD = re.compile(r"\w+")
_PATH = re.compile(r"""(?:(?<![\w.])[~/]|\b[A-Za-z]:[\\/]|\\\\)[^\s'"“”,;:()]*""")
_SOURCE_LINE = re.compile(r'File "[^"]*?((?:photofind|site-packages|lib/python[\d.]+)/[^"]*)", line (\d+)')
_ODD = re.compile(r"[^\x20-\x7e‘’“”…–—·×→\t]")
_LONGEST_NUMBER = 5  # longer ones may be dates or phone numbers in names
_PREFIX = re.compile(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} [A-Z]+ \d+ [A-Za-z_ '-]{0,40}\d? ?[a-z_.]+: ")


class Scrubber:
    """For one report. ``private`` are names, tags and whatever else no word of may stay."""

    def __init__(self, private: Iterable[str]) -> None:
        self._secret = secrets.token_bytes(16)
        self._private = {word for text in private for word in _words(text)}
        self._kept: dict[str, bool] = {}

    def line(self, text: str) -> str:
        """One line of a log: its beginning (time, level, process, module) stays, the message is scrubbed."""
        found = _PREFIX.match(text)
        head = found[0] if found is not None else ""
        return head + self.text(text[len(head) :])

    def text(self, text: str) -> str:
        """A sentence or a line of a traceback."""
        source = _SOURCE_LINE.search(text)
        if source is not None:
            return f"File {source[1].rpartition('site-packages/')[2]}, line {source[2]}"
        text = _PATH.sub(lambda found: self._mark("path", found[0]), text)
        return _ODD.sub("?", _WORD.sub(lambda found: self._word(found[0]), text))

    def _word(self, word: str) -> str:
        if word.startswith(_MARKED):
            return word
        kept = self._kept.get(word)
        if kept is None:
            lower = word.lower()
            is_known = lower in _vocabulary() or (word.isascii() and word.isdigit() and len(word) <= _LONGEST_NUMBER)
            kept = self._kept[word] = lower in _TELLS_NOTHING or (is_known and lower not in self._private)
        return word if kept else self._mark("name", word)

    def _mark(self, kind: str, text: str) -> str:
        digest = hashlib.blake2b(text.encode("utf-8", "surrogateescape"), key=self._secret, digest_size=3).hexdigest()
        return f"{_MARKED}{kind}_{digest}"


_MARKED = "hidden_"


def private_words(connection: sqlite3.Connection) -> Iterator[str]:
    """Names of photos, folders and albums, tags, captions and questions of a catalogue. Raises sqlite3.Error."""
    for query in (
        "SELECT path FROM folders",
        "SELECT DISTINCT directory FROM photos",
        "SELECT name FROM photos",
        "SELECT DISTINCT directory FROM other_files",
        "SELECT name FROM other_files",
        "SELECT DISTINCT tag FROM tags",
        "SELECT title FROM facts WHERE title IS NOT NULL",
        "SELECT caption FROM facts WHERE caption IS NOT NULL",
        "SELECT DISTINCT label FROM facts WHERE label IS NOT NULL",
        "SELECT name FROM albums",
        "SELECT json_extract(question, '$.text') FROM albums WHERE json_valid(question)",
    ):
        for (value,) in connection.execute(query):
            yield value.decode("utf-8", "surrogateescape") if isinstance(value, bytes) else str(value)


def _words(text: str) -> Iterator[str]:
    """Words and their parts: of ``IMG_2041`` also ``img`` and ``2041``; not single letters, which tell nothing."""
    for word in _WORD.findall(text.lower()):
        for part in (word, *word.split("_")):
            if len(part) > 1:
                yield part


@cache
def _vocabulary() -> frozenset[str]:
    """The words of this program's source, and what systems say of failed calls."""
    import os

    words: set[str] = set()
    for module in Path(photofind.__file__).parent.rglob("*.py"):
        words.update(_WORD.findall(module.read_text(encoding="utf-8").lower()))
    for number in range(1, 134):
        words.update(_WORD.findall(os.strerror(number).lower()))
    words.update(_WORD.findall(_OF_OTHERS))
    return frozenset(words)


_TELLS_NOTHING = frozenset(
    _WORD.findall(
        "a all an and are as at be been by can could does for from has have in into is it its may no not of on one only or"
        " photo photofind photos picture pictures so than that the them there they this to was were when which will with"
        " you your"
    )
)
_OF_OTHERS = """database disk image is malformed file is not a database locked unable to open traceback most recent call
last error warning exception timeout deadline exceeded connection refused reset broken pipe no such table column
truncated jpeg png webp heic tiff gif bmp premature end of data cannot identify image decompression bomb killed signal
segmentation fault memory errno readonly constraint failed tree page cell btree freelist overflow rowid invalid unique"""

"""Photos by what stands in one field: camera, lens, folder, name, type or tag.

SQLite folds no text, and there are few cameras, lenses, folders and tags: these are read, compared here, and photos are
selected by those that fit. Names are as many as photos; the index of words knows theirs.
"""

import json
import os
import re
import sqlite3
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import assert_never

import numpy as np
from numpy.typing import NDArray

from photofind.core.query.parts import TextField, TextFilter
from photofind.core.words import Phrase, phrases_of, search_words
from photofind.store.catalogue_connection import BELOW, below
from photofind.store.id_columns import id_array
from photofind.store.indexed_words import IS_CANDIDATE, NAME, WORDS, outermost
from photofind.store.shown_photos import SHOWN

_NOTHING: NDArray[np.int64] = np.empty(0, np.int64)
_FOLDERS_AT_ONCE = 500
_LONGEST_ENDING = 50
_ONE_FORMAT = (("jpg", "jpeg", "jpe", "jfif"), ("tif", "tiff"), ("heic", "heif", "hif"))
_BETWEEN_FOLDERS = re.compile(r"[/\\]" if os.sep == "\\" else "/")


def ids_with_text(connection: sqlite3.Connection, asked: TextFilter) -> NDArray[np.int64]:
    """Photos for which it holds, negation aside, gone ones among them; int64 [n] in no order. Raises sqlite3.Error.

    A camera or lens holds each blank-separated part of the value; of a name, tag or folder the value is a phrase. The last
    word may be the beginning of a longer one. A value without letters and digits fits nothing.
    """
    match asked.field:
        case TextField.CAMERA:
            return _with_camera(connection, phrases_of(asked.value))
        case TextField.LENS:
            return _with_lens(connection, phrases_of(asked.value))
        case TextField.FOLDER:
            return _in_folder(connection, asked.value)
        case TextField.NAME:
            return _named(connection, search_words(asked.value))
        case TextField.TYPE:
            return _of_type(connection, "".join(search_words(asked.value)))
        case TextField.TAG:
            return ids_tagged(connection, fitting_tags(connection, _levels(asked.value.split("|"))))
    assert_never(asked.field)


def fitting_tags(connection: sqlite3.Connection, asked: Sequence[Phrase]) -> list[str]:
    """The tags whose levels, from one of them on, hold these phrases one after the other."""
    tags = (tag for (tag,) in connection.execute("SELECT DISTINCT tag FROM tags"))
    return [tag for tag in tags if _stand_in_a_row(asked, tag.split("|"))]


def ids_tagged(connection: sqlite3.Connection, tags: Iterable[str]) -> NDArray[np.int64]:
    """Photos with any of these tags, by file or user, which the user has not removed; in no order."""
    wanted = (json.dumps(list(tags)),)
    query = "SELECT photo_id AS id FROM tags t WHERE tag IN (SELECT value FROM json_each(?)) AND origin {} 'removed'"
    if connection.execute(f"SELECT EXISTS ({query.format('=')})", wanted).fetchone()[0]:  # rare, and slow
        query += " AND NOT EXISTS (SELECT 1 FROM tags r WHERE r.photo_id = t.photo_id AND r.tag = t.tag AND r.origin = 'removed')"
    return id_array(connection, query.format("!="), wanted)


def _with_camera(connection: sqlite3.Connection, asked: Sequence[Phrase]) -> NDArray[np.int64]:
    found = [_NOTHING]
    for make, model in connection.execute("SELECT DISTINCT camera_make, camera_model FROM facts").fetchall():
        if _all_stand_in(asked, f"{make or ''} {model or ''}"):
            query = "SELECT photo_id AS id FROM facts WHERE camera_make IS ? AND camera_model IS ?"
            found.append(id_array(connection, query, (make, model)))
    return np.concatenate(found)


def _with_lens(connection: sqlite3.Connection, asked: Sequence[Phrase]) -> NDArray[np.int64]:
    known = connection.execute("SELECT DISTINCT lens FROM facts WHERE lens IS NOT NULL")
    lenses = json.dumps([lens for (lens,) in known if _all_stand_in(asked, lens)])
    return id_array(connection, "SELECT photo_id AS id FROM facts WHERE lens IN (SELECT value FROM json_each(?))", (lenses,))


def _in_folder(connection: sqlite3.Connection, value: str) -> NDArray[np.int64]:
    roots = [os.fsdecode(path) for (path,) in connection.execute("SELECT path FROM folders WHERE watched = 1")]
    path = os.path.normpath(value)
    if any(path == root or path.startswith(root.rstrip(os.sep) + os.sep) for root in roots):  # pasted from elsewhere
        return id_array(connection, f"SELECT id FROM photos WHERE gone_s IS NULL AND {BELOW}", below(path))
    asked = _levels(_BETWEEN_FOLDERS.split(value))
    known = connection.execute("SELECT DISTINCT directory FROM photos WHERE gone_s IS NULL")
    fitting = [path for (path,) in known if _stand_in_a_row(asked, folders_of(os.fsdecode(path), roots))]
    found = [_NOTHING]
    for start in range(0, len(fitting), _FOLDERS_AT_ONCE):
        some = fitting[start : start + _FOLDERS_AT_ONCE]
        marks = ",".join("?" * len(some))
        found.append(id_array(connection, f"SELECT id FROM photos WHERE gone_s IS NULL AND directory IN ({marks})", some))
    return np.concatenate(found)


def folders_of(directory: str, roots: Sequence[str]) -> list[str]:
    """The names of the folders from the watched one down to ``directory``."""
    root = outermost(roots, directory)
    names = [os.path.basename(root), *directory[len(root) :].split(os.sep)]
    return [name for name in names if name]


def _named(connection: sqlite3.Connection, words: Sequence[str]) -> NDArray[np.int64]:
    if not words:
        return _NOTHING
    phrase = Phrase(tuple(words), is_open=True)
    query = f"SELECT c.id AS id FROM {WORDS} WHERE {IS_CANDIDATE} AND instr({NAME}, ?)"
    return id_array(connection, query, (phrase.fts_query, phrase.needle))


def _of_type(connection: sqlite3.Connection, name: str) -> NDArray[np.int64]:
    if not 0 < len(name) <= _LONGEST_ENDING:
        return _NOTHING
    names = next((same for same in _ONE_FORMAT if name in same), (name,))
    known = connection.execute(f"SELECT DISTINCT format FROM photos WHERE {SHOWN}")
    formats = [each for (each,) in known if "".join(search_words(each)) in names]
    tests = [f"format IN ({','.join('?' * len(formats))})", *["CAST(name AS TEXT) LIKE ?"] * len(names)]
    endings = [f"%.{each}" for each in names]  # letters and digits, so nothing in them is a pattern
    return id_array(connection, f"SELECT id FROM photos WHERE {SHOWN} AND ({' OR '.join(tests)})", (*formats, *endings))


def _levels(texts: Iterable[str]) -> list[Phrase]:
    return [Phrase(tuple(words), is_open=True) for text in texts if (words := search_words(text))]


def _stand_in_a_row(asked: Sequence[Phrase], levels: Sequence[str]) -> bool:
    if not asked:
        return False
    return any(
        all(phrase.stands_in(_words_of_level(levels[first + number])) for number, phrase in enumerate(asked))
        for first in range(len(levels) - len(asked) + 1)
    )


@lru_cache(maxsize=1 << 14)  # few names, asked for with every letter that is typed
def _words_of_level(name: str) -> tuple[str, ...]:
    return tuple(search_words(name))


def _all_stand_in(asked: Sequence[Phrase], text: str) -> bool:
    words = search_words(text)
    return bool(asked) and all(phrase.stands_in(words) for phrase in asked)

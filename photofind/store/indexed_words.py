"""Where words stand in the text that literal search goes by: SQL over the column in which FTS5 keeps it.

FTS5 finds phrases, but knows no fields and finds them across the borders of fields, too. In the text itself, words are
parted by one blank and fields by a full stop of their own, folder and name being the first two: see ``words_of``. So FTS5
names candidates, and ``instr`` on their text decides.
"""

import os
import sqlite3
from collections.abc import Iterable, Sequence

from photofind.core.words import Phrase, search_words

WORDS = "words_content c"
"""FTS5's own table for the text (sqlite.org/fts5.html, 4.4.1): reading it takes half the time that asking FTS5 for it does."""

IS_CANDIDATE = "c.id IN (SELECT rowid FROM words WHERE words MATCH ?)"

NAME = "(substr(c.c0, instr(c.c0, ' . ') + 2, instr(substr(c.c0, instr(c.c0, ' . ') + 3) || ' . ', ' . ')) || ' ')"
"""The words of the file's name, a blank before and behind them."""


def all_of(phrases: Iterable[Phrase]) -> str:
    """The argument of ``IS_CANDIDATE``: photos whose words hold all these phrases."""
    return " ".join(phrase.fts_query for phrase in phrases)


def below_watched(connection: sqlite3.Connection) -> str:
    """SQL of the whole text but for the folders above the watched ones, which say nothing of a photo: ``/home/anna``."""
    skipped: dict[int, int] = {}
    folders = connection.execute("SELECT id, path FROM folders WHERE watched = 1").fetchall()
    for folder_id, path in folders:
        above = os.path.dirname(outermost([os.fsdecode(other) for _, other in folders], os.fsdecode(path)))
        skipped[folder_id] = len(" ".join(search_words(above)))
    if len(set(skipped.values())) > 1:
        cases = " ".join(f"WHEN {folder_id} THEN {length + 1}" for folder_id, length in skipped.items())
        start = f"CASE (SELECT folder_id FROM photos WHERE id = c.id) {cases} ELSE 1 END"
    else:
        start = str(next(iter(skipped.values()), 0) + 1)
    return f"(' ' || substr(c.c0, {start}) || ' ')"


def outermost(roots: Sequence[str], directory: str) -> str:
    """The watched folder that ``directory`` is or lies in, ``directory`` itself if in none."""
    holding = [root for root in roots if directory == root or directory.startswith(root.rstrip(os.sep) + os.sep)]
    return min(holding, key=len, default=directory)

"""Several questions from one file: a question a line, or a table."""

import csv
from collections.abc import Iterable

_HEADERS = {"query", "question", "text", "word", "words"}
_SEPARATORS = "\t;,"


def read_questions(source: str | Iterable[str]) -> list[str]:
    """The questions of ``source``, a text or its lines, in their order. Any thread; no text raises.

    A question a line; or a table with commas, semicolons or tabs whose first row has a column query, question, text, word
    or words; or one with as many semicolons or tabs in each line, of which the first column counts. Blank lines are left
    out, and comments: ``#`` alone or before a blank (``#beach`` is a question).
    """
    text = source if isinstance(source, str) else "\n".join(line.rstrip("\r\n") for line in source)
    lines = [line for line in text.removeprefix("\ufeff").splitlines() if line.strip() and not _is_comment(line)]
    for separator in _SEPARATORS:
        rows = _rows(lines, separator)
        if not rows:
            continue
        names = [name.strip().casefold() for name in rows[0]]
        column = next((index for index, name in enumerate(names) if name in _HEADERS), None)
        if column is not None and len(rows) > 1:
            return _column(rows[1:], column)
        if separator != "," and len(names) > 1 and len(rows) > 1 and len({len(row) for row in rows}) == 1:
            return _column(rows, 0)
    return [line.strip() for line in lines]


def _is_comment(line: str) -> bool:
    bare = line.strip()
    return bare.startswith("#") and (bare == "#" or bare[1].isspace())


def _rows(lines: list[str], separator: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=separator, skipinitialspace=True))
    except csv.Error:  # a field beyond the limit of the csv module
        return []


def _column(rows: list[list[str]], column: int) -> list[str]:
    cells = (row[column].strip() for row in rows if column < len(row))
    return [" ".join(cell.split()) for cell in cells if cell]

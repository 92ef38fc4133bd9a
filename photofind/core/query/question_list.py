"""A file with many questions."""

import csv
from itertools import islice

_HEADINGS = ("query", "question", "text", "words", "word")
_SEPARATORS = ",;\t"


def read_questions(text: str) -> list[str]:
    """One question a line; or, in a CSV with a heading of the name query, question, text, words or word, that column.

    A line of the list may hold commas and quotes as it is; empty lines are passed over.
    """
    lines = text.removeprefix("\ufeff").splitlines()
    heading = next((line for line in lines if line.strip()), "")
    for separator in _SEPARATORS:
        names = [name.strip().casefold() for name in next(csv.reader([heading], delimiter=separator), [])]
        column = next((names.index(name) for name in _HEADINGS if name in names), None)
        if column is not None:
            return _column(lines, separator, column)
    return [line.strip() for line in lines if line.strip()]


def _column(lines: list[str], separator: str, column: int) -> list[str]:
    first = next(number for number, line in enumerate(lines) if line.strip())
    try:
        rows = list(islice(csv.reader((line + "\n" for line in lines[first:]), delimiter=separator), 1, None))
    except csv.Error:  # a field of more than 128 KB, say
        return []
    return [" ".join(row[column].split()) for row in rows if len(row) > column and row[column].strip()]

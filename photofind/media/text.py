"""Words and dates as metadata hold them, made safe to keep and to show."""

import re
from datetime import datetime

MAX_TEXT = 20_000
MAX_KEYWORD = 500
MAX_KEYWORDS = 1_000

_DATE = re.compile(
    r"\s*(\d{4})(?:[:\-/. ](\d{1,2})(?:[:\-/. ](\d{1,2})(?:[T ]\s*(\d{1,2}):(\d{1,2})(?:[:.](\d{1,2})(?:[.,]\d*)?)?)?)?)?"
    r"\s*(Z|[+-]\d{1,2}:?\d{2})?\s*"
)
_FIRST_PHOTOGRAPH = 1826


def clean_text(text: object, limit: int = MAX_TEXT) -> str | None:
    """One text value for `Facts`: without control characters and padding; None when nothing is left or it is no text."""
    if not isinstance(text, str):
        return None
    kept = "".join(c if c.isprintable() or c == "\n" else " " for c in text[:limit]).strip()
    return kept if any(c.isalnum() or ord(c) > 0x2000 for c in kept) else None


def clean_keywords(words: "list[str] | tuple[str, ...]") -> tuple[str, ...]:
    """Keywords for `Facts`: each once, in order, at most `MAX_KEYWORDS`."""
    kept: dict[str, None] = {}
    for word in words:
        text = clean_text(word, MAX_KEYWORD)
        if text:
            kept.setdefault(" ".join(text.split()))
        if len(kept) >= MAX_KEYWORDS:
            break
    return tuple(kept)


def parse_date(text: object) -> tuple[str, int | None] | None:
    """A date as EXIF (``2025:05:03 14:02:11``), XMP (ISO 8601, possibly only a year) or careless software writes it.

    Returns wall-clock time as ``2025-05-03T14:02:11`` and the offset from UTC in minutes where one is named; what the
    date leaves out becomes January, the first, or midnight. None when it is no date.
    """
    if not isinstance(text, str) or not (match := _DATE.fullmatch(text[:64].rstrip("\x00 "))):
        return None
    year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups()[:6])
    try:
        when = datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, min(second or 0, 59))
    except ValueError:
        return None
    if when.year < _FIRST_PHOTOGRAPH or 0 in (month, day):
        return None
    return when.isoformat(), parse_offset(match.group(7))


def parse_offset(text: object) -> int | None:
    """``+02:00`` or ``Z`` as minutes from UTC; None for anything else."""
    if not isinstance(text, str):
        return None
    text = text.strip().rstrip("\x00")
    if text == "Z":
        return 0
    match = re.fullmatch(r"([+-])(\d{1,2}):?(\d{2})", text)
    if not match:
        return None
    minutes = int(match.group(2)) * 60 + int(match.group(3))
    if minutes > 14 * 60:
        return None
    return -minutes if match.group(1) == "-" else minutes


def parse_number(text: object) -> float | None:
    """A number as XMP writes it: ``2.8``, ``28/10``; None for anything else."""
    if not isinstance(text, str):
        return None
    top, slash, bottom = text.strip().partition("/")
    try:
        number = float(top) / (float(bottom) if slash else 1.0)
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
    return number if abs(number) < 1e12 else None  # neither infinite nor NaN

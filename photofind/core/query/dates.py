"""Dates as people write them, read as spans of days."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date, timedelta

from photofind.core.query.date_words import (
    CHINESE_DIGITS,
    DAYS_AGO,
    FILLING,
    LAST,
    MONTH,
    MONTHS,
    SEASONS,
    THIS,
    WEEK,
    YEAR,
)
from photofind.core.query.field_names import folded

Span = tuple[date, date]
OpenSpan = tuple[date | None, date | None]

_YEAR_FIRST = re.compile(r"([0-9]{4})(?:[-/.]([0-9]{1,2})(?:[-/.]([0-9]{1,2}))?)?")
_DAY_FIRST = re.compile(r"(?:([0-9]{1,2})\. ?)?([0-9]{1,2})\. ?([0-9]{4})")
_CHINESE = re.compile(r"([0-9]{4})年(?:([0-9]{1,2}|[一二三四五六七八九十]{1,2})月(?:([0-9]{1,2})[日号])?)?")
_CHINESE_SEASON = re.compile(r"([0-9]{4}|去|今)年?的?([春夏秋冬])[天季]?")
_CHINESE_WORD = re.compile(r"(上个|上|去|这个|这|今)(周|星期|礼拜|月|年)")
_COMPARED = re.compile(r"([<>]=?)\s*(.+)")
_YEARS = re.compile(r"([0-9]{4})\s*[-–—]\s*([0-9]{4})")


def read_dates(text: str, today: date) -> OpenSpan | None:
    """The days from the first to the last, both included, that ``text`` names; None in place of an open end.

    ``2019``, ``2019-05``, ``2019-05-03``, ``3.5.2019``, ``2019..2021``, ``2019..``, ``>=2019``, ``summer 2020``, ``3 may 2020``,
    ``2020年5月``, ``last week``. None if it names no days. The seasons are those of the north, in whole months; winter
    2020 is December 2020 to February 2021. Months and seasons without a year are the latest that have begun, with ``last``
    the latest that are over. Weeks begin on Monday.
    """
    try:
        return _read(unicodedata.normalize("NFKC", text).replace("…", "..").strip(), today)
    except (ValueError, OverflowError):  # no such day, or none that the calendar has
        return None


def _read(text: str, today: date) -> OpenSpan | None:
    if years := _YEARS.fullmatch(text):
        text = f"{years[1]}..{years[2]}"
    if compared := _COMPARED.fullmatch(text):
        return _compared(compared[1], _span(compared[2], today))
    begin, dots, end = text.partition("..")
    if not dots:
        return _span(text, today)
    end = end.lstrip(".")
    first = _span(begin, today)
    last = _span(end, today)
    if (begin.strip() and not first) or (end.strip() and not last) or not (first or last):
        return None
    if first and last and first[0] > last[1]:
        first, last = last, first
    return (first[0] if first else None, last[1] if last else None)


def _compared(sign: str, span: Span | None) -> OpenSpan | None:
    if span is None:
        return None
    edges: dict[str, Callable[[date, date], OpenSpan]] = {
        ">": lambda _first, last: (day_after(last), None),
        ">=": lambda first, _last: (first, None),
        "<": lambda first, _last: (None, day_before(first)),
        "<=": lambda _first, last: (None, last),
    }
    return edges[sign](*span)


def _span(text: str, today: date) -> Span | None:
    text = text.strip()
    if found := _YEAR_FIRST.fullmatch(text) or _CHINESE.fullmatch(text):
        year, month, day = found.groups()
        return _days(int(year), _month_number(month), int(day) if day else None)
    if found := _DAY_FIRST.fullmatch(text):
        day, month, year = found.groups()
        return _days(int(year), int(month), int(day) if day else None)
    if found := _CHINESE_SEASON.fullmatch(text):
        year = {"去": str(today.year - 1), "今": str(today.year)}.get(found[1], found[1])
        return _season(int(year), SEASONS[found[2]])
    if found := _CHINESE_WORD.fullmatch(text):
        return _relative(found[1] in LAST, found[2], today)
    return _in_words(folded(text), today)


def _month_number(text: str | None) -> int | None:
    if text is None:
        return None
    return CHINESE_DIGITS[text] if text in CHINESE_DIGITS else int(text)


def _days(year: int, month: int | None, day: int | None) -> Span:
    if month is None:
        return date(year, 1, 1), date(year, 12, 31)
    if day is not None:
        return date(year, month, day), date(year, month, day)
    return _months(year, month, 1)


def _months(year: int, month: int, count: int) -> Span:
    over = year * 12 + month - 1 + count
    if over == 10_000 * 12:  # the last month there is
        return date(year, month, 1), date.max
    return date(year, month, 1), date(over // 12, over % 12 + 1, 1) - timedelta(days=1)


def _season(year: int, month: int) -> Span:
    return _months(year, month, 3)


def _in_words(text: str, today: date) -> Span | None:
    days_ago = DAYS_AGO.get(text.replace(" ", ""))
    if days_ago is not None:
        day = today - timedelta(days=days_ago)
        return day, day
    words = [word for word in text.split() if word not in FILLING]
    is_last = any(word in LAST for word in words)
    is_this = any(word in THIS for word in words)
    rest = [word for word in words if word not in LAST and word not in THIS]
    if not (is_last or is_this):
        return _dated(rest, today)
    if len(rest) != 1 or (is_last and is_this):
        return None
    name = rest[0]
    return _named(name, None, today, is_last) if name in MONTHS or name in SEASONS else _relative(is_last, name, today)


def _dated(words: list[str], today: date) -> Span | None:
    """``may``, ``may 2020``, ``3 may 2020``, in any order."""
    names = [word for word in words if word in MONTHS or word in SEASONS]
    years = [int(word) for word in words if re.fullmatch(r"[0-9]{4}", word)]
    days = [int(word) for word in words if re.fullmatch(r"[0-9]{1,2}", word)]
    known = len(names) + len(years) + len(days)
    if known < len(words) or len(names) != 1 or len(years) > 1 or len(days) > len(years):
        return None
    if not days:
        return _named(names[0], years[0] if years else None, today, over=False)
    return _days(years[0], MONTHS[names[0]], days[0]) if names[0] in MONTHS else None


def _named(name: str, year: int | None, today: date, over: bool) -> Span:
    """A month or a season; of no year: the latest that has begun, or that is ``over``."""
    month, count = (MONTHS[name], 1) if name in MONTHS else (SEASONS[name], 3)
    if year is not None:
        return _months(year, month, count)
    candidates = [_months(today.year - back, month, count) for back in (0, 1, 2)]
    return next(span for span in candidates if (span[1] if over else span[0] - timedelta(days=1)) < today)


def _relative(is_last: bool, unit: str, today: date) -> Span | None:
    if unit in WEEK:
        monday = today - timedelta(days=today.weekday() + 7 * is_last)
        return monday, monday + timedelta(days=6)
    if unit in MONTH:
        months = today.year * 12 + today.month - 1 - is_last
        return _months(months // 12, months % 12 + 1, 1)
    if unit in YEAR:
        return _days(today.year - is_last, None, None)
    return None


def day_before(day: date) -> date:
    return day - timedelta(days=1)


def day_after(day: date) -> date:
    return day + timedelta(days=1)


def dates_text(first: date | None, last: date | None) -> str:
    """The span as ``read_dates`` reads it, as short as it can be: ``2019..2021``, ``2020-05``, ``..2018``."""
    if first and last:
        for shorten in (_year_text, _month_text):
            begin, end = shorten(first, is_first=True), shorten(last, is_first=False)
            if begin and end:
                return begin if begin == end else f"{begin}..{end}"
        return first.isoformat() if first == last else f"{first.isoformat()}..{last.isoformat()}"
    begin = _shortest(first, is_first=True) if first else ""
    end = _shortest(last, is_first=False) if last else ""
    return f"{begin}..{end}"


def _year_text(day: date, *, is_first: bool) -> str:
    edge = (1, 1) if is_first else (12, 31)
    return f"{day.year:04d}" if (day.month, day.day) == edge else ""


def _month_text(day: date, *, is_first: bool) -> str:
    first, last = _months(day.year, day.month, 1)
    return f"{day.year:04d}-{day.month:02d}" if day == (first if is_first else last) else ""


def _shortest(day: date, *, is_first: bool) -> str:
    return _year_text(day, is_first=is_first) or _month_text(day, is_first=is_first) or day.isoformat()

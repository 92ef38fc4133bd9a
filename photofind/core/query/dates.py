"""Dates as people write them, in five languages, as spans of days."""

import re
from calendar import monthrange
from datetime import date, timedelta

from photofind.core.words import search_words

Span = tuple[date, date]

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar enero ene janvier janv",
            "february feb februar febrero fevrier fevr",
            "march mar marz maerz mrz marzo mars",
            "april apr abril abr avril avr",
            "may mai mayo",
            "june jun juni junio juin",
            "july jul juli julio juillet juil",
            "august aug agosto ago aout",
            "september sep sept septiembre septembre",
            "october oct oktober okt octubre octobre",
            "november nov noviembre novembre",
            "december dec dezember dez diciembre dic decembre",
        ),
        start=1,
    )
    for name in names.split()
}
_SEASONS = {
    name: first_month
    for first_month, names in {
        3: "spring fruhling fruehling fruhjahr primavera printemps 春",
        6: "summer sommer verano ete 夏",
        9: "autumn fall herbst otono automne 秋",
        12: "winter invierno hiver 冬",
    }.items()
    for name in names.split()
}
_UNITS = {
    name: unit
    for unit, names in {
        "week": "week woche semana semaine 周",
        "month": "month monat mes mois 月",
        "year": "year jahr ano annee an 年",
    }.items()
    for name in names.split()
}
_TODAY = {"today", "heute", "hoy", "aujourd hui", "今 天"}
_YESTERDAY = {"yesterday", "gestern", "ayer", "hier", "昨 天"}
_LAST = {"last", "letzte", "letzten", "letzter", "letztes", "pasado", "pasada", "dernier", "derniere", "上", "上 个", "去"}
_THIS = {"this", "diese", "diesen", "dieser", "dieses", "este", "esta", "ce", "cette", "这", "这 个", "本", "今"}
_ARTICLES = {"the", "of", "in", "im", "la", "el", "le", "les", "l", "de", "del", "der", "des", "year"}
_NUMBERS = re.compile(r"(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_CHINESE = re.compile(r"(\d{4})年(?:(\d{1,2})月(?:(\d{1,2})[日号])?|([春夏秋冬])[天季]?)?")


def span(text: str, today: date) -> Span | None:
    """The first and the last day that ``text`` names; None where it names none.

    A winter is named after its December: winter 2020 ends in February 2021. Weeks begin on Monday. The last summer is the
    last one that is over. Seasons are those of the northern half.
    """
    try:
        return _numbers(text.strip()) or _words(" ".join(search_words(text)), today)
    except (ValueError, OverflowError):  # no such day
        return None


def days_text(span: Span) -> str:
    """As short as ``span`` reads it back: a year, a month, or a day; else two of them with dots between."""
    first, last = span
    for text, whole in (
        (f"{first.year:04}", _year(first.year)),
        (f"{first.year:04}-{first.month:02}", _month(first.year, first.month)),
        (first.isoformat(), (first, first)),
    ):
        if whole == span:
            return text
    return f"{_beginning(first)}..{_end(last)}"


def open_text(first: date | None, last: date | None) -> str:
    """The same where one side is open: ``2019..`` or ``..2019-05``."""
    return f"{'' if first is None else _beginning(first)}..{'' if last is None else _end(last)}"


def _beginning(day: date) -> str:
    if day.day == 1:
        return f"{day.year:04}" if day.month == 1 else f"{day.year:04}-{day.month:02}"
    return day.isoformat()


def _end(day: date) -> str:
    if day.day == monthrange(day.year, day.month)[1]:
        return f"{day.year:04}" if day.month == 12 else f"{day.year:04}-{day.month:02}"
    return day.isoformat()


def _year(year: int) -> Span:
    return date(year, 1, 1), date(year, 12, 31)


def _month(year: int, month: int) -> Span:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _season(year: int, first_month: int) -> Span:
    first = date(year, first_month, 1)
    later_year, later_month = (year + 1, 2) if first_month == 12 else (year, first_month + 2)
    return first, _month(later_year, later_month)[1]


def _numbers(text: str) -> Span | None:
    if given := _DAY_FIRST.fullmatch(text):
        day = date(int(given[3]), int(given[2]), int(given[1]))
        return day, day
    if given := _CHINESE.fullmatch(text):
        if given[4]:
            return _season(int(given[1]), _SEASONS[given[4]])
    else:
        given = _NUMBERS.fullmatch(text)
    if given is None:
        return None
    year, month, day_of_month = (None if part is None else int(part) for part in given.groups()[:3])
    assert year is not None
    if month is None:
        return _year(year)
    if day_of_month is None:
        return _month(year, month)
    return date(year, month, day_of_month), date(year, month, day_of_month)


def _words(words: str, today: date) -> Span | None:
    if words in _TODAY:
        return today, today
    if words in _YESTERDAY:
        return today - timedelta(days=1), today - timedelta(days=1)
    pieces = [piece for piece in words.split() if piece not in _ARTICLES]
    years = [int(piece) for piece in pieces if piece.isdecimal() and len(piece) == 4]
    names = [piece for piece in pieces if not (piece.isdecimal() and len(piece) == 4) and piece not in ("个", "天", "季")]
    if len(years) == 1 and len(names) == 1:
        if names[0] in _MONTHS:
            return _month(years[0], _MONTHS[names[0]])
        if names[0] in _SEASONS:
            return _season(years[0], _SEASONS[names[0]])
    if not years and len(names) == 2:
        which = next((piece for piece in names if piece in _LAST or piece in _THIS), "")
        other = next((piece for piece in names if piece != which), "")
        return _relative(which in _LAST, other, today) if which else None
    return None


def _relative(last: bool, name: str, today: date) -> Span | None:
    back = int(last)
    if name in _SEASONS:
        spans = (_season(year, _SEASONS[name]) for year in range(today.year, today.year - 3, -1))
        return next(found for found in spans if (found[1] < today if last else found[0] <= today))
    match _UNITS.get(name):
        case "week":
            monday = today - timedelta(days=today.weekday() + 7 * back)
            return monday, monday + timedelta(days=6)
        case "month":
            year, month = divmod(today.year * 12 + today.month - 1 - back, 12)
            return _month(year, month + 1)
        case "year":
            return _year(today.year - back)
    return None

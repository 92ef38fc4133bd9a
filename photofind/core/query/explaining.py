"""What a question was understood as, in words for people."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date

from photofind.core.query.dates import day_after, day_before
from photofind.core.query.numerals import number_text
from photofind.core.query.parts import (
    DateFilter,
    Filter,
    Literal,
    NearFilter,
    NumberField,
    NumberFilter,
    Part,
    Query,
    TextField,
    TextFilter,
    Trait,
    Words,
)

# Not of the calendar module: its names follow the locale.
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_TEXT_FIELDS = {
    TextField.CAMERA: "camera",
    TextField.LENS: "lens",
    TextField.FOLDER: "folder",
    TextField.NAME: "name",
    TextField.TYPE: "format",
    TextField.TAG: "tag",
}
_NUMBER_FIELDS = {NumberField.RATING: "rating", NumberField.MEGAPIXELS: "size", NumberField.ISO: "ISO"}
_TRAITS = {
    Trait.FAVOURITE: "favourite",
    Trait.PORTRAIT: "portrait format",
    Trait.LANDSCAPE: "landscape format",
    Trait.SQUARE: "square format",
    Trait.OFFLINE: "offline now",
    Trait.DUPLICATE: "stored more than once",
    Trait.GPS: "place known",
}


def explain(query: Query) -> str:
    """One sentence: ``Looks like “a dog”, not like “snow”; taken from 2019 to 2021; camera holds “nikon”.``

    "" where nothing is asked for. Mistakes have sentences of their own.
    """
    clauses = [clause for clause in (_looks(query.words), _stands(query.literals)) if clause]
    clauses += [_filter_clause(part) for part in query.filters]
    sentence = "; ".join(clauses)
    return sentence[:1].upper() + sentence[1:] + "." if sentence else ""


def label(part: Part) -> str:
    """A few words for a chip: ``Not snow``, ``Camera: nikon``, ``Rating 4 or more``, ``2019 to 2021``."""
    if isinstance(part, Words):
        weight = "" if part.weight == 1 else f"{number_text(part.weight)} × "
        return f"{'Not ' if part.negated else ''}{weight}{part.text}"
    if isinstance(part, Literal):
        return f"{'Not ' if part.negated else ''}“{part.text}”"
    if isinstance(part, TextFilter):
        words = f"{_TEXT_FIELDS[part.field]}: {part.value}"
    elif isinstance(part, NumberFilter):
        words = f"{_NUMBER_FIELDS[part.field]} {_numbers(part)}"
    elif isinstance(part, DateFilter):
        words = _days(part.first, part.last).removeprefix("in ").removeprefix("on ").removeprefix("from ")
    elif isinstance(part, NearFilter):
        words = _place(part)
    else:
        words = _TRAITS[part.trait]
    return f"Not {words}" if part.negated else words[:1].upper() + words[1:]


def _looks(words: Sequence[Words]) -> str:
    wanted = [_weighted(part) for part in words if not part.negated]
    unwanted = [_weighted(part) for part in words if part.negated]
    looks = f"looks like {_listed(wanted)}" if wanted else ""
    if unwanted:
        looks += f"{', ' if looks else 'does '}not{'' if wanted else ' look'} like {_listed(unwanted, 'or')}"
    return looks


def _weighted(part: Words) -> str:
    return f"“{part.text}”" + ("" if part.weight == 1 else f" (weight {number_text(part.weight)})")


def _stands(literals: Sequence[Literal]) -> str:
    wanted = [f"“{part.text}”" for part in literals if not part.negated]
    unwanted = [f"“{part.text}”" for part in literals if part.negated]
    stands = f"{_listed(wanted)} stand{'s' if len(wanted) == 1 else ''} in the words of the photo" if wanted else ""
    if unwanted:
        stands += f"{', ' if stands else ''}{_listed(unwanted, 'or')} does not" + (
            "" if wanted else " stand in the words of the photo"
        )
    return stands


def _filter_clause(part: Filter) -> str:
    if isinstance(part, TextFilter):
        return f"{_TEXT_FIELDS[part.field]} {'does not hold' if part.negated else 'holds'} “{part.value}”"
    no = "not " if part.negated else ""
    if isinstance(part, NumberFilter):
        return f"{_NUMBER_FIELDS[part.field]} {no}{_numbers(part)}"
    if isinstance(part, DateFilter):
        return f"{no}taken {_days(part.first, part.last)}"
    if isinstance(part, NearFilter):
        return f"{no}taken {_place(part)}"
    return f"{no}{_TRAITS[part.trait]}"


def _numbers(part: NumberFilter) -> str:
    unit = " MP" if part.field is NumberField.MEGAPIXELS else ""
    least = "" if part.least is None else number_text(part.least)
    most = "" if part.most is None else number_text(part.most)
    if least and least == most:
        return f"{least}{unit}"
    above = f"above {least}{unit}" if part.least_excluded else f"{least}{unit} or more"
    below = f"below {most}{unit}" if part.most_excluded else f"{most}{unit} or less"
    if not (least and most):
        return above if least else below
    if part.least_excluded or part.most_excluded:
        return f"{above} and {below}"
    return f"{least} to {most}{unit}"


def _place(part: NearFilter) -> str:
    if part.radius_km < 1:
        radius = f"{number_text(round(part.radius_km * 1000, 3))} m"
    else:
        radius = f"{number_text(round(part.radius_km, 3))} km"
    return f"within {radius} of {number_text(part.latitude)}, {number_text(part.longitude)}"


def _days(first: date | None, last: date | None) -> str:
    """``in May 2020``, ``from 2019 to 2021``, ``before 2019``, ``after 3 May 2020``."""
    if first is None and last is None:
        return "at any time"
    if first is None and last is not None:
        return f"before {_edge(day_after(last), True)}" if last < date.max else "at any time"
    if last is None and first is not None:
        return f"after {_edge(day_before(first), False)}" if first > date.min else "at any time"
    assert first is not None and last is not None
    if first == last:
        return f"on {_day(first)}"
    for shorten in (_year, _month):
        begin, end = shorten(first, True), shorten(last, False)
        if begin and end:
            return f"in {begin}" if begin == end else f"from {begin} to {end}"
    return f"from {_day(first)} to {_day(last)}"


def _year(day: date, is_first: bool) -> str:
    return str(day.year) if (day.month, day.day) == ((1, 1) if is_first else (12, 31)) else ""


def _month(day: date, is_first: bool) -> str:
    """The month that begins (or else ends) with ``day``; "" where none does."""
    edge = 1 if is_first else monthrange(day.year, day.month)[1]
    return f"{_MONTHS[day.month - 1]} {day.year}" if day.day == edge else ""


def _edge(day: date, is_first: bool) -> str:
    return _year(day, is_first) or _month(day, is_first) or _day(day)


def _day(day: date) -> str:
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def _listed(things: Sequence[str], last: str = "and") -> str:
    return things[0] if len(things) == 1 else f"{', '.join(things[:-1])} {last} {things[-1]}"

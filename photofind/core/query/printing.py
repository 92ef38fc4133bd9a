"""A question as text, so that reading it gives the question again."""

import re
from datetime import date

from photofind.core.query.dates import dates_text
from photofind.core.query.numerals import number_text
from photofind.core.query.parts import (
    DateFilter,
    Filter,
    Literal,
    NearFilter,
    NumberFilter,
    Part,
    Query,
    TextFilter,
    Words,
)
from photofind.core.query.reading import parse, read

_WORD = re.compile(r"\w(?:[\w.-]*\w)?")


def to_text(query: Query) -> str:
    """``query`` in the language of the search box, without its mistakes: ``parse(to_text(query))`` has its parts again.

    Text values must not begin or end with blanks, nor words hold more than one at a time: ``parse`` makes no others.
    """
    plain = [part for part in query.parts if isinstance(part, Words) and not part.negated and part.weight == 1]
    if len(plain) == 1:
        natural = " ".join(part.text if part is plain[0] else part_text(part) for part in query.parts)
        understood = parse(natural)
        if understood.parts == query.parts and not understood.mistakes:
            return natural
    return " ".join(part_text(part) for part in query.parts)


def part_text(part: Part) -> str:
    """One part as text that means the same wherever it stands in a question."""
    return ("-" if part.negated else "") + _wanted_text(part)


def without_part(text: str, part: Part, today: date | None = None) -> str:
    """``text`` as it was typed but without what says ``part``; where that changes the rest, the rest is printed anew.

    A text that does not say ``part`` stays as it is.
    """
    placed = read(text, today).parts
    gone = next((candidate for candidate in placed if candidate.part == part), None)
    if gone is None:
        return text
    left = text
    for start, end in sorted(gone.spans, reverse=True):
        left = f"{left[:start].rstrip()} {left[end:].lstrip()}"
    rest = tuple(candidate.part for candidate in placed if candidate is not gone)
    return left.strip() if parse(left, today).parts == rest else to_text(Query(rest))


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


def quoted_if_needed(value: str) -> str:
    """A text as it stands behind the colon of a field."""
    return value if _WORD.fullmatch(value) else _quoted(value)


def _needs_no_quotes(text: str) -> bool:
    """Whether words may stand bare behind a minus or a weight, where a digit would mean something else."""
    return text[:1].isalpha() and _WORD.fullmatch(text) is not None


def _wanted_text(part: Part) -> str:
    if isinstance(part, Words):
        if part.weight == 1 and part.negated and _needs_no_quotes(part.text):
            return part.text
        return f"{number_text(part.weight)}:{part.text if _needs_no_quotes(part.text) else _quoted(part.text)}"
    if isinstance(part, Literal):
        return _quoted(part.text)
    return _filter_text(part)


def _filter_text(part: Filter) -> str:
    if isinstance(part, TextFilter):
        return f"{part.field.value}:{quoted_if_needed(part.value)}"
    if isinstance(part, NumberFilter):
        return f"{part.field.value}:{_numbers_text(part)}"
    if isinstance(part, DateFilter):
        return f"date:{dates_text(part.first, part.last)}"
    if isinstance(part, NearFilter):
        place = f"{number_text(part.latitude)},{number_text(part.longitude)}"
        return f"near:{place},{number_text(part.radius_km)}km"
    return part.trait.value


def _numbers_text(part: NumberFilter) -> str:
    least = "" if part.least is None else number_text(part.least)
    most = "" if part.most is None else number_text(part.most)
    if not most:
        return f">{least}" if part.least_excluded else f">={least}"
    if not least:
        return f"<{most}" if part.most_excluded else f"<={most}"
    if least == most and not part.least_excluded and not part.most_excluded:
        return least
    return f"{'>' if part.least_excluded else ''}{least}..{'<' if part.most_excluded else ''}{most}"

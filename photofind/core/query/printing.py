"""From what is asked for back to a text that asks for it."""

from photofind.core.query.dates import days_text, open_text
from photofind.core.query.parts import (
    DateFilter,
    Literal,
    NearFilter,
    NumberFilter,
    Part,
    Query,
    TextFilter,
    TraitFilter,
    Words,
)
from photofind.core.query.reading import parse


def to_text(query: Query) -> str:
    """A text that ``parse`` understands as the same parts, in the same order; mistakes are left out."""
    texts: list[str] = []
    plain = True  # one part may be a sentence without any sign
    for part in query.parts:
        if isinstance(part, Words) and not part.negated and part.weight == 1 and plain:
            plain = False
            texts.append(part.text if parse(part.text).parts == (part,) else part_text(part))
        else:
            texts.append(part_text(part))
    return " ".join(texts)


def part_text(part: Part) -> str:
    """One part as it would be typed, with its sign."""
    sign = "-" if part.negated else ""
    match part:
        case Words(text, weight):
            signs = sign if weight == 1 and part.negated else f"{sign}{_number(weight)}:"
            shorter = [f"{signs}{text}", signs + _quoted(text)]
            return next((one for one in shorter if parse(one).parts == (part,)), signs + _grouped(text))
        case Literal(text):
            return sign + _quoted(text)
        case TextFilter(field, value):
            plain = f"{sign}{field.value}:{value}"
            return plain if parse(plain).parts == (part,) else f"{sign}{field.value}:{_quoted(value)}"
        case NumberFilter(field):
            return f"{sign}{field.value}:{_range(part)}"
        case DateFilter(first, last):
            days = days_text((first, last)) if first and last else open_text(first, last)
            return f"{sign}date:{days}"
        case TraitFilter(trait):
            return sign + trait.value
        case NearFilter(latitude, longitude, radius_km):
            return f"{sign}near:{_number(latitude)},{_number(longitude)},{_number(radius_km)}km"


def without_part(query: Query, part: Part) -> str:
    """The text of the question without this part, for a chip that is taken away."""
    parts = list(query.parts)
    parts.remove(part)
    return to_text(Query(tuple(parts)))


def _range(part: NumberFilter) -> str:
    least, most = part.least, part.most
    if least is not None and least == most:
        return _number(least)
    if least is not None and most is not None:
        return f"{_number(least)}..{_number(most)}"
    if least is not None:
        return f"{'>' if part.least_excluded else '>='}{_number(least)}"
    return f"{'<' if part.most_excluded else '<='}{_number(most or 0.0)}"


def _number(value: float) -> str:
    return f"{value:.6f}".rstrip("0").rstrip(".")


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _grouped(text: str) -> str:
    return "(" + text.replace("\\", "\\\\").replace(")", "\\)") + ")"

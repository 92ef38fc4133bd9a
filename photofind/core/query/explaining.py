"""What was understood, in words."""

from datetime import date

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
    TraitFilter,
    Words,
)

_HOLDS = {
    TextField.CAMERA: "camera",
    TextField.LENS: "lens",
    TextField.FOLDER: "folder",
    TextField.NAME: "file name",
    TextField.TYPE: "type",
    TextField.TAG: "tag",
}
_NUMBERS = {NumberField.RATING: "rated", NumberField.MEGAPIXELS: "megapixels", NumberField.ISO: "ISO"}
_TRAITS = {
    Trait.FAVOURITE: "favourite",
    Trait.PORTRAIT: "upright",
    Trait.LANDSCAPE: "wider than high",
    Trait.SQUARE: "square",
    Trait.OFFLINE: "cannot be reached now",
    Trait.DUPLICATE: "there more than once",
    Trait.GPS: "has a place",
}


def explain(query: Query) -> str:
    """One line: “Looks like “a dog”, not like “snow”; taken in 2019; not camera “nikon””. Empty for an empty question."""
    like = [_weighed(words) for words in query.words if not words.negated]
    unlike = [_weighed(words) for words in query.words if words.negated]
    looks = [f"looks like {' and '.join(like)}"] if like else []
    looks += [f"{'not' if like else 'does not look'} like {' or '.join(unlike)}"] if unlike else []
    said = [", ".join(looks), *(label(part) for part in query.parts if not isinstance(part, Words))]
    text = "; ".join(one for one in said if one)
    return text[:1].upper() + text[1:]


def label(part: Part) -> str:
    """A part in a few words, for its chip."""
    text = _label(part)
    return f"not {text}" if part.negated else text


def _label(part: Part) -> str:
    match part:
        case Words():
            return _weighed(part)
        case Literal(text):
            return f"says “{text}”"
        case _:
            return _of_filter(part)


def _weighed(words: Words) -> str:
    return f"“{words.text}”" + ("" if words.weight == 1 else f" × {words.weight:g}")


def _of_filter(part: Filter) -> str:
    match part:
        case TextFilter(field, value):
            return f"{_HOLDS[field]} “{value}”"
        case NumberFilter(field):
            return _of_numbers(part)
        case DateFilter(first, last):
            return _of_dates(first, last)
        case TraitFilter(trait):
            return _TRAITS[trait]
        case NearFilter(latitude, longitude, radius_km):
            far = f"{radius_km:g} km" if radius_km >= 1 else f"{radius_km * 1000:g} m"
            return f"within {far} of {latitude:g}, {longitude:g}"


def _of_numbers(part: NumberFilter) -> str:
    name, least, most = _NUMBERS[part.field], part.least, part.most
    if least is not None and most is not None:
        return f"{name} {least:g}" if least == most else f"{name} {least:g} to {most:g}"
    if least is not None:
        return f"{name} {'more than' if part.least_excluded else 'at least'} {least:g}"
    return f"{name} {'less than' if part.most_excluded else 'at most'} {most or 0:g}"


def _of_dates(first: date | None, last: date | None) -> str:
    if first is None or last is None:
        return f"taken until {last}" if last else f"taken since {first}"
    return f"taken on {first}" if first == last else f"taken from {first} to {last}"

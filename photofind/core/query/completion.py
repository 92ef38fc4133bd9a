"""What may be typed next: names of fields, and values that the library knows."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

from photofind.core.query.field_names import HELP, NAMES, Field, Special, field_named, folded
from photofind.core.query.known import KnownValues
from photofind.core.query.parts import NumberField, TextField, Trait
from photofind.core.query.pieces import cut
from photofind.core.query.printing import quoted_if_needed

MOST_OFFERED = 12


@dataclass(frozen=True, slots=True)
class Completion:
    """``text`` goes in place of ``start`` to ``end`` of what was typed; ``description`` says in a few words what it is."""

    start: int
    end: int
    text: str
    description: str


_TRAITS = {
    Trait.FAVOURITE: "Rated 5 stars",
    Trait.PORTRAIT: "Higher than wide",
    Trait.LANDSCAPE: "Wider than high",
    Trait.SQUARE: "As wide as high",
    Trait.OFFLINE: "Cannot be reached now",
    Trait.DUPLICATE: "Stored more than once",
    Trait.GPS: "Its place is known",
}
_DATES = (
    ("today", "Taken today"),
    ("yesterday", "Taken yesterday"),
    ("last week", "Monday to Sunday of last week"),
    ("last month", "The whole of last month"),
    ("last summer", "June to August"),
    ("last year", "The whole of last year"),
)
_EXAMPLES: dict[Field, tuple[tuple[str, str], ...]] = {
    NumberField.RATING: ((">=4", "4 or 5 stars"), ("5", "5 stars"), (">=3", "3 stars or more"), ("0", "Not rated")),
    NumberField.MEGAPIXELS: ((">10MP", "Above 10 megapixels"), ("<2MP", "Below 2 megapixels")),
    NumberField.ISO: (("<=400", "Bright light"), (">=1600", "Little light")),
}


def completions(text: str, cursor: int, known: KnownValues) -> list[Completion]:
    """What the piece of ``text`` that ends at or goes on behind ``cursor`` may become, best first, at most 12. Any thread.

    Behind a field the values that begin with what is typed, then those with a word that does; capitals and accents do not
    matter. Before a colon the fields that begin so. Nothing at a blank, in quoted text, and where nothing would change.
    """
    piece = next((piece for piece in cut(text) if piece.start < cursor <= piece.end), None)
    if piece is None:
        return []
    sign = piece.text[:1] if piece.negated else ""
    field = field_named(piece.head)
    begin = piece.start + len(sign) + len(piece.head) + 1
    if field and cursor >= begin:
        typed = cut(text[:cursor])[-1].value
        head = sign + text[piece.start + len(sign) : begin]
        offered = [(head + value, about) for value, about in _values(field, typed, known)]
    elif (piece.quoted and not piece.head) or (piece.head and cursor >= begin):
        return []
    else:
        offered = [(sign + name + ":", about) for name, about in _fields(text[piece.start + len(sign) : cursor])]
    end = piece.end if field or not piece.head else begin
    return [
        Completion(piece.start, end, new, about) for new, about in offered if new != text[piece.start : end]
    ][:MOST_OFFERED]


def _fields(typed: str) -> list[tuple[str, str]]:
    """The English names that begin so; where none does, those of the other languages."""
    key = folded(typed)
    if not key:
        return []
    found = [(names[0], HELP[field].about) for field, names in NAMES.items() if folded(names[0]).startswith(key)]
    return found or [
        (name, HELP[field].about) for field, names in NAMES.items() for name in names[1:] if folded(name).startswith(key)
    ]


def _values(field: Field, typed: str, known: KnownValues) -> list[tuple[str, str]]:
    if field in _EXAMPLES:
        return [(value, about) for value, about in _EXAMPLES[field] if value.startswith(typed.strip())]
    if field in (Special.IS, Special.HAS):
        traits = [(trait.value.partition(":"), about) for trait, about in _TRAITS.items()]
        mine = {value: about for (name, _colon, value), about in traits if name == field.value}
        return [(value, mine[value]) for value in _matching(mine, typed)]
    if field in (Special.DATE, Special.BEFORE, Special.AFTER):
        begin, dots, last = typed.rpartition("..")
        years = {begin + dots + year: "Year" for year in known.years if year.startswith(last.strip())}
        words = dict(_DATES)
        return [*years.items(), *((quoted_if_needed(value), words[value]) for value in _matching(words, typed))]
    values: dict[Field, tuple[tuple[str, ...], str]] = {
        TextField.TAG: (known.tags, "Tag"),
        TextField.CAMERA: (known.cameras, "Camera"),
        TextField.LENS: (known.lenses, "Lens"),
        TextField.FOLDER: (known.folders, "Folder"),
        TextField.TYPE: (known.formats, "Format"),
    }
    offered, about = values.get(field, ((), ""))
    return [(quoted_if_needed(value), about) for value in _matching(offered, typed)]


@lru_cache(maxsize=1 << 17)
def _known_folded(value: str) -> str:
    """What a library knows is the same at each letter typed; folding 10,000 tags takes 45 ms."""
    return folded(value)


def _matching(values: Iterable[str], typed: str) -> list[str]:
    """Those that begin with ``typed``, then those that have a word that does."""
    key = folded(typed)
    listed = list(values)
    matching = [(" " + _known_folded(value)).find(" " + key) for value in listed]
    ranked = sorted((place > 0, index) for index, place in enumerate(matching) if place >= 0)
    return [listed[index] for _later, index in ranked]

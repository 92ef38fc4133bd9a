"""What may come next in a question that is being typed."""

from collections.abc import Sequence
from dataclasses import dataclass

from photofind.core.query.fields import field_names, field_of, trait_values
from photofind.core.query.known import KnownValues
from photofind.core.words import search_words

_MOST = 8
_MEANINGS = {
    "camera": "maker or model of the camera",
    "lens": "the lens",
    "folder": "a folder the photo lies in",
    "name": "the file's name",
    "type": "the file's format",
    "tag": "a tag",
    "rating": "stars, 0 to 5",
    "size": "megapixels",
    "iso": "the film speed",
    "date": "when it was taken",
    "before": "taken before",
    "after": "taken after",
    "is": "what the photo is",
    "has": "what the photo has",
    "near": "where it was taken",
}


@dataclass(frozen=True, slots=True)
class Completion:
    """``text`` takes the place of ``question[start:end]``; ``description`` says what it is, in a few words."""

    start: int
    end: int
    text: str
    description: str


def completions(text: str, cursor: int, known: KnownValues) -> list[Completion]:
    """For the piece of the question before the cursor, at most eight, the likeliest first. Any thread.

    The beginning of a field's name offers fields; after the name, values that the library knows, by the beginning of any
    of their words. Plain words offer nothing.
    """
    start, end = _piece(text, cursor)
    piece = text[start:cursor]
    sign = "-" if piece.startswith("-") else ""
    typed = piece[len(sign) :]
    name, colon, value = typed.replace("：", ":").partition(":")
    if not colon:
        return _fields(start, end, sign, typed)
    field = field_of(name)
    if field is None:
        return []
    begun = value.removeprefix('"')
    found = [one for one in _values(field, known) if _begins(one, begun)]
    return [
        Completion(start, end, f"{sign}{field}:{_quoted(one)} ", _MEANINGS[field])
        for one in found[:_MOST]
        if _quoted(one) != value
    ]


def _fields(start: int, end: int, sign: str, typed: str) -> list[Completion]:
    if not typed:
        return []
    examples = field_names()
    found = [name for name in examples if name.startswith(typed.casefold())]
    return [
        Completion(start, end, f"{sign}{name}:", f"{_MEANINGS[name]}, as in {examples[name]}") for name in found[:_MOST]
    ]


def _values(field: str, known: KnownValues) -> Sequence[str]:
    match field:
        case "is" | "has":
            return trait_values(field)
        case "date" | "before" | "after":
            return known.years
        case "type":
            return known.formats
        case "tag" | "camera" | "folder":
            return {"tag": known.tags, "camera": known.cameras, "folder": known.folders}[field]
        case "lens":
            return known.lenses
    return ()


def _begins(value: str, begun: str) -> bool:
    """Whether the words of ``begun`` stand in ``value`` in this order, the last one maybe not finished."""
    words, wanted = search_words(value), search_words(begun)
    if not wanted:
        return True
    *whole, last = wanted
    return any(
        words[at : at + len(whole)] == whole and words[at + len(whole)].startswith(last)
        for at in range(len(words) - len(whole))
    )


def _piece(text: str, cursor: int) -> tuple[int, int]:
    """The piece that the cursor is in: blanks inside quotes belong to it."""
    start, quoted = 0, False
    for at, sign in enumerate(text[:cursor]):
        if sign == '"':
            quoted = not quoted
        elif sign.isspace() and not quoted:
            start = at + 1
    end = cursor
    while end < len(text) and (quoted or not text[end].isspace()):
        end += 1
        if quoted and text[end - 1] == '"':
            break
    return start, end


def _quoted(value: str) -> str:
    if value and not any(sign.isspace() or sign in '"“„«»「『' for sign in value):
        return value
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'

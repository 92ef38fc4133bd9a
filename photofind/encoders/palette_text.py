"""What a text wants of colours, tones and places, for palette."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from photofind.encoders import palette_words as words

_Value = TypeVar("_Value")


@dataclass(slots=True)
class Wish:
    """One thing wanted: colours (shares of palette's) or a tone, in some fields of the grid or anywhere.

    Fields alone want detail there: a subject on the left.
    """

    colours: Mapping[str, float] = field(default_factory=dict)
    tones: Mapping[str, float] = field(default_factory=dict)
    fields: tuple[int, ...] = ()


@dataclass(slots=True)
class _Token:
    text: str
    colour: str = ""  # a name in SHADES
    shade: int = 0  # 0 as such, 1 light, 2 dark


def wishes_in(text: str) -> list[Wish]:
    """What ``text`` wants, nothing for a text that speaks of other things."""
    found: list[Wish] = []
    lone_fields: list[Wish] = []
    lone_tones: list[Wish] = []
    may_be_placed = False  # whether a part that names only a place speaks of the colour before it
    has_other_words = False
    for part in _parts(_with_shades(_tokens(text))):
        places = [_PLACES[token.text] for token in part if token.text in _PLACES]
        colours = sum(1 for token in part if token.colour)
        colour = 0
        for token in part:
            if token.colour:
                shades = words.SHADES[token.colour][token.shade]
                found.append(Wish(colours=shades, fields=_fields_of(colour, colours, places)))
                colour += 1
                may_be_placed = True
            elif token.text in _TONES:
                found.append(Wish(tones=_TONES[token.text]))
                may_be_placed = False
            elif token.text in _SHY_TONES:
                lone_tones.append(Wish(tones=_SHY_TONES[token.text]))
            elif token.text not in _PLACES and token.text not in _FILLERS:
                has_other_words = True
        if places and not colours:
            fields = _fields_of(0, 1, places)
            if may_be_placed:
                found[-1].fields = tuple(sorted({*found[-1].fields, *fields}))
            else:
                lone_fields.append(Wish(fields=fields))
    if not has_other_words:
        found.extend(lone_tones)
        if not found:
            found.extend(lone_fields)
    return found


def folded(text: str) -> str:
    """Lower case, without accents, ß as ss, full-width letters as usual ones."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return unicodedata.normalize("NFC", "".join(one for one in decomposed if not unicodedata.combining(one)))


def _table(source: Mapping[str, _Value]) -> dict[str, _Value]:
    return {word: value for line, value in source.items() for word in line.split()}


_COLOURS = {word: name for name, line in words.COLOUR_WORDS.items() for word in line.split()}
_TONES = _table(words.TONE_WORDS)
_SHY_TONES = _table(words.SHY_TONE_WORDS)
_PLACES = _table(words.PLACE_WORDS)
_ENDINGS = _table(words.ENDINGS)
_FILLERS = frozenset(words.FILLER_WORDS.split())
_JOINING = frozenset(words.JOINING_WORDS.split())
_LIGHT = frozenset(words.LIGHT_WORDS.split())
_DARK = frozenset(words.DARK_WORDS.split())
_PURE = frozenset(words.PURE_WORDS.split())
_TRAILING = frozenset(words.TRAILING_SHADES.split())
_KNOWN = frozenset(
    {*_COLOURS, *_TONES, *_SHY_TONES, *_PLACES, *_FILLERS, *_JOINING, *_LIGHT, *_DARK, *_PURE}
    | set(words.NOT_COLOURS_ZH.split())
)
_INFLECTED = {stem + ending: stem for stem, endings in _ENDINGS.items() for ending in endings}
_COMPOUNDS = {
    prefix + colour + ending: (prefix, colour)
    for prefix in words.GERMAN_PREFIXES
    for colour in words.GERMAN_COLOURS.split()
    for ending in ("", "e", "er", "es", "en", "em")
}

# One idea in several words; put into one token before anything else is looked at.
_PHRASES = re.compile(
    r"\b(?:black (?:and|&|n) white|black-and-white|b ?& ?w|schwarz(?: und |[ -])weiss(?:e[srnm]?)?"
    r"|schwarzweiss(?:e[srnm]?)?|blanco y negro|noir et blanc)\b"
)
_CJK = r"\u3400-\u9fff"
_WORD = re.compile(rf"[{_CJK}]+|[^\W\d_{_CJK}]+|\d+|[,;.:+/|、，。；]")
_STOP = ","
_LONGEST_ZH = max(len(word) for word in _KNOWN if re.match(rf"[{_CJK}]", word))


def _tokens(text: str) -> list[str]:
    found: list[str] = []
    for word in _WORD.findall(_PHRASES.sub(" blackandwhite ", folded(text))):
        if re.match(rf"[{_CJK}]", word):
            found.extend(_cut_chinese(word))
        elif not re.match(r"\w", word):
            found.append(_STOP)
        elif word in _COMPOUNDS and word not in _KNOWN:
            found.extend(_COMPOUNDS[word])
        else:
            found.append(word if word in _KNOWN else _INFLECTED.get(word, word))
    return found


def _cut_chinese(run: str) -> list[str]:
    """Chinese has no spaces: the longest known word at each place is taken."""
    found: list[str] = []
    start = 0
    while start < len(run):
        length = next(
            (size for size in range(min(_LONGEST_ZH, len(run) - start), 0, -1) if run[start : start + size] in _KNOWN),
            1,
        )
        found.append(run[start : start + length])
        start += length
    return found


def _with_shades(tokens: Sequence[str]) -> list[_Token]:
    """Joins "dark green" and "verde oscuro" into one colour."""
    found: list[_Token] = []
    at = 0
    while at < len(tokens):
        word, following = tokens[at], tokens[at + 1] if at + 1 < len(tokens) else ""
        if word in (_LIGHT | _DARK | _PURE) and following in _COLOURS:
            shade = 1 if word in _LIGHT else 2 if word in _DARK else 0
            found.append(_Token(following, _COLOURS[following], shade))
            at += 2
        elif word in _COLOURS and following in _TRAILING:
            found.append(_Token(word, _COLOURS[word], 2 if following in _DARK else 1))
            at += 2
        else:
            found.append(_Token(word, _COLOURS.get(word, "")))
            at += 1
    return found


def _parts(tokens: Sequence[_Token]) -> list[list[_Token]]:
    """Cuts at commas and joining words."""
    parts: list[list[_Token]] = [[]]
    for token in tokens:
        if token.text == _STOP or token.text in _JOINING:
            parts.append([])
        else:
            parts[-1].append(token)
    return parts


def _fields_of(colour: int, colours: int, places: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """The fields for one of a part's colours: "top left" is a corner, "blue top green bottom" goes in pairs."""
    if not places:
        return ()
    corner = set(places[0]).intersection(*places)
    if corner:
        return tuple(sorted(corner))
    if len(places) == colours:
        return places[colour]
    return tuple(sorted({one for fields in places for one in fields}))

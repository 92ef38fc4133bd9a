"""A text cut into the pieces that the language of the search box knows. Nothing here raises."""

import re
from dataclasses import dataclass
from enum import Enum, auto

_CLOSING = {'"': '"', "“": "”", "„": "“”", "«": "»", "»": "«", "「": "」", "『": "』"}
_NAME = re.compile(r"([^\W\d_]+)[:：]")
_WEIGHT = re.compile(r"(\d{1,3}(?:[.,]\d{1,3})?)[:：](?=[^\s\d:：/])")
_DASHES = "-−"
_WITH_SIGN = re.compile(r"[^\s\d\-−]")


class Kind(Enum):
    """What a piece is."""

    WORD = auto()
    QUOTED = auto()
    GROUP = auto()  # words in parentheses, after a dash or a weight
    FIELD = auto()  # name:value


@dataclass(frozen=True, slots=True)
class Token:
    """``text[start:end]`` of the question: ``value`` without quotes, ``name`` of a field, a ``weight`` where one is given."""

    kind: Kind
    start: int
    end: int
    value: str
    name: str = ""
    negated: bool = False
    weight: float | None = None


def tokens(text: str) -> list[Token]:
    """All pieces from left to right; between them are only blanks."""
    found, at = [], 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        found.append(_token_at(text, at))
        at = found[-1].end
    return found


def _token_at(text: str, start: int) -> Token:
    at = start
    # A number has a sign of its own: -5 degrees.
    negated = text[at] in _DASHES and bool(_WITH_SIGN.match(text, at + 1) or _WEIGHT.match(text, at + 1))
    if negated:
        at += 1
    weight = None
    if given := _WEIGHT.match(text, at):
        weight = float(given[1].replace(",", "."))
        if weight > 0:
            at = given.end()
        else:
            weight = None
    if text[at] == "(" and (negated or weight is not None):
        value, end = _until(text, at + 1, ")", escapes=True)
        return Token(Kind.GROUP, start, end, value, negated=negated, weight=weight)
    if text[at] in _CLOSING:
        value, end = _until(text, at + 1, _CLOSING[text[at]], escapes=text[at] == '"')
        return Token(Kind.QUOTED, start, end, value, negated=negated, weight=weight)
    if weight is None and (named := _NAME.match(text, at)):
        value, end = _value_at(text, named.end())
        return Token(Kind.FIELD, start, end, value, named[1], negated)
    value, end = _word_at(text, at)
    return Token(Kind.WORD, start, end, value, negated=negated, weight=weight)


def _value_at(text: str, start: int) -> tuple[str, int]:
    """Quoted, or up to the next blank; empty at a blank."""
    if start < len(text) and text[start] in _CLOSING:
        return _until(text, start + 1, _CLOSING[text[start]], escapes=text[start] == '"')
    return _word_at(text, start)


def _word_at(text: str, start: int) -> tuple[str, int]:
    end = start
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[start:end], end


def _until(text: str, start: int, closing: str, *, escapes: bool) -> tuple[str, int]:
    """Up to the closing sign, or to the end: whoever types has not come to it yet. Escapes: a backslash before it."""
    kept, at = [], start
    while at < len(text):
        if escapes and text[at] == "\\" and at + 1 < len(text) and text[at + 1] in closing + "\\":
            kept.append(text[at + 1])
            at += 2
            continue
        if text[at] in closing:
            return "".join(kept), at + 1
        kept.append(text[at])
        at += 1
    return "".join(kept), at

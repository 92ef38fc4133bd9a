"""The typed text cut at blanks, with quotes kept together: the first step of understanding a question."""

import re
from dataclasses import dataclass

_CLOSING = {
    '"': '"',
    "＂": "＂",
    "“": "”“",
    "„": "“”",
    "”": "”",
    "«": "»",
    "»": "«",
    "「": "」",
    "『": "』",
}
_MINUS = "-−－"
_HEAD = re.compile(rf"([^\s:：{''.join(_CLOSING)}]+)[:：]")
_NUMBER_HEAD = re.compile(r"[0-9０-９]+(?:[.,．，][0-9０-９]+)?")


@dataclass(frozen=True, slots=True)
class Piece:
    """``-head:value`` at ``start`` to ``end`` of the text; ``value`` without its quotes. ``head`` is "" where there is none."""

    start: int
    end: int
    text: str
    value: str
    head: str = ""
    quoted: bool = False
    negated: bool = False

    @property
    def is_bare(self) -> bool:
        """Neither negated nor quoted: a word, perhaps with a colon in it."""
        return not self.negated and not self.quoted


def has_weight(piece: Piece) -> bool:
    """``2:beach``, but neither ``12:30`` nor ``16:9``."""
    if not _NUMBER_HEAD.fullmatch(piece.head):
        return False
    return piece.quoted or (piece.value[:1] != "" and not piece.value[0].isdecimal())


def cut(text: str) -> list[Piece]:
    """The pieces of ``text`` in their order. A quote that is not closed reaches to the end: it is still being typed."""
    found = []
    at = 0
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        piece = _piece(text, at)
        found.append(piece)
        at = piece.end
    return found


def _piece(text: str, start: int) -> Piece:
    if text[start] in _MINUS and start + 1 < len(text):
        following = text[start + 1]
        piece = _unsigned(text, start + 1)
        wanted = has_weight(piece) if following.isdecimal() else not (following.isspace() or following in _MINUS)
        if wanted:
            return Piece(start, piece.end, text[start : piece.end], piece.value, piece.head, piece.quoted, negated=True)
    return _unsigned(text, start)


def _unsigned(text: str, start: int) -> Piece:
    if text[start] in _CLOSING:
        value, end = _quoted(text, start)
        return Piece(start, end, text[start:end], value, quoted=True)
    head = ""
    value_start = start
    if found := _HEAD.match(text, start):
        head = found[1]
        value_start = found.end()
        if value_start < len(text) and text[value_start] in _CLOSING:
            value, end = _quoted(text, value_start)
            return Piece(start, end, text[start:end], value, head, quoted=True)
    end = value_start
    while end < len(text) and not text[end].isspace():
        end += 1
    return Piece(start, end, text[start:end], text[value_start:end], head)


def _quoted(text: str, start: int) -> tuple[str, int]:
    """The text between the quotes, and where it is over. Within straight quotes, two of them mean one."""
    closing = _CLOSING[text[start]]
    letters: list[str] = []
    at = start + 1
    while at < len(text):
        if text[at] in closing:
            if text[at] != '"' or text[at + 1 : at + 2] != '"':
                return "".join(letters), at + 1
            at += 1
        letters.append(text[at])
        at += 1
    return "".join(letters), len(text)

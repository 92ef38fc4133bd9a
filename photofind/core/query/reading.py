"""From the typed text to its parts."""

from dataclasses import dataclass
from datetime import date

from photofind.core.query.field_names import HELP, NAMES, Field, field_named, nearest_name
from photofind.core.query.filters import read_filter
from photofind.core.query.negation import Word, read_run
from photofind.core.query.numerals import read_number
from photofind.core.query.parts import Literal, Mistake, Part, Query, TextField, Words
from photofind.core.query.pieces import Piece, cut, has_weight

_MARKS = ",;.!?，。；！？、"
_JOINED = 3  # so many further words may belong to a value that was not quoted: date:3 may 2020


@dataclass(frozen=True, slots=True)
class PlacedPart:
    """A part, and the spans of the text that say it."""

    part: Part
    spans: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """What a text says, and where."""

    parts: tuple[PlacedPart, ...]
    mistakes: tuple[Mistake, ...]


def parse(text: str, today: date | None = None) -> Query:
    """What ``text`` asks for; no text raises. ``today`` is what ``last summer`` counts from. Any thread.

    Pieces of free text without weight or negation are one ``Words`` in their typed order, at the place of the first.
    What makes no sense is a ``Mistake`` and is left out.
    """
    reading = read(text, today)
    return Query(tuple(placed.part for placed in reading.parts), reading.mistakes)


def read(text: str, today: date | None = None) -> Reading:
    """As ``parse``, with the places in the text."""
    reader = _Reader(today or date.today())
    reader.read(cut(text))
    return reader.reading()


class _Reader:
    def __init__(self, today: date) -> None:
        self._today = today
        self._parts: list[PlacedPart | None] = []
        self._mistakes: list[Mistake] = []
        self._wanted: list[str] = []  # free text
        self._wanted_spans: list[tuple[int, int]] = []
        self._wanted_at = -1

    def reading(self) -> Reading:
        if self._wanted:
            words = Words(" ".join(self._wanted))
            self._parts[self._wanted_at] = PlacedPart(words, tuple(self._wanted_spans))
        return Reading(tuple(part for part in self._parts if part), tuple(self._mistakes))

    def read(self, pieces: list[Piece]) -> None:
        at = 0
        while at < len(pieces):
            if not _is_plain(pieces[at]):
                at = self._read_piece(pieces, at, None)
                continue
            end = at
            while end < len(pieces) and _is_plain(pieces[end]):
                end += 1
            at = self._read_run(pieces, at, end)

    def _read_run(self, pieces: list[Piece], at: int, end: int) -> int:
        more_follows = end < len(pieces) and _may_be_negated_by_a_word(pieces[end])
        run = read_run([Word(piece.text, piece.start, piece.end) for piece in pieces[at:end]], more_follows)
        for clause in run.clauses:
            if clause.negated:
                self._add(Words(_spaced(clause.text), negated=True), clause.start, clause.end)
            else:
                self._want(clause.text, clause.start, clause.end)
        return end if run.open_from is None else self._read_piece(pieces, end, run.open_from)

    def _read_piece(self, pieces: list[Piece], at: int, negated_from: int | None) -> int:
        """Read the piece at ``at``, which a word from ``negated_from`` on negates; the index of the next unread one."""
        piece = pieces[at]
        start = piece.start if negated_from is None else negated_from
        negated = piece.negated or negated_from is not None
        if field := field_named(piece.head):
            return self._read_field(field, pieces, at, start, negated)
        if has_weight(piece):
            self._read_weighted(piece)
        elif (nearest := _meant_field(piece)) is not None:
            self._mistake(piece.start, piece.end, f"There is no field “{piece.head}”. Did you mean {nearest}:?")
        elif piece.quoted:
            if piece.head:  # foo:"bar"
                self._want(piece.text[piece.negated : piece.text.index(piece.head) + len(piece.head) + 1], start, start)
            if literal := piece.value.strip():
                self._add(Literal(literal, negated), start, piece.end)
        elif word := piece.text[1:].strip(_MARKS):
            self._add(Words(word, negated=True), start, piece.end)
        else:
            self._want(piece.text, start, piece.end)
        return at + 1

    def _read_field(self, field: Field, pieces: list[Piece], at: int, start: int, negated: bool) -> int:
        """A value that was not quoted may go on in the next words: the longest that makes sense counts."""
        piece = pieces[at]
        candidates = [(piece.value, at + 1)]
        if not piece.quoted:
            following = _following(pieces, at + 1)
            if not piece.value and at + 1 < len(pieces) and pieces[at + 1].quoted and not pieces[at + 1].head:
                candidates = [(pieces[at + 1].value, at + 2)] if not pieces[at + 1].negated else candidates
            elif isinstance(field, TextField):
                value = piece.value or (following[0].text if following else "")
                candidates = [(value.rstrip(",;，；") or value, at + 1 if piece.value or not following else at + 2)]
            else:
                candidates += [
                    (" ".join([piece.value, *(word.text for word in following[:count])]), at + 1 + count)
                    for count in range(1, len(following) + 1)
                ]
        for value, after in reversed(candidates):
            for tried in (value, value.strip(_MARKS)):
                if found := read_filter(field, tried, negated, self._today):
                    self._add(found, start, pieces[after - 1].end)
                    return after
        self._mistake(start, piece.end, f"{NAMES[field][0]}: takes {HELP[field].takes}.")
        return at + 1

    def _read_weighted(self, piece: Piece) -> None:
        weight = read_number(_western(piece.head))
        text = _spaced(piece.value)
        if not weight:
            self._mistake(piece.start, piece.end, "A weight is a number above 0, as in 2:beach.")
        elif text:
            self._add(Words(text, weight, piece.negated), piece.start, piece.end)

    def _want(self, text: str, start: int, end: int) -> None:
        if not self._wanted:
            self._wanted_at = len(self._parts)
            self._parts.append(None)
        self._wanted.append(text)
        self._wanted_spans.append((start, end))

    def _add(self, part: Part, start: int, end: int) -> None:
        self._parts.append(PlacedPart(part, ((start, end),)))

    def _mistake(self, start: int, end: int, sentence: str) -> None:
        self._mistakes.append(Mistake(start, end, sentence))


def _is_plain(piece: Piece) -> bool:
    if not piece.is_bare:
        return False
    return field_named(piece.head) is None and not has_weight(piece) and _meant_field(piece) is None


def _may_be_negated_by_a_word(piece: Piece) -> bool:
    return not piece.negated and (field_named(piece.head) is not None or (piece.quoted and not piece.head))


def _meant_field(piece: Piece) -> str | None:
    """The field that was meant by a head that is none; an address (``http://``) means none."""
    return None if piece.value.startswith(("//", "\\")) or not piece.value else nearest_name(piece.head)


def _following(pieces: list[Piece], at: int) -> list[Piece]:
    end = at
    while end < len(pieces) and end < at + _JOINED and _is_plain(pieces[end]):
        end += 1
    return pieces[at:end]


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _western(number: str) -> str:
    return number.translate(str.maketrans("０１２３４５６７８９．，", "0123456789.,"))

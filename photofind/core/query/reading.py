"""From a text to what it asks for."""

from datetime import date

from photofind.core.query.fields import BadValue, field_of, read_value, similar_field
from photofind.core.query.negation import pieces
from photofind.core.query.parts import Literal, Mistake, Part, Query, Words
from photofind.core.query.tokens import Kind, Token, tokens
from photofind.core.words import search_words


def parse(text: str, today: date | None = None) -> Query:
    """What ``text`` asks for. Any text is a question: what makes no sense is in ``mistakes``. Any thread.

    ``today`` is what “last week” goes by. Words without a sign are one sentence, wherever fields stand between them.
    """
    day = today or date.today()
    found: list[tuple[int, Part]] = []
    mistakes: list[Mistake] = []
    sentence: list[Token] = []
    for token in tokens(text):
        part: Part | Mistake | None
        match token.kind:
            case Kind.FIELD:
                part = _field(token, day)
            case Kind.QUOTED if token.weight is None:
                part = Literal(_cleaned(token.value), token.negated) if search_words(token.value) else None
            case _:
                signed = token.negated or token.weight is not None
                part = _words(token) if signed else None
                if not signed:
                    sentence.append(token)
        if isinstance(part, Mistake):
            mistakes.append(part)
        elif part is not None:
            found.append((token.start, part))
        elif token.kind is Kind.FIELD:
            sentence.append(token)
    found += _sentence([(token.start, text[token.start : token.end]) for token in sorted(sentence, key=lambda one: one.start)])
    found.sort(key=lambda placed: placed[0])
    return Query(tuple(part for _, part in found), tuple(mistakes))


def _field(token: Token, today: date) -> Part | Mistake | None:
    """None where it is no field, but words with a colon in them."""
    name = field_of(token.name)
    if name is None:
        meant = similar_field(token.name)
        if meant is None or not token.value or token.value.startswith(("/", "\\")):
            return None
        return Mistake(token.start, token.end, f"There is no field “{token.name}”. Did you mean {meant}: ?")
    try:
        return read_value(name, token.value, token.negated, today, typed=token.name)
    except BadValue as error:
        return Mistake(token.start, token.end, str(error))


def _words(token: Token) -> Words | None:
    text = _cleaned(token.value)
    return Words(text, token.weight or 1.0, token.negated) if text else None


def _sentence(words: list[tuple[int, str]]) -> list[tuple[int, Part]]:
    wanted: list[str] = []
    found: list[tuple[int, Part]] = []
    first = -1
    for piece in pieces([word for _, word in words]):
        place = words[piece.start][0]
        if piece.negated:
            found.append((place, Words(piece.text, negated=True)))
        elif piece.text:
            first = place if first < 0 else first
            wanted.append(piece.text)
    if wanted:
        found.append((first, Words(" ".join(wanted))))
    return found


def _cleaned(text: str) -> str:
    return " ".join(text.split())

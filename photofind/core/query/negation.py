"""Words that say what a photo must not show, in plain sentences of five languages.

How far they reach: to the next word that joins (and, with, at …), to a comma, or to the end.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from photofind.core.words import search_words

_NEGATING = {
    *("without", "no", "ohne", "kein", "keine", "keinen", "keiner", "keinem", "keines", "sin", "ningun", "ninguna"),
    *("sans", "aucun", "aucune"),
}
_PAIRS = {("pas", "de"), ("pas", "d")}
_SKIPPED = {"a", "an", "the", "any", "ein", "eine", "einen", "einem", "un", "una", "une", "el", "la", "le", "les", "de"}
_JOINING = {
    *("and", "but", "or", "with", "at", "in", "on", "under", "near", "by", "from", "behind", "during"),
    *("und", "aber", "oder", "mit", "am", "an", "im", "auf", "unter", "bei", "neben", "vor", "hinter"),
    *("y", "pero", "o", "con", "en", "sobre", "bajo", "et", "mais", "ou", "avec", "dans", "sur", "sous"),
}
# What follows these is a thing of its own: a sign, a name.
_FIXED = {
    "no": {"parking", "smoking", "entry", "stopping", "trespassing", "exit", "man", "mans", "one", "way", "more", "war"},
    "sin": {"city"},
    "sans": {"serif", "souci"},
    "comic": {"sans"},
}
_CHINESE = ("没有", "沒有", "不要", "不含", "不带", "无")
_NOT_WITHOUT = ("无人机", "无花果", "无线", "无尾熊", "无轨", "无边", "无名", "无锡")
_ENDS = ",;，、；。"


@dataclass(frozen=True, slots=True)
class Piece:
    """Some words of the sentence: wanted, or not; ``start`` numbers the first word they come from."""

    start: int
    text: str
    negated: bool


def pieces(words: Sequence[str]) -> list[Piece]:
    """The words of a sentence, in order, with those that are not wanted set apart."""
    found: list[Piece] = []
    at = 0
    while at < len(words):
        reach = _reach(words, at)
        if reach is None:
            found += _of_one_word(at, words[at])
            at += 1
        else:
            first, end = reach
            unwanted = " ".join(words[first:end]).rstrip(_ENDS)
            if found and not found[-1].negated:
                found[-1] = Piece(found[-1].start, found[-1].text.rstrip(_ENDS) or found[-1].text, False)
            found.append(Piece(at, unwanted, True))
            at = end
    return found


def _reach(words: Sequence[str], at: int) -> tuple[int, int] | None:
    """Which words are negated by those at ``at``; None: they negate nothing."""
    name = _bare(words[at])
    before = _bare(words[at - 1]) if at else ""
    if words[at][-1] in _ENDS or words[at][:1] in "\"'(" or name in _FIXED.get(before, ()):
        return None
    following = _bare(words[at + 1]) if at + 1 < len(words) else ""
    first = at + 1
    if (name, following) in _PAIRS and words[at + 1][-1] not in _ENDS:
        first = at + 2
    elif name not in _NEGATING or following in _FIXED.get(name, ()):
        return None
    while first < len(words) and _bare(words[first]) in _SKIPPED and words[first][-1] not in _ENDS:
        first += 1
    end = first
    while end < len(words) and not _stops(words, end, first):
        end += 1
        if words[end - 1][-1] in _ENDS:
            break
    return (first, end) if end > first and " ".join(words[first:end]).rstrip(_ENDS).strip() else None


def _stops(words: Sequence[str], at: int, first: int) -> bool:
    name = _bare(words[at])
    following = _bare(words[at + 1]) if at + 1 < len(words) else ""
    return name in _JOINING or name in _NEGATING or (name, following) in _PAIRS


def _of_one_word(start: int, word: str) -> list[Piece]:
    """Chinese has no blanks: 没有人的海滩 is a beach without people, 海边不要人 as well."""
    for sign in _CHINESE:
        at = word.find(sign)
        if at < 0 or any(word.startswith(name, at) for name in _NOT_WITHOUT):
            continue
        before, after = word[:at], word[at + len(sign) :]
        unwanted, of, rest = after.partition("的")
        unwanted = unwanted.strip(_ENDS)
        if not unwanted:
            continue
        wanted = (before.rstrip(_ENDS) + (rest if of else "")).strip(_ENDS)
        return [*([Piece(start, wanted, False)] if wanted else []), Piece(start, unwanted, True)]
    return [Piece(start, word, False)]


def _bare(word: str) -> str:
    return "".join(search_words(word))

"""What a run of words wants and what it does not: ``beach without people at sunset``.

What is negated is everything after the negation word up to a comma, a preposition or the end of the run, at most
three words: ``without parked cars``. Listings go on: ``without dogs or cats``, ``without dogs, cats or people``.
Chinese has no blanks: there it ends at 的, a mark, or the next blank.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from photofind.core.query.field_names import folded
from photofind.core.query.negation_words import (
    AND_WORDS,
    ARTICLES,
    FIXED_AFTER,
    FIXED_BEFORE,
    LEADING,
    OR_WORDS,
    SIGNS,
    STOP_WORDS,
    TRIGGERS,
    TWO_WORD_TRIGGERS,
)

_REACH = 3
_LONGEST_LISTING = 12
_COMMAS = ",，、"
_BRACKETS = "()[]"
_MARKS = ",;.!?，。；！？、:"
_ELISION = re.compile(r"(?:d|l|qu)['’](?=\w)", re.IGNORECASE)
_HAN = r"\u3400-\u4dbf\u4e00-\u9fff"
_CHINESE = re.compile(
    rf"(?P<word>没有|沒有|不要|不含|(?<![{_HAN}])[无無])"
    r"(?P<rest>(?:(?!没有|沒有|不要|不含)[^的，。；！？、,;.!?])+)"
)
_CHINESE_LISTING = re.compile("以及|或者|[和或与及]")


@dataclass(frozen=True, slots=True)
class Word:
    """A word at ``start`` to ``end`` of the text that was typed."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Clause:
    """Words that are ``negated``, or one that is wanted, and the span of the text that goes when it goes."""

    text: str
    start: int
    end: int
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Run:
    """``open_from``: the run ends with a negation word, here in the text, that says not to what follows; else None."""

    clauses: tuple[Clause, ...]
    open_from: int | None = None


def read_run(words: Sequence[Word], more_follows: bool) -> Run:
    """``words`` stand beside each other; ``more_follows``: a quoted text or a filter comes right after them."""
    clauses: list[Clause] = []
    at = 0
    while at < len(words):
        length = _trigger_length(words, at)
        if length and at + length == len(words) and more_follows:
            return Run(tuple(_without_leading(clauses)), words[at].start)
        negated, after = _reach(words, at, length) if length else ([], at)
        if negated:
            clauses = _without_leading(clauses) + negated
            at = after
        elif in_chinese := _chinese(words[at]):
            clauses += in_chinese
            at += 1
        else:
            clauses.append(Clause(words[at].text, words[at].start, words[at].end))
            at += 1
    return Run(tuple(clauses))


def _trigger_length(words: Sequence[Word], at: int) -> int:
    """How many words from ``at`` say not; 0 where none does."""
    key = folded(words[at].text).replace(" ", "") if not words[at].text.isascii() else folded(words[at].text)
    if words[at].text[-1] in _MARKS:
        return 0
    following = [folded(word.text) for word in words[at + 1 : at + 1 + _REACH + 1]]
    length = 1 if key in TRIGGERS else 0
    begins = following[0].split()[:1] if following else []
    if key == "pas" and begins and (key, begins[0]) in TWO_WORD_TRIGGERS:
        length = 1  # the "de" is skipped as an article
        begins = following[0].split()[1:2] or following[1:2]
    if not length:
        return 0
    after = [word for word in following if word not in ARTICLES][:1] if key != "pas" else begins
    first = after[0].split()[0] if after and after[0] else ""
    before = folded(words[at - 1].text).split()[-1:] if at else []
    if first in FIXED_AFTER.get(key, ()) or (before and before[0] in FIXED_BEFORE.get(key, ())):
        return 0
    if key in ("no", "kein", "keine") and (first.isdigit() or SIGNS.intersection(following)):
        return 0
    return length


def _reach(words: Sequence[Word], at: int, length: int) -> tuple[list[Clause], int]:
    """What the negation word at ``at`` says not to, and the index of the first word beyond it."""
    clauses: list[Clause] = []
    start = words[at].start
    taken: list[Word] = []
    index = at + length
    reach = 1 if re.search(f"[{_HAN}]", words[at].text) else _REACH
    while index < len(words):
        word = words[index]
        key = folded(word.text)
        if key in STOP_WORDS or _trigger_length(words, index) or len(taken) == reach:
            break
        if key in ARTICLES and not taken:
            index += 1
            continue
        if key in OR_WORDS or key in AND_WORDS:
            if not taken or index + 1 == len(words) or _new_thing(words, index):
                break
            clauses.append(_clause(taken, start))
            start, taken = word.start, []
            index += 1
            continue
        index += 1
        taken.append(word)
        if word.text[-1] in _MARKS + _BRACKETS:
            if word.text[-1] not in _COMMAS or not _list_goes_on(words, index):
                break
            clauses.append(_clause(taken, start))
            start, taken = words[index].start, []
    if taken:
        clauses.append(_clause(taken, start))
    if index < len(words) and clauses and folded(words[index].text) in AND_WORDS and _trigger_at(words, index + 1):
        index += 1  # "without people and without cars"
    return [clause for clause in clauses if clause.text], index


def _trigger_at(words: Sequence[Word], at: int) -> bool:
    return at < len(words) and _trigger_length(words, at) > 0


def _list_goes_on(words: Sequence[Word], at: int) -> bool:
    """Whether what begins at ``at``, behind a comma, belongs to a listing: ``without dogs, cats or people``."""
    for word in words[at + 1 : at + 1 + _LONGEST_LISTING]:
        key = folded(word.text)
        if key in OR_WORDS:
            return True
        if key in STOP_WORDS or key in AND_WORDS or key in TRIGGERS:
            return False
    return False


def _new_thing(words: Sequence[Word], at: int) -> bool:
    """Whether the word for "and" or "or" at ``at`` begins something else: ``without people and a boat``."""
    following = folded(words[at + 1].text)
    if following in STOP_WORDS or _trigger_at(words, at + 1):
        return True
    return folded(words[at].text) in AND_WORDS and following in ARTICLES


def _clause(taken: Sequence[Word], start: int) -> Clause:
    text = " ".join(word.text for word in taken).strip(_MARKS + _BRACKETS)
    return Clause(_ELISION.sub("", text, count=1) if _ELISION.match(text) else text, start, taken[-1].end, negated=True)


def _without_leading(clauses: list[Clause]) -> list[Clause]:
    """Without the "with" of ``with no people``, and without the comma before a negation."""
    while clauses and not clauses[-1].negated and folded(clauses[-1].text) in LEADING:
        clauses = clauses[:-1]
    if clauses and not clauses[-1].negated and clauses[-1].text.rstrip(_MARKS):
        last = clauses[-1]
        clauses = [*clauses[:-1], Clause(last.text.rstrip(_MARKS), last.start, last.end)]
    return clauses


def _chinese(word: Word) -> list[Clause]:
    """The clauses of a word that has a Chinese negation in it (``海滩没有人``); none where it has not."""
    clauses: list[Clause] = []
    at = 0
    for found in _CHINESE.finditer(word.text):
        trigger, rest = found["word"], found["rest"]
        if found.start() < at or _is_fixed(trigger, word.text[at : found.start()], rest):
            continue
        end = found.end()
        if trigger in "无無" and rest.startswith("人"):  # 无人海滩: 无人 is one word
            end = found.start("rest") + 1
        clauses += _wanted_chinese(word, at, found.start())
        start = at = found.start()
        begin = found.start("rest")
        for mark in [*_CHINESE_LISTING.finditer(word.text, begin, end), None]:
            until = mark.start() if mark else end
            if unwanted := word.text[begin:until].strip(_MARKS):
                clauses.append(Clause(unwanted, word.start + start, word.start + until, negated=True))
            start = until
            begin = mark.end() if mark else end
        at = end
    return clauses + _wanted_chinese(word, at, len(word.text)) if clauses else []


def _is_fixed(trigger: str, before: str, rest: str) -> bool:
    return rest.startswith(tuple(FIXED_AFTER.get(trigger, ()))) or before.endswith(tuple(FIXED_BEFORE.get(trigger, ())))


def _wanted_chinese(word: Word, start: int, end: int) -> list[Clause]:
    """What stands between two negations, without the 的 and the marks that tie it to them."""
    wanted = word.text[start:end].rstrip(_MARKS)
    bare = wanted.lstrip("的" + _MARKS) if start else wanted
    start += len(wanted) - len(bare)
    return [Clause(bare, word.start + start, word.start + start + len(bare))] if bare else []

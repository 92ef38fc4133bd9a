"""An answer as sections of the grid: by name, what looks like it, what only might; numbers and words, no widgets."""

from array import array
from dataclasses import dataclass

from PySide6.QtCore import QCoreApplication

from photofind.core.query import parse
from photofind.core.question import Answer
from photofind.gui.stacks import Stacked

_FEW_WORDS = 2  # a longer sentence is no name, and nobody wonders that no photo is called so


@dataclass(frozen=True, slots=True)
class Section:
    """A heading and the photos below it. ``shown`` of ``count`` photos are in the grid: those that others stand for are
    not, nor any of a folded one.
    """

    words: str
    count: int
    shown: int
    is_foldable: bool = False
    is_minor: bool = False  # parts the photos of the section above it


@dataclass(frozen=True, slots=True)
class Groups:
    """How many photos of an answer are in which group."""

    literal: int
    strong: int
    likely: int
    weak: int

    @staticmethod
    def of(answer: Answer) -> "Groups":
        """All zero where the answer has no groups: photos by date, or only filters."""
        return Groups(answer.literal, answer.strong, answer.likely, answer.weak)

    @property
    def looks_like_it(self) -> int:
        return self.strong + self.likely

    @property
    def are_there(self) -> bool:
        return self != Groups(0, 0, 0, 0)


def shown_ids(answer: Answer, stacked: Stacked, *, weak_shown: bool) -> "array[int]":
    """The photos that the grid holds: all but those behind others, and less likely ones that are folded away."""
    folded = 0 if weak_shown else Groups.of(answer).weak - stacked.hidden[3]
    return stacked.ids[: len(stacked.ids) - folded] if folded else stacked.ids


def sections_of(answer: Answer, stacked: Stacked, *, weak_shown: bool) -> tuple[Section, ...]:
    """From top to bottom; none where the answer has no groups. They count all photos, those behind others, too."""
    groups = Groups.of(answer)
    literal, strong, likely, weak = (
        count - hidden
        for count, hidden in zip((groups.literal, groups.strong, groups.likely, groups.weak), stacked.hidden, strict=True)
    )
    if not groups.are_there:
        return ()
    found: list[Section] = []
    if groups.literal:
        found.append(Section(_tr("In names, tags and folders"), groups.literal, literal))
    elif groups.looks_like_it and _may_be_a_name(answer.question.text):
        found.append(Section(_tr("Nothing in names, tags or folders"), 0, 0))
    if groups.looks_like_it:
        found.append(Section(_tr("Looks like it"), groups.looks_like_it, strong or likely))
        if groups.strong and groups.likely:
            found.append(Section(_tr("Likely"), groups.likely, likely, is_minor=True))
    elif groups.literal and groups.weak:
        found.append(Section(_tr("Nothing else looks like it"), 0, 0))
    if groups.weak:
        found.append(Section(_tr("Less likely"), groups.weak, weak if weak_shown else 0, is_foldable=True))
    return tuple(found)


def _may_be_a_name(text: str) -> bool:
    return 0 < len(parse(text).wanted_text.split()) <= _FEW_WORDS


def _tr(text: str) -> str:
    return QCoreApplication.translate("Groups", text)

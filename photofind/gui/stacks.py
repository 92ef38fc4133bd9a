"""Alike photos of an answer as stacks: which photos the grid shows, and how many stand behind each."""

from array import array
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from PySide6.QtCore import QCoreApplication

from photofind.core.question import Answer
from photofind.gui import status_words

KEYS = "Ctrl+E"


@dataclass(frozen=True, slots=True)
class Stacked:
    """The photos of an answer with stacks; ``hidden`` counts those of each group (literal, strong, likely, weak) that lie
    behind others. By id: ``sizes``, how many alike photos one stands for, itself included; ``behind``, which one stands for
    a photo; ``opened``, those whose photos are all shown.
    """

    ids: "array[int]"
    hidden: tuple[int, int, int, int] = (0, 0, 0, 0)
    sizes: Mapping[int, int] = field(default_factory=dict)
    behind: Mapping[int, int] = field(default_factory=dict)
    opened: frozenset[int] = frozenset()

    def spoken(self, photo_id: int) -> str:
        """For screen readers; nothing for a photo that stands for itself."""
        return words(self.sizes[photo_id], is_open=photo_id in self.opened) if photo_id in self.sizes else ""

    @staticmethod
    def of(answer: Answer, opened: Collection[int]) -> "Stacked":
        """Each stack stands where its first photo stands; those of ``opened`` (ids of first photos) show all, side by side."""
        members: dict[int, list[int]] = {}
        for place, leader in enumerate(answer.leaders):
            if leader != place:
                members.setdefault(leader, []).append(place)
        if not members:
            return Stacked(answer.ids)
        ids: array[int] = array("q")
        hidden = [0, 0, 0, 0]
        ends = (answer.literal, answer.literal + answer.strong, answer.literal + answer.strong + answer.likely)
        for place, leader in enumerate(answer.leaders):
            if leader == place:
                ids.append(answer.ids[place])
                if answer.ids[place] in opened:
                    ids.extend(answer.ids[one] for one in members.get(place, ()))
            elif answer.ids[leader] not in opened:
                hidden[sum(place >= end for end in ends)] += 1
        ids.extend(answer.ids[len(answer.leaders) :])
        sizes = {answer.ids[leader]: 1 + len(places) for leader, places in members.items()}
        behind = {answer.ids[one]: answer.ids[leader] for leader, places in members.items() for one in places}
        literal, strong, likely, weak = hidden
        return Stacked(ids, (literal, strong, likely, weak), sizes, behind, frozenset(opened) & sizes.keys())


def words(size: int, *, is_open: bool) -> str:
    """What can be done with a stack."""
    text = (
        QCoreApplication.translate("Stacks", "Stack the {count} alike photos again")
        if is_open
        else QCoreApplication.translate("Stacks", "Show all {count} alike photos")
    )
    return text.format(count=status_words.number(size))

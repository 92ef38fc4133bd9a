"""Thumbs up and down: what the user said of found photos, so that the question is asked again with it."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

from photofind.core.question import Answer, Question
from photofind.gui import status_words
from photofind.gui.photo_grid import PhotoGrid
from photofind.gui.quick_actions import Marks
from photofind.gui.search_controller import SearchController
from photofind.gui.subject import Subject

MOST_AT_ONCE = 500  # whoever says it of more has not looked at them


@dataclass(frozen=True, slots=True)
class Judged:
    """Photos by id, in the order they were judged."""

    liked: tuple[int, ...] = ()
    disliked: tuple[int, ...] = ()

    @staticmethod
    def of(question: Question) -> "Judged":
        return Judged(question.liked, question.disliked)

    def after(self, ids: Sequence[int], *, good: bool) -> "Judged":
        """With these photos said to fit, or not to; said once more of all of them, it is taken back."""
        same, other = (self.liked, self.disliked) if good else (self.disliked, self.liked)
        chosen, known = set(ids), set(same)
        fresh = tuple(photo_id for photo_id in ids if photo_id not in known)
        same = same + fresh if fresh else tuple(photo_id for photo_id in same if photo_id not in chosen)
        other = tuple(photo_id for photo_id in other if photo_id not in chosen)
        return Judged(same, other) if good else Judged(other, same)


class Thumbs(QObject):
    """Judgements of the question in the grid, with undo; another question begins with none."""

    changed = Signal(int, int)  # how many are liked, how many disliked
    refused = Signal(str)

    def __init__(self, grid: PhotoGrid, search: SearchController) -> None:
        super().__init__(grid)
        self._grid, self._search = grid, search
        self._before: list[Judged] = []
        self._subject = Subject()
        self._takes_thumbs = False
        grid.judged.connect(self.judge)
        search.answered.connect(self._answered)

    def judge(self, ids: Sequence[int], good: bool) -> None:
        """These photos fit the question, or do not; asks again at once."""
        if len(ids) > MOST_AT_ONCE:
            words = self.tr("That works for up to {photos} at a time.")
            self.refused.emit(words.format(photos=status_words.photos(MOST_AT_ONCE)))
            return
        now = Judged.of(self._search.question)
        self._ask(now.after(ids, good=good), now)

    def take_all_back(self) -> None:
        now = Judged.of(self._search.question)
        if now != Judged():
            self._ask(Judged(), now)

    def undo(self) -> None:
        """The judgements as they were before the last change of them."""
        if self._before and self._subject == Subject.of(self._search.question):
            self._set(self._before.pop())

    def _ask(self, judged: Judged, before: Judged) -> None:
        if self._takes_thumbs and self._subject == Subject.of(self._search.question):  # not of words that wait for an answer
            self._before.append(before)
            self._set(judged)

    def _set(self, judged: Judged) -> None:
        self._search.set_judged(judged.liked, judged.disliked)
        self._draw()

    def _answered(self, answer: Answer, _again: bool) -> None:
        self._takes_thumbs = len(answer.scores) > 0  # else there is nothing that they could teach
        subject = Subject.of(answer.question)
        if subject != self._subject:
            self._subject = subject
            self._before.clear()
        self._draw()

    def _draw(self) -> None:
        judged = Judged.of(self._search.question)
        marks = Marks(frozenset(judged.liked), frozenset(judged.disliked)) if self._takes_thumbs else None
        self._grid.show_marks(marks)
        self.changed.emit(len(judged.liked), len(judged.disliked))

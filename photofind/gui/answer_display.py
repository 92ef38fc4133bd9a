"""Brings an answer into the grid, shows or hides its less likely photos, and opens and closes stacks of alike ones."""

from PySide6.QtCore import QObject, Signal

from photofind.core.question import Answer
from photofind.gui.grid_states import GridStates
from photofind.gui.groups import Groups, sections_of, shown_ids
from photofind.gui.photo_grid import PhotoGrid
from photofind.gui.stacks import Stacked
from photofind.gui.subject import Subject


class AnswerDisplay(QObject):
    """Less likely photos are folded away at first; shown once, they stay for as long as the question is the same."""

    changed = Signal(bool)  # the list in the grid; whether it answers another question

    def __init__(self, grid: PhotoGrid, states: GridStates) -> None:
        super().__init__(grid)
        self._grid, self._states = grid, states
        self._answer: Answer | None = None
        self._weak_shown = False
        self._stacks_alike = True
        self._opened: set[int] = set()  # stacks, by the id of their first photo
        grid.fold_wanted.connect(self.fold_or_unfold)
        grid.stack_wanted.connect(self.open_or_close_stack)

    def show(self, answer: Answer, again: bool) -> None:
        """``again``: the same question once more, so what is on screen stays where it is."""
        before, self._answer = self._answer, answer
        is_same = before is not None and Subject.of(before.question) == Subject.of(answer.question)
        self._weak_shown &= is_same  # in another order, too
        if not is_same:
            self._opened.clear()
        self._draw(keep_place=again)
        self.changed.emit(not again)

    def fold_or_unfold(self) -> None:
        """Show the less likely photos, or hide them; nothing where there are none."""
        if self._answer is not None and Groups.of(self._answer).weak:
            self._weak_shown = not self._weak_shown
            self._draw(keep_place=True)
            self.changed.emit(False)

    def set_stacking(self, stacks_alike: bool) -> None:
        """Whether one of several alike photos stands for them all."""
        self._stacks_alike = stacks_alike
        if self._answer is not None and self._answer.leaders:
            self._draw(keep_place=True)
            self.changed.emit(False)

    def open_or_close_stack(self, photo_id: int) -> None:
        """Show those that this photo stands for, or hide those of its stack again; nothing where it has none."""
        first = self._grid.stacks.behind.get(photo_id, photo_id)
        if first in self._grid.stacks.sizes:
            self._opened ^= {first}
            self._draw(keep_place=True)
            if not self._grid.currentIndex().isValid():  # it lies behind the first one now
                self._grid.go_to(self._grid.row_of(first))
            self.changed.emit(False)

    def _draw(self, *, keep_place: bool) -> None:
        answer = self._answer
        assert answer is not None
        stacked = Stacked.of(answer, self._opened) if self._stacks_alike else Stacked(answer.ids)
        self._grid.show_ids(
            shown_ids(answer, stacked, weak_shown=self._weak_shown),
            sections_of(answer, stacked, weak_shown=self._weak_shown),
            stacked,
            keep_place=keep_place,
        )
        self._states.answer(answer)

"""Brings an answer into the grid, and shows or hides its less likely photos."""

from PySide6.QtCore import QObject, Signal

from photofind.core.question import Answer
from photofind.gui.grid_states import GridStates
from photofind.gui.groups import Groups, sections_of, shown_ids
from photofind.gui.photo_grid import PhotoGrid
from photofind.gui.subject import Subject


class AnswerDisplay(QObject):
    """Less likely photos are folded away at first; shown once, they stay for as long as the question is the same."""

    changed = Signal(bool)  # the list in the grid; whether it answers another question

    def __init__(self, grid: PhotoGrid, states: GridStates) -> None:
        super().__init__(grid)
        self._grid, self._states = grid, states
        self._answer: Answer | None = None
        self._weak_shown = False
        grid.fold_wanted.connect(self.fold_or_unfold)

    def show(self, answer: Answer, again: bool) -> None:
        """``again``: the same question once more, so what is on screen stays where it is."""
        before, self._answer = self._answer, answer
        is_same = before is not None and Subject.of(before.question) == Subject.of(answer.question)
        self._weak_shown &= is_same  # in another order, too
        self._draw(keep_place=again)
        self.changed.emit(not again)

    def fold_or_unfold(self) -> None:
        """Show the less likely photos, or hide them; nothing where there are none."""
        if self._answer is not None and Groups.of(self._answer).weak:
            self._weak_shown = not self._weak_shown
            self._draw(keep_place=True)
            self.changed.emit(False)

    def _draw(self, *, keep_place: bool) -> None:
        assert self._answer is not None
        self._grid.show_ids(
            shown_ids(self._answer, weak_shown=self._weak_shown),
            sections_of(self._answer, weak_shown=self._weak_shown),
            keep_place=keep_place,
        )
        self._states.answer(self._answer)

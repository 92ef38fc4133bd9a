"""Whether alike photos are stacked: an entry of a menu, kept for the next start; and the key for the stack at hand."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QMenu

from photofind.gui.answer_display import AnswerDisplay
from photofind.gui.engine_face import EngineFace
from photofind.gui.photo_grid import PhotoGrid
from photofind.gui.photo_model import PHOTO_ID_ROLE
from photofind.gui.shortcuts import connect_keys
from photofind.gui.stacks import KEYS


class StackControl(QObject):
    def __init__(self, engine: EngineFace, grid: PhotoGrid, display: AnswerDisplay) -> None:
        super().__init__(grid)
        self._engine, self._grid, self._display = engine, grid, display
        self._is_on = engine.settings.stack_alike
        display.set_stacking(self._is_on)
        connect_keys(grid.window(), {KEYS: self._at_hand})

    def add_to(self, menu: QMenu) -> None:
        """An entry that says whether they are, and changes it."""
        action = menu.addAction(self.tr("Stack alike photos"))
        action.setCheckable(True)
        action.setChecked(self._is_on)
        action.toggled.connect(self._switch)

    def _switch(self, is_on: bool) -> None:
        self._is_on = is_on
        self._display.set_stacking(is_on)
        self._engine.save_setting(stack_alike=is_on)

    def _at_hand(self) -> None:
        if self._grid.currentIndex().isValid():
            self._display.open_or_close_stack(self._grid.currentIndex().data(PHOTO_ID_ROLE))

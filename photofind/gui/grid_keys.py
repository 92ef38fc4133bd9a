"""What keys mean in the grid beyond moving and selecting, which Qt knows itself."""

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence

from photofind.gui.photo_model import PHOTO_ID_ROLE

if TYPE_CHECKING:
    from photofind.gui.photo_grid import PhotoGrid

_MODIFIERS = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier | Qt.KeyboardModifier.MetaModifier


class GridKeys:
    """Turns them into the grid's own signals."""

    def __init__(self, grid: "PhotoGrid") -> None:
        self._grid = grid

    def take(self, event: QKeyEvent) -> bool:
        """Whether the key meant something here."""
        grid, key = self._grid, event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            if grid.currentIndex().isValid():
                grid.open_requested.emit(grid.currentIndex().row())
        elif event.matches(QKeySequence.StandardKey.Copy):
            grid.copy_requested.emit()  # Qt would copy the name in words
        elif key == Qt.Key.Key_Escape:
            if grid.selectionModel().hasSelection():
                grid.clearSelection()
            else:
                grid.escaped.emit()
        elif event.text() in ("+", "-") and not event.modifiers() & _MODIFIERS and grid.takes_thumbs:
            chosen = grid.selected_ids()
            if not chosen and grid.currentIndex().isValid():
                chosen.append(grid.currentIndex().data(PHOTO_ID_ROLE))
            if chosen:
                grid.judged.emit(chosen, event.text() == "+")
        else:
            return False
        return True

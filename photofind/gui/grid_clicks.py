"""What clicks on the small marks of a photo mean."""

from typing import TYPE_CHECKING

from PySide6.QtCore import QModelIndex, QPoint

from photofind.gui.photo_model import PHOTO_ID_ROLE
from photofind.gui.quick_actions import Part, part_at

if TYPE_CHECKING:
    from photofind.gui.photo_grid import PhotoGrid


class GridClicks:
    """Turns them into the grid's own signals."""

    def __init__(self, grid: "PhotoGrid") -> None:
        self._grid = grid

    def part_at(self, index: QModelIndex, point: QPoint) -> Part:
        grid = self._grid
        is_stack = index.data(PHOTO_ID_ROLE) in grid.stacks.sizes
        return part_at(grid.visualRect(index), point, thumbs=grid.takes_thumbs, is_stack=is_stack)

    def take(self, index: QModelIndex, point: QPoint) -> bool:
        """Whether the click was on one of them, and not on the picture."""
        grid, photo_id = self._grid, index.data(PHOTO_ID_ROLE)
        match self.part_at(index, point):
            case Part.SIMILAR:
                grid.similar_requested.emit(index.row())
            case Part.LIKE:
                grid.judged.emit([photo_id], True)
            case Part.DISLIKE:
                grid.judged.emit([photo_id], False)
            case Part.STACK:
                grid.stack_wanted.emit(photo_id)
            case Part.SELECT:
                grid.toggle(index)
            case Part.PICTURE:
                return False
        return True

"""Where the quick actions lie on a photo of the grid: plain rectangles, asked by who paints and by who is clicked."""

from dataclasses import dataclass
from enum import Enum, auto

from PySide6.QtCore import QPoint, QRect

from photofind.gui import style

BADGE_PX = 24
LEAST_CELL_FOR_ACTIONS_PX = 88
LEAST_CELL_FOR_THUMBS_PX = 120  # smaller photos are judged by key


class Part(Enum):
    """What of a cell the mouse is on."""

    PICTURE = auto()
    SELECT = auto()  # the ring with a check in the top left corner
    SIMILAR = auto()  # find photos like this one, bottom right
    LIKE = auto()  # this one fits, bottom left
    DISLIKE = auto()  # this one does not, beside it
    STACK = auto()  # how many alike photos it stands for, top right


@dataclass(frozen=True, slots=True)
class Marks:
    """What the user said of photos of this question."""

    liked: frozenset[int] = frozenset()
    disliked: frozenset[int] = frozenset()


def part_at(cell: QRect, point: QPoint, *, thumbs: bool = False, is_stack: bool = False) -> Part:
    """Where in its cell a point is; ``thumbs`` says whether photos can be judged, ``is_stack`` whether it stands for others."""
    if is_stack and stack_badge(cell).adjusted(-2, -4, 2, 4).contains(point):
        return Part.STACK
    places = [(Part.SELECT, select_badge(cell)), (Part.SIMILAR, similar_badge(cell))]
    if thumbs and cell.width() >= LEAST_CELL_FOR_THUMBS_PX:
        places += [(Part.LIKE, like_badge(cell)), (Part.DISLIKE, dislike_badge(cell))]
    if cell.width() >= LEAST_CELL_FOR_ACTIONS_PX:
        for part, badge in places:
            if badge.adjusted(-2, -4, 2, 4).contains(point):
                return part
    return Part.PICTURE


def select_badge(cell: QRect) -> QRect:
    edge = min(BADGE_PX, cell.width() // 3)
    return QRect(cell.left() + style.SPACE_S, cell.top() + style.SPACE_S, edge, edge)


def stack_badge(cell: QRect) -> QRect:
    width, height = min(40, cell.width() // 2), min(BADGE_PX, cell.width() // 3)
    return QRect(cell.right() - style.SPACE_S - width + 1, cell.top() + style.SPACE_S, width, height)


def similar_badge(cell: QRect) -> QRect:
    corner = QPoint(cell.right() - style.SPACE_S - BADGE_PX + 1, cell.bottom() - style.SPACE_S - BADGE_PX + 1)
    return QRect(corner.x(), corner.y(), BADGE_PX, BADGE_PX)


def like_badge(cell: QRect) -> QRect:
    edge = min(BADGE_PX, cell.width() // 3)
    return QRect(cell.left() + style.SPACE_S, cell.bottom() - style.SPACE_S - edge + 1, edge, edge)


def dislike_badge(cell: QRect) -> QRect:
    return like_badge(cell).translated(BADGE_PX + style.SPACE_XS, 0)

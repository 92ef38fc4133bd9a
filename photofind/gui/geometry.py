"""Where each photo lies on a surface that scrolls: plain numbers, constant time, no Qt."""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple, Protocol


class Rect(NamedTuple):
    """A rectangle in pixels of the surface; the surface's top left corner is 0, 0."""

    x: int
    y: int
    width: int
    height: int

    @property
    def bottom(self) -> int:
        """The first pixel row below."""
        return self.y + self.height


class Step(Enum):
    """A movement by key."""

    LEFT = auto()
    RIGHT = auto()
    UP = auto()
    DOWN = auto()
    HOME = auto()
    END = auto()
    PAGE_UP = auto()
    PAGE_DOWN = auto()


class GridGeometry(Protocol):
    """What the grid asks of any arrangement of ``count`` photos, be it one even grid or one with sections."""

    @property
    def count(self) -> int: ...
    @property
    def columns(self) -> int: ...
    @property
    def cell_px(self) -> int:
        """The width and height of a photo."""

    @property
    def row_height_px(self) -> int:
        """From one row's top to the next one's."""

    @property
    def content_height_px(self) -> int: ...

    def rect_of(self, index: int) -> Rect: ...

    def index_at(self, x: int, y: int) -> int:
        """The photo at a point, -1 in a gap or outside."""

    def visible_range(self, top_px: int, bottom_px: int) -> range:
        """The photos that a window from ``top_px`` to ``bottom_px`` shows, even in part."""

    def window_on(self, index: int) -> tuple[int, int]:
        """From where to where a window has to reach to show a photo with what belongs above and below it."""

    def moved(self, index: int, step: Step, rows_a_page: int) -> int:
        """The photo where a key leads from ``index``; the same where it leads nowhere, -1 if there are none."""


def moved_along(index: int, step: Step, last: int) -> int | None:
    """Where a step leads that needs no rows: one further or back, to an end, or from nowhere; None for all others."""
    if index < 0 or last < 0:
        return min(0, last)
    if step in (Step.HOME, Step.END):
        return 0 if step is Step.HOME else last
    if step in (Step.LEFT, Step.RIGHT):
        return min(last, max(0, index + (1 if step is Step.RIGHT else -1)))
    return None


@dataclass(frozen=True, slots=True)
class EvenGrid:
    """Square cells of one size in rows that fill the width.

    As many columns as fit at ``wanted_px`` a cell, at least one; the cells stretch to whole pixels. Where the width does
    not divide evenly, some gaps are a pixel wider than others. Cells are never wider than others: a picture drawn a pixel
    wider than it is takes three times as long, and is blurred.
    """

    count: int
    width_px: int
    wanted_px: int
    gap_px: int = 4
    columns: int = field(init=False)
    cell_px: int = field(init=False)
    row_height_px: int = field(init=False)

    def __post_init__(self) -> None:
        # Once: every photo that is painted asks for them.
        columns = max(1, (self.width_px - self.gap_px) // (self.wanted_px + self.gap_px))
        object.__setattr__(self, "columns", columns)
        object.__setattr__(self, "cell_px", max(1, self._left_of(1) - self._left_of(0) - self.gap_px))
        object.__setattr__(self, "row_height_px", self.cell_px + self.gap_px)

    @property
    def rows(self) -> int:
        return -(-self.count // self.columns)

    @property
    def content_height_px(self) -> int:
        return self.gap_px + self.rows * self.row_height_px

    def rect_of(self, index: int) -> Rect:
        row, column = divmod(index, self.columns)
        cell_px = self.cell_px
        return Rect(self._left_of(column), self.gap_px + row * (cell_px + self.gap_px), cell_px, cell_px)

    def index_at(self, x: int, y: int) -> int:
        row, below_top = divmod(y - self.gap_px, self.row_height_px)
        if row < 0 or below_top >= self.cell_px or x < self.gap_px:
            return -1
        columns = self.columns
        column = min(columns - 1, (x - self.gap_px) * columns // max(1, self.width_px - self.gap_px))
        if column + 1 < columns and self._left_of(column + 1) <= x:
            column += 1
        index = row * columns + column
        if index >= self.count:
            return -1
        rect = self.rect_of(index)
        return index if rect.x <= x < rect.x + rect.width else -1

    def visible_range(self, top_px: int, bottom_px: int) -> range:
        row_height = self.row_height_px
        first_row = max(0, (top_px - self.gap_px) // row_height)
        end_row = max(first_row, -(-(bottom_px - self.gap_px) // row_height))
        first = min(self.count, first_row * self.columns)
        return range(first, max(first, min(self.count, end_row * self.columns)))

    def window_on(self, index: int) -> tuple[int, int]:
        rect = self.rect_of(index)
        return rect.y - self.gap_px, rect.bottom + self.gap_px

    def moved(self, index: int, step: Step, rows_a_page: int) -> int:
        last = self.count - 1
        along = moved_along(index, step, last)
        if along is not None:
            return along
        rows = 1 if step in (Step.UP, Step.DOWN) else rows_a_page
        above, below = index // self.columns, last // self.columns - index // self.columns
        down = -min(rows, above) if step in (Step.UP, Step.PAGE_UP) else min(rows, below)
        return min(last, index + down * self.columns)

    def _left_of(self, column: int) -> int:
        return self.gap_px + column * (self.width_px - self.gap_px) // self.columns

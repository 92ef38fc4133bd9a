"""Where photos lie that stand in sections with a heading over each: plain numbers, no Qt."""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import accumulate

from photofind.gui.geometry import EvenGrid, Rect, Step, moved_along


@dataclass(frozen=True, slots=True)
class SectionSize:
    """How much a section holds; no photos where it is empty or folded away, and then its heading is all there is."""

    heading_px: int
    count: int


@dataclass(frozen=True, slots=True)
class SectionedGrid:
    """Even grids of one size below each other; each section begins in a row of its own.

    Making one takes time for each section, asking it time for the logarithm of their number, whatever they hold.
    """

    sections: Sequence[SectionSize]
    width_px: int
    wanted_px: int
    gap_px: int = 4
    count: int = field(init=False)
    columns: int = field(init=False)
    cell_px: int = field(init=False)
    row_height_px: int = field(init=False)
    content_height_px: int = field(init=False)
    _grids: tuple[EvenGrid, ...] = field(init=False, repr=False)
    _firsts: tuple[int, ...] = field(init=False, repr=False)  # photos before each section
    _rows: tuple[int, ...] = field(init=False, repr=False)  # rows of photos before it
    _tops: tuple[int, ...] = field(init=False, repr=False)  # where its heading begins

    def __post_init__(self) -> None:
        grids = tuple(EvenGrid(each.count, self.width_px, self.wanted_px, self.gap_px) for each in self.sections)
        heights = (
            each.heading_px + (grid.content_height_px if each.count else 0)
            for each, grid in zip(self.sections, grids, strict=True)
        )
        *firsts, count = accumulate((each.count for each in self.sections), initial=0)
        *rows, _ = accumulate((grid.rows for grid in grids), initial=0)
        *tops, height_px = accumulate(heights, initial=0)
        shape = EvenGrid(0, self.width_px, self.wanted_px, self.gap_px)
        for name, value in (
            ("count", count), ("columns", shape.columns), ("cell_px", shape.cell_px),
            ("row_height_px", shape.row_height_px), ("content_height_px", height_px), ("_grids", grids),
            ("_firsts", tuple(firsts)), ("_rows", tuple(rows)), ("_tops", tuple(tops)),
        ):  # fmt: skip
            object.__setattr__(self, name, value)

    def section_of(self, index: int) -> int:
        """The number of the section that a photo stands in."""
        return max(0, bisect_right(self._firsts, index) - 1)

    def heading_rect(self, section: int) -> Rect:
        return Rect(0, self._tops[section], self.width_px, self.sections[section].heading_px)

    def headings_in(self, top_px: int, bottom_px: int) -> range:
        """The sections whose headings a window may show, even in part."""
        first = self._section_at(top_px)
        return range(first, max(first, bisect_right(self._tops, bottom_px - 1)))

    def rect_of(self, index: int) -> Rect:
        section = self.section_of(index)
        x, y, width, height = self._grids[section].rect_of(index - self._firsts[section])
        return Rect(x, y + self._body_top(section), width, height)

    def index_at(self, x: int, y: int) -> int:
        if not self.sections or y < 0:
            return -1
        section = self._section_at(y)
        found = self._grids[section].index_at(x, y - self._body_top(section))
        return found if found < 0 else found + self._firsts[section]

    def visible_range(self, top_px: int, bottom_px: int) -> range:
        if not self.sections:
            return range(0)
        start, _ = self._seen_of(self._section_at(top_px), top_px, bottom_px)
        _, stop = self._seen_of(self._section_at(bottom_px - 1), top_px, bottom_px)
        return range(start, max(start, stop))

    def window_on(self, index: int) -> tuple[int, int]:
        """With the heading above the first row, and with those of sections beside it that show no photos."""
        rect, section = self.rect_of(index), self.section_of(index)
        row, _ = divmod(index - self._firsts[section], self.columns)
        top, bottom = rect.y - self.gap_px, rect.bottom + self.gap_px
        if row == 0:
            above = section
            while above > 0 and not self.sections[above - 1].count:
                above -= 1
            top = self._tops[above]
        if row == self._grids[section].rows - 1:
            below = section + 1
            while below < len(self.sections) and not self.sections[below].count:
                bottom += self.sections[below].heading_px
                below += 1
        return top, bottom

    def moved(self, index: int, step: Step, rows_a_page: int) -> int:
        along = moved_along(index, step, self.count - 1)
        if along is not None:
            return along
        rows = 1 if step in (Step.UP, Step.DOWN) else rows_a_page
        section = self.section_of(index)
        row, column = divmod(index - self._firsts[section], self.columns)
        last_row = self._rows[-1] + self._grids[-1].rows - 1
        wanted = self._rows[section] + row + (-rows if step in (Step.UP, Step.PAGE_UP) else rows)
        wanted = min(last_row, max(0, wanted))
        if wanted == self._rows[section] + row:
            return index
        section = bisect_right(self._rows, wanted) - 1
        in_section = (wanted - self._rows[section]) * self.columns + column
        return self._firsts[section] + min(in_section, self.sections[section].count - 1)

    def _section_at(self, y: int) -> int:
        return max(0, bisect_right(self._tops, y) - 1)

    def _body_top(self, section: int) -> int:
        return self._tops[section] + self.sections[section].heading_px

    def _seen_of(self, section: int, top_px: int, bottom_px: int) -> tuple[int, int]:
        body_px, first = self._body_top(section), self._firsts[section]
        seen = self._grids[section].visible_range(top_px - body_px, bottom_px - body_px)
        return first + seen.start, first + seen.stop

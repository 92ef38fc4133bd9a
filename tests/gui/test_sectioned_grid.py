"""Sections: headings between photos, and keys lead across them; what holds for every arrangement is in test_any_grid."""

from itertools import pairwise

from grid_strategies import filled_sections, sectioned_grids
from hypothesis import given
from hypothesis import strategies as st

from photofind.gui.geometry import EvenGrid, Step
from photofind.gui.sectioned_grid import SectionedGrid, SectionSize


@given(grid=sectioned_grids)
def test_headings_and_photos_fill_the_surface_in_order_and_never_overlap(grid: SectionedGrid) -> None:
    first = 0
    for number, size in enumerate(grid.sections):
        heading = grid.heading_rect(number)
        assert heading.height == size.heading_px
        if size.count:
            assert grid.section_of(first) == grid.section_of(first + size.count - 1) == number
            assert grid.rect_of(first).y == heading.bottom + grid.gap_px
            assert grid.rect_of(first).x == grid.gap_px, "a section begins in a row of its own"
        first += size.count
        if number + 1 < len(grid.sections):
            below = grid.heading_rect(number + 1).y
            assert below == (grid.rect_of(first - 1).bottom + grid.gap_px if size.count else heading.bottom)
    ends = grid.rect_of(grid.count - 1).bottom + grid.gap_px if grid.sections[-1].count else heading.bottom
    assert grid.content_height_px == ends


@given(grid=sectioned_grids, top=st.integers(0, 100_000), height=st.integers(1, 3_000))
def test_the_headings_on_screen_are_all_told(grid: SectionedGrid, top: int, height: int) -> None:
    told = grid.headings_in(top, top + height)
    for number in range(len(grid.sections)):
        rect = grid.heading_rect(number)
        if rect.y < top + height and rect.bottom > top:
            assert number in told


@given(grid=filled_sections, data=st.data(), step=st.sampled_from(Step), rows=st.integers(1, 40))
def test_every_key_leads_to_a_photo_in_its_direction(
    grid: SectionedGrid, data: st.DataObject, step: Step, rows: int
) -> None:
    index = data.draw(st.integers(0, grid.count - 1))
    moved = grid.moved(index, step, rows)
    assert 0 <= moved < grid.count
    if step in (Step.UP, Step.PAGE_UP):
        assert moved <= index
        assert moved == index or grid.rect_of(moved).y < grid.rect_of(index).y
    if step in (Step.DOWN, Step.PAGE_DOWN):
        assert moved >= index
        assert moved == index or grid.rect_of(moved).y > grid.rect_of(index).y


@given(count=st.integers(1, 2_000), width=st.integers(80, 3_000), data=st.data(), step=st.sampled_from(Step))
def test_one_section_is_an_even_grid_below_a_heading(
    count: int, width: int, data: st.DataObject, step: Step
) -> None:
    even, one = EvenGrid(count, width, 100), SectionedGrid([SectionSize(30, count)], width, 100)
    index = data.draw(st.integers(0, count - 1))
    x, y, *size = even.rect_of(index)
    assert one.rect_of(index) == (x, y + 30, *size)
    assert one.moved(index, step, 3) == even.moved(index, step, 3)
    assert (one.columns, one.cell_px, one.row_height_px) == (even.columns, even.cell_px, even.row_height_px)
    assert one.content_height_px == even.content_height_px + 30


def test_keys_cross_headings_and_empty_sections() -> None:
    sections = [SectionSize(40, 3), SectionSize(40, 0), SectionSize(40, 7), SectionSize(40, 0)]
    grid = SectionedGrid(sections, width_px=5 * 104 + 4, wanted_px=100)
    assert grid.columns == 5
    assert grid.moved(1, Step.DOWN, 3) == 4
    assert grid.moved(4, Step.UP, 3) == 1
    assert grid.moved(7, Step.UP, 3) == 2, "the row above is short: its last photo is the nearest"
    assert grid.moved(7, Step.DOWN, 3) == 9
    assert grid.moved(9, Step.DOWN, 3) == 9
    assert grid.moved(2, Step.RIGHT, 3) == 3
    assert grid.moved(0, Step.PAGE_DOWN, 2) == 8
    assert grid.moved(8, Step.PAGE_UP, 9) == 0
    assert grid.moved(0, Step.END, 3) == 9


def test_headings_beside_a_photo_are_shown_with_it() -> None:
    sections = [SectionSize(30, 0), SectionSize(40, 7), SectionSize(40, 0)]
    grid = SectionedGrid(sections, width_px=5 * 104 + 4, wanted_px=100)
    assert grid.window_on(0) == (0, 30 + 40 + 4 + 100 + 4)
    assert grid.window_on(6) == (30 + 40 + 104, grid.content_height_px)


def test_a_million_photos_in_sections_fit_in_what_a_scroll_bar_can_count() -> None:
    grid = SectionedGrid([SectionSize(40, 3), SectionSize(40, 999_997)], width_px=700, wanted_px=600)
    assert grid.content_height_px < 2**31
    tops = [grid.rect_of(index).y for index in range(999_000, 1_000_000)]
    assert all(below - above == grid.row_height_px for above, below in pairwise(tops))


def test_sections_without_photos_are_only_their_headings() -> None:
    grid = SectionedGrid([SectionSize(40, 0)], width_px=700, wanted_px=180)
    assert grid.content_height_px == 40
    assert not grid.visible_range(0, 1000)
    assert grid.index_at(20, 50) == -1
    assert grid.moved(-1, Step.DOWN, 3) == -1

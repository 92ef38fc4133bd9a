"""Photos in sections: every photo is found where it is drawn, and keys lead across headings."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from photofind.gui.geometry import EvenGrid, Step
from photofind.gui.sectioned_grid import SectionedGrid, SectionSize

sizes = st.builds(SectionSize, heading_px=st.integers(1, 60), count=st.one_of(st.integers(0, 40), st.integers(0, 400_000)))
grids = st.builds(
    SectionedGrid,
    sections=st.lists(sizes, min_size=1, max_size=6),
    width_px=st.integers(80, 8_000),
    wanted_px=st.integers(40, 600),
    gap_px=st.integers(0, 12),
)
filled = grids.filter(lambda grid: grid.count > 0)


@given(grid=filled, data=st.data())
def test_the_photo_at_any_point_of_its_rectangle_is_that_photo(grid: SectionedGrid, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, grid.count - 1))
    rect = grid.rect_of(index)
    x = data.draw(st.integers(rect.x, rect.x + rect.width - 1))
    y = data.draw(st.integers(rect.y, rect.bottom - 1))
    assert grid.index_at(x, y) == index


@given(grid=grids, x=st.integers(-10, 8_000), y=st.integers(-10, 100_000))
def test_a_point_is_in_the_rectangle_of_the_photo_found_there(grid: SectionedGrid, x: int, y: int) -> None:
    index = grid.index_at(x, y)
    assert -1 <= index < grid.count
    if index >= 0:
        rect = grid.rect_of(index)
        assert rect.x <= x < rect.x + rect.width
        assert rect.y <= y < rect.bottom


@given(grid=filled, data=st.data(), height=st.integers(1, 3_000))
def test_the_visible_photos_are_those_that_reach_into_the_window(
    grid: SectionedGrid, data: st.DataObject, height: int
) -> None:
    top = data.draw(st.integers(0, grid.content_height_px))
    visible = grid.visible_range(top, top + height)
    assert 0 <= visible.start <= visible.stop <= grid.count
    if visible:
        assert grid.rect_of(visible.start).bottom + grid.gap_px > top
        assert grid.rect_of(visible.stop - 1).y < top + height
    if visible.stop < grid.count:
        assert grid.rect_of(visible.stop).y >= top + height
    if visible.start > 0:
        assert grid.rect_of(visible.start - 1).bottom <= top


@given(grid=grids)
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


@given(grid=grids, top=st.integers(0, 100_000), height=st.integers(1, 3_000))
def test_the_headings_on_screen_are_all_told(grid: SectionedGrid, top: int, height: int) -> None:
    told = grid.headings_in(top, top + height)
    for number in range(len(grid.sections)):
        rect = grid.heading_rect(number)
        if rect.y < top + height and rect.bottom > top:
            assert number in told


@given(grid=filled, data=st.data(), step=st.sampled_from(Step), rows=st.integers(1, 40))
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

"""Rows and columns of an even grid; what holds for every arrangement is in test_any_grid."""

from grid_strategies import even_grids
from hypothesis import given
from hypothesis import strategies as st

from photofind.gui.geometry import EvenGrid, Step


@given(grid=even_grids)
def test_a_row_ends_at_the_margin_to_a_pixel_and_all_cells_are_alike(grid: EvenGrid) -> None:
    first, last = grid.rect_of(0), grid.rect_of(grid.columns - 1)
    assert first.x == grid.gap_px
    assert 0 <= grid.width_px - grid.gap_px - (last.x + last.width) <= 1
    assert first.width == last.width == first.height == grid.cell_px


@given(grid=even_grids, data=st.data(), step=st.sampled_from(Step), rows=st.integers(1, 40))
def test_every_key_leads_to_a_photo(grid: EvenGrid, data: st.DataObject, step: Step, rows: int) -> None:
    index = data.draw(st.integers(0, grid.count - 1))
    moved = grid.moved(index, step, rows)
    assert 0 <= moved < grid.count
    if step in (Step.UP, Step.PAGE_UP):
        assert moved % grid.columns == index % grid.columns


def test_keys_move_by_columns_rows_and_pages() -> None:
    grid = EvenGrid(count=23, width_px=5 * 104 + 4, wanted_px=100)
    assert grid.columns == 5
    assert grid.moved(7, Step.DOWN, 3) == 12
    assert grid.moved(7, Step.UP, 3) == 2
    assert grid.moved(2, Step.UP, 3) == 2
    assert grid.moved(19, Step.DOWN, 3) == 22, "the last row is short: its last photo is the nearest"
    assert grid.moved(22, Step.DOWN, 3) == 22
    assert grid.moved(1, Step.PAGE_DOWN, 3) == 16
    assert grid.moved(16, Step.PAGE_UP, 2) == 6
    assert grid.moved(9, Step.RIGHT, 3) == 10
    assert grid.moved(9, Step.END, 3) == 22
    assert grid.moved(-1, Step.RIGHT, 3) == 0


def test_a_million_photos_fit_in_what_a_scroll_bar_can_count() -> None:
    grid = EvenGrid(count=1_000_000, width_px=700, wanted_px=600)
    assert grid.columns == 1
    assert grid.content_height_px < 2**31
    assert grid.rect_of(999_999).bottom + grid.gap_px == grid.content_height_px


def test_no_photos_take_no_room() -> None:
    grid = EvenGrid(count=0, width_px=700, wanted_px=180)
    assert not grid.visible_range(0, 1000)
    assert grid.index_at(20, 20) == -1
    assert grid.moved(-1, Step.DOWN, 3) == -1

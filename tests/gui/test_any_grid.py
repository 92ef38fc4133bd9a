"""Where photos lie in any arrangement: every photo is found where it is drawn."""

from grid_strategies import even_grids, filled_sections, sectioned_grids
from hypothesis import given
from hypothesis import strategies as st

from photofind.gui.geometry import GridGeometry

grids = st.one_of(even_grids, sectioned_grids)
filled = st.one_of(even_grids, filled_sections)


@given(grid=filled, data=st.data())
def test_the_photo_at_any_point_of_its_rectangle_is_that_photo(grid: GridGeometry, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, grid.count - 1))
    rect = grid.rect_of(index)
    x = data.draw(st.integers(rect.x, rect.x + rect.width - 1))
    y = data.draw(st.integers(rect.y, rect.bottom - 1))
    assert grid.index_at(x, y) == index


@given(grid=grids, x=st.integers(-10, 8_000), y=st.integers(-10, 100_000))
def test_a_point_is_in_the_rectangle_of_the_photo_found_there(grid: GridGeometry, x: int, y: int) -> None:
    index = grid.index_at(x, y)
    assert -1 <= index < grid.count
    if index >= 0:
        rect = grid.rect_of(index)
        assert rect.x <= x < rect.x + rect.width
        assert rect.y <= y < rect.bottom


@given(grid=filled, data=st.data(), height=st.integers(1, 3_000))
def test_the_visible_photos_are_those_that_reach_into_the_window(
    grid: GridGeometry, data: st.DataObject, height: int
) -> None:
    top = data.draw(st.one_of(st.integers(0, grid.content_height_px), st.integers(0, 5_000_000)))
    visible = grid.visible_range(top, top + height)
    assert 0 <= visible.start <= visible.stop <= grid.count
    if visible:
        assert grid.rect_of(visible.start).bottom + grid.row_height_px - grid.cell_px > top
        assert grid.rect_of(visible.stop - 1).y < top + height
    if visible.stop < grid.count:
        assert grid.rect_of(visible.stop).y >= top + height
    if visible.start > 0:
        assert grid.rect_of(visible.start - 1).bottom <= top

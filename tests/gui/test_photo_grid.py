"""The grid under keys and mouse, and when its photos change under it."""

from array import array
from collections.abc import Callable

import pytest
from fake_engine import FakeEngine
from PySide6.QtCore import QEvent, QItemSelectionModel, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photofind.gui.main_window import MainWindow
from photofind.gui.photo_grid import MOST_CELL_PX, PhotoGrid
from photofind.gui.quick_actions import Part, part_at, select_badge, similar_badge

SHIFT, CONTROL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
SELECT = QItemSelectionModel.SelectionFlag.Select


@pytest.fixture
def engine(engines: Callable[..., FakeEngine]) -> FakeEngine:
    return engines(1_000)


@pytest.fixture
def window(engine: FakeEngine, windows: Callable[..., MainWindow]) -> MainWindow:
    return windows(engine)


@pytest.fixture
def grid(window: MainWindow) -> PhotoGrid:
    window.grid.setFocus()
    window.grid.go_to(0)
    return window.grid


def click(
    qtbot: QtBot, grid: PhotoGrid, row: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
) -> None:
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, modifier, center(grid, row))


def center(grid: PhotoGrid, row: int) -> QPoint:
    return grid.visualRect(grid.model().index(row, 0)).center()


def ids_at(grid: PhotoGrid, rows: list[int]) -> list[int]:
    return [grid.model().photo_id(row) for row in rows]


def test_arrows_home_end_and_pages_move_the_current_photo(qtbot: QtBot, grid: PhotoGrid) -> None:
    columns = grid._geometry.columns
    for key, row in (
        (Qt.Key.Key_Right, 1), (Qt.Key.Key_Down, 1 + columns), (Qt.Key.Key_Left, columns), (Qt.Key.Key_Up, 0),
        (Qt.Key.Key_End, 999), (Qt.Key.Key_Home, 0),
    ):  # fmt: skip
        qtbot.keyClick(grid, key)
        assert grid.currentIndex().row() == row, key
    qtbot.keyClick(grid, Qt.Key.Key_PageDown)
    assert grid.currentIndex().row() == grid.viewport().height() // grid._geometry.row_height_px * columns
    qtbot.keyClick(grid, Qt.Key.Key_PageUp)
    assert grid.currentIndex().row() == 0


def test_the_current_photo_is_scrolled_into_view(qtbot: QtBot, grid: PhotoGrid) -> None:
    qtbot.keyClick(grid, Qt.Key.Key_End)
    assert grid.viewport().rect().contains(grid.visualRect(grid.currentIndex()))
    qtbot.keyClick(grid, Qt.Key.Key_Home)
    assert grid.verticalOffset() == 0


def test_shift_extends_in_reading_order_and_control_a_selects_all(qtbot: QtBot, grid: PhotoGrid) -> None:
    columns = grid._geometry.columns
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    qtbot.keyClick(grid, Qt.Key.Key_Down, SHIFT)
    assert grid.selected_spans() == [(1, columns + 2)]
    qtbot.keyClick(grid, Qt.Key.Key_A, CONTROL)
    assert grid.selected_count() == 1_000
    qtbot.keyClick(grid, Qt.Key.Key_Escape)
    assert grid.selected_count() == 0


def test_escape_lets_go_of_the_selection_first_and_of_the_question_next(
    qtbot: QtBot, window: MainWindow, grid: PhotoGrid
) -> None:
    window.top.search.words.setText("dog")
    qtbot.waitUntil(lambda: len(window.model.ids) == 100)
    grid.go_to(3)
    qtbot.keyClick(grid, Qt.Key.Key_Escape)
    assert (grid.selected_count(), window.top.search.text) == (0, "dog")
    qtbot.keyClick(grid, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: len(window.model.ids) == 1_000)


def test_clicks_select_one_add_one_and_extend(qtbot: QtBot, grid: PhotoGrid) -> None:
    click(qtbot, grid, 2)
    assert grid.selected_spans() == [(2, 3)]
    click(qtbot, grid, 4, CONTROL)
    assert grid.selected_spans() == [(2, 3), (4, 5)]
    click(qtbot, grid, 7, SHIFT)
    assert grid.selected_spans() == [(2, 3), (4, 8)]


def test_the_corner_of_a_photo_adds_it_to_the_selection(qtbot: QtBot, grid: PhotoGrid) -> None:
    click(qtbot, grid, 0)
    corner = select_badge(grid.visualRect(grid.model().index(3, 0))).center()
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=corner)
    assert grid.selected_spans() == [(0, 1), (3, 4)]
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=corner)
    assert grid.selected_spans() == [(0, 1)]


def test_the_other_corner_finds_similar_photos(qtbot: QtBot, grid: PhotoGrid) -> None:
    corner = similar_badge(grid.visualRect(grid.model().index(3, 0))).center()
    with qtbot.waitSignal(grid.similar_requested) as caught:
        qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=corner)
    assert caught.args == [3]
    small = grid.visualRect(grid.model().index(3, 0))
    small.setSize(small.size() / 3)
    assert part_at(small, select_badge(small).center()) is Part.PICTURE, "small photos have no room for actions"


def test_pulling_a_photo_drags_it_and_all_others_that_are_selected(qtbot: QtBot, grid: PhotoGrid) -> None:
    start = center(grid, 2)
    for chosen in ([(2, 3)], [(1, 4)]):
        qtbot.mousePress(grid.viewport(), Qt.MouseButton.LeftButton, pos=start)
        with qtbot.waitSignal(grid.drag_requested):
            move = QMouseEvent(
                QEvent.Type.MouseMove, QPointF(start + QPoint(200, 0)), QPointF(), Qt.MouseButton.NoButton,
                Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier,
            )  # fmt: skip
            QApplication.sendEvent(grid.viewport(), move)
        assert grid.selected_spans() == chosen
        qtbot.mouseRelease(grid.viewport(), Qt.MouseButton.LeftButton, pos=center(grid, 900))
        click(qtbot, grid, 1)
        click(qtbot, grid, 3, SHIFT)


def test_new_photos_leave_selection_current_photo_and_place_as_they_were(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow, grid: PhotoGrid
) -> None:
    rows = [400, 401, 402, 450, 999]
    grid.go_to(402)
    for row in rows:
        grid.selectionModel().select(grid.model().index(row, 0), SELECT)
    chosen, current = ids_at(grid, rows), window.model.photo_id(402)
    y = grid.visualRect(grid.currentIndex()).y()
    engine.set_ids(range(1_000 + 5 * grid._geometry.columns, 0, -1))
    qtbot.waitUntil(lambda: len(window.model.ids) > 1_000)
    assert list(grid.selected_ids()) == chosen
    assert window.model.photo_id(grid.currentIndex().row()) == current
    assert grid.visualRect(grid.currentIndex()).y() == y


def test_shift_extends_from_the_same_photo_after_new_ones_have_come(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow, grid: PhotoGrid
) -> None:
    grid.go_to(10)
    for _ in range(3):
        qtbot.keyClick(grid, Qt.Key.Key_Right, SHIFT)
    chosen = list(grid.selected_ids())
    engine.set_ids(range(1_007, 0, -1))
    qtbot.waitUntil(lambda: len(window.model.ids) == 1_007)
    qtbot.keyClick(grid, Qt.Key.Key_Right, SHIFT)
    assert list(grid.selected_ids()) == [*chosen, chosen[-1] - 1]


def test_photos_that_go_leave_the_selection(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow, grid: PhotoGrid
) -> None:
    grid.go_to(0)
    qtbot.keyClick(grid, Qt.Key.Key_A, CONTROL)
    engine.set_ids([photo_id for photo_id in range(1_000, 0, -1) if photo_id % 7])
    qtbot.waitUntil(lambda: len(window.model.ids) < 1_000)
    assert grid.selected_spans() == [(0, len(window.model.ids))]


def test_newest_photos_appear_at_the_top_when_the_grid_stands_there(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow, grid: PhotoGrid
) -> None:
    engine.set_ids(range(1_050, 0, -1))
    qtbot.waitUntil(lambda: len(window.model.ids) == 1_050)
    assert grid.verticalOffset() == 0


def test_a_new_question_starts_at_the_top_with_nothing_selected(
    qtbot: QtBot, window: MainWindow, grid: PhotoGrid
) -> None:
    grid.go_to(800)
    window.top.search.words.setText("dog")
    qtbot.waitUntil(lambda: len(window.model.ids) == 100)
    assert grid.verticalOffset() == 0
    assert grid.selected_count() == 0


def test_a_selection_of_half_of_many_photos_survives(qtbot: QtBot, window: MainWindow, grid: PhotoGrid) -> None:
    grid.show_ids(array("q", range(200_000, 0, -1)), keep_place=False)
    model = window.model
    grid.selectionModel().select(model.index(0), SELECT)
    grid.setCurrentIndex(model.index(50_000))
    grid.selectAll()
    grid.show_ids(array("q", [200_001, *range(200_000, 0, -2)]), keep_place=True)
    assert grid.selected_spans() == [(1, 100_001)]


def test_only_visible_photos_are_read(qtbot: QtBot, engine: FakeEngine, window: MainWindow, grid: PhotoGrid) -> None:
    qtbot.waitUntil(lambda: grid.pixmap_of(0) is not None)
    assert window.model.photo(500) is None
    assert grid.pixmap_of(500) is None
    grid.go_to(500)
    qtbot.waitUntil(lambda: window.model.photo(500) is not None and grid.pixmap_of(500) is not None)


def test_control_and_wheel_change_the_size_and_keep_the_middle(
    qtbot: QtBot, window: MainWindow, grid: PhotoGrid
) -> None:
    grid.go_to(500)
    grid.scrollTo(grid.currentIndex(), grid.ScrollHint.PositionAtCenter)
    columns, size = grid._geometry.columns, grid.wanted_px
    point = QPointF(50, 50)
    wheel = QWheelEvent(
        point, point, QPoint(), QPoint(0, 240), Qt.MouseButton.NoButton, CONTROL, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(grid.viewport(), wheel)
    assert grid.wanted_px > size
    assert grid._geometry.columns <= columns
    assert window.top.zoom.value() == grid.wanted_px
    assert grid.visualRect(grid.currentIndex()).intersects(grid.viewport().rect())
    window.top.zoom.setValue(MOST_CELL_PX)
    assert grid.wanted_px == MOST_CELL_PX


def test_the_grid_is_mirrored_for_languages_that_run_from_right_to_left(qtbot: QtBot, grid: PhotoGrid) -> None:
    grid.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    first, second = (grid.visualRect(grid.model().index(row, 0)) for row in (0, 1))
    assert second.right() < first.left()
    assert grid.indexAt(first.center()).row() == 0
    qtbot.keyClick(grid, Qt.Key.Key_Left)
    assert grid.currentIndex().row() == 1


def test_the_current_photo_is_told_to_screen_readers(qtbot: QtBot, window: MainWindow, grid: PhotoGrid) -> None:
    qtbot.waitUntil(lambda: window.model.photo(1) is not None)
    qtbot.keyClick(grid, Qt.Key.Key_Right)
    assert "IMG_00999.jpg" in grid.accessibleDescription()

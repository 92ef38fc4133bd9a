"""The viewer: thumbnail at once, sharp picture after it, keys."""

from collections.abc import Callable

import pytest
from fake_engine import FakeEngine
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from photofind.core import events
from photofind.gui.main_window import MainWindow
from photofind.gui.viewer import Viewer


@pytest.fixture
def engine(engines: Callable[..., FakeEngine]) -> FakeEngine:
    return engines(30)


@pytest.fixture
def window(engine: FakeEngine, windows: Callable[..., MainWindow]) -> MainWindow:
    return windows(engine)


@pytest.fixture
def viewer(qtbot: QtBot, window: MainWindow) -> Viewer:
    window.grid.go_to(0)
    qtbot.keyClick(window.grid, Qt.Key.Key_Return)
    assert window.viewer.isVisible()
    return window.viewer


def test_enter_opens_the_photo_and_its_sharp_picture_fits_the_window(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow, viewer: Viewer
) -> None:
    qtbot.waitUntil(lambda: viewer.is_sharp)
    ((photo_id, width, height),) = engine.called("open_view")
    assert photo_id == 30
    assert 0 < width <= window.centralWidget().width()
    assert 0 < height <= window.centralWidget().height()
    qtbot.waitUntil(lambda: viewer.accessibleName() == "IMG_00030.jpg, 1 of 30")


def test_the_thumbnail_is_shown_while_the_picture_is_not_there(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow
) -> None:
    engine.held = True
    window.open_photo(3)
    qtbot.waitUntil(lambda: window.viewer.has_thumbnail)
    assert not window.viewer.is_sharp
    engine.release()
    qtbot.waitUntil(lambda: window.viewer.is_sharp)


def test_arrows_lead_to_the_neighbours_and_stop_at_the_ends(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow, viewer: Viewer
) -> None:
    qtbot.keyClick(viewer, Qt.Key.Key_Left)
    assert viewer.photo_id == 30
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert viewer.photo_id == 29
    assert window.grid.currentIndex().row() == 1, "the grid follows"
    qtbot.keyClick(viewer, Qt.Key.Key_Left)
    assert viewer.photo_id == 30
    window.open_photo(29)
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert viewer.photo_id == 1


def test_a_late_picture_of_the_photo_before_is_not_shown(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow, viewer: Viewer
) -> None:
    qtbot.waitUntil(lambda: viewer.is_sharp)
    engine.held = True
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    late = engine._kept_back.pop()
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    with qtbot.waitSignal(window.bridge.view_ready):
        engine.post(late)
    assert not viewer.is_sharp


def test_a_photo_that_cannot_be_read_says_why(qtbot: QtBot, engine: FakeEngine, window: MainWindow) -> None:
    engine.broken_views = {25}
    window.open_photo(5)
    qtbot.waitUntil(lambda: window.viewer.sentence == "This photo cannot be read now. Its drive is away.")
    qtbot.keyClick(window.viewer, Qt.Key.Key_Right)
    assert window.viewer.sentence == ""


def test_escape_closes_and_gives_the_keyboard_back_to_the_grid(
    qtbot: QtBot, window: MainWindow, viewer: Viewer
) -> None:
    qtbot.keyClick(viewer, Qt.Key.Key_Escape)
    assert not viewer.isVisible()
    assert window.grid.hasFocus()


def test_next_goes_on_from_its_place_when_the_open_photo_has_gone(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow, viewer: Viewer
) -> None:
    window.open_photo(10)  # photo 20
    engine.set_ids([photo_id for photo_id in range(30, 0, -1) if photo_id != 20])
    qtbot.waitUntil(lambda: len(window.model.ids) == 29)
    qtbot.keyClick(viewer, Qt.Key.Key_Left)
    assert viewer.photo_id == 21


def test_a_photo_that_goes_while_it_is_open_says_so_and_next_leaves_none_out(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow, viewer: Viewer
) -> None:
    window.open_photo(10)  # photo 20
    engine.set_ids([photo_id for photo_id in range(30, 0, -1) if photo_id not in (20, 25)])
    qtbot.waitUntil(lambda: viewer.sentence == "This photo is no longer there.")
    engine.set_ids([photo_id for photo_id in range(30, 0, -1) if photo_id != 20])
    qtbot.waitUntil(lambda: len(window.model.ids) == 29)
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    assert viewer.photo_id == 19
    qtbot.waitUntil(lambda: viewer.accessibleName() == "IMG_00019.jpg, 11 of 29")


def test_a_larger_window_asks_for_more_pixels(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow, viewer: Viewer
) -> None:
    qtbot.waitUntil(lambda: viewer.is_sharp)
    window.resize(1300, 900)
    qtbot.waitUntil(lambda: len(engine.called("open_view")) == 2)
    assert engine.called("open_view")[1][1] > engine.called("open_view")[0][1]


def test_a_double_click_in_the_grid_opens_and_one_in_the_viewer_closes(qtbot: QtBot, window: MainWindow) -> None:
    middle = window.grid.visualRect(window.model.index(2)).center()
    qtbot.mouseClick(window.grid.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    qtbot.mouseDClick(window.grid.viewport(), Qt.MouseButton.LeftButton, pos=middle)
    assert window.viewer.isVisible()
    assert window.viewer.photo_id == 28
    qtbot.mouseDClick(window.viewer, Qt.MouseButton.LeftButton)
    assert not window.viewer.isVisible()


def test_a_photo_grows_out_of_its_cell(qtbot: QtBot, window: MainWindow) -> None:
    window.open_photo(3)
    opening = window.viewer._opening
    assert opening.is_running
    cell = window.grid.visualRect(window.model.index(3))
    assert opening._origin.size() == cell.size()
    assert opening.place(window.viewer.rect()).width() < window.viewer.width()
    qtbot.waitUntil(lambda: not opening.is_running)
    assert opening.place(window.viewer.rect()).toRect() == window.viewer.rect()


def test_a_photo_whose_drive_comes_back_is_shown_whole(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow, viewer: Viewer
) -> None:
    engine.offline = engine.broken_views = {29}
    engine.post(events.PhotosChanged((29,)))
    qtbot.keyClick(viewer, Qt.Key.Key_Right)
    qtbot.waitUntil(lambda: viewer.sentence != "" and not viewer.is_sharp)
    qtbot.waitUntil(lambda: window.model.photo(1) is not None and window.model.photo(1).offline)
    engine.offline, engine.broken_views = set(), set()
    engine.post(events.PhotosChanged((29,)))
    qtbot.waitUntil(lambda: viewer.is_sharp)
    assert viewer.sentence == ""

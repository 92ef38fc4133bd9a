"""A detail of the open photo as the question: drawn with the mouse or the keys."""

from collections.abc import Callable

import pytest
from fake_engine import FakeEngine
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from photofind.core import events
from photofind.core.question import PictureRegion, Question
from photofind.gui.detail_drawing import DetailDrawing
from photofind.gui.detail_region import LEAST, MIDDLE, between, grown, moved
from photofind.gui.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton
_SHARES = st.floats(-3, 3)


@pytest.fixture
def engine(engines: Callable[..., FakeEngine]) -> FakeEngine:
    return engines(30)


@pytest.fixture
def window(qtbot: QtBot, engine: FakeEngine, windows: Callable[..., MainWindow]) -> MainWindow:
    window = windows(engine)
    window.open_photo(4)  # photo 26
    qtbot.waitUntil(lambda: window.viewer.is_sharp)
    return window


@pytest.fixture
def drawing(qtbot: QtBot, window: MainWindow) -> DetailDrawing:
    qtbot.keyClick(window.viewer, Qt.Key.Key_R)
    assert window.tools.detail.drawing.isVisible()
    return window.tools.detail.drawing


def at(window: MainWindow, across: float, down: float) -> QPoint:
    place = window.viewer.picture_place
    return place.topLeft() + QPoint(round(across * place.width()), round(down * place.height()))


def drag(qtbot: QtBot, window: MainWindow, start: tuple[float, float], end: tuple[float, float]) -> None:
    drawing = window.tools.detail.drawing
    qtbot.mousePress(drawing, LEFT, pos=at(window, *start))
    qtbot.mouseMove(drawing, at(window, *end))
    qtbot.mouseRelease(drawing, LEFT, pos=at(window, *end))


def test_letting_go_searches_for_the_detail_and_its_chip_shows_the_cut_out(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow, drawing: DetailDrawing
) -> None:
    window.top.search.words.setText("a red boat")
    drag(qtbot, window, (0.75, 0.6), (0.25, 0.1))  # any corner first
    assert not window.viewer.isVisible()
    qtbot.waitUntil(lambda: window.search.answered_question is not None and bool(window.search.answered_question.pictures))
    (detail,) = window.search.answered_question.pictures
    assert isinstance(detail, PictureRegion)
    assert detail.photo_id == 26
    assert (detail.left, detail.top) == pytest.approx((0.25, 0.1), abs=0.01)
    assert (detail.width, detail.height) == pytest.approx((0.5, 0.5), abs=0.01)
    assert window.search.question == Question(pictures=(detail,)), "it is the whole question"
    assert window.top.search.chips[0].has_thumbnail
    assert engine.called("prepare_picture") == [(detail,)]


def test_what_is_drawn_beyond_the_picture_ends_at_its_edge(
    qtbot: QtBot, window: MainWindow, drawing: DetailDrawing
) -> None:
    found: list[object] = []
    drawing.chosen.connect(found.append)
    drag(qtbot, window, (-0.1, -0.05), (0.5, 2.0))
    (region,) = found
    assert (region.left, region.top, region.height) == (0, 0, 1)
    assert region.width == pytest.approx(0.5, abs=0.01)


def test_a_click_is_no_rectangle_and_escape_leaves_the_drawing_but_not_the_photo(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow, drawing: DetailDrawing
) -> None:
    qtbot.mouseClick(drawing, LEFT, pos=at(window, 0.5, 0.5))
    assert drawing.isVisible()
    assert drawing.region is None
    qtbot.keyClick(drawing, Qt.Key.Key_Escape)
    assert not drawing.isVisible()
    assert window.viewer.isVisible()
    assert window.viewer.hasFocus()
    assert engine.called("prepare_picture") == []


def test_the_arrow_keys_place_move_and_resize_it_and_enter_searches(
    qtbot: QtBot, window: MainWindow, drawing: DetailDrawing
) -> None:
    qtbot.keyClick(drawing, Qt.Key.Key_Right)
    assert drawing.region == MIDDLE, "the first one shows it"
    for _ in range(4):
        qtbot.keyClick(drawing, Qt.Key.Key_Left)
    qtbot.keyClick(drawing, Qt.Key.Key_Down)
    qtbot.keyClick(drawing, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClick(drawing, Qt.Key.Key_Up, Qt.KeyboardModifier.ShiftModifier)
    region = drawing.region
    assert region is not None
    assert (region.left, region.top, region.width, region.height) == pytest.approx((0.17, 0.27, 0.52, 0.48))
    assert drawing.accessibleDescription() == "From 17 to 69 % across and from 27 to 75 % down the photo"
    assert window.viewer.photo_id == 26, "the arrows lead to no other photo meanwhile"
    qtbot.keyClick(drawing, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: bool(window.search.question.pictures))
    (detail,) = window.search.question.pictures
    assert isinstance(detail, PictureRegion)
    assert detail.region == region


def test_a_detail_that_comes_from_the_preview_is_said_so(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow, drawing: DetailDrawing
) -> None:
    engine.offline = {26}
    drag(qtbot, window, (0.2, 0.2), (0.6, 0.6))
    qtbot.waitUntil(window.notice.isVisible)
    assert window.notice.sentence == "It was cut from the preview."


def test_a_photo_that_is_no_longer_open_takes_the_drawing_with_it(
    qtbot: QtBot, window: MainWindow, drawing: DetailDrawing
) -> None:
    window.to_search()
    assert not drawing.isVisible()
    window.open_photo(4)
    window.viewer.changed.emit()
    assert not drawing.isVisible()
    qtbot.keyClick(window.viewer, Qt.Key.Key_R)
    window.resize(1200, 800)
    qtbot.waitUntil(lambda: drawing.size() == window.viewer.size())


@given(_SHARES, _SHARES, _SHARES, _SHARES, _SHARES, _SHARES)
def test_a_rectangle_never_leaves_the_picture(x: float, y: float, to_x: float, to_y: float, across: float, down: float) -> None:
    drawn = between(x, y, to_x, to_y)
    for region in (drawn, moved(drawn, across, down), grown(moved(MIDDLE, x, y), across, down)):
        assert region.left >= 0
        assert region.top >= 0
        assert region.left + region.width <= 1 + 1e-9
        assert region.top + region.height <= 1 + 1e-9
    assert min(grown(MIDDLE, across, down).width, grown(MIDDLE, across, down).height) >= LEAST


def test_a_detail_that_cannot_be_cut_is_taken_out_of_the_question_again(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow, drawing: DetailDrawing, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_source: object) -> int:
        engine.post(events.PictureRefused(77, "This photo is not in the library any more."))
        return 77

    monkeypatch.setattr(engine, "prepare_picture", refuse)
    drag(qtbot, window, (0.2, 0.2), (0.6, 0.6))
    qtbot.waitUntil(window.notice.isVisible)
    assert window.top.search.chips == []

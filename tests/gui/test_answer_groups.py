"""What an answer looks like in groups: headings, what is folded away, and the honest empty state."""

from array import array
from collections.abc import Callable

import pytest
from fake_engine import FakeEngine
from PySide6.QtCore import QPoint, Qt
from pytestqt.qtbot import QtBot

from photofind.core.question import Answer, Question
from photofind.gui.groups import sections_of, shown_ids
from photofind.gui.main_window import MainWindow
from photofind.gui.photo_grid import PhotoGrid
from photofind.gui.stacks import Stacked

SHIFT = Qt.KeyboardModifier.ShiftModifier


def answer_of(text: str, count: int, literal: int, strong: int, likely: int) -> Answer:
    scores = array("f", [0.3] * (count - literal))
    return Answer(Question(text), array("q", range(count)), scores, literal=literal, strong=strong, likely=likely)


@pytest.mark.parametrize(
    ("answer", "headings"),
    [
        (answer_of("dog", 100, 3, 4, 5), ["In names, tags and folders", "Looks like it", "Likely", "Less likely"]),
        (answer_of("dog", 100, 0, 0, 5), ["Nothing in names, tags or folders", "Looks like it", "Less likely"]),
        (answer_of("a white dog in the snow", 100, 0, 4, 0), ["Looks like it", "Less likely"]),
        (answer_of("dog", 100, 3, 0, 0), ["In names, tags and folders", "Nothing else looks like it", "Less likely"]),
        (answer_of("dog", 12, 0, 0, 0), ["Less likely"]),
        (answer_of("", 12, 0, 4, 8), ["Looks like it", "Likely"]),
        (Answer(Question("IMG_2"), array("q", range(3)), literal=3), ["In names, tags and folders"]),
        (Answer(Question("camera:nikon"), array("q", range(3))), []),
        (Answer(Question(), array("q", range(3))), []),
    ],
)
def test_each_group_has_a_heading_and_an_empty_one_a_line_where_that_helps(
    qtbot: QtBot, answer: Answer, headings: list[str]
) -> None:
    assert [section.words for section in sections_of(answer, Stacked(answer.ids), weak_shown=False)] == headings
    for weak_shown in (False, True):
        shown = sum(section.shown for section in sections_of(answer, Stacked(answer.ids), weak_shown=weak_shown))
        if headings:
            assert shown == len(shown_ids(answer, Stacked(answer.ids), weak_shown=weak_shown))
    assert shown_ids(answer, Stacked(answer.ids), weak_shown=True) == answer.ids


@pytest.fixture
def engine(engines: Callable[..., FakeEngine]) -> FakeEngine:
    """With 100 photos for a word of three letters: 3 by name, 12 that look like it, 85 that are less likely."""
    engine = engines(1_000)
    engine.groups = (3, 5, 7)
    return engine


@pytest.fixture
def window(qtbot: QtBot, engine: FakeEngine, windows: Callable[..., MainWindow]) -> MainWindow:
    window = windows(engine)
    ask(qtbot, window, "dog")
    return window


def ask(qtbot: QtBot, window: MainWindow, text: str) -> None:
    window.top.search.words.setText(text)
    qtbot.waitUntil(lambda: window.search.answered_question.text == text)
    window.grid.setFocus()


def button_of(grid: PhotoGrid) -> QPoint:
    """Its top left corner on the viewport."""
    return grid._headings.button.pos()


def test_less_likely_photos_are_one_click_away_and_nothing_moves_when_they_come(
    qtbot: QtBot, window: MainWindow
) -> None:
    grid = window.grid
    assert len(window.model.ids) == 15
    assert window.status.shown.text == "15 photos found · 3 by name"
    grid.go_to(14)
    chosen, y = list(grid.selected_ids()), grid.visualRect(grid.currentIndex()).y()
    button = grid._headings.button
    assert button.isVisible() and button.text() == "Show"
    assert grid.viewport().rect().contains(button.geometry()), "the heading comes into view with the last photo"
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert len(window.model.ids) == 100
    assert list(grid.selected_ids()) == chosen
    assert grid.visualRect(grid.currentIndex()).y() == y
    assert window.status.shown.text == "1 of 100 selected"
    grid.clearSelection()
    assert window.status.shown.text == "15 photos found · 3 by name", "the less likely ones are shown, not found"
    assert button.text() == "Hide"
    button.click()
    assert len(window.model.ids) == 15


def test_the_key_down_leads_on_to_what_is_folded_away_and_up_back_again(qtbot: QtBot, window: MainWindow) -> None:
    grid = window.grid
    grid.go_to(14)
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    button = grid._headings.button
    assert window.focusWidget() is button
    qtbot.keyClick(button, Qt.Key.Key_Up)
    assert window.focusWidget() is grid
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    qtbot.keyClick(button, Qt.Key.Key_Return)
    assert len(window.model.ids) == 100
    grid.setFocus()
    grid.go_to(14)
    qtbot.keyClick(grid, Qt.Key.Key_Down)
    assert grid.currentIndex().row() >= 15


def test_a_key_shows_and_hides_less_likely_photos_from_anywhere(qtbot: QtBot, window: MainWindow) -> None:
    for shown in (100, 15):
        qtbot.keyClick(window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
        assert len(window.model.ids) == shown
    window.top.search.clear_all()
    qtbot.waitUntil(lambda: len(window.model.ids) == 1_000)
    qtbot.keyClick(window, Qt.Key.Key_M, Qt.KeyboardModifier.ControlModifier)
    assert len(window.model.ids) == 1_000


def test_each_group_begins_in_a_row_of_its_own_and_selection_crosses_them(qtbot: QtBot, window: MainWindow) -> None:
    grid = window.grid
    left = grid.visualRect(grid.model().index(0, 0)).x()
    assert {0, 3, 8} <= {row for row in range(15) if grid.visualRect(grid.model().index(row, 0)).x() == left}
    grid.go_to(1)
    qtbot.keyClick(grid, Qt.Key.Key_Down, SHIFT)
    assert grid.selected_spans() == [(1, 5)]
    qtbot.keyClick(grid, Qt.Key.Key_Home)
    assert grid.verticalOffset() == 0, "with the heading above the first photo"


def test_the_group_of_the_current_photo_is_told_to_screen_readers(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.model.photo(3) is not None)
    window.grid.go_to(3)
    assert window.grid.accessibleDescription().endswith("Looks like it · 12")
    assert window.grid._headings.button.accessibleName() == "Show: Less likely · 85"


def test_what_is_unfolded_stays_so_for_the_same_question_only(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow
) -> None:
    window.display.fold_or_unfold()
    engine.set_ids(range(2_000, 0, -1))
    qtbot.waitUntil(lambda: len(window.model.ids) == 200)
    ask(qtbot, window, "cats")
    assert len(window.model.ids) == 15


def test_the_place_is_kept_when_photos_join_a_group_above(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow
) -> None:
    grid = window.grid
    window.display.fold_or_unfold()
    grid.center_on(60)
    seen = grid.visible().start
    photo_id, y = window.model.photo_id(seen), grid.visualRect(grid.model().index(seen, 0)).y()
    engine.groups = (3, 5, 27)
    engine.set_ids([*range(1_803, 1_003, -10), *range(1_000, 0, -1)])
    qtbot.waitUntil(lambda: len(window.model.ids) > 100)
    row = grid.row_of(photo_id)
    assert row != seen
    assert grid.visualRect(grid.model().index(row, 0)).y() == y


def test_zoom_and_resize_keep_sections_and_the_button_beside_its_words(qtbot: QtBot, window: MainWindow) -> None:
    grid = window.grid
    x = button_of(grid).x()
    for size in (90, 300):
        grid.set_wanted_px(size)
        grid.scrollTo(grid.model().index(14, 0))
        assert button_of(grid).x() == x
        assert 0 < button_of(grid).y() < grid.viewport().height()
        assert grid.indexAt(button_of(grid)).row() == -1
    grid.verticalScrollBar().setValue(0)
    assert not grid.viewport().rect().intersects(grid._headings.button.geometry()), "it scrolls with the photos"
    window.resize(640, 500)
    grid.set_wanted_px(90)
    grid.scrollTo(grid.model().index(14, 0))
    assert grid.viewport().rect().contains(grid._headings.button.geometry())


def test_nothing_convincing_is_said_and_what_comes_closest_is_one_click_away(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow
) -> None:
    engine.groups = (0, 0, 0)
    ask(qtbot, window, "a unicorn on the moon")
    assert window.stack.currentWidget() is window.empty
    assert window.empty.sentence.text() == "Nothing convincing found for “a unicorn on the moon”"
    assert window.status.shown.text == "Nothing convincing · 100 less likely"
    assert window.empty.button.text() == "Show what comes closest"
    window.empty.setFocus()
    qtbot.keyClick(window.empty, Qt.Key.Key_Return)
    assert window.stack.currentWidget() is window.grid
    assert window.focusWidget() is window.grid
    assert len(window.model.ids) == 100
    window.grid._headings.button.click()
    assert window.stack.currentWidget() is window.empty


def test_the_grid_by_date_has_no_headings(qtbot: QtBot, window: MainWindow) -> None:
    window.top.search.clear_all()
    qtbot.waitUntil(lambda: len(window.model.ids) == 1_000)
    assert window.grid.visualRect(window.grid.model().index(0, 0)).y() == 4
    assert not window.grid._headings.button.isVisible()

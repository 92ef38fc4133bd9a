"""Stacks of alike photos in the grid."""

from array import array
from collections.abc import Callable

import pytest
from fake_engine import FakeEngine
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from pytestqt.qtbot import QtBot

from photofind.core.question import Answer, Question
from photofind.gui.groups import sections_of, shown_ids
from photofind.gui.main_window import MainWindow
from photofind.gui.quick_actions import stack_badge
from photofind.gui.stacks import Stacked


@pytest.fixture
def engine(engines: Callable[..., FakeEngine]) -> FakeEngine:
    """Of the 15 photos of “dog” that convince, 3 by name and then 5 and 7, the fifth stands for three, the ninth for two."""
    engine = engines(1_000)
    engine.groups = (3, 5, 7)
    engine.leaders = (0, 1, 2, 3, 4, 4, 6, 4, 8, 8)
    return engine


@pytest.fixture
def window(qtbot: QtBot, engine: FakeEngine, windows: Callable[..., MainWindow]) -> MainWindow:
    window = windows(engine)
    window.top.search.words.setText("dog")
    qtbot.waitUntil(lambda: window.search.answered_question == Question("dog"))
    return window


def press(window: MainWindow, keys: str) -> None:
    (shortcut,) = [one for one in window.findChildren(QShortcut) if one.key() == QKeySequence(keys)]
    shortcut.activated.emit()


def test_one_stands_for_its_stack_and_headings_count_all_photos(window: MainWindow) -> None:
    ids = window.search.answered_question and window.model.ids
    assert ids is not None and len(ids) == 12, "15 that convince, without three that lie behind others"
    assert dict(window.grid.stacks.sizes) == {ids[4]: 3, ids[6]: 2}
    window.grid.go_to(4)
    assert "Show all 3 alike photos" in window.grid.accessibleDescription()


def test_a_click_on_the_number_shows_them_in_place_and_one_more_hides_them(qtbot: QtBot, window: MainWindow) -> None:
    first = window.model.ids[4]
    window.grid.go_to(6)
    chosen = window.grid.selected_ids()

    def click() -> None:
        badge = stack_badge(window.grid.visualRect(window.model.index(window.grid.row_of(first))))
        qtbot.mouseClick(window.grid.viewport(), Qt.MouseButton.LeftButton, pos=badge.center())

    closed = window.model.ids
    click()
    assert len(window.model.ids) == 14
    assert set(window.model.ids[5:7]).isdisjoint(closed), "right behind the first"
    assert window.grid.selected_ids() == chosen
    click()
    assert window.model.ids == closed and window.grid.selected_ids() == chosen


def test_by_key_from_any_photo_of_the_stack_which_leads_back_to_its_first(window: MainWindow) -> None:
    first = window.model.ids[4]
    window.grid.go_to(4)
    press(window, "Ctrl+E")
    assert len(window.model.ids) == 14
    window.grid.go_to(6)
    press(window, "Ctrl+E")
    assert len(window.model.ids) == 12 and window.model.photo_id(window.grid.currentIndex().row()) == first
    window.grid.go_to(0)
    press(window, "Ctrl+E")
    assert len(window.model.ids) == 12, "it stands for itself"


def test_the_menu_of_a_photo_opens_its_stack_too(window: MainWindow) -> None:
    window.grid.go_to(4)
    menu = window.actions_on_photos.menu()
    next(action for action in menu.actions() if action.text() == "Show all 3 alike photos").trigger()
    menu.deleteLater()
    assert len(window.model.ids) == 14


def test_stacking_is_switched_off_for_good(qtbot: QtBot, engine: FakeEngine, window: MainWindow) -> None:
    menu = window.order.menu()
    action = next(action for action in menu.actions() if action.text() == "Stack alike photos")
    assert action.isChecked()
    action.trigger()
    menu.deleteLater()
    assert len(window.model.ids) == 15 and not window.grid.stacks.sizes
    assert ({"stack_alike": False}) in [changes for (changes,) in engine.called("save_setting")]


def test_another_question_begins_with_closed_stacks(qtbot: QtBot, window: MainWindow) -> None:
    window.grid.go_to(4)
    press(window, "Ctrl+E")
    window.top.search.words.setText("cat")
    qtbot.waitUntil(lambda: window.search.answered_question == Question("cat"))
    assert len(window.model.ids) == 12


def leaders_of(sizes: list[int], picks: list[int]) -> list[int]:
    """Each place stands for itself, or behind an earlier one of its group that does."""
    found: list[int] = []
    start = 0
    for size in sizes:
        for place in range(start, start + size):
            earlier = [one for one in range(start, place) if found[one] == one]
            pick = picks[place % len(picks)]
            found.append(earlier[pick % len(earlier)] if earlier and pick % 3 else place)
        start += size
    return found


@given(
    st.lists(st.integers(0, 6), min_size=4, max_size=4), st.lists(st.integers(0, 9), min_size=1, max_size=9),
    st.integers(0, 24), st.sets(st.integers(100, 124)), st.booleans(),
)  # fmt: skip
def test_each_photo_is_shown_once_or_behind_another_and_sections_hold_what_is_shown(
    sizes: list[int], picks: list[int], looked_at: int, opened: set[int], weak_shown: bool
) -> None:
    literal, strong, likely, _ = sizes
    count = sum(sizes)
    answer = Answer(
        Question("dog"), array("q", range(100, 100 + count)), array("f", [0.3] * (count - literal)), literal=literal,
        strong=strong, likely=likely, leaders=array("i", leaders_of(sizes, picks)[:looked_at]),
    )  # fmt: skip
    stacked = Stacked.of(answer, opened)
    assert len(set(stacked.ids)) == len(stacked.ids) and set(stacked.ids) <= set(answer.ids)
    behind_closed = {one for one, first in stacked.behind.items() if first not in opened}
    assert set(answer.ids) - set(stacked.ids) == behind_closed
    assert sum(stacked.sizes.values()) == len(stacked.behind) + len(stacked.sizes)
    if count and answer.scores:
        shown = shown_ids(answer, stacked, weak_shown=weak_shown)
        sections = sections_of(answer, stacked, weak_shown=weak_shown)
        assert sum(section.shown for section in sections) == len(shown)


def test_the_number_can_be_clicked_in_small_cells_too(window: MainWindow) -> None:
    window.grid.set_wanted_px(72)
    cell = window.grid.visualRect(window.model.index(4))
    assert cell.contains(stack_badge(cell)) and stack_badge(cell).width() > 20
    assert not stack_badge(cell).contains(QPoint(cell.center()))

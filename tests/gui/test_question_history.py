"""The last questions: remembered when the user goes on from them, offered by Down in an empty bar."""

from collections.abc import Callable

import pytest
from fake_engine import FakeEngine, FakeSettings
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from photofind.gui.main_window import MainWindow
from photofind.gui.question_history import MOST_QUESTIONS

PAST = ("a red boat", "dog")


@pytest.fixture
def engine(engines: Callable[..., FakeEngine]) -> FakeEngine:
    return engines(200, settings=FakeSettings(history=PAST))


@pytest.fixture
def window(engine: FakeEngine, windows: Callable[..., MainWindow]) -> MainWindow:
    window = windows(engine)
    window.activateWindow()
    window.top.search.setFocus()
    return window


def ask(qtbot: QtBot, window: MainWindow, text: str) -> None:
    window.top.search.words.setText(text)
    qtbot.waitUntil(lambda: window.search.answered_question.text == text)


def saved(engine: FakeEngine) -> list[tuple[str, ...]]:
    return [changes["history"] for (changes,) in engine.called("save_setting") if "history" in changes]


def test_down_in_an_empty_bar_offers_the_last_questions_and_return_asks_one_again(
    qtbot: QtBot, window: MainWindow
) -> None:
    bar = window.top.search
    qtbot.keyClick(bar.words, Qt.Key.Key_Down)
    assert bar.suggestions.isVisible()
    assert [each.words for each in bar.suggestions.suggestions] == list(PAST)
    assert bar.suggestions.marked.words == "a red boat"
    assert bar.accessibleDescription() == "a red boat", "a screen reader hears what is marked"
    qtbot.keyClick(bar.words, Qt.Key.Key_Down)
    qtbot.keyClick(bar.words, Qt.Key.Key_Return)
    assert not bar.suggestions.isVisible()
    qtbot.waitUntil(lambda: window.search.answered_question.text == "dog")
    assert window.focusWidget() is bar.words


def test_escape_closes_the_list_and_nothing_else(qtbot: QtBot, window: MainWindow) -> None:
    bar = window.top.search
    qtbot.keyClick(bar.words, Qt.Key.Key_Down)
    qtbot.keyClick(bar.words, Qt.Key.Key_Escape)
    assert not bar.suggestions.isVisible()
    assert window.focusWidget() is bar.words


def test_the_list_hangs_below_the_bar_and_goes_with_the_keyboard(qtbot: QtBot, window: MainWindow) -> None:
    bar = window.top.search
    qtbot.keyClick(bar.words, Qt.Key.Key_Down)
    corner = bar.mapTo(window, bar.rect().bottomLeft())
    assert bar.suggestions.x() == corner.x() and 0 < bar.suggestions.y() - corner.y() < 10
    assert bar.suggestions.width() == bar.width()
    window.grid.setFocus()
    assert not bar.suggestions.isVisible()


def test_a_click_asks_a_question_again(qtbot: QtBot, window: MainWindow) -> None:
    bar = window.top.search
    qtbot.keyClick(bar.words, Qt.Key.Key_Down)
    place = bar.suggestions.visualItemRect(bar.suggestions.item(1)).center()
    qtbot.mouseClick(bar.suggestions.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert bar.text == "dog"


def test_a_question_is_remembered_when_the_user_goes_on_from_it(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow
) -> None:
    ask(qtbot, window, "a white")
    ask(qtbot, window, "a white cat")
    assert saved(engine) == [], "not while it is typed"
    qtbot.keyClick(window.top.search.words, Qt.Key.Key_Return)
    assert saved(engine) == [("a white cat", *PAST)]
    window.top.search.setFocus()
    ask(qtbot, window, "dog")
    window.top.search.clear_all()
    assert saved(engine)[-1] == ("dog", "a white cat", "a red boat")


def test_delete_forgets_a_question(qtbot: QtBot, engine: FakeEngine, window: MainWindow) -> None:
    bar = window.top.search
    qtbot.keyClick(bar.words, Qt.Key.Key_Down)
    qtbot.keyClick(bar.words, Qt.Key.Key_Delete)
    assert saved(engine) == [("dog",)]
    assert [each.words for each in bar.suggestions.suggestions] == ["dog"]


def test_only_so_many_are_kept(qtbot: QtBot, engines: Callable[..., FakeEngine], windows: Callable[..., MainWindow]) -> None:
    window = windows(engines(20, settings=FakeSettings(history=tuple(map(str, range(99))))))
    assert len(window.history.questions) == MOST_QUESTIONS

"""The language in the search bar: chips in step with the text, mistakes told quietly and only once one is done typing."""

from collections.abc import Callable

import pytest
from fake_engine import FakeEngine
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from photofind.core.question import Order, Question
from photofind.gui.main_window import MainWindow


@pytest.fixture
def engine(engines: Callable[..., FakeEngine]) -> FakeEngine:
    return engines(200)


@pytest.fixture
def window(engine: FakeEngine, windows: Callable[..., MainWindow]) -> MainWindow:
    window = windows(engine)
    window.activateWindow()
    window.top.search.setFocus()
    return window


def chips(window: MainWindow) -> list[str]:
    return [chip.words for chip in window.top.strip.chips]


def ask(qtbot: QtBot, window: MainWindow, text: str) -> None:
    window.top.search.words.setText(text)
    qtbot.waitUntil(lambda: window.search.answered_question.text == text)


def test_filters_become_chips_and_words_do_not(qtbot: QtBot, window: MainWindow) -> None:
    assert not window.top.strip.isVisible()
    qtbot.keyClicks(window.top.search.words, "a dog camera:nikon -is:portrait")
    qtbot.waitUntil(lambda: len(chips(window)) == 2)
    assert chips(window) == ["Camera: nikon", "Not portrait format"]
    assert window.top.strip.chips[0].accessibleName() == "Filter: Camera: nikon"
    window.top.search.clear_all()
    assert not window.top.strip.isVisible()


def test_a_chip_that_is_taken_out_leaves_the_words_and_all_others(qtbot: QtBot, window: MainWindow) -> None:
    ask(qtbot, window, "a dog camera:nikon rating:>=4")
    qtbot.waitUntil(lambda: len(chips(window)) == 2)
    window.top.strip.chips[0].remove.click()
    assert window.top.search.text == "a dog rating:>=4"
    assert len(chips(window)) == 1
    qtbot.waitUntil(lambda: window.search.answered_question.text == "a dog rating:>=4")
    assert window.focusWidget() is window.top.search.words


def test_a_mistake_is_told_below_the_box_when_one_is_done_typing(qtbot: QtBot, window: MainWindow) -> None:
    strip, words = window.top.strip, window.top.search.words
    qtbot.keyClicks(words, "dog rating:lots")
    qtbot.waitUntil(lambda: window.search.answered_question.text == "dog rating:lots")
    assert not strip.mistakes.isVisible(), "it may still be typed on"
    qtbot.waitUntil(strip.mistakes.isVisible)
    assert strip.mistakes.text()
    assert chips(window) == []
    assert not window.notice.isVisible()
    words.clear()
    qtbot.waitUntil(lambda: not strip.isVisible())


def test_return_tells_a_mistake_at_once(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClicks(window.top.search.words, "rating:lots")
    qtbot.keyClick(window.top.search.words, Qt.Key.Key_Return)
    assert window.top.strip.mistakes.isVisible()


def test_long_questions_have_chips_in_several_rows(qtbot: QtBot, window: MainWindow) -> None:
    window.resize(640, 500)
    filters = " ".join(f"tag:number{number}" for number in range(9))
    ask(qtbot, window, filters)
    qtbot.waitUntil(lambda: len(chips(window)) == 9)
    tops = {chip.y() for chip in window.top.strip.chips}
    assert len(tops) > 1
    flow = window.top.strip.flow
    qtbot.waitUntil(lambda: all(flow.rect().contains(chip.geometry()) for chip in window.top.strip.chips))


def test_what_filters_alone_leave_comes_by_date_or_in_the_order_chosen(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow
) -> None:
    ask(qtbot, window, "camera:nikon")
    assert window.search.answered_question == Question("camera:nikon")
    assert window.top.order.isVisible()
    menu = window.order.menu()
    assert [action.text() for action in menu.actions()][:3] == ["Newest first", "By name", "Best rated first"]
    assert [action.isChecked() for action in menu.actions()][:3] == [True, False, False]
    window.search.set_order(Order.NAME)
    qtbot.waitUntil(lambda: window.search.answered_question == Question("camera:nikon", order=Order.NAME))
    ask(qtbot, window, "camera:nikon dog")
    assert window.search.answered_question.order is Order.NAME
    assert next(action.text() for action in window.order.menu().actions()) == "Closest first"


def test_thumbs_survive_another_filter_but_not_another_word(qtbot: QtBot, window: MainWindow) -> None:
    ask(qtbot, window, "dog")
    window.thumbs.judge([window.model.photo_id(0)], True)
    qtbot.waitUntil(lambda: bool(window.search.answered_question.liked))
    ask(qtbot, window, "dog camera:nikon")
    assert window.search.answered_question.liked
    ask(qtbot, window, "dogs camera:nikon")
    assert not window.search.answered_question.liked

"""Completion while typing: fields and what the library knows, by keyboard and mouse, never in the way of plain words."""

from collections.abc import Callable

import pytest
from fake_engine import FakeEngine
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from photofind.core import events
from photofind.core.query import KnownValues
from photofind.gui.main_window import MainWindow
from photofind.gui.search_bar import SearchBar


@pytest.fixture
def engine(engines: Callable[..., FakeEngine]) -> FakeEngine:
    engine = engines(200)
    engine.known = KnownValues(cameras=("Nikon D750", "Pixel 7"), tags=("beach", "Bello"), years=("2019",))
    return engine


@pytest.fixture
def bar(qtbot: QtBot, engine: FakeEngine, windows: Callable[..., MainWindow]) -> SearchBar:
    window = windows(engine)
    window.activateWindow()
    window.top.search.setFocus()
    qtbot.waitUntil(lambda: bool(window.completing._known.cameras))
    return window.top.search


def offered(bar: SearchBar) -> list[str]:
    return [] if bar.suggestions.isHidden() else [each.words for each in bar.suggestions.suggestions]


def test_a_field_and_its_value_are_completed_by_keyboard(qtbot: QtBot, bar: SearchBar) -> None:
    qtbot.keyClicks(bar.words, "dog ca")
    qtbot.waitUntil(lambda: offered(bar) == ["camera:"])
    qtbot.keyClick(bar.words, Qt.Key.Key_Down)
    qtbot.keyClick(bar.words, Qt.Key.Key_Return)
    assert bar.text == "dog camera:"
    assert offered(bar) == ['camera:"Nikon D750"', 'camera:"Pixel 7"'], "values follow at once"
    qtbot.keyClicks(bar.words, "pi")
    assert offered(bar) == ['camera:"Pixel 7"']
    qtbot.keyClick(bar.words, Qt.Key.Key_Down)
    qtbot.keyClick(bar.words, Qt.Key.Key_Tab)
    assert bar.text == 'dog camera:"Pixel 7" '
    assert bar.words.cursorPosition() == len(bar.text)
    assert offered(bar) == []


def test_a_completion_in_the_middle_leaves_what_follows(qtbot: QtBot, bar: SearchBar) -> None:
    bar.words.setText("dog  in the snow")
    bar.words.setCursorPosition(4)
    qtbot.keyClicks(bar.words, "tag:bea")
    qtbot.keyClick(bar.words, Qt.Key.Key_Down)
    qtbot.keyClick(bar.words, Qt.Key.Key_Return)
    assert bar.text == "dog tag:beach in the snow"
    assert bar.words.cursorPosition() == len("dog tag:beach ")


def test_return_without_a_mark_asks_what_was_typed(qtbot: QtBot, bar: SearchBar) -> None:
    qtbot.keyClicks(bar.words, "tag:b")
    assert offered(bar) == ["tag:beach", "tag:Bello"]
    qtbot.keyClick(bar.words, Qt.Key.Key_Return)
    assert bar.text == "tag:b"
    assert offered(bar) == []


def test_words_typed_without_a_pause_open_no_list(qtbot: QtBot, bar: SearchBar) -> None:
    shown: list[bool] = []
    for letter in "a camera on a table":
        qtbot.keyClicks(bar.words, letter)
        shown.append(bool(offered(bar)))
    assert not any(shown)


def test_escape_closes_the_list_and_keeps_the_words(qtbot: QtBot, bar: SearchBar) -> None:
    qtbot.keyClicks(bar.words, "tag:b")
    qtbot.keyClick(bar.words, Qt.Key.Key_Escape)
    assert offered(bar) == []
    assert bar.text == "tag:b"


def test_what_is_known_is_read_again_once_the_library_has_changed(
    qtbot: QtBot, engine: FakeEngine, bar: SearchBar
) -> None:
    reads = len(engine.called("known_values"))
    qtbot.keyClicks(bar.words, "tag:")
    assert len(engine.called("known_values")) == reads
    engine.known = KnownValues(tags=("harbour",))
    engine.post(events.PhotosChanged(membership=True))
    completing = bar.window().completing
    qtbot.waitUntil(lambda: completing._is_stale)
    qtbot.keyClicks(bar.words, "h")
    qtbot.waitUntil(lambda: offered(bar) == ["tag:harbour"])
    assert len(engine.called("known_values")) == reads + 1

"""The whole window by keyboard: where Tab leads, what keeps the focus, what the clipboard gives."""

from collections.abc import Callable

from fake_engine import PALETTE_STATE, FakeEngine
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photofind.core import events
from photofind.gui.main_window import MainWindow

Engines = Callable[..., FakeEngine]
Windows = Callable[..., MainWindow]


def test_tab_leads_from_top_to_bottom_as_the_eye_does(qtbot: QtBot, engines: Engines, windows: Windows) -> None:
    engine = engines(20)
    window = windows(engine)
    engine.post(PALETTE_STATE)
    engine.post(events.Progress(events.Activity.INDEXING, 10, 50, 8.0, 5.0))
    qtbot.waitUntil(lambda: window.encoder_notice.isVisible() and window.status.pause.isVisible())
    window.activateWindow()
    stops = [
        window.top.side_bar, window.top.search.words, window.side_bar.add, window.side_bar.list,
        window.encoder_notice.no, window.encoder_notice.yes, window.grid, window.status.pause, window.status.speed,
        window.status.encoder,
    ]  # fmt: skip
    stops[0].setFocus()
    passed = []
    for _ in range(20):
        focus = QApplication.focusWidget()
        if focus in stops and focus not in passed:
            passed.append(focus)
        qtbot.keyClick(focus, Qt.Key.Key_Tab)
    assert passed == stops


def test_the_grid_takes_the_keyboard_over_from_the_button_that_brought_its_photos(
    qtbot: QtBot, engines: Engines, windows: Windows
) -> None:
    engine = engines(0)
    window = windows(engine)
    engine.post(PALETTE_STATE)
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.empty and window.encoder_notice.isVisible())
    window.empty.button.setFocus()
    engine.set_ids(range(1, 9))
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.grid)
    assert window.focusWidget() is window.grid, "not a button that would download something"


def test_copied_words_go_to_the_search_bar_from_anywhere(qtbot: QtBot, engines: Engines, windows: Windows) -> None:
    window = windows(engines(20))
    QGuiApplication.clipboard().setText("a red boat\nat sunset\n")
    window.grid.setFocus()
    window.top.search.paste()
    assert window.top.search.text == "a red boat at sunset"


def test_going_to_the_search_bar_closes_the_photo_that_covers_it(
    qtbot: QtBot, engines: Engines, windows: Windows
) -> None:
    window = windows(engines(20))
    window.open_photo(3)
    window.to_search()
    assert not window.viewer.isVisible()
    assert window.focusWidget() is window.top.search.words
    window.open_photo(3)
    QGuiApplication.clipboard().setText("a red boat")
    window.top.search.paste()
    qtbot.waitUntil(lambda: not window.viewer.isVisible())

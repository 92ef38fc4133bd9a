"""What can be done with photos: menu, clipboard, dragging out, the system."""

from collections.abc import Callable

import pytest
from fake_engine import FakeEngine
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QDrag, QGuiApplication
from pytestqt.qtbot import QtBot

from photofind.core.photo import PhotoRow
from photofind.gui import photo_actions
from photofind.gui.main_window import MainWindow
from photofind.gui.offered import PHOTO_IDS_FORMAT, read_offer
from photofind.gui.photo_actions import files_as_mime


@pytest.fixture
def window(engines: Callable[..., FakeEngine], windows: Callable[..., MainWindow]) -> MainWindow:
    window = windows(engines(1_000))
    window.grid.go_to(0)
    return window


def trigger(window: MainWindow, words: str) -> None:
    menu = window.actions_on_photos.menu()
    next(action for action in menu.actions() if action.text() == words).trigger()
    menu.deleteLater()


def test_the_path_is_copied(qtbot: QtBot, window: MainWindow) -> None:
    trigger(window, "Copy path")
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text() == "/photos/IMG_01000.jpg")


def test_photos_that_were_never_looked_at_are_copied_too(qtbot: QtBot, window: MainWindow) -> None:
    window.grid.selectAll()
    trigger(window, "Copy 1,000 paths")
    qtbot.waitUntil(lambda: QGuiApplication.clipboard().text().count("\n") == 999)


def test_copied_photos_are_files_for_others_and_photos_for_us(qtbot: QtBot, window: MainWindow) -> None:
    window.grid.setFocus()
    qtbot.keyClick(window.grid, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)

    def copied() -> QMimeData:
        mime = QGuiApplication.clipboard().mimeData()
        assert mime is not None and mime.hasUrls()  # none at all while the clipboard changes hands
        return mime

    qtbot.waitUntil(lambda: copied() is not None)
    mime = copied()
    assert mime.urls() == [QUrl("file:///photos/IMG_01000.jpg")]
    assert read_offer(mime).photo_ids == (1_000,)


def test_names_that_are_not_text_reach_other_programs_unharmed() -> None:
    row = PhotoRow(1, "/photos/caf\udce9 #1.jpg", 0, 0, 0, 0, 0, False, False)
    mime = files_as_mime([row])
    assert mime.data("text/uri-list").data().strip() == b"file:///photos/caf%E9%20%231.jpg"


def test_a_drag_carries_every_selected_file(qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    carried: list[QMimeData] = []

    class Recorded(QDrag):
        def exec(self, *_: object) -> Qt.DropAction:
            carried.append(files_as_mime([]))
            carried[0].setUrls(self.mimeData().urls())
            return Qt.DropAction.CopyAction

    monkeypatch.setattr(photo_actions, "QDrag", Recorded)
    monkeypatch.setattr(photo_actions.QGuiApplication, "mouseButtons", lambda: Qt.MouseButton.LeftButton)
    window.grid.selectAll()
    window.grid.drag_requested.emit()
    qtbot.waitUntil(lambda: bool(carried))
    assert len(carried[0].urls()) == 1_000


def test_too_many_at_a_time_are_refused_in_words(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(photo_actions, "MOST_FILES", 10)
    window.grid.selectAll()
    window.grid.copy_requested.emit()
    assert window.notice.sentence == "That works for up to 10 photos at a time."


def test_a_photo_is_opened_with_the_systems_program(
    qtbot: QtBot, window: MainWindow, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[QUrl] = []
    monkeypatch.setattr(QDesktopServices, "openUrl", lambda url: opened.append(url) is None)
    trigger(window, "Open with the system's program")
    qtbot.waitUntil(lambda: opened == [QUrl("file:///photos/IMG_01000.jpg")])


def test_a_photo_of_the_grid_dragged_on_the_search_bar_is_searched_with(qtbot: QtBot, window: MainWindow) -> None:
    row = PhotoRow(7, "/photos/a.jpg", 0, 0, 0, 0, 0, False, False)
    mime = files_as_mime([row])
    assert mime.hasFormat(PHOTO_IDS_FORMAT)
    window.top.search.offered.emit(read_offer(mime))
    qtbot.waitUntil(lambda: len(window.search.answered_question.pictures) == 1)
    assert window.search.answered_question.pictures[0].photo_id == 7

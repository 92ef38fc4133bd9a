"""Smart albums in the side bar: kept, opened, renamed, moved, removed with a way back, taken to another library."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fake_engine import FakeEngine
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QLineEdit
from pytestqt.qtbot import QtBot

from photofind.core.album import Album, from_json
from photofind.core.question import Order, PictureOfPhoto, Question
from photofind.gui.main_window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen one has no windows to size

ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def engine(engines: Callable[..., FakeEngine]) -> FakeEngine:
    return engines(200)


@pytest.fixture
def window(engine: FakeEngine, windows: Callable[..., MainWindow]) -> MainWindow:
    return windows(engine)


def names(window: MainWindow) -> list[str]:
    return [album.name for album in window.side_bar.albums.albums]


def keep(qtbot: QtBot, window: MainWindow, text: str) -> None:
    before = len(names(window))
    window.top.search.words.setText(text)
    qtbot.waitUntil(lambda: window.search.answered_question.text == text)
    qtbot.keyClick(window, Qt.Key.Key_S, CONTROL)
    qtbot.waitUntil(lambda: len(names(window)) == before + 1)


def editor(window: MainWindow) -> QLineEdit:
    return next(each for each in window.side_bar.albums.findChildren(QLineEdit) if each.isVisible())


def test_without_albums_the_side_bar_has_no_room_for_them(window: MainWindow) -> None:
    assert not window.side_bar.albums.isVisible()
    assert not window.side_bar.album_section.isVisible()
    assert not window.top.search.keep.isVisible(), "there is no question to keep"


def test_a_question_is_kept_and_its_name_typed_over(qtbot: QtBot, engine: FakeEngine, window: MainWindow) -> None:
    keep(qtbot, window, "a white dog")
    assert window.side_bar.albums.isVisible() and window.top.search.keep.isVisible()
    assert editor(window).text() == "a white dog"
    qtbot.keyClicks(editor(window), "Bello")
    qtbot.keyClick(editor(window), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: names(window) == ["Bello"])
    assert engine.kept[0][1].text == "a white dog"


def test_without_a_question_there_is_nothing_to_keep(qtbot: QtBot, engine: FakeEngine, window: MainWindow) -> None:
    qtbot.keyClick(window, Qt.Key.Key_S, CONTROL)
    assert "Search for something first" in window.notice.sentence
    assert not engine.kept


def test_an_album_is_asked_again_with_its_pictures_order_and_thumbs(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow
) -> None:
    pictures = (PictureOfPhoto(7), PictureOfPhoto(8))
    question = Question("at night", pictures, weights=(2.0, 1.0), liked=(9,), disliked=(19,), order=Order.DATE)
    engine.kept = [(Album("Night", question.text, id=99), question)]
    window.albums.refresh()
    qtbot.waitUntil(lambda: names(window) == ["Night"])
    window.side_bar.albums.setFocus()
    window.side_bar.albums.setCurrentRow(0)
    qtbot.keyClick(window.side_bar.albums, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.search.answered_question == question)
    assert window.top.order.accessibleName() == "Order: Newest first"
    assert [chip.words for chip in window.top.strip.chips] == ["1 1"]
    assert window.side_bar.albums.chosen.name == "Night"
    window.top.search.clear_all()
    qtbot.waitUntil(lambda: window.side_bar.albums.chosen is None)


def test_photos_of_an_album_that_are_not_here_are_counted(qtbot: QtBot, engine: FakeEngine, window: MainWindow) -> None:
    keep(qtbot, window, "dog")
    engine.left_out = 2
    window.albums.open(engine.kept[0][0])
    qtbot.waitUntil(lambda: window.notice.sentence == "2 photos that this album goes by cannot be found here now.")


def test_the_same_question_kept_twice_has_two_names(qtbot: QtBot, window: MainWindow) -> None:
    keep(qtbot, window, "dog")
    keep(qtbot, window, "dog")
    assert names(window) == ["dog", "dog (2)"]


def test_a_removed_album_comes_back_to_its_place(qtbot: QtBot, window: MainWindow) -> None:
    for text in ("one", "two", "three"):
        keep(qtbot, window, text)
    window.side_bar.albums.setFocus()
    window.side_bar.albums.setCurrentRow(1)
    qtbot.keyClick(window.side_bar.albums, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: names(window) == ["one", "three"])
    assert "Its photos are untouched" in window.notice.sentence
    window.notice.button.click()
    qtbot.waitUntil(lambda: names(window) == ["one", "two", "three"])


def test_albums_are_moved_by_key(qtbot: QtBot, window: MainWindow) -> None:
    for text in ("one", "two", "three"):
        keep(qtbot, window, text)
    albums = window.side_bar.albums
    albums.setFocus()
    albums.setCurrentRow(2)
    qtbot.keyClick(albums, Qt.Key.Key_Up, ALT)
    qtbot.waitUntil(lambda: names(window) == ["one", "three", "two"])
    assert albums.chosen.name == "three"
    qtbot.keyClick(albums, Qt.Key.Key_Up, ALT)
    qtbot.waitUntil(lambda: names(window) == ["three", "one", "two"])
    qtbot.keyClick(albums, Qt.Key.Key_Up, ALT)
    assert names(window) == ["three", "one", "two"], "it is the first"


def test_a_name_that_is_refused_is_told_and_shown_no_longer(qtbot: QtBot, window: MainWindow) -> None:
    keep(qtbot, window, "one")
    editor(window).setText(" ")
    qtbot.keyClick(editor(window), Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.notice.sentence == "An album needs a name.")
    qtbot.waitUntil(lambda: window.side_bar.albums.item(0).text() == "one")


def test_an_album_goes_to_a_file_and_comes_from_one(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow, tmp_path: Path
) -> None:
    keep(qtbot, window, "a red boat")
    target = tmp_path / "boat.photofind-album.json"
    window.side_bar.albums.choose(engine.kept[0][0].id)
    menu = window.side_bar.albums.menu()
    next(action for action in menu.actions() if action.text() == "Export…").trigger()
    menu.close()
    dialog = window.findChild(QFileDialog)
    dialog.fileSelected.emit(str(target))
    dialog.reject()
    qtbot.waitUntil(lambda: "can import it" in window.notice.sentence)
    assert from_json(target.read_text()).text == "a red boat"
    window.albums.take_in(str(target))
    qtbot.waitUntil(lambda: names(window) == ["a red boat", "a red boat (2)"])
    target.write_text("{}")
    window.albums.take_in(str(target))
    qtbot.waitUntil(lambda: window.notice.sentence.startswith("This is no album of photofind"))

"""Thumbs up and down on found photos: by mouse and key, asked again at once, undone, forgotten with the question."""

from collections.abc import Callable

import pytest
from fake_engine import FakeEngine
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from photofind.core.question import PictureFile, Question
from photofind.gui.main_window import MainWindow
from photofind.gui.quick_actions import dislike_badge, like_badge
from photofind.gui.thumbs import Judged

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def engine(engines: Callable[..., FakeEngine]) -> FakeEngine:
    return engines(1_000)


@pytest.fixture
def window(qtbot: QtBot, engine: FakeEngine, windows: Callable[..., MainWindow]) -> MainWindow:
    window = windows(engine)
    window.top.search.words.setText("dog")
    qtbot.waitUntil(lambda: len(window.model.ids) == 100)
    window.grid.setFocus()
    return window


def shows(window: MainWindow, question: Question) -> bool:
    return window.search.answered_question == question


def chips(window: MainWindow) -> list[str]:
    return [chip.words for chip in window.top.strip.chips]


def test_judging_again_takes_back_and_the_other_thumb_wins() -> None:
    judged = Judged().after([1, 2], good=True)
    assert judged == Judged((1, 2))
    assert judged.after([1], good=True) == Judged((2,))
    assert judged.after([2, 3], good=True) == Judged((1, 2, 3)), "of several, only those that were not judged yet"
    assert judged.after([2], good=False) == Judged((1,), (2,))


def test_thumbs_on_a_photo_ask_the_question_again_with_it(qtbot: QtBot, window: MainWindow) -> None:
    grid = window.grid
    good, bad = window.model.photo_id(2), window.model.photo_id(1)
    cell = grid.visualRect(grid.model().index(2, 0))
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=like_badge(cell).center())
    qtbot.waitUntil(lambda: shows(window, Question("dog", liked=(good,))))
    assert window.model.photo_id(0) == good
    assert grid.selected_count() == 0, "the thumb is not the photo"
    cell = grid.visualRect(grid.model().index(grid.row_of(bad), 0))
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=dislike_badge(cell).center())
    qtbot.waitUntil(lambda: shows(window, Question("dog", liked=(good,), disliked=(bad,))))
    assert window.model.photo_id(99) == bad
    assert chips(window) == ["1 1"]
    assert window.top.strip.chips[0].accessibleName() == "1 photo that fit, 1 that do not"


def test_plus_and_minus_judge_all_selected_photos_and_keep_them_selected(qtbot: QtBot, window: MainWindow) -> None:
    grid = window.grid
    grid.go_to(3)
    qtbot.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    chosen = tuple(grid.selected_ids())
    qtbot.keyClicks(grid, "-")
    qtbot.waitUntil(lambda: shows(window, Question("dog", disliked=chosen)))
    assert set(grid.selected_ids()) == set(chosen)
    assert window.top.search.text == "dog", "it is not typed"
    qtbot.keyClicks(grid, "+")
    qtbot.waitUntil(lambda: len(window.search.answered_question.liked) == 2)
    assert not window.search.answered_question.disliked


def test_where_none_is_selected_the_photo_under_the_keyboard_is_judged(qtbot: QtBot, window: MainWindow) -> None:
    window.grid.go_to(5)
    window.grid.clearSelection()
    photo = window.model.photo_id(5)
    qtbot.keyClicks(window.grid, "+")
    qtbot.waitUntil(lambda: shows(window, Question("dog", liked=(photo,))))


def test_tab_leads_from_the_search_bar_to_the_chip_and_delete_takes_it_out(qtbot: QtBot, window: MainWindow) -> None:
    window.grid.go_to(4)
    qtbot.keyClicks(window.grid, "+")
    qtbot.waitUntil(lambda: bool(window.search.answered_question.liked))
    window.activateWindow()
    window.top.search.picture.setFocus()
    qtbot.keyClick(window.top.search.picture, Qt.Key.Key_Tab)
    chip = window.top.strip.chips[0]
    assert window.focusWidget() is chip.remove
    qtbot.keyClick(chip.remove, Qt.Key.Key_Delete)
    qtbot.waitUntil(lambda: shows(window, Question("dog")))


def test_more_photos_than_anybody_looks_at_are_not_judged_at_once(
    qtbot: QtBot, engines: Callable[..., FakeEngine], windows: Callable[..., MainWindow]
) -> None:
    window = windows(engines(10_000))
    window.top.search.words.setText("dog")
    qtbot.waitUntil(lambda: len(window.model.ids) == 1_000)
    window.grid.setFocus()
    window.grid.selectAll()
    qtbot.keyClicks(window.grid, "+")
    assert window.notice.sentence == "That works for up to 500 photos at a time."
    assert not window.search.question.liked


def test_the_menu_of_a_photo_judges_it_too(qtbot: QtBot, window: MainWindow) -> None:
    window.grid.go_to(4)
    photo_id = window.model.photo_id(4)
    menu = window.actions_on_photos.menu()
    next(action for action in menu.actions() if action.text() == "This is not what I look for").trigger()
    menu.close()
    qtbot.waitUntil(lambda: shows(window, Question("dog", disliked=(photo_id,))))


def test_control_z_goes_back_one_judgement_at_a_time(qtbot: QtBot, engine: FakeEngine, window: MainWindow) -> None:
    grid = window.grid
    for row in (2, 5):
        grid.go_to(row)
        qtbot.keyClicks(grid, "+")
        qtbot.waitUntil(lambda: window.search.answered_question == window.search.question)
    assert chips(window) == ["2"]
    window.top.strip.chips[0].remove.click()
    qtbot.waitUntil(lambda: shows(window, Question("dog")))
    assert chips(window) == []
    for count in (2, 1, 0):
        qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
        qtbot.waitUntil(lambda count=count: len(window.search.answered_question.liked) == count)
    asked = len(engine.asked())
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert len(engine.asked()) == asked, "there is nothing before"


@pytest.mark.parametrize("how", ["words", "pictures"])
def test_thumbs_are_forgotten_with_the_words_and_pictures_they_were_about(
    qtbot: QtBot, window: MainWindow, how: str
) -> None:
    window.grid.go_to(0)
    qtbot.keyClicks(window.grid, "+")
    qtbot.waitUntil(lambda: bool(window.search.answered_question.liked))
    if how == "words":
        window.top.search.words.setText("cats")
        qtbot.waitUntil(lambda: shows(window, Question("cats")))
    else:
        window.search.add_picture(PictureFile("/a.jpg"))
        qtbot.waitUntil(lambda: shows(window, Question("dog", (PictureFile("/a.jpg"),))))
    assert chips(window) == []
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert not window.search.question.liked


def test_photos_by_date_cannot_be_judged_and_plus_is_typed(qtbot: QtBot, window: MainWindow) -> None:
    window.top.search.clear_all()
    qtbot.waitUntil(lambda: len(window.model.ids) == 1_000)
    grid = window.grid
    grid.setFocus()
    grid.go_to(2)
    cell = grid.visualRect(grid.model().index(2, 0))
    qtbot.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, pos=like_badge(cell).center())
    assert not window.search.question.liked
    qtbot.keyClicks(grid, "-")
    assert window.top.search.text == "-"

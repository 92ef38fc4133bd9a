"""Search bar and what decides when to ask, together, on an engine in memory."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from dragging import drag_onto, drop_onto
from fake_engine import PALETTE_STATE, FakeEngine, painted_jpeg
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage
from pytestqt.qtbot import QtBot

from photofind.core import events
from photofind.core.question import Order, PictureBytes, PictureFile, PictureOfPhoto, Question
from photofind.gui.main_window import MainWindow


@pytest.fixture
def engine(engines: Callable[..., FakeEngine]) -> FakeEngine:
    return engines(2_000)


@pytest.fixture
def window(engine: FakeEngine, windows: Callable[..., MainWindow]) -> MainWindow:
    return windows(engine)


def mime_of(*paths: Path | str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def shows(window: MainWindow, question: Question) -> bool:
    return window.search.answered_question == question


def test_all_photos_are_asked_for_at_first(engine: FakeEngine, window: MainWindow) -> None:
    assert engine.asked() == [Question()]
    assert len(window.model.ids) == 2_000


def test_words_are_asked_for_once_when_typing_pauses(qtbot: QtBot, engine: FakeEngine, window: MainWindow) -> None:
    engine.post(events.PhotosChanged(membership=True))
    qtbot.waitUntil(window.search._again.isActive)
    qtbot.keyClicks(window.top.search.words, "white dog")
    assert not window.search._again.isActive(), "it would ask half a word"
    qtbot.waitUntil(lambda: shows(window, Question("white dog")))
    assert engine.asked()[1:] == [Question("white dog")]


def test_a_late_answer_to_an_older_question_is_dropped(qtbot: QtBot, engine: FakeEngine, window: MainWindow) -> None:
    engine.held = True
    bar = window.top.search
    bar.words.setText("one")
    qtbot.waitUntil(lambda: len(engine.asked()) == 2)
    bar.words.setText("three")
    qtbot.waitUntil(lambda: len(engine.asked()) == 3)
    assert len(window.model.ids) == 2_000, "the old photos stay until the new ones are there"
    seen: list[str] = []
    window.search.answered.connect(lambda answer, _again: seen.append(answer.question.text))
    engine.release()
    qtbot.waitUntil(lambda: bool(seen))
    engine.post(events.Progress(events.Activity.LOOKING))
    qtbot.waitUntil(window.status.doing.isVisible)
    assert seen == ["three"]


def test_a_dropped_file_becomes_a_chip_with_its_thumbnail_and_is_searched_with(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "Hündin im Schnee #1.jpg"
    path.write_bytes(b"the engine reads it, the window does not")
    drop_onto(window.top.search, mime_of(path))
    qtbot.waitUntil(lambda: shows(window, Question("", (PictureFile(str(path)),))))
    (chip,) = window.top.search.chips
    assert chip.has_thumbnail
    assert "Hündin im Schnee #1.jpg" in chip.accessibleName()


def test_a_file_dropped_anywhere_on_the_window_is_searched_with(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "a.jpg"
    path.touch()
    drop_onto(window, mime_of(path))
    qtbot.waitUntil(lambda: shows(window, Question("", (PictureFile(str(path)),))))


def test_words_and_picture_are_one_question_and_the_x_takes_the_picture_out(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow
) -> None:
    window.search.add_picture(PictureFile("/a.jpg"))
    qtbot.keyClicks(window.top.search.words, "at night")
    qtbot.waitUntil(lambda: shows(window, Question("at night", (PictureFile("/a.jpg"),))))
    window.top.search.chips[0].click_remove()
    qtbot.waitUntil(lambda: shows(window, Question("at night", ())))
    assert not window.top.search.chips


def test_a_picture_is_pasted_from_the_clipboard(qtbot: QtBot, engine: FakeEngine, window: MainWindow) -> None:
    QGuiApplication.clipboard().setImage(QImage.fromData(painted_jpeg(3)))
    qtbot.keyClick(window.top.search.words, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: len(window.search.answered_question.pictures) == 1)
    (picture,) = window.search.answered_question.pictures
    assert isinstance(picture, PictureBytes)
    assert picture.data.startswith(b"\x89PNG")


def test_a_copied_file_is_pasted_even_when_the_grid_has_the_keyboard(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "b.jpg"
    path.touch()
    QGuiApplication.clipboard().setMimeData(mime_of(path))
    window.grid.setFocus()
    qtbot.keyClick(window.grid, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: shows(window, Question("", (PictureFile(str(path)),))))


def test_copied_words_are_pasted_as_words(qtbot: QtBot, window: MainWindow) -> None:
    QGuiApplication.clipboard().setText("a red boat")
    qtbot.keyClick(window.top.search.words, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    assert window.top.search.text == "a red boat"


def test_escape_clears_words_and_pictures_and_shows_all_photos(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow
) -> None:
    window.search.add_picture(PictureFile("/a.jpg"))
    qtbot.keyClicks(window.top.search.words, "boat")
    qtbot.waitUntil(lambda: window.search.answered_question.text == "boat")
    qtbot.keyClick(window.top.search.words, Qt.Key.Key_Escape)
    qtbot.waitUntil(lambda: shows(window, Question()))
    assert window.top.search.text == ""
    assert not window.top.search.chips


def test_backspace_before_the_words_takes_the_last_picture_out(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow
) -> None:
    window.search.add_picture(PictureFile("/a.jpg"))
    window.search.add_picture(PictureFile("/b.jpg"))
    qtbot.waitUntil(lambda: len(window.search.answered_question.pictures) == 2)
    qtbot.keyClick(window.top.search.words, Qt.Key.Key_Backspace)
    qtbot.waitUntil(lambda: window.search.answered_question.pictures == (PictureFile("/a.jpg"),))


def test_a_file_that_is_no_picture_says_so_and_leaves_no_chip(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "broken.jpg"
    path.touch()
    drop_onto(window, mime_of(path))
    qtbot.waitUntil(window.notice.isVisible)
    assert window.notice.sentence == "This is not a picture, though its name says so."
    assert not window.top.search.chips
    assert shows(window, Question())


def test_too_many_files_and_bare_web_addresses_are_answered_with_a_way_out(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    paths = [tmp_path / f"{number}.jpg" for number in range(9)]
    for path in paths:
        path.touch()
    drop_onto(window, mime_of(*paths))
    qtbot.waitUntil(lambda: "drop the folder" in window.notice.sentence)
    web = QMimeData()
    web.setUrls([QUrl("https://example.org/dog.jpg")])
    drop_onto(window.top.search, web)
    assert "paste it here" in window.notice.sentence
    drop_onto(window, mime_of(tmp_path / "gone.jpg"))
    qtbot.waitUntil(lambda: window.notice.sentence == "That file is no longer there.")


def test_words_dropped_on_the_search_bar_are_searched_for(qtbot: QtBot, window: MainWindow) -> None:
    mime = QMimeData()
    mime.setText("sunset")
    assert not drag_onto(window, mime)
    drop_onto(window.top.search, mime)
    qtbot.waitUntil(lambda: window.search.answered_question.text == "sunset")


def test_find_similar_replaces_the_question(qtbot: QtBot, engine: FakeEngine, window: MainWindow) -> None:
    window.top.search.words.setText("boat")
    window.find_similar(42)
    qtbot.waitUntil(lambda: shows(window, Question("", (PictureOfPhoto(42),))))
    assert window.top.search.text == ""
    assert all(question.text == "" for question in engine.asked())


def test_new_photos_ask_the_same_question_again_but_never_over_an_answer_that_is_due(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow
) -> None:
    engine.held = True
    window.top.search.words.setText("dog")
    qtbot.waitUntil(lambda: len(engine.asked()) == 2)
    engine.set_ids(range(2_100, 0, -1))
    qtbot.waitUntil(lambda: window.search._again_owed)
    assert len(engine.asked()) == 2
    engine.release()
    qtbot.waitUntil(lambda: len(engine.asked()) == 3)
    assert engine.asked()[1] == engine.asked()[2]


def test_found_photos_are_ordered_as_chosen_until_the_window_closes(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow
) -> None:
    button = window.top.order
    assert not button.isVisible(), "by date there is nothing to choose"
    window.top.search.words.setText("dog")
    qtbot.waitUntil(button.isVisible)
    assert button.accessibleName() == "Order: Closest first"
    menu = window.order.menu()
    menu.actions()[2].trigger()
    menu.close()
    qtbot.waitUntil(lambda: shows(window, Question("dog", order=Order.NAME)))
    assert window.model.ids[0] < window.model.ids[-1]
    assert button.accessibleName() == "Order: By name"
    window.top.search.clear_all()
    qtbot.waitUntil(lambda: shows(window, Question()))
    assert not button.isVisible()
    window.top.search.words.setText("cat")
    qtbot.waitUntil(lambda: shows(window, Question("cat", order=Order.NAME)))


def test_another_encoder_answers_the_question_anew(qtbot: QtBot, engine: FakeEngine, window: MainWindow) -> None:
    window.top.search.words.setText("dog")
    qtbot.waitUntil(lambda: window.search.answered_question.text == "dog")
    engine.post(PALETTE_STATE)
    qtbot.waitUntil(lambda: len(engine.asked()) == 3)


def test_a_question_that_fails_keeps_the_photos_and_says_why(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow
) -> None:
    window.top.search.words.setText("fail")
    qtbot.waitUntil(window.notice.isVisible)
    assert window.notice.sentence == "The encoder could not be loaded. Install it again."
    assert len(window.model.ids) == 2_000


def test_letters_typed_over_the_grid_go_to_the_search_bar(qtbot: QtBot, window: MainWindow) -> None:
    window.grid.setFocus()
    qtbot.keyClicks(window.grid, "d")
    assert window.top.search.text == "d"
    qtbot.waitUntil(lambda: window.search.answered_question.text == "d")


def test_down_leads_from_the_search_bar_to_the_first_photo(qtbot: QtBot, window: MainWindow) -> None:
    window.top.search.setFocus()
    qtbot.keyClick(window.top.search.words, Qt.Key.Key_Down)
    assert window.grid.currentIndex().row() == 0


def test_a_search_that_takes_a_while_says_that_it_goes_on(qtbot: QtBot, engine: FakeEngine, window: MainWindow) -> None:
    engine.held = True
    window.top.search.words.setText("dog")
    qtbot.waitUntil(lambda: window.status.shown.text == "Searching…" and window.top.search.mark.is_busy)
    engine.release()
    qtbot.waitUntil(lambda: window.status.shown.text == "200 photos found")
    assert not window.top.search.mark.is_busy


def test_a_picture_beside_words_has_a_slider_for_how_much_it_counts(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow, tmp_path: Path
) -> None:
    path = tmp_path / "beach.jpg"
    path.touch()
    drop_onto(window.top.search, mime_of(path))
    alone = Question("", (PictureFile(str(path)),))
    qtbot.waitUntil(lambda: shows(window, alone))
    weights = window.top.search.weights
    assert weights.isHidden(), "alone there is nothing to balance"
    qtbot.keyClicks(window.top.search.words, "at night")
    qtbot.waitUntil(lambda: shows(window, replace(alone, text="at night")))
    (slider,) = weights.sliders.values()
    assert slider.isVisible() and "as much" in slider.toolTip()
    qtbot.keyClick(slider, Qt.Key.Key_PageUp)
    qtbot.waitUntil(lambda: shows(window, replace(alone, text="at night", weights=(2.0,))))
    assert "2 times" in slider.accessibleDescription()
    qtbot.keyClick(slider, Qt.Key.Key_0)
    qtbot.waitUntil(lambda: shows(window, replace(alone, text="at night")))
    window.search.ask_for(replace(alone, text="at night", weights=(0.5,)))
    qtbot.waitUntil(lambda: shows(window, replace(alone, text="at night", weights=(0.5,))))
    (slider,) = weights.sliders.values()
    assert slider.weight == 0.5
    window.top.search.words.clear()
    qtbot.waitUntil(weights.isHidden)
    assert not window.top.strip.isVisible()


def test_a_weight_between_two_steps_or_beyond_the_ends_is_kept_until_it_is_changed(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow
) -> None:
    pictures = (PictureOfPhoto(1), PictureOfPhoto(2))
    kept = Question("", pictures, weights=(9.0, 0.33))
    window.search.ask_for(kept)
    qtbot.waitUntil(lambda: shows(window, kept))
    first, second = window.top.search.weights.sliders.values()
    assert first.isVisible() and (first.weight, round(second.weight, 1)) == (4.0, 0.3)
    qtbot.mouseDClick(second, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: shows(window, replace(kept, weights=(9.0, 1.0))))

"""Why an open photo was found."""

from collections.abc import Callable
from itertools import pairwise

import pytest
from fake_engine import FakeEngine
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from photofind.core import events
from photofind.core.literal_finds import PhotoText, TextPlace
from photofind.core.pixels import Region
from photofind.core.question import Question
from photofind.gui import style
from photofind.gui.main_window import MainWindow
from photofind.gui.overlay_image import overlay_image
from photofind.gui.why_words import lines_of


@pytest.fixture
def engine(engines: Callable[..., FakeEngine]) -> FakeEngine:
    return engines(60)


@pytest.fixture
def window(qtbot: QtBot, engine: FakeEngine, windows: Callable[..., MainWindow]) -> MainWindow:
    """A photo is open that answers a question with words."""
    window = windows(engine)
    window.top.search.type_more("sun")
    qtbot.waitUntil(lambda: window.search.answered_question == Question("sun"))
    window.open_photo(0)  # photo 53
    qtbot.waitUntil(lambda: window.viewer.is_sharp and not window.viewer._opening.is_running)
    return window


def test_on_demand_it_shows_where_in_the_picture_and_which_texts(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow
) -> None:
    overlay = window.tools.why.overlay
    assert not overlay.isVisible()
    qtbot.keyClick(window.viewer, Qt.Key.Key_Y)
    assert overlay.lines == ["Looking for the words in the picture…"]
    qtbot.waitUntil(lambda: overlay.has_image)
    assert engine.called("explain_view") == [(53, Question("sun"))]
    assert overlay.lines[1:] == [
        "The encoder sees only the middle of this photo", "In the name: IMG_00053.jpg", "In a tag: Places › Austria › Vienna",
    ]  # fmt: skip
    assert "IMG_00053.jpg" in overlay.accessibleDescription()
    place = window.viewer.picture_place
    seen = overlay.image_place()
    assert seen.left() == pytest.approx(place.x() + 0.125 * place.width())
    assert (seen.width(), seen.height()) == pytest.approx((0.75 * place.width(), place.height()))
    qtbot.keyClick(window.viewer, Qt.Key.Key_Y)
    assert not overlay.isVisible()


def test_the_colour_lies_on_the_thing_and_leaves_the_rest_alone(qtbot: QtBot, window: MainWindow) -> None:
    plain = window.viewer.grab().toImage()
    window.tools.why.toggle()
    qtbot.waitUntil(lambda: window.tools.why.overlay.has_image)
    coloured = window.viewer.grab().toImage()
    place = window.viewer.picture_place

    def change(across: float, down: float) -> int:
        x, y = place.x() + round(across * place.width()), place.y() + round(down * place.height())
        before, after = (image.pixelColor(x, y) for image in (plain, coloured))
        return abs(before.green() - after.green())

    sun = ((80 + 53 * 53 % 250) / 400, (90 + 53 * 31 % 120) / 300)
    assert change(*sun) > 60
    assert change(0.05, 0.05) == 0, "outside of what the encoder saw"


def test_it_goes_on_with_the_next_photo_and_ends_with_the_viewer(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow
) -> None:
    window.tools.why.toggle()
    qtbot.waitUntil(lambda: window.tools.why.overlay.has_image)
    engine.held = True
    qtbot.keyClick(window.viewer, Qt.Key.Key_Right)
    assert not window.tools.why.overlay.has_image, "not the colour of the photo before"
    assert [call[0] for call in engine.called("explain_view")] == [53, 43]
    late = [event for event in engine._kept_back if isinstance(event, events.OverlayReady)]
    engine._kept_back.clear()
    qtbot.keyClick(window.viewer, Qt.Key.Key_Right)
    with qtbot.waitSignal(window.bridge.overlay_ready):
        engine.post(late[0])
    assert not window.tools.why.overlay.has_image, "late, and of another photo"
    engine.release()
    qtbot.waitUntil(lambda: window.tools.why.overlay.has_image)
    qtbot.keyClick(window.viewer, Qt.Key.Key_Escape)
    assert not window.tools.why.is_on
    window.open_photo(2)
    assert not window.tools.why.overlay.isVisible()


def test_an_encoder_that_cannot_say_where_says_so_and_the_texts_are_there(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow
) -> None:
    engine.unexplained = {53}
    window.tools.why.toggle()
    qtbot.waitUntil(lambda: len(window.tools.why.overlay.lines) == 3)
    assert window.tools.why.overlay.lines[0] == "It is not available for this encoder."
    assert not window.tools.why.overlay.has_image


def test_without_words_in_the_question_there_is_no_button_and_no_answer(
    qtbot: QtBot, engine: FakeEngine, window: MainWindow
) -> None:
    assert not window.tools.why._button.isHidden()
    window.viewer.close_view()
    window.top.search.clear_all()
    qtbot.waitUntil(lambda: window.search.answered_question == Question())
    assert window.tools.why._button.isHidden()
    window.open_photo(0)
    qtbot.keyClick(window.viewer, Qt.Key.Key_Y)
    assert not window.tools.why.is_on
    assert engine.called("explain_view") == []


def test_the_opacity_follows_the_strength_in_one_hue() -> None:
    strengths = bytes([0, 0, 0, 0, 0, 0, 255, 255, 255])
    image = overlay_image(events.OverlayReady(1, 1, 3, 3, strengths, Region(0, 0, 1, 1)))
    straight = image.convertToFormat(QImage.Format.Format_ARGB32)
    middle = image.width() // 2
    alphas = [straight.pixelColor(middle, y).alpha() for y in range(image.height())]
    assert alphas == sorted(alphas)
    assert alphas[0] == 0
    assert 170 < alphas[-1] < 200
    steps = [after - before for before, after in pairwise(alphas)]
    assert max(steps) < 30, "soft: no edge of a patch"
    strongest = straight.pixelColor(middle, image.height() - 1)
    assert abs(strongest.hue() - 319) < 6


def test_the_hue_is_seen_on_light_and_on_dark() -> None:
    assert style.contrast(style.FOUND, 0xFFFFFF) > 4.5
    assert style.contrast(style.FOUND, 0x000000) > 4.5


def test_padding_of_the_encoders_input_lies_outside_of_the_picture(qtbot: QtBot, window: MainWindow) -> None:
    overlay = window.tools.why.overlay
    overlay.lie_over(QRect(100, 50, 400, 200))
    overlay.say(["where"], QImage(4, 4, QImage.Format.Format_ARGB32), Region(0, -0.5, 1, 2))
    assert overlay.image_place().getRect() == (100, -50, 400, 400)


def test_many_texts_are_told_shortly_and_harmlessly() -> None:
    finds = [PhotoText(TextPlace.TAG, f"tag {number}") for number in range(6)]
    assert lines_of(finds) == ["In a tag: tag 0", "In a tag: tag 1", "In a tag: tag 2", "In a tag: tag 3", "And in 2 more"]
    assert lines_of([PhotoText(TextPlace.CAPTION, "{text}\n  two\u202e lines")]) == ["In the caption: {text} two\ufffd lines"]
    assert lines_of([]) == []

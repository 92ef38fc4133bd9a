"""Hostile files dropped on the window, pasted into it and opened in the viewer: it lives, and says what is wrong."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from itertools import pairwise
from pathlib import Path

import pytest
from dragging import drop_onto
from opened_window import OpenWindow
from PySide6.QtCore import QMimeData, QRect, Qt, QTimer
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from photofind.gui import file_names

sys.path.insert(0, str(Path(__file__).parents[1] / "endurance"))  # for the corpus

from hostile_bombs import bombs
from hostile_cuts import misnamed_files
from hostile_places import make_places, odd_names
from hostile_sample import Outcome, Sample, encoded

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="pipes, devices and names that are no text"),
    pytest.mark.qt_log_ignore("This plugin does not support"),  # the offscreen one cannot raise windows
]

Open = Callable[[], AbstractContextManager[OpenWindow]]
_LONGEST_STALL_S = 1.0
_BEAT_MS = 10


@contextmanager
def beating() -> Iterator[None]:
    """Beats on the GUI thread meanwhile, and none may be long in coming."""
    beats = [time.monotonic()]
    timer = QTimer(interval=_BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
    timer.timeout.connect(lambda: beats.append(time.monotonic()))
    timer.start()
    yield
    timer.stop()
    beats.append(time.monotonic())
    assert max(later - earlier for earlier, later in pairwise(beats)) < _LONGEST_STALL_S


def _samples(folder: Path) -> Iterator[Sample]:
    for sample in (*misnamed_files(), *odd_names(), *bombs(large=False)):
        sample.write_below(folder)
        yield sample
    yield from make_places(folder, large=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


@pytest.fixture(scope="module")
def hostile(folder: Path) -> dict[str, Outcome]:
    """Path → what should come of it; no folders, which would be watched, and nothing that is passed over."""
    made = {os.path.join(folder, sample.name): sample.outcome for sample in _samples(folder)}
    return {path: outcome for path, outcome in made.items() if outcome is not Outcome.PASSED_OVER}


def _mime(path: str) -> QMimeData:
    mime = QMimeData()
    mime.setUrls([file_names.url_of(path)])
    return mime


def _drop(opened: OpenWindow, path: str) -> None:
    drop_onto(opened.window, _mime(path))


def _paste(opened: OpenWindow, path: str) -> None:
    QGuiApplication.clipboard().setMimeData(_mime(path))
    opened.window.top.search.paste()


def _answer_to(opened: OpenWindow, give: Callable[[OpenWindow, str], None], path: str, qtbot: QtBot) -> str:
    """The sentence that refuses the picture; empty where it became part of the question."""
    window = opened.window
    window.notice.hide()
    give(opened, path)
    qtbot.waitUntil(lambda: window.notice.isVisible() or any(chip.has_thumbnail for chip in window.top.search.chips))
    if window.notice.isVisible():
        return window.notice.sentence
    window.top.search.clear_all()
    return ""


@pytest.mark.slow
@pytest.mark.parametrize("give", [_drop, _paste])
def test_each_file_given_to_the_window_is_searched_with_or_refused_with_a_sentence(
    give: Callable[[OpenWindow, str], None], open_window: Open, hostile: dict[str, Outcome], qtbot: QtBot
) -> None:
    with open_window() as opened, beating():
        for path, outcome in hostile.items():
            sentence = _answer_to(opened, give, path, qtbot)
            assert outcome is Outcome.EITHER or bool(sentence) is (outcome is Outcome.REFUSED), (ascii(path), sentence)
            assert not sentence or sentence.endswith(".")
        QGuiApplication.clipboard().clear()
        assert opened.window.isVisible()


@pytest.mark.slow
def test_each_file_opened_in_the_viewer_is_shown_or_has_a_sentence(
    open_window: Open, hostile: dict[str, Outcome], folder: Path, qtbot: QtBot
) -> None:
    with open_window() as opened, beating():
        window, engine = opened.window, opened.engine
        scan = engine.watch_folder(str(folder))
        qtbot.waitUntil(scan.done)
        indexed = engine.indexer.when_done()
        qtbot.waitUntil(indexed.done, timeout=60_000)
        ids = engine.librarian.submit(lambda desk: {row.path: row.id for row in desk.reader.rows(range(1, 500))}).result()
        assert ids.keys() == hostile.keys()
        reasons = {problem.path: problem.reason for problem in engine.problems()}
        qtbot.waitUntil(lambda: len(window.model.ids) == len(ids) - len(reasons))
        qtbot.waitUntil(lambda: window.search.answered_question is not None and not window.search._waiting)
        for path, outcome in hostile.items():
            photo = engine.rows([ids[path]])[0]
            window.viewer.show_photo(photo.id, photo, 0, 1, QRect(10, 10, 50, 50))
            qtbot.waitUntil(lambda: bool(window.viewer.sentence) or window.viewer.is_sharp)
            assert window.viewer.sentence == reasons.get(path, ""), ascii(path)
            assert outcome is Outcome.EITHER or (path in reasons) is (outcome is Outcome.REFUSED), ascii(path)
        window.viewer.grab()
        window.viewer.close_view()
        window.status.problems.click()
        qtbot.waitUntil(lambda: window.problems.panel is not None and window.problems.panel.isVisible())
        window.problems.panel.grab()
        shown = window.problems.panel.list.model().rowCount()
        assert shown == len(reasons) > 20


def test_a_mended_file_that_is_tried_again_is_an_ordinary_photo(
    open_window: Open, photos: Path, qtbot: QtBot
) -> None:
    outside = photos.parent / "outside.jpg"  # no watch tells of it
    outside.write_bytes(encoded("JPEG")[:300])
    (photos / "link.jpg").symlink_to(outside)
    with open_window() as opened, beating():
        window = opened.window
        window.add_folders([str(photos)])
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp")
        qtbot.waitUntil(window.status.problems.isVisible)
        window.status.problems.click()
        qtbot.waitUntil(lambda: window.problems.panel is not None and window.problems.panel.isVisible())
        panel = window.problems.panel
        assert [problem.path for problem in panel.selected()] == [str(photos / "link.jpg")]

        qtbot.mouseClick(panel.again, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: panel.list.model().rowCount() == 1 and opened.engine.progress.activity.value == "idle")
        assert "cut off" in panel.selected()[0].reason

        outside.write_bytes(encoded("JPEG"))
        qtbot.mouseClick(panel.again, Qt.MouseButton.LeftButton)
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp", "link.jpg")
        qtbot.waitUntil(lambda: panel.heading.text() == "All files can be read")
        qtbot.waitUntil(lambda: not window.status.problems.isVisible())

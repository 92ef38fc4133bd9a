"""Files that could not be read: listed with their reasons, and tried again by mouse or keyboard."""

from collections.abc import Callable

import pytest
from fake_engine import FakeEngine
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from photofind.core.photo import ProblemRow
from photofind.gui.main_window import MainWindow
from photofind.gui.problems_panel import ProblemsPanel

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen one cannot raise windows

Engines = Callable[..., FakeEngine]
Windows = Callable[..., MainWindow]

ROWS = [
    ProblemRow("/photos/a.jpg", "This JPEG is damaged."),
    ProblemRow("/photos/b mended.jpg", "This JPEG is cut off."),
    ProblemRow("/photos/c.jpg", "The file is empty."),
]


def listed(panel: ProblemsPanel) -> list[str]:
    model = panel.list.model()
    return [model.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(model.rowCount())]


@pytest.fixture
def opened(qtbot: QtBot, engines: Engines, windows: Windows) -> tuple[FakeEngine, ProblemsPanel]:
    engine = engines(50)
    engine.problem_rows = list(ROWS)
    window = windows(engine)
    qtbot.waitUntil(window.status.problems.isVisible)
    window.status.problems.click()
    qtbot.waitUntil(lambda: window.problems.panel is not None and window.problems.panel.isVisible())
    panel = window.problems.panel
    assert panel is not None
    return engine, panel


def test_one_file_is_tried_again_and_leaves_the_list_when_it_can_be_read(
    qtbot: QtBot, opened: tuple[FakeEngine, ProblemsPanel]
) -> None:
    engine, panel = opened
    panel.list.setCurrentIndex(panel.list.model().index(1, 0))
    qtbot.mouseClick(panel.again, Qt.MouseButton.LeftButton)
    assert engine.called("try_again") == [(["/photos/b mended.jpg"],)]
    qtbot.waitUntil(lambda: listed(panel) == ["a.jpg: This JPEG is damaged.", "c.jpg: The file is empty."])
    assert panel.heading.text() == "2 files could not be read"
    assert panel.list.currentIndex().row() == 1


def test_all_files_are_tried_again_at_once(qtbot: QtBot, opened: tuple[FakeEngine, ProblemsPanel]) -> None:
    engine, panel = opened
    engine.problem_rows = [ProblemRow(f"/photos/{name} mended.jpg", "This JPEG is damaged.") for name in "abc"]
    engine.post_state()
    qtbot.waitUntil(lambda: listed(panel)[0].startswith("a mended"))
    qtbot.mouseClick(panel.all_again, Qt.MouseButton.LeftButton)
    assert engine.called("try_again") == [([f"/photos/{name} mended.jpg" for name in "abc"],)]
    qtbot.waitUntil(lambda: listed(panel) == [])
    assert panel.heading.text() == "All files can be read"
    assert not panel.again.isEnabled() and not panel.all_again.isEnabled()


def test_the_keyboard_alone_reaches_every_button(
    qtbot: QtBot, opened: tuple[FakeEngine, ProblemsPanel], qapp: QApplication
) -> None:
    engine, panel = opened
    panel.activateWindow()
    qtbot.waitUntil(panel.list.hasFocus)
    qtbot.keyClick(panel.list, Qt.Key.Key_Down)
    qtbot.keyClick(panel.list, Qt.Key.Key_Tab)
    qtbot.waitUntil(panel.again.hasFocus)
    qtbot.keyClick(panel.again, Qt.Key.Key_Space)
    assert engine.called("try_again") == [(["/photos/b mended.jpg"],)]
    qtbot.waitUntil(lambda: len(listed(panel)) == 2)
    qtbot.waitUntil(panel.list.hasFocus)
    qtbot.keyClick(panel.list, Qt.Key.Key_Tab)
    qtbot.keyClick(panel.again, Qt.Key.Key_Tab)
    qtbot.waitUntil(panel.all_again.hasFocus)
    qtbot.keyClick(panel.all_again, Qt.Key.Key_Space)
    assert engine.called("try_again")[1] == (["/photos/a.jpg", "/photos/c.jpg"],)


def test_return_shows_the_file_in_its_folder(qtbot: QtBot, opened: tuple[FakeEngine, ProblemsPanel]) -> None:
    engine, panel = opened
    shown: list[str] = []
    panel.show_wanted.connect(shown.append)
    with qtbot.waitSignal(panel.show_wanted):
        qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert shown == ["/photos/a.jpg"]
    assert engine.called("try_again") == []


def test_what_is_selected_stays_selected_while_others_come(
    qtbot: QtBot, opened: tuple[FakeEngine, ProblemsPanel]
) -> None:
    engine, panel = opened
    panel.list.setCurrentIndex(panel.list.model().index(2, 0))
    engine.problem_rows = [ProblemRow("/photos/0.jpg", "The file is empty."), *ROWS]
    engine.post_state()
    qtbot.waitUntil(lambda: len(listed(panel)) == 4)
    assert [problem.path for problem in panel.selected()] == ["/photos/c.jpg"]


def test_a_name_made_to_deceive_is_one_plain_line(qtbot: QtBot, opened: tuple[FakeEngine, ProblemsPanel]) -> None:
    engine, panel = opened
    name = "/photos/<img src='x.jpg'>\nturned \u202egpj.exe \udcff"
    engine.problem_rows = [ProblemRow(name, "This JPEG is damaged.")]
    engine.post_state()
    qtbot.waitUntil(lambda: len(listed(panel)) == 1)
    assert listed(panel) == ["<img src='x.jpg'>\ufffdturned \ufffdgpj.exe \ufffd: This JPEG is damaged."]
    tip = panel.list.model().index(0, 0).data(Qt.ItemDataRole.ToolTipRole)
    assert "<img" not in tip and "&lt;img" in tip
    panel.grab()

"""The check-up of the library, from its menu entry to what can be done about what was found."""

from collections.abc import Callable

import pytest
from fake_engine import FakeEngine
from PySide6.QtWidgets import QFileDialog, QLabel
from pytestqt.qtbot import QtBot

from photofind.gui.doctor_panel import DoctorPanel
from photofind.gui.main_window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen one cannot raise windows

Engines = Callable[..., FakeEngine]
Windows = Callable[..., MainWindow]


def opened_panel(qtbot: QtBot, window: MainWindow) -> DoctorPanel:
    entry = next(action for action in window.top.theme_menu().actions() if action.text() == "Check the library…")
    entry.trigger()
    panel = window.check_up.panel
    assert panel is not None
    assert panel.isVisible() and not panel.isModal()
    qtbot.waitUntil(lambda: not panel.bar.isVisible())
    return panel


def words_in(panel: DoctorPanel) -> list[str]:
    return [label.text() for row in panel.rows for label in row.findChildren(QLabel) if label.text()]


def test_the_menu_opens_a_panel_that_says_what_is_wrong_first_and_repairs_it(
    qtbot: QtBot, engines: Engines, windows: Windows
) -> None:
    engine = engines(20)
    panel = opened_panel(qtbot, windows(engine))
    assert panel.heading.text() == "One thing is not well"
    assert words_in(panel) == [
        "The last record is cut short.", "Nothing is lost.", "“Repair” mends it.",
        "The library is yours alone, and 40 GB are free for it.",
    ]  # fmt: skip
    panel.repair.click()
    assert not panel.repair.isEnabled() and panel.bar.isVisible()
    qtbot.waitUntil(lambda: panel.heading.text() == "All is well again")
    assert words_in(panel)[:2] == ["The last record is cut short.", "It was mended."]
    assert not panel.repair.isVisible()
    assert engine.called("check_up") == [(False,), (True,)]


def test_a_report_is_saved_where_the_user_says(qtbot: QtBot, engines: Engines, windows: Windows) -> None:
    engine = engines(20)
    panel = opened_panel(qtbot, windows(engine))
    panel.report.click()
    dialog = panel.findChild(QFileDialog)
    assert dialog is not None
    dialog.fileSelected.emit("/somewhere/report.zip")
    dialog.reject()
    qtbot.waitUntil(lambda: panel.explanation.text().startswith("The report is saved"))
    assert engine.called("save_report") == [(engine.findings, "/somewhere/report.zip")]


def test_a_check_up_that_fails_says_why_and_can_be_tried_again(
    qtbot: QtBot, engines: Engines, windows: Windows
) -> None:
    engine = engines(20)
    engine.check_up_fails = "The library is still being opened: try again in a moment."
    panel = opened_panel(qtbot, windows(engine))
    assert panel.heading.text() == engine.check_up_fails
    assert panel.rows == [] and not panel.report.isEnabled()
    engine.check_up_fails = ""
    panel.again.click()
    qtbot.waitUntil(lambda: len(panel.rows) == 2)

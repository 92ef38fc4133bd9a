"""Widgets are tested without a display; Qt reads these variables before it is imported."""

import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parent))  # for fake_engine

import pytest
from fake_engine import FakeEngine
from patient_qtbot import PatientQtBot
from PySide6.QtCore import QLocale
from PySide6.QtGui import QGuiApplication
from pytestqt.qtbot import QtBot

from photofind.gui.application import PhotofindApplication
from photofind.gui.main_window import MainWindow


@pytest.fixture(scope="session")
def qapp_cls() -> type[PhotofindApplication]:
    """Tests see the style that users see."""
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    return PhotofindApplication


@pytest.fixture
def qtbot(qapp: PhotofindApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientQtBot(request)


@pytest.fixture
def engines() -> Iterator[Callable[..., FakeEngine]]:
    """Makes engines in memory, and stops them."""
    made: list[FakeEngine] = []

    def make(*arguments: object, **named: object) -> FakeEngine:
        made.append(FakeEngine(*arguments, **named))
        return made[-1]

    yield make
    for engine in made:
        engine.stop()


@pytest.fixture
def windows(qtbot: QtBot) -> Iterator[Callable[[FakeEngine], MainWindow]]:
    """Opens windows and waits until they show the first answer."""
    opened: list[MainWindow] = []

    def open_window(engine: FakeEngine, **named: object) -> MainWindow:
        window = MainWindow(engine, **named)
        qtbot.addWidget(window)
        opened.append(window)
        window.resize(1000, 700)
        with qtbot.waitExposed(window):
            window.show()
        qtbot.waitUntil(lambda: window.search.answered_question is not None)
        return window

    yield open_window
    for window in opened:
        window.close()
    QGuiApplication.clipboard().clear()

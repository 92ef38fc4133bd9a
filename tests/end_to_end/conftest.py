"""The whole program: real window, real watcher, real stores; Qt reads these variables before it is imported."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
sys.path.insert(0, str(Path(__file__).parents[1] / "gui"))  # for dragging and patient_qtbot
sys.path.insert(0, str(Path(__file__).parent))  # for opened_window

import pytest
from opened_window import OpenWindow
from patient_qtbot import PatientQtBot
from PySide6.QtCore import QLocale
from pytestqt.qtbot import QtBot

from photofind.config.resources import resource
from photofind.encoders.shelf import Shelf
from photofind.gui.application import PhotofindApplication
from photofind.gui.main_window import MainWindow
from photofind.library.front import LibraryFront
from photofind.library.session import library_paths, open_library

RED, GREEN, BLUE = (220, 30, 30), (30, 160, 40), (30, 60, 220)


@pytest.fixture(scope="session")
def qapp_cls() -> type[PhotofindApplication]:
    """Tests see the style that users see."""
    QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    return PhotofindApplication


@pytest.fixture
def qtbot(qapp: PhotofindApplication, request: pytest.FixtureRequest) -> QtBot:
    return PatientQtBot(request)


@pytest.fixture
def photos(tmp_path: Path, make_picture: Callable[..., Path]) -> Path:
    folder = tmp_path / "Fotos"
    make_picture(folder / "poppy.jpg", RED, size=(320, 240))
    make_picture(folder / "leaf.png", GREEN, size=(320, 240))
    make_picture(folder / "sea.webp", BLUE, size=(320, 240))
    return folder


@pytest.fixture
def open_window(tmp_path: Path, qtbot: QtBot) -> Callable[..., object]:
    """``with open_window() as opened``: the window on the test's library; everything is stopped at the end."""

    @contextmanager
    def open_() -> Iterator[OpenWindow]:
        def shelf(endpoint: str) -> Shelf:
            return Shelf(tmp_path / "encoders", resource("shelf.json"), endpoint=endpoint)

        with open_library(library_paths(tmp_path / "library"), shelf, watch=True) as engine:
            front = LibraryFront(engine.settings, None)  # what a program gives to its window
            front.attach(engine)
            window = MainWindow(front)
            qtbot.addWidget(window)
            window.show()
            try:
                yield OpenWindow(window, engine, qtbot)
            finally:
                window.close()

    return open_

"""Photos of the grid saved as one picture."""

from collections.abc import Callable
from pathlib import Path

import pytest
from fake_engine import FakeEngine
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from photofind.gui.main_window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen one has no windows to size


@pytest.fixture
def window(engines: Callable[..., FakeEngine], windows: Callable[..., MainWindow]) -> MainWindow:
    return windows(engines(1_000))


def test_the_selected_photos_become_a_picture_that_the_notice_leads_to(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    window.grid.go_to(0)
    for _ in range(2):
        qtbot.keyClick(window.grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert window.sheet.words() == "Save 3 photos as one picture…"
    target = tmp_path / "three.jpg"
    window.sheet.save(window.sheet.photo_ids, str(target))
    qtbot.waitUntil(lambda: window.notice.sentence == "3 photos are saved as three.jpg.")
    assert window.notice.button.text() == "Show in folder"
    with Image.open(target) as sheet:
        assert sheet.width > 2 * 240 and sheet.format == "JPEG"


def test_without_a_selection_the_first_photos_that_are_shown_are_meant(
    qtbot: QtBot, window: MainWindow, tmp_path: Path
) -> None:
    assert window.sheet.words() == "Save 100 photos as one picture…"
    assert window.sheet.photo_ids == window.model.ids[:100]
    (keys,) = [one for one in window.findChildren(QShortcut) if one.key() == QKeySequence("Ctrl+Shift+S")]
    keys.activated.emit()
    dialog = window.findChild(QFileDialog)
    assert dialog is not None and dialog.selectedFiles()[0].endswith("photos.jpg")
    target = tmp_path / "first.png"
    dialog.reject()
    dialog.fileSelected.emit(str(target))
    qtbot.waitUntil(lambda: window.notice.sentence == "100 photos are saved as first.png.")
    assert target.exists()


def test_a_file_that_is_there_is_never_replaced(qtbot: QtBot, window: MainWindow, tmp_path: Path) -> None:
    photo = tmp_path / "the only copy.jpg"
    photo.write_bytes(b"a photo")
    window.sheet.save(window.sheet.photo_ids, str(photo))
    qtbot.waitUntil(lambda: "is there already" in window.notice.sentence)
    assert photo.read_bytes() == b"a photo"

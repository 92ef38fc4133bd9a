"""Showing a file in its folder."""

import os
import subprocess
import sys

import pytest

PROGRAM = """
import sys
from PySide6.QtCore import QObject
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QApplication
from photofind.gui import desktop
app = QApplication([])
QDesktopServices.openUrl = staticmethod(lambda url: print(url.toString()) or app.quit() or True)
parent = QObject()
from PySide6.QtCore import QTimer
QTimer.singleShot(0, lambda: desktop.show_in_folder("/photos/S\\u00fcden/a b.jpg", parent))
QTimer.singleShot(20_000, lambda: sys.exit("nothing was opened"))
app.exec()
"""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have commands of their own")
@pytest.mark.parametrize("bus", ["", "unix:path=/nowhere"])
def test_without_a_file_manager_to_ask_the_folder_is_opened(bus: str) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "DBUS_SESSION_BUS_ADDRESS": bus}
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.strip() == "file:///photos/Süden"

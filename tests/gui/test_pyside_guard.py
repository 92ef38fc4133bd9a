"""PySide6 6.12.0 lost a reference to True at each emit on Python 3.11 and ended the program after about 570."""

import os
import subprocess
import sys

PROGRAM = """
from PySide6.QtCore import QCoreApplication, QObject, Signal, Qt
class Sender(QObject):
    flag = Signal(bool)
    thing = Signal(object, object)
app = QCoreApplication([])
sender, got = Sender(), []
sender.flag.connect(got.append)
sender.thing.connect(lambda first, second: got.append(first), Qt.ConnectionType.QueuedConnection)
for number in range(2000):
    sender.flag.emit(number % 2 == 0)
    sender.thing.emit(True, None)
app.processEvents()
assert len(got) == 4000, len(got)
"""


def test_this_pyside_survives_two_thousand_signals_with_a_bool() -> None:
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM], env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}, capture_output=True,
        text=True, timeout=60, check=False,
    )  # fmt: skip
    assert run.returncode == 0, run.stderr

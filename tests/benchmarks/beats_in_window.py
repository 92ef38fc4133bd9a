"""The inner part of gui_while_indexing.py: beats of a timer in the window's process, or in a Qt program that does nothing.

beats_in_window.py RESULT SECONDS [--library DIR --photos DIR [--why FILE]]
"""

import argparse
import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from heartbeat import Heartbeat
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
from real_window import run

from photofind.gui.main_window import MainWindow


def beat_in_window(given: argparse.Namespace) -> dict[str, Any]:
    """From the moment the folder of new photos is added to an open window."""
    found: dict[str, Any] = {}

    def begin(window: MainWindow) -> None:
        before = len(window.model.ids)
        heart = Heartbeat(window, given.why.open("w", encoding="utf-8") if given.why else None)
        lists: list[int] = []
        for changed in (window.model.modelReset, window.model.rowsInserted):
            changed.connect(lambda *_: lists.append(len(window.model.ids)))

        def end() -> None:
            heart.stop()
            found.update(_result(heart), came=len(window.model.ids) - before, lists=len(set(lists)))
            window.close()

        QTimer.singleShot(int(given.seconds * 1000), window, end)
        window.add_folders([str(given.photos)])
        heart.start()

    run(given.library, begin)
    return found


def beat_alone(given: argparse.Namespace) -> dict[str, Any]:
    application = QApplication([])
    window = QWidget()
    window.show()
    heart = Heartbeat(window)
    QTimer.singleShot(int(given.seconds * 1000), application.quit)
    heart.start()
    application.exec()
    heart.stop()
    return _result(heart)


def _result(heart: Heartbeat) -> dict[str, Any]:
    late = [{**asdict(beat), "cause": beat.cause} for beat in heart.late]
    return {"intervals_ms": list(heart.intervals_ms), "late": late}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("result", type=Path)
    options.add_argument("seconds", type=float)
    options.add_argument("--library", type=Path)
    options.add_argument("--photos", type=Path)
    options.add_argument("--why", type=Path)
    given = options.parse_args()
    found = beat_in_window(given) if given.library else beat_alone(given)
    given.result.write_text(json.dumps(found))


if __name__ == "__main__":
    main()

"""The inner part of question_to_grid.py: types questions into the search bar of the real window and waits for the paint.

questions_in_window.py RESULT COUNT --library DIR --photos DIR
"""

import argparse
import json
import time
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path
from typing import Any

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtTest import QTest
from real_window import run, shows_thumbnails

from photofind.core.events import Activity, Progress
from photofind.core.question import Answer
from photofind.gui.main_window import MainWindow
from photofind.gui.search_controller import PAUSE_MS

_BETWEEN_MS = 250
_GIVE_UP_MS = 20_000
_WARMING = 4
_WORDS = (
    ("red", "old", "sleeping", "two", "wet", "tiny", "lonely", "happy"),
    ("dog", "bicycle", "harbour", "child", "mountain", "kitchen", "train"),
    ("in the rain", "at night", "on a beach", "with a hat"),
)


def _texts() -> Iterator[str]:
    """No two alike, and neighbours have little in common."""
    for number, words in enumerate(product(*reversed(_WORDS))):
        yield " ".join((*reversed(words), str(number)))


class Questions(QObject):
    """Asks one after another; ``done`` is called with what was measured, in milliseconds from the end of the pause.

    Before each question the window forgets its thumbnails, so that all of an answer's have to be loaded.
    """

    def __init__(self, window: MainWindow, done: Callable[[list[dict[str, float]]], None]) -> None:
        super().__init__(window)
        self._window, self._done = window, done
        self._bar = window.top.search.words
        self._texts = _texts()
        self._left = 0
        self._times: list[dict[str, float]] = []
        self._text = ""
        self._pause_ends_s = 0.0
        self._parts: dict[str, float] = {}
        self._late = QTimer(self, singleShot=True, interval=_GIVE_UP_MS)
        self._late.timeout.connect(self._give_up)
        window.search.answered.connect(self._answered)
        window.grid.viewport().installEventFilter(self)

    def ask(self, count: int) -> None:
        self._left, self._times = count, []
        self._next()

    def _next(self) -> None:
        if self._left == 0:
            self._text = ""
            self._done(self._times)
            return
        self._left -= 1
        self._window.thumbnails._kept.clear()
        self._window.thumbnails._kept_bytes = 0
        self._parts, self._text = {}, next(self._texts)
        self._bar.setFocus()
        self._bar.selectAll()
        QTest.keyClicks(self._bar, self._text)
        self._pause_ends_s = time.perf_counter() + PAUSE_MS / 1000
        self._late.start()

    def _answered(self, answer: Answer, _again: bool) -> None:
        """After the window's own slot: the model holds the answer."""
        if answer.question.text == self._text and not self._parts:
            self._parts = {"answered": self._since_ms(), "engine": answer.seconds * 1000, "found": len(answer.ids)}
            if answer.is_nothing_convincing:  # as with random weights: what comes closest is one click away
                self._window.display.fold_or_unfold()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if (
            event.type() == QEvent.Type.Paint
            and self._parts
            and "painted" not in self._parts
            and shows_thumbnails(self._window)
        ):
            self._parts["painted"] = -1.0
            QTimer.singleShot(0, self, self._painted)  # the event is still to be painted
        return super().eventFilter(watched, event)

    def _painted(self) -> None:
        self._parts["painted"] = self._since_ms()
        self._late.stop()
        self._times.append(self._parts)
        QTimer.singleShot(_BETWEEN_MS, self, self._next)

    def _give_up(self) -> None:
        self._times.append({"answered": _GIVE_UP_MS, "engine": 0.0, "found": 0, "painted": _GIVE_UP_MS})
        self._next()

    def _since_ms(self) -> float:
        return (time.perf_counter() - self._pause_ends_s) * 1000


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("result", type=Path)
    options.add_argument("count", type=int)
    options.add_argument("--library", type=Path, required=True)
    options.add_argument("--photos", type=Path, required=True)
    given = options.parse_args()
    found: dict[str, Any] = {}

    def begin(window: MainWindow) -> None:
        stage = "warming"
        encoded_before = 0

        def done(times: list[dict[str, float]]) -> None:
            nonlocal stage
            if stage == "warming":
                stage = "idle"
                questions.ask(given.count)
            elif stage == "idle":
                found["idle"] = times
                stage = "waiting"
                window.add_folders([str(given.photos)])
            else:
                found["indexing"] = times
                found["encoded meanwhile"] = progress_now.done - encoded_before
                window.close()

        progress_now = Progress(Activity.IDLE)

        def progress(state: Progress) -> None:
            nonlocal stage, progress_now, encoded_before
            progress_now = state
            if stage == "waiting" and state.activity is Activity.INDEXING and state.done >= 20:
                stage, encoded_before = "indexing", state.done
                questions.ask(given.count)

        questions = Questions(window, done)
        window.bridge.progress.connect(progress)
        questions.ask(_WARMING)  # loads the encoder and the vectors

    run(given.library, begin)
    given.result.write_text(json.dumps(found))


if __name__ == "__main__":
    main()

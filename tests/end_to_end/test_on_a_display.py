"""On a real X display with a window manager: a drag from another program's window, and how the program starts and ends."""

import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.display

HERE = Path(__file__).parent


class Teller:
    """A process whose lines are read as they come."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._lines: queue.Queue[str] = queue.Queue()
        self._thread = threading.Thread(target=self._read)
        self._thread.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._lines.put(line)

    def wait_for(self, wanted: Callable[[Any], bool], timeout_s: float = 60) -> Any:
        deadline_s = time.monotonic() + timeout_s
        last: Any = None
        while True:
            try:
                last = json.loads(self._lines.get(timeout=max(0.01, deadline_s - time.monotonic())))
            except queue.Empty:
                raise AssertionError(f"never seen; the last was {last}") from None
            if wanted(last):
                return last

    def join(self) -> None:
        self._thread.join()


@contextmanager
def started(display: str, *arguments: str | Path) -> Iterator[subprocess.Popen[str]]:
    environment = {**os.environ, "DISPLAY": display, "QT_QPA_PLATFORM": "xcb"}
    command = [sys.executable, *map(str, arguments)]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            try:
                process.wait(timeout=30)
            finally:
                process.kill()


def xdotool(display: str, *arguments: object) -> str:
    done = subprocess.run(
        ["xdotool", *map(str, arguments)], env={**os.environ, "DISPLAY": display}, capture_output=True, text=True, check=True
    )
    return done.stdout


def drag(display: str, start: tuple[int, int], end: tuple[int, int]) -> None:
    """Slowly enough for two programs to talk about it."""
    xdotool(display, "mousemove", *start, "mousedown", 1)
    steps = 12
    for step in range(1, steps + 1):
        x = start[0] + (end[0] - start[0]) * step // steps
        y = start[1] + (end[1] - start[1]) * step // steps
        xdotool(display, "mousemove", x, y, "sleep", 0.03)
    xdotool(display, "sleep", 0.2, "mouseup", 1)


def test_a_file_dragged_from_another_programs_window_finds_photos_that_look_like_it(
    x_display: str, tmp_path: Path, make_picture: Callable[..., Path]
) -> None:
    photos = tmp_path / "Fotos"
    make_picture(photos / "poppy.jpg", (220, 30, 30), size=(320, 240))
    make_picture(photos / "sea.webp", (30, 60, 220), size=(320, 240))
    outside = make_picture(tmp_path / "drüben" / "ein Bild mit Leerzeichen & Umlaut ß.png", (35, 65, 215))
    with (
        started(x_display, HERE / "window_on_display.py", tmp_path / "library", photos) as window,
        started(x_display, HERE / "drag_source.py", outside) as source,
    ):
        teller = Teller(window)
        assert source.stdout is not None
        assert source.stdout.readline() == "ready\n"
        state = teller.wait_for(lambda told: sorted(told["names"]) == ["poppy.jpg", "sea.webp"])
        for _ in range(3):  # the first mouse move may be lost while windows are still being placed
            drag(x_display, (80, 50), tuple(state["bar"]))
            try:
                found = teller.wait_for(lambda told: told["chips"] == 1 and told["names"][:1] == ["sea.webp"], timeout_s=10)
                break
            except AssertionError:
                continue
        else:
            raise AssertionError("the drop never arrived")
        assert found["names"] == ["sea.webp"]  # the other one is folded away
        window.send_signal(signal.SIGTERM)
        teller.join()
        assert window.wait(timeout=30) == 0


def test_a_second_start_hands_its_folder_to_the_first_window_and_ends(
    x_display: str, tmp_path: Path, make_picture: Callable[..., Path]
) -> None:
    make_picture(tmp_path / "late" / "one.jpg", (220, 30, 30))
    library = tmp_path / "library"
    with started(x_display, "-m", "photofind", "--library", library) as first:
        xdotool(x_display, "search", "--sync", "--onlyvisible", "--pid", first.pid)
        with started(x_display, "-m", "photofind", "--library", library, tmp_path / "late") as second:
            assert second.wait(timeout=60) == 0
        deadline_s = time.monotonic() + 60
        while True:
            done = subprocess.run(
                [sys.executable, "-m", "photofind", "status", "--json", "--library", str(library)],
                capture_output=True,
                text=True,
                check=True,
            )
            if json.loads(done.stdout)["counts"]["indexed"] == 1:
                break
            assert time.monotonic() < deadline_s
        first.send_signal(signal.SIGTERM)
        assert first.wait(timeout=30) == 0


def test_without_a_display_a_sentence_names_the_command_line(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment.pop("QT_QPA_PLATFORM", None)
    done = subprocess.run(
        [sys.executable, "-m", "photofind", "--library", str(tmp_path / "library")],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1
    assert "photofind index" in done.stderr and done.stderr.count("\n") == 1

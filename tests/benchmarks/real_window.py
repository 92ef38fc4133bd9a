"""The program as it is started by a user, in this process, with something of a benchmark's own in its event loop."""

import json
import os
import resource
import shutil
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import psutil
from large_library import LargeLibrary

if TYPE_CHECKING:
    from photofind.gui.main_window import MainWindow

_LOOK_EVERY_MS = 20


def prepare(made: LargeLibrary, scratch: Path, *, encoder_idle_s: float = 3600.0) -> Path:
    """A library to write into, indexed at full speed; what is remembered of the encoder's weights comes along."""
    library = made.copy(scratch / "library")
    (library.folder / "settings.json").write_text(json.dumps({"speed": "full", "encoder_idle_s": encoder_idle_s}))
    remembered = made.folder.parent / "data"
    if remembered.is_dir():
        shutil.copytree(remembered, scratch / "data")
    os.sync()  # else the first write of the run waits until gigabytes of copies are on the disk
    with (library.folder / "thumbnails.db").open("rb") as thumbnails:  # warm in memory, as every goal wants
        while thumbnails.read(1 << 24):
            pass
    return library.folder


def environment(scratch: Path, *, xcb: bool) -> dict[str, str]:
    return {**os.environ, "PHOTOFIND_DATA": str(scratch / "data"), "QT_QPA_PLATFORM": "xcb" if xcb else "offscreen"}


def run_and_watch_others(command: Sequence[object], environment: Mapping[str, str]) -> float:
    """Run a program of ours to its end; the share of the processors that programs not of ours used meanwhile.

    With more than a few hundredths the figures say more about those programs than about ours.
    """
    began_s, machine_s, ours_s = time.monotonic(), _machine_s(), _ours_s()
    subprocess.run([str(part) for part in command], env=dict(environment), check=True)
    others_s = _machine_s() - machine_s - (_ours_s() - ours_s)
    return max(0.0, others_s) / (time.monotonic() - began_s) / (os.cpu_count() or 1)


def _machine_s() -> float:
    cpu = psutil.cpu_times()
    return cpu.user + cpu.nice + cpu.system + cpu.irq + cpu.softirq + cpu.steal


def _ours_s() -> float:
    """Of processes that have ended, with those that they started."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def run(library: Path, when_painted: "Callable[[MainWindow], None]") -> int:
    """``photofind --library …`` until the window is closed; ``when_painted`` is called once all visible thumbnails are
    there.
    """
    from photofind import app
    from photofind.gui import application

    create = application.create_application

    def created(*arguments: object) -> application.PhotofindApplication:
        made = create(*arguments)  # type: ignore[arg-type]
        _call_when_painted(made, when_painted)
        return made

    application.create_application = created  # type: ignore[assignment]
    return app.main(["--library", str(library)])


def shows_thumbnails(window: "MainWindow") -> bool:
    """Whether every visible cell has its thumbnail."""
    visible = window.grid.visible()
    return len(visible) > 0 and all(window.grid.pixmap_of(row) is not None for row in visible)


def _call_when_painted(application: object, when_painted: "Callable[[MainWindow], None]") -> None:
    from PySide6.QtCore import QObject, QTimer
    from PySide6.QtWidgets import QApplication

    assert isinstance(application, QApplication) and isinstance(application, QObject)
    timer = QTimer(application, interval=_LOOK_EVERY_MS)

    def look() -> None:
        from photofind.gui.main_window import MainWindow

        for window in application.topLevelWidgets():
            if isinstance(window, MainWindow) and window.isVisible() and shows_thumbnails(window):
                timer.stop()
                when_painted(window)
                return

    timer.timeout.connect(look)
    timer.start()

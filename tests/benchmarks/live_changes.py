"""How soon the library follows the disk, and a pause: python tests/benchmarks/live_changes.py

Real watcher, decoders, palette and stores. Prints the seconds from each change of a small photo to the event after which
the catalogue shows it, and from a pause to the last file that was opened. The settling time of 1 s is part of it.
"""

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from threading import Event

import numpy as np
from PIL import Image

from photofind.config.resources import resource
from photofind.encoders.shelf import Shelf
from photofind.library.engine import Engine
from photofind.library.index_run import run_index
from photofind.library.session import library_paths, open_library

_RUNS = 5


def seconds_until(condition: Callable[[], bool]) -> float:
    began_s = time.monotonic()
    while not condition():
        if time.monotonic() - began_s > 60:
            raise SystemExit("it never happened")
        time.sleep(0.01)
    return time.monotonic() - began_s


def names(engine: Engine) -> set[str]:
    """What the grid would show: photos that are read and there."""
    rows = engine.librarian.submit(lambda desk: desk.reader.rows(list(desk.reader.ids_by_date()))).result()
    return {Path(row.path).name for row in rows}


def picture(path: Path, seed: int, size: tuple[int, int] = (320, 240)) -> None:
    Image.fromarray(np.random.default_rng(seed).integers(0, 255, (*size[::-1], 3), np.uint8)).save(path)


def main() -> None:
    with tempfile.TemporaryDirectory() as scratch:
        photos = Path(scratch) / "photos"
        photos.mkdir()
        picture(photos / "first.jpg", 0)
        measured: dict[str, list[float]] = {"appears": [], "is renamed": [], "is deleted": []}
        shelf = Shelf(Path(scratch) / "encoders", resource("shelf.json"))
        with open_library(library_paths(Path(scratch) / "library"), lambda _: shelf, watch=True) as engine:
            run_index(engine, [str(photos)], "", cancelled=Event(), on_progress=lambda _: None)
            for run in range(1, _RUNS + 1):
                file, renamed = photos / f"{run}.jpg", photos / f"{run} renamed.jpg"
                picture(file, run)
                measured["appears"].append(seconds_until(lambda file=file: file.name in names(engine)))
                file.rename(renamed)
                measured["is renamed"].append(seconds_until(lambda renamed=renamed: renamed.name in names(engine)))
                renamed.unlink()
                measured["is deleted"].append(seconds_until(lambda renamed=renamed: renamed.name not in names(engine)))
            engine.pacer.set_paused(True)
            for number in range(300):
                picture(photos / f"many {number}.png", 1000 + number, (1600, 1200))
            engine.scan(str(photos)).result()
            engine.pacer.set_paused(False)
            seconds_until(lambda: len(names(engine)) > 20)
            engine.pacer.set_paused(True)
            paused_s = last_change_s = time.monotonic()
            shown = len(names(engine))
            while time.monotonic() - paused_s < 5:
                if len(names(engine)) != shown:
                    shown, last_change_s = len(names(engine)), time.monotonic()
                time.sleep(0.01)
        for what, seconds in measured.items():
            print(f"a photo that {what:<11} median {statistics.median(seconds):.2f} s, worst {max(seconds):.2f} s")
        print(f"after a pause the last photo came {last_change_s - paused_s:.2f} s later; {shown} of 301 were shown")


if __name__ == "__main__":
    main()

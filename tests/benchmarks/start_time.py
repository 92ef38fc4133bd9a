"""How long the program takes from the start of its process to a painted window: python tests/benchmarks/start_time.py

Runs the real program on an empty library and on one of 10,000 photos, several times by turns, and prints the medians of
its stages. The baseline is Python importing PySide6.QtWidgets and showing an empty window, in the same run.
"""

import argparse
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from io import BytesIO
from pathlib import Path

from PIL import Image

from photofind.config.paths import LibraryPaths
from photofind.core.photo import Facts
from photofind.store.catalogue import Catalogue, FileStat, ReadPicture
from photofind.store.thumbnails import Thumbnails

STAGE = re.compile(r"start: (.+) after ([0-9.]+) s")
EMPTY_WINDOW = """
import sys
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QWidget
app = QApplication(sys.argv)
window = QWidget()
window.resize(1200, 800)
window.show()
QTimer.singleShot(0, app.quit)
app.exec()
"""


def fill(folder: Path, photos: int) -> None:
    """A library of ``photos`` rows with thumbnails, whose folder is away, so that no scan disturbs."""
    paths = LibraryPaths(folder)
    paths.make_folder()
    catalogue = Catalogue(paths.catalogue)
    jpegs = []
    for number in range(50):
        buffer = BytesIO()
        Image.effect_noise((384, 288), 20 + number).convert("RGB").save(buffer, "JPEG", quality=80)
        jpegs.append(buffer.getvalue())
    with Thumbnails(paths.thumbnails) as thumbnails, catalogue.transaction():
        folder_id = catalogue.watch_folder("/nowhere/photos")
        for number in range(photos):
            stat = FileStat(f"{number:06}.jpg", 3_000_000, 1_600_000_000_000_000_000 + number * 10**12)
            photo_id, _ = catalogue.add_file(folder_id, f"/nowhere/photos/{number // 500}", stat)
            content_hash = number.to_bytes(16, "big")
            catalogue.record_read(
                photo_id,
                ReadPicture(content_hash, stat.size_bytes, stat.mtime_ns, "JPEG", 4000, 3000, 0x808080, Facts()),
            )
            thumbnails.put([(photo_id, jpegs[number % len(jpegs)])])
    catalogue.close()


def stages_of(library: Path) -> dict[str, float]:
    """One start; the program is ended once the grid (or, without photos, the window) is painted."""
    log = library / "logs" / "photofind.log"
    if log.exists():
        log.unlink()
    process = subprocess.Popen([sys.executable, "-m", "photofind", "--library", str(library)])
    deadline_s = time.monotonic() + 60
    wanted = "the grid is painted" if library.name == "full" else "the window is painted"
    try:
        while time.monotonic() < deadline_s:
            found = {name: float(seconds) for name, seconds in STAGE.findall(log.read_text() if log.exists() else "")}
            if wanted in found:
                return found
            time.sleep(0.02)
        raise SystemExit("the window was never painted")
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def baseline_s() -> float:
    began_s = time.monotonic()
    subprocess.run([sys.executable, "-c", EMPTY_WINDOW], check=True)
    return time.monotonic() - began_s


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--photos", type=int, default=10_000)
    options.add_argument("--runs", type=int, default=7)
    given = options.parse_args()
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as scratch:
        empty, full = Path(scratch) / "empty", Path(scratch) / "full"
        fill(full, given.photos)
        runs: dict[str, list[dict[str, float]]] = {"empty": [], "full": []}
        baselines = []
        for _ in range(given.runs):
            baselines.append(baseline_s())
            runs["empty"].append(stages_of(empty))
            runs["full"].append(stages_of(full))
    baseline = statistics.median(baselines)
    print(f"baseline: an empty Qt window, start to end {baseline:.2f} s (median of {given.runs})")
    for name, measured in runs.items():
        print(f"{given.photos if name == 'full' else 0:,} photos:")
        for stage in measured[0]:
            seconds = statistics.median(run[stage] for run in measured)
            print(f"  {stage:<24} {seconds:6.2f} s   {seconds / baseline:5.2f} × baseline")


if __name__ == "__main__":
    main()

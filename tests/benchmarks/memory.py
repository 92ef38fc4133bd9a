"""Goal 9: memory of all processes of the program together, at 100,000 photos.

.venv/bin/python tests/benchmarks/memory.py [--quick] [--cache DIR] [--json FILE] [--idle-s 300]

The real program with its window (offscreen) on the large library; a folder of new camera photos is added, so that it
indexes them with ViT-B-32-256; looks at the PSS (proportional set size: a shared page counts as its share) of every
process twice a second and reports the look with the most. Then nothing happens, for as long as it takes until the
encoder is put away (a setting, --idle-s) and 15 s more. The baseline is one process that holds the same encoder as the
tutorials load it.
"""

import json
import os
import signal
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
from camera_photos import make_photos
from large_library import large_library
from process_times import part_of
from report import Row, benchmark_options, hand_in

GOAL_BUSY_MB, GOAL_IDLE_MB = 1600, 400
_LOOK_EVERY_S = 0.5
_AFTER_IDLE_S, _QUICK_AFTER_IDLE_S = 45.0, 30.0
_TUTORIAL = """
import sys, numpy, open_clip, torch, psutil
from pymilvus import MilvusClient
model, _, preprocess = open_clip.create_model_and_transforms("local-dir:" + sys.argv[1])
with torch.inference_mode():
    model.eval().encode_image(torch.zeros(1, 3, 256, 256))
print(psutil.Process().memory_full_info().pss / 1e6)
"""

Look = dict[str, float]


def look_at(process: psutil.Process) -> Look:
    """Megabytes of PSS by part of the program; decoders together."""
    found: Look = {}
    for one in [process, *process.children(recursive=True)]:
        try:
            part = "window" if one.pid == process.pid else part_of(one.pid)
            found[part] = found.get(part, 0.0) + one.memory_full_info().pss / 1e6
        except (psutil.Error, OSError):  # it ended just now
            continue
    return found


def watch(process: psutil.Process, until: "Until") -> list[Look]:
    looks = []
    while not until.reached():
        looks.append(look_at(process))
        time.sleep(_LOOK_EVERY_S)
    return looks


class Until:
    """Until the library has indexed so many photos, or so many seconds are over."""

    def __init__(self, library: Path, indexed: int | None, most_s: float) -> None:
        self._library, self._indexed, self._end_s = library, indexed, time.monotonic() + most_s

    def reached(self) -> bool:
        if time.monotonic() > self._end_s:
            if self._indexed is not None:
                raise SystemExit("the photos were not indexed in time")
            return True
        return self._indexed is not None and _indexed(self._library) >= self._indexed


def _indexed(library: Path) -> int:
    with sqlite3.connect(f"file:{library}/catalogue.db?mode=ro", uri=True) as connection:
        count: int = connection.execute("SELECT count(*) FROM encoded").fetchone()[0]
    connection.close()
    return count


def _said(look: Look) -> str:
    return ", ".join(f"{part} {mb:.0f}" for part, mb in sorted(look.items(), key=lambda item: -item[1]))


def main() -> None:
    options = benchmark_options(__doc__)
    options.add_argument("--idle-s", type=float, help="the setting (default 300, with --quick 10)")
    given = options.parse_args()
    idle_s = given.idle_s or (10.0 if given.quick else 300.0)
    after_idle_s = _QUICK_AFTER_IDLE_S if given.quick else _AFTER_IDLE_S
    new = 40 if given.quick else 240
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    with tempfile.TemporaryDirectory() as scratch:
        cache = given.cache or Path(scratch, "cache")
        library = large_library(cache, 100_000).copy(Path(scratch, "library"))
        (library.folder / "settings.json").write_text(json.dumps({"encoder_idle_s": idle_s, "speed": "full"}))
        make_photos(Path(scratch, "new"), new, seed=9)
        command = [sys.executable, "-m", "photofind", "--library", str(library.folder)]
        environment = {**os.environ, "PHOTOFIND_DATA": str(Path(scratch, "data"))}
        process = psutil.Popen(command, env=environment)
        try:
            started = watch(process, Until(library.folder, None, 10))
            subprocess.run([*command, str(Path(scratch, "new"))], env=environment, check=True)
            busy = watch(process, Until(library.folder, library.count + new, 300))
            idle = watch(process, Until(library.folder, None, idle_s + after_idle_s))
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        tutorial = subprocess.run(
            [sys.executable, "-c", _TUTORIAL, str(library.encoder)], check=True, stdout=subprocess.PIPE, text=True
        ).stdout
    most = max(busy, key=lambda look: sum(look.values()))
    last = idle[-1]
    following = max(idle, key=lambda look: sum(look.values()))
    totals = {name: sum(look.values()) for name, look in (("busy", most), ("idle", last))}
    usual = statistics.median(sum(look.values()) for look in busy)
    for name, look in (
        ("open, nothing done yet", started[-1]),
        ("the most while indexing", most),
        ("the most afterwards, while Milvus is brought in step", following),
        ("at the end", last),
    ):
        sys.stdout.write(f"{name}: {sum(look.values()):.0f} MB ({_said(look)})\n")
    sys.stdout.write(f"usual while indexing: {usual:.0f} MB\n")
    baseline = f"the encoder as tutorials load it {float(tutorial.split()[-1]):.0f} MB"
    hand_in(
        [
            Row(
                "9", "PSS of all processes, 100,000 photos, indexing", baseline, f"{totals['busy']:.0f} MB at most",
                f"{totals['busy'] / float(tutorial.split()[-1]):.2f}", f"≤ {GOAL_BUSY_MB} MB", totals["busy"] <= GOAL_BUSY_MB,
            ),
            Row(
                "9", "PSS afterwards, while Milvus is brought in step", "", f"{sum(following.values()):.0f} MB at most", "",
                "", None,
            ),
            Row(
                "9", f"PSS {idle_s + after_idle_s:.0f} s after the last use", "", f"{totals['idle']:.0f} MB", "",
                f"≤ {GOAL_IDLE_MB} MB", totals["idle"] <= GOAL_IDLE_MB,
            ),
        ],
        given.json,
    )  # fmt: skip


if __name__ == "__main__":
    main()

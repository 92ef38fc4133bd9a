"""Goal 3: a rescan of 100,000 unchanged files.

.venv/bin/python tests/benchmarks/rescan.py [--quick] [--cache DIR] [--json FILE]

Each round, in turn: ``find FOLDER -printf '%p %s %T@\\n'`` from the start of its process to its end, then a fresh process
with the library open and at rest, in which the engine scans the same folder, from the request until its future is done
(every file listed, its size and time and those of sidecars compared with the catalogue, what is missing looked for).
Nothing is changed, so nothing is written. File cache warm: one round before is thrown away. While the scan runs, a thread
of the same process sleeps 10 ms again and again, as a window's timer would, and another hands the librarian a small job
every 20 ms: how long they are held up is told, too, and so is where the time goes (each part alone, in the same process).

For information: ``photofind index FOLDER`` on the same library less the same command on one of its folders with 500
files; opening the engine; and how long it takes until all folders are watched.

"""

import multiprocessing
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from large_library import LargeLibrary, large_library
from report import Row, benchmark_options, hand_in, percentile

from photofind.config.resources import resource
from photofind.encoders.shelf import Shelf
from photofind.library.engine import Engine
from photofind.library.scan import SkipRules, walk
from photofind.library.session import library_paths, open_library
from photofind.library.watcher import FolderWatcher

_BEAT_S = 0.01
_JOB_EVERY_S = 0.02
_SHOWN = ("listing", "listing and stat", "our listing", "reading rows", "scan, CPU")


@dataclass
class Measured:
    """One fresh process. Seconds, but for ``beats_ms`` and ``jobs_ms``: intervals of the beats, answers of the librarian."""

    opened_s: float
    at_rest_s: float
    scan_s: float
    again_s: float
    parts: dict[str, float]
    watched_s: float
    beats_ms: list[float]
    jobs_ms: list[float]


@contextmanager
def _beating(intervals_ms: list[float]) -> Iterator[None]:
    """Note the intervals between the beats of a thread that sleeps 10 ms in between."""
    over = threading.Event()

    def beat() -> None:
        last_s = time.perf_counter()
        while not over.is_set():
            time.sleep(_BEAT_S)
            now_s = time.perf_counter()
            intervals_ms.append((now_s - last_s) * 1000)
            last_s = now_s

    thread = threading.Thread(target=beat)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


@contextmanager
def _asking(engine: Engine, answers_ms: list[float]) -> Iterator[None]:
    """Hand the librarian a job every 20 ms, and note how long each takes to be done."""
    over = threading.Event()

    def ask() -> None:
        while not over.wait(_JOB_EVERY_S):
            began_s = time.perf_counter()
            engine.librarian.submit(lambda desk: desk.reader.meta("encoder")).result()
            answers_ms.append((time.perf_counter() - began_s) * 1000)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


def measure(library: Path, photos: str, *, is_probed: bool) -> Measured:
    """In a process of its own."""
    beats_ms: list[float] = []
    jobs_ms: list[float] = []
    began_s = time.perf_counter()
    with open_library(
        library_paths(library), lambda _: Shelf(library.parent / "encoders", resource("shelf.json")), watch=False
    ) as engine:
        opened_s = time.perf_counter() - began_s
        engine.indexer.when_done().result()
        engine.librarian.submit(lambda _: None).result()
        at_rest_s = time.perf_counter() - began_s
        time.sleep(1.5)  # what is announced a second later is done, too
        scan_s = _seconds(lambda: engine.scan(photos).result())
        cpu_s = time.process_time()
        again_s = _seconds(lambda: engine.scan(photos).result())
        parts = {"scan, CPU": time.process_time() - cpu_s}
        if is_probed:
            with _beating(beats_ms), _asking(engine, jobs_ms):
                engine.scan(photos).result()
        parts |= {
            "listing": _cpu_s(lambda: _list_all(photos, with_stat=False)),
            "listing and stat": _cpu_s(lambda: _list_all(photos, with_stat=True)),
            "our listing": _cpu_s(lambda: [None for _ in walk(photos, SkipRules())]),
            "reading rows": engine.librarian.submit(
                lambda desk: _cpu_s(lambda: [desk.catalogue.files_in(folder, "", 1000) for folder in _folders(photos)])
            ).result(),
        }
    watcher = FolderWatcher(lambda _: None)
    watcher.start()
    watched_s = _seconds(lambda: watcher.watch(photos))
    watcher.stop()
    return Measured(opened_s, at_rest_s, scan_s, again_s, parts, watched_s, beats_ms, jobs_ms)


def _seconds(work: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    work()
    return time.perf_counter() - began_s


def _cpu_s(work: Callable[[], object]) -> float:
    began_s = time.process_time()
    work()
    return time.process_time() - began_s


def _folders(photos: str) -> list[str]:
    return [folder for folder, _, _ in os.walk(photos)]


def _list_all(photos: str, *, with_stat: bool) -> None:
    waiting = [photos]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    waiting.append(entry.path)
                elif with_stat:
                    entry.stat()


def find_s(photos: str) -> float:
    """The whole command, its output thrown away."""
    command = ["find", photos, "-printf", "%p %s %T@\\n"]
    return _seconds(lambda: subprocess.run(command, check=True, stdout=subprocess.DEVNULL))


def in_fresh_process(made: LargeLibrary, *, is_probed: bool) -> Measured:
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as process:
        return process.submit(measure, made.folder, str(made.photos), is_probed=is_probed).result()


def index_s(made: LargeLibrary, folder: Path, data: Path) -> float:
    """The whole command ``photofind index``."""
    command = [sys.executable, "-m", "photofind", "index", "--library", str(made.folder), str(folder), "--json"]
    environment = {**os.environ, "PHOTOFIND_DATA": str(data)}
    return _seconds(lambda: subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL))


def main() -> None:
    options = benchmark_options(__doc__)
    options.add_argument("--photos", type=int, help="how many (default 100,000; with --quick 20,000)")
    given = options.parse_args()
    count = given.photos or (20_000 if given.quick else 100_000)
    rounds = 3 if given.quick else 7
    with tempfile.TemporaryDirectory() as scratch:
        made = large_library((given.cache or Path(scratch)).absolute(), count)
        photos = str(made.photos)
        finds: list[float] = []
        ours: list[Measured] = []
        for turn in range(rounds + 1):
            seconds, measured = find_s(photos), in_fresh_process(made, is_probed=turn > 0)
            if turn > 0:
                finds.append(seconds)
                ours.append(measured)
        part = next(made.photos.iterdir())
        indexed = [
            index_s(made, made.photos, Path(scratch, "data")) - index_s(made, part, Path(scratch, "data"))
            for _ in range(2 if given.quick else 3)
        ]
    find, scan = statistics.median(finds), statistics.median(one.scan_s for one in ours)
    beats = [beat for one in ours for beat in one.beats_ms]
    jobs = [job for one in ours for job in one.jobs_ms]
    say = sys.stdout.write
    say(f"{count:,} files, medians of {rounds} rounds\n")
    say(f"find {find:.2f} s; our rescan {scan:.2f} s, once more in the same process ")
    say(f"{statistics.median(one.again_s for one in ours):.2f} s\n")
    for name in _SHOWN:
        say(f"  {name:<20} {statistics.median(one.parts[name] for one in ours):.2f} s\n")
    say(f"while scanning: beats of 10 ms p99 {percentile(beats, 99):.1f} ms, longest {max(beats):.1f} ms; ")
    say(f"a job of the librarian p50 {percentile(jobs, 50):.1f} ms, p99 {percentile(jobs, 99):.1f} ms\n")
    say(f"engine open after {statistics.median(one.opened_s for one in ours):.2f} s, ")
    say(f"at rest after {statistics.median(one.at_rest_s for one in ours):.2f} s; ")
    say(f"all folders watched after {statistics.median(one.watched_s for one in ours):.2f} s\n")
    say(f"photofind index, unchanged, less the same on 500 files: {statistics.median(indexed):.2f} s\n")
    wanted = 2 * find + 1
    hand_in(
        [
            Row(
                "3", f"Rescan of {count:,} unchanged files", f"find -printf {find:.2f} s", f"{scan:.2f} s",
                f"{scan / find:.2f}", f"≤ 2 × find + 1 s = {wanted:.2f} s", scan <= wanted,
            )
        ],
        given.json,
    )  # fmt: skip


if __name__ == "__main__":
    main()

"""Goal 10: how gentle is gentle? The same photos indexed at full speed and gently, alone and beside a user's other work.

.venv/bin/python tests/benchmarks/quiet.py [--quick] [--cache DIR] [--json FILE]

Fresh crops of camera photos and the small encoder (decoding dominates), which is loaded before. Rates and processor time
are of a run after what gentle work may do at once: from the batch with which a third of all photos is done to the last
one. Processor time is that of the program and all its helpers, as the system counts it.
The other work is one process of normal priority on each core, in a session of its own as programs of a desktop are, that
does pieces of work of about 10 ms, one after the other: its speed is pieces a second in that same span, beside its speed
alone; the 95th percentile of a piece's duration says how a short action of the user is delayed.
"""

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil
from camera_photos import make_photos, shared_folder, warm_up_cache
from report import Row, benchmark_options, hand_in, percentile

from photofind.config.paths import LibraryPaths
from photofind.config.resources import resource
from photofind.config.settings import Settings, save
from photofind.encoders.shelf import Shelf
from photofind.library.duty_cycle import gentle_cores
from photofind.library.engine import Engine
from photofind.library.session import library_paths, open_library

_CORES = psutil.cpu_count() or 1
_ALONE_S = 4.0
_LONGEST_RUN_S = 240.0
# Pieces of arithmetic that fit into the first-level cache; each line: when a piece ended, and how long it took.
_OTHER_WORK = """
import sys, time
rounds = int(sys.argv[1])
def piece():
    total = 0
    for n in range(rounds): total += n * n
while True:
    began = time.perf_counter(); piece(); ended = time.perf_counter()
    sys.stdout.write(f"{time.monotonic()} {ended - began}\\n"); sys.stdout.flush()
"""


@dataclass(frozen=True, slots=True)
class Span:
    """What happened between two moments of a run."""

    photos_a_second: float
    busy_cores: float
    pieces_a_second: float = 0.0
    piece_p95_ms: float = 0.0


class OtherWork:
    """The user's other programs; ``with`` ends them."""

    def __init__(self, folder: Path) -> None:
        self._rounds = _rounds_in_10_ms()
        self._outputs = [folder / f"other work {n}" for n in range(_CORES)]
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> "OtherWork":
        for output in self._outputs:
            with output.open("wb") as file:
                self._processes.append(
                    subprocess.Popen(
                        [sys.executable, "-c", _OTHER_WORK, str(self._rounds)], stdout=file, start_new_session=True
                    )
                )
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()
            process.wait()

    @property
    def pids(self) -> set[int]:
        return {process.pid for process in self._processes}

    def between(self, begin_s: float, end_s: float) -> tuple[float, float]:
        """Pieces a second, and the 95th percentile of their duration in ms."""
        took_s = []
        for output in self._outputs:
            for line in output.read_text().splitlines()[:-1]:
                at_s, seconds = map(float, line.split())
                if begin_s < at_s <= end_s:
                    took_s.append(seconds)
        return len(took_s) / (end_s - begin_s), percentile(took_s, 95) * 1000


def _rounds_in_10_ms() -> int:
    quickest_s = float("inf")
    for _ in range(10):
        began_s, total = time.perf_counter(), 0
        for n in range(100_000):
            total += n * n
        quickest_s = min(quickest_s, time.perf_counter() - began_s)
    return int(100_000 * 0.010 / quickest_s)


def run(photos: Path, scratch: Path, speed: str, other: OtherWork | None) -> Span:
    """Index all photos into a fresh library at this speed."""
    count = len(list(photos.iterdir()))
    with tempfile.TemporaryDirectory(dir=scratch) as folder:
        paths = library_paths(Path(folder) / "library")
        encoder = f"local-dir:{shared_folder() / 'models' / 'imagenet-mini'}"
        _write_settings(paths, Settings(speed=speed, encoder=encoder))
        shelf = Shelf(scratch / "encoders", resource("shelf.json"), endpoint="")
        with open_library(paths, lambda _: shelf, watch=False, follows_pace=True) as engine:
            engine.encoders.choose(encoder)
            engine.desk.target.face.encode_texts([""]).result(120)
            engine.watch_folder(str(photos)).result(60)
            looks = _watch(engine, other.pids if other else set(), count)
    begin = next(look for look in looks if look.done >= count // 3)
    end = next(look for look in looks if look.done == looks[-1].done)
    seconds = end.at_s - begin.at_s
    speed_of_other = other.between(begin.at_s, end.at_s) if other else (0.0, 0.0)
    return Span((end.done - begin.done) / seconds, (end.cpu_s - begin.cpu_s) / seconds, *speed_of_other)


def _alone(other: OtherWork) -> tuple[float, float]:
    time.sleep(0.5)
    began_s = time.monotonic()
    time.sleep(_ALONE_S)
    return other.between(began_s, time.monotonic())


def _write_settings(paths: LibraryPaths, settings: Settings) -> None:
    paths.make_folder()
    save(paths.settings, settings)


@dataclass(frozen=True, slots=True)
class Look:
    """A moment of a run: photos done, and CPU seconds of the program so far."""

    at_s: float
    done: int
    cpu_s: float


def _watch(engine: Engine, but: set[int], count: int) -> list[Look]:
    """Looks at each step of the progress until all photos are done; it counts them anew when nothing waits any more."""
    looks: list[Look] = []
    ended = engine.indexer.when_done()
    deadline_s = time.monotonic() + _LONGEST_RUN_S
    while not (ended.done() and engine.progress.done == 0):
        done = engine.progress.done
        if done > (looks[-1].done if looks else 0):
            ours = [psutil.Process(), *(child for child in psutil.Process().children() if child.pid not in but)]
            looks.append(Look(time.monotonic(), done, sum(map(_cpu_s, ours))))
        if time.monotonic() > deadline_s:
            raise RuntimeError(f"only {done} of {count} photos in {_LONGEST_RUN_S:.0f} s")
        time.sleep(0.02)
    return looks


def _cpu_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def main(arguments: Sequence[str] | None = None) -> None:
    given = benchmark_options(__doc__).parse_args(arguments)
    count = 120 if given.quick else 240
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        photos = (given.cache or scratch) / f"quiet photos {count}"
        if not photos.is_dir():
            make_photos(photos, count, seed=int.from_bytes(os.urandom(4)))
        warm_up_cache(photos)
        spans = {speed: run(photos, scratch, speed, None) for speed in ("full", "gentle")}
        with OtherWork(scratch) as other:
            before, before_p95_ms = _alone(other)
            beside = {speed: run(photos, scratch, speed, other) for speed in ("full", "gentle")}
            after, after_p95_ms = _alone(other)
            alone, alone_p95_ms = (before + after) / 2, (before_p95_ms + after_p95_ms) / 2
    for name, found in (("alone", spans), ("beside other work", beside)):
        for speed, span in found.items():
            print(
                f"{speed:<7} {name:<18} {span.photos_a_second:6.1f} photos/s, {span.busy_cores:.2f} of {_CORES} cores"
                + (f"; other work {span.pieces_a_second / alone:.0%}, p95 {span.piece_p95_ms:.1f} ms" if span.piece_p95_ms else "")
            )
    print(f"other work alone: {before:.0f} pieces/s before, {after:.0f} after; p95 {alone_p95_ms:.1f} ms")
    full, gentle = spans["full"], spans["gentle"]
    wanted = gentle_cores(_CORES)
    hand_in(
        [
            Row(
                "10", "processor use, gently", f"full speed {full.busy_cores:.2f} of {_CORES} cores",
                f"{gentle.busy_cores:.2f} of {_CORES} cores", f"{gentle.busy_cores / full.busy_cores:.2f}",
                f"≤ {wanted:.2f} cores + 10 %", gentle.busy_cores <= wanted * 1.1,
            ),
            Row(
                "10", "photos a second, gently", f"full speed {full.photos_a_second:.1f}",
                f"{gentle.photos_a_second:.1f}", f"{gentle.photos_a_second / full.photos_a_second:.2f}", "", None,
            ),
            Row(
                "10", "a user's other work on all cores keeps", f"{beside['full'].pieces_a_second / alone:.0%} beside full speed",
                f"{beside['gentle'].pieces_a_second / alone:.0%} beside gentle",
                f"{beside['gentle'].pieces_a_second / beside['full'].pieces_a_second:.2f}", "", None,
            ),
            Row(
                "10", "a 10 ms piece of it, p95", f"alone {alone_p95_ms:.1f} ms; full {beside['full'].piece_p95_ms:.1f} ms",
                f"{beside['gentle'].piece_p95_ms:.1f} ms", f"{beside['gentle'].piece_p95_ms / alone_p95_ms:.2f}", "", None,
            ),
        ],
        given.json,
    )  # fmt: skip


if __name__ == "__main__":
    main()

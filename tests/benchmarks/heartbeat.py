"""The heart of a GUI thread: how late a timer of 10 ms beats, and what held up the beats that were late."""

import faulthandler
import os
import threading
import time
from array import array
from collections import Counter
from dataclasses import dataclass, field
from typing import Any, TextIO

from PySide6.QtCore import QObject, Qt, QTimer
from report import percentile

BEAT_MS = 10
_LATE_MS = 16.0
_LOOK_AFTER_S = 0.018

Beats = list[float]
"""Milliseconds between beats."""


@dataclass
class LateBeat:
    """Where the time went: milliseconds on a processor and waiting for one, by thread."""

    at_s: float
    interval_ms: float
    ran_ms: float
    queued_ms: float
    others: dict[str, tuple[float, float]] = field(default_factory=dict)

    @property
    def cause(self) -> str:
        """Of what is beyond the 10 ms: the thread's own work, a processor that others had, or something it waited for."""
        waited_ms = self.interval_ms - self.ran_ms - self.queued_ms
        shares = {"own work": self.ran_ms, "processor": self.queued_ms, "lock or disk": waited_ms - BEAT_MS}
        return max(shares, key=lambda name: shares[name])


class Heartbeat(QObject):
    """Beats from ``start`` on; GUI thread. ``look``: also note what other threads did, which costs a little (1 %)."""

    def __init__(self, parent: QObject, look: TextIO | None = None) -> None:
        super().__init__(parent)
        self.intervals_ms = array("d")
        self.late: list[LateBeat] = []
        self._look = look
        self._own = _Schedule("/proc/thread-self/schedstat")
        self._threads: dict[int, _Schedule] = {}
        self._before_s = 0.0
        self._began_s = 0.0
        self._timer = QTimer(self, interval=BEAT_MS, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._beat)

    def start(self) -> None:
        self._began_s = self._before_s = time.perf_counter()
        self._own.read_ms()
        self._timer.start()

    def stop(self) -> None:
        self._timer.stop()
        if self._look is not None:
            faulthandler.cancel_dump_traceback_later()

    def _beat(self) -> None:
        now_s = time.perf_counter()
        interval_ms, self._before_s = (now_s - self._before_s) * 1000, now_s
        self.intervals_ms.append(interval_ms)
        ran_ms, queued_ms = self._own.read_ms()
        others = self._of_others() if self._look is not None else {}
        if interval_ms > _LATE_MS:
            self.late.append(LateBeat(now_s - self._began_s, interval_ms, ran_ms, queued_ms, others))
            if self._look is not None:
                self._look.write(f"^^^ {now_s - self._began_s:.3f} s: {interval_ms:.1f} ms\n")
                self._look.flush()
        if self._look is not None:
            faulthandler.dump_traceback_later(_LOOK_AFTER_S, file=self._look)

    def _of_others(self) -> dict[str, tuple[float, float]]:
        names = {thread.native_id: thread.name for thread in threading.enumerate()}
        found: dict[str, tuple[float, float]] = {}
        me = threading.get_native_id()
        for number in map(int, os.listdir("/proc/self/task")):
            if number == me:
                continue
            try:
                schedule = self._threads.setdefault(number, _Schedule(f"/proc/self/task/{number}/schedstat"))
                ran_ms, queued_ms = schedule.read_ms()
            except OSError:  # it has ended
                self._threads.pop(number, None)
                continue
            if ran_ms > 0.5:
                found[names.get(number, str(number))] = (ran_ms, queued_ms)
        return found


class _Schedule:
    """A thread's time on a processor and in the queue for one (Documentation/scheduler/sched-stats.rst)."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "rb", buffering=0)  # noqa: SIM115 - as long as the thread lives
        self._before = (0, 0)
        self.read_ms()

    def read_ms(self) -> tuple[float, float]:
        """Since the last call."""
        self._file.seek(0)
        ran, queued, _ = map(int, self._file.read(100).split())
        before, self._before = self._before, (ran, queued)
        return (ran - before[0]) / 1e6, (queued - before[1]) / 1e6


def summary(beats: Beats) -> str:
    """Percentiles in words."""
    figures = {"p50": 50.0, "p99": 99.0, "p99.9": 99.9}
    said = [f"{name} {percentile(beats, share):.1f}" for name, share in figures.items()]
    return ", ".join([*said, f"max {max(beats):.1f} ms ({len(beats)} beats)"])


def causes(late: list[dict[str, Any]]) -> str:
    """How many beats were late for what, and the latest of each kind."""
    count = Counter(beat["cause"] for beat in late)
    worst = {cause: max(beat["interval_ms"] for beat in late if beat["cause"] == cause) for cause in count}
    return ", ".join(f"{cause} {times} (up to {worst[cause]:.0f} ms)" for cause, times in count.most_common()) or "none"

"""Gentle work: an account of processor time that fills slowly, and rests while it is empty.

What is limited is the processor time of the program and all its helpers, measured, not guessed: a photo may cost 30 ms or
3 s, and one encoder keeps one core busy and another all of them. (The method is a token bucket, as networks use it.)
"""

import os
import threading
import time
from collections.abc import Callable

from photofind.config.helper_times import HelperTimes
from photofind.core.pace import Pace

_LEAST_CORES = 0.5
_SHARE_OF_CORES = 0.125
_SAVED_UP_S = 2.0  # a few photos that come alone are done at once
_LOOK_EVERY_S = 0.1
_SHORTEST_REST_S = 0.005


def gentle_cores(cores: int) -> float:
    """How many cores gentle work keeps busy: half a one, more only on machines with more than four."""
    return max(_LEAST_CORES, cores * _SHARE_OF_CORES)


class DutyCycle:
    """``set_pace``: any thread; ``breathe``: the indexer thread."""

    def __init__(
        self,
        *,
        cores: float | None = None,
        used_s: Callable[[], float] | None = None,
        clock: Callable[[], float] = time.monotonic,
        wait: Callable[[float], object] | None = None,
    ) -> None:
        """``cores`` may be kept busy; ``used_s`` is the processor time used so far; ``wait`` sleeps until the pace
        changes, for so many seconds at most.
        """
        self._cores = gentle_cores(os.cpu_count() or 1) if cores is None else cores
        self._helper_times = HelperTimes()
        self._used_s = used_s or self._measured_s
        self._clock = clock
        self._changed = threading.Event()
        self._wait = wait or self._changed.wait
        self._is_gentle = False
        self._counts = False  # the three below are of the indexer thread
        self._account_s = 0.0
        self._last = (0.0, 0.0)

    @property
    def ahead(self) -> int:
        """How many photos may be under way at a gentle pace: more would come in bursts between the rests."""
        return max(2, round(2 * self._cores))

    def set_pace(self, pace: Pace) -> None:
        """Ends a rest at once."""
        self._is_gentle = pace.is_gentle
        self._changed.set()

    def breathe(self, most: int, must_stop: Callable[[], bool]) -> int:
        """Called before each photo. Rests as long as the pace wants it; returns how many may be under way, ``most`` at
        full speed.
        """
        if not self._is_gentle:
            self._counts = False
            return most
        if not self._counts:
            self._counts = True
            self._account_s = self._cores * _SAVED_UP_S
            self._last = (self._clock(), self._used_s())
        while self._is_gentle and not must_stop():
            owed_s = -self._balance()
            if owed_s <= 0:
                break
            self._changed.clear()
            if self._is_gentle:
                self._wait(min(max(owed_s / self._cores, _SHORTEST_REST_S), _LOOK_EVERY_S))
        self._counts = self._is_gentle
        return min(most, self.ahead) if self._counts else most

    def _balance(self) -> float:
        now_s, used_s = self._clock(), self._used_s()
        then_s, used_then_s = self._last
        self._last = (now_s, used_s)
        earned_s = (now_s - then_s) * self._cores
        self._account_s = min(self._account_s + earned_s - (used_s - used_then_s), self._cores * _SAVED_UP_S)
        return self._account_s

    def _measured_s(self) -> float:
        """All that the program uses: what the user does in its window warms the machine, too."""
        return self._helper_times.used_s() + time.process_time()

"""How much processor time the helper processes of this program have used."""

import contextlib
import time
from collections.abc import Callable
from typing import Any

_LOOK_FOR_NEW_ONES_EVERY_S = 2.0
_MARK = "--multiprocessing-fork"  # stands on the command line of each process that multiprocessing spawned, frozen or not


class HelperTimes:
    """One thread at a time."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._looked_s = float("-inf")
        self._helpers: dict[int, Any] = {}
        self._seen_s: dict[int, float] = {}
        self._ended_s = 0.0

    def used_s(self) -> float:
        """CPU seconds of all helpers that were ever seen here, those that have ended included; never less than before.

        Takes a tenth of a millisecond, and every two seconds some more to look for new ones.
        """
        import psutil  # type: ignore[import-untyped]

        if self._clock() - self._looked_s >= _LOOK_FOR_NEW_ONES_EVERY_S:
            self._looked_s = self._clock()
            for child in psutil.Process().children():
                with contextlib.suppress(psutil.Error):
                    if child.pid not in self._helpers and _MARK in child.cmdline():
                        self._helpers[child.pid] = child
        for pid, helper in list(self._helpers.items()):
            try:
                times = helper.cpu_times()
                self._seen_s[pid] = times.user + times.system
            except psutil.Error:
                del self._helpers[pid]
                self._ended_s += self._seen_s.pop(pid, 0.0)
        return self._ended_s + sum(self._seen_s.values())

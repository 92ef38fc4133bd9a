"""Counts what was encoded twice, from the records of a journal alone."""

import contextlib
import time
from pathlib import Path

from judge import Journal

_BATCH = 16  # photos that the encoder gets at once
_RECENT_S = 5.0  # what was encoded so shortly before a kill may be encoded again


class Growth:
    """How a journal grew before a kill, looked at from outside."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._sizes: list[tuple[float, int]] = []
        self._ended_s = float("inf")

    def look(self) -> None:
        with contextlib.suppress(OSError):
            self._sizes.append((time.monotonic(), self._path.stat().st_size))

    def end(self) -> None:
        self.look()
        self._ended_s = time.monotonic()

    def in_the_last(self, seconds: float) -> int:
        """Bytes that were appended so shortly before the kill."""
        recent = [size for moment_s, size in self._sizes if moment_s >= self._ended_s - seconds]
        return recent[-1] - recent[0] if recent else 0


def encoded_again(at_the_kill: Journal, after: Journal, confirmed: set[int], sizes: Growth) -> tuple[int, int]:
    """How many records after a kill say what one before it said, and how many of them nothing excuses.

    Excused is what was written in the last 5 s, or one batch, whichever is more; never a photo of which the catalogue
    had ``confirmed`` what it still shows.
    """
    before = {(int(i), vector.tobytes()) for i, vector in zip(at_the_kill.ids, at_the_kill.vectors, strict=True)}
    start = _first_difference(at_the_kill, after)
    again = [
        int(i)
        for i, vector in zip(after.ids[start:], after.vectors[start:], strict=True)
        if (int(i), vector.tobytes()) in before
    ]
    allowed = max(_BATCH, sizes.in_the_last(_RECENT_S) // (24 + 2 * after.vectors.shape[1]))
    without_excuse = sum(photo_id in confirmed for photo_id in again)
    return len(again), without_excuse + max(len(again) - without_excuse - allowed, 0)


def _first_difference(one: Journal, other: Journal) -> int:
    """What was not confirmed is taken off a journal, so the records of both are the same up to somewhere."""
    shorter = min(len(one.ids), len(other.ids))
    differs = (one.ids[:shorter] != other.ids[:shorter]) | (one.vectors[:shorter] != other.vectors[:shorter]).any(axis=1)
    return int(differs.argmax()) if differs.any() else shorter

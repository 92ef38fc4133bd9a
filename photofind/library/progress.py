"""How far the background work is, in numbers that do not jump."""

import threading
import time
from collections import deque
from collections.abc import Callable

from photofind.core.events import Activity, Progress
from photofind.core.pace import Pace
from photofind.core.photo import Counts

_ANNOUNCE_EVERY_S = 0.25
_RATE_OVER_S = 15.0


class ProgressBoard:
    """Collects what threads report and announces it a few times a second. Any thread."""

    def __init__(self, announce: Callable[[Progress], None], clock: Callable[[], float] = time.monotonic) -> None:
        self._announce = announce
        self._clock = clock
        self._lock = threading.Lock()
        self._done = 0
        self._waiting = 0
        self._scans = 0
        self._paused = False
        self._pace = Pace.FULL
        self._trouble = ""
        self._is_for_room = False
        self._beats: deque[tuple[float, int]] = deque()
        self._last: tuple[float, Progress] = (float("-inf"), Progress(Activity.IDLE))

    @property
    def current(self) -> Progress:
        with self._lock:
            return self._progress()

    def scan_began(self) -> None:
        with self._lock:
            self._scans += 1
        self._tell()

    def scan_ended(self) -> None:
        with self._lock:
            self._scans -= 1
        self._tell()

    def set_pace(self, pace: Pace, paused: bool) -> None:
        """``paused`` by the user. The rate is counted anew: what is left takes as long as at the pace of now."""
        with self._lock:
            self._pace, self._paused = pace, paused
            self._beats.clear()
            if self._waiting:
                self._beats.append((self._clock(), self._done))
        self._tell()

    def note_counts(self, counts: Counts) -> None:
        """While it pauses the indexer does not count what waits."""
        with self._lock:
            if self._paused or self._pace is Pace.PAUSED_ON_BATTERY:
                self._waiting = counts.waiting
        self._tell()

    def set_trouble(self, sentence: str, *, for_room: bool = False) -> None:
        """What stands in the way, and whether it is a full disk; "" when nothing does."""
        with self._lock:
            self._trouble, self._is_for_room = sentence, for_room
        self._tell()

    def set_waiting(self, waiting: int) -> None:
        """Photos still to be done, the ones under way included; 0 ends the count of those done."""
        with self._lock:
            self._waiting = waiting
            if waiting == 0:
                self._done = 0
                self._beats.clear()
            elif not self._beats:
                self._beats.append((self._clock(), 0))
        self._tell()

    def note_done(self, photos: int) -> None:
        with self._lock:
            self._done += photos
            self._waiting = max(0, self._waiting - photos)
            now_s = self._clock()
            self._beats.append((now_s, self._done))
            while len(self._beats) > 2 and now_s - self._beats[0][0] > _RATE_OVER_S:
                self._beats.popleft()
        self._tell()

    def _progress(self) -> Progress:
        rate = 0.0
        if len(self._beats) > 1:
            (first_s, first_done), (last_s, last_done) = self._beats[0], self._beats[-1]
            rate = (last_done - first_done) / (last_s - first_s) if last_s > first_s else 0.0
        if self._trouble and not self._is_for_room:
            activity = Activity.STOPPED_BY_TROUBLE
        elif self._trouble and not self._paused and self._pace is not Pace.PAUSED_ON_BATTERY:
            activity = Activity.PAUSED_FOR_ROOM
        elif self._paused:
            activity = Activity.PAUSED
        elif self._waiting:
            on_battery = self._pace is Pace.PAUSED_ON_BATTERY
            activity = Activity.PAUSED_ON_BATTERY if on_battery else Activity.INDEXING
        elif self._scans:
            activity = Activity.LOOKING
        else:
            activity = Activity.IDLE
        left_s = self._waiting / rate if rate > 0 and activity is Activity.INDEXING else None
        return Progress(activity, self._done, self._done + self._waiting, rate, left_s, self._trouble, self._pace)

    def _tell(self) -> None:
        with self._lock:
            progress, now_s = self._progress(), self._clock()
            last_s, last = self._last
            is_more_of_it = (progress.activity, progress.pace, progress.sentence) == (last.activity, last.pace, last.sentence)
            if progress == last or (is_more_of_it and now_s - last_s < _ANNOUNCE_EVERY_S):
                return
            self._last = (now_s, progress)
        self._announce(progress)

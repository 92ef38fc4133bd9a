"""The pacer: decides how hard the background work may drive the machine, from the user's wish and from what goes on.

By itself it is gentle while somebody works at the machine, since a background job that makes a laptop hot and loud is
switched off for good. It goes at full speed while the user is away, and while photofind's own window is the active one:
who looks at it waits for the photos. On battery it stays gentle even then. Where nobody can tell whether the user is
there, the user is. A run that somebody asked for by command goes at full speed whatever the settings say.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from photofind.core.pace import Pace

_log = logging.getLogger(__name__)

AWAY_AFTER_S = 120.0
_LOOK_EVERY_S = 5.0
_AT_REST_AFTER_S = 15.0
_SAVED = ("speed", "pause_on_battery")


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the user wants; ``speed`` is ``auto``, ``full`` or ``gentle``.

    ``anyway``: the user said "go on" while it paused on battery; holds until there is mains again. ``looks``: the
    window is the active one. ``runs``: how many runs go on that somebody asked for.
    """

    speed: str = "auto"
    pause_on_battery: bool = False
    paused: bool = False
    anyway: bool = False
    looks: bool = False
    runs: int = 0


def pace_for(wishes: Wishes, *, on_battery: bool, idle_s: Callable[[], float | None]) -> Pace:
    """The pace for a user with these wishes. ``idle_s`` is asked only if the answer depends on it."""
    if wishes.runs:
        return Pace.FULL
    if on_battery and wishes.pause_on_battery and not wishes.anyway:
        return Pace.PAUSED_ON_BATTERY
    if wishes.speed != "auto":
        return Pace.FULL if wishes.speed == "full" else Pace.GENTLE_AS_CHOSEN
    if on_battery:
        return Pace.GENTLE_ON_BATTERY
    if wishes.looks or (idle_s() or 0.0) >= AWAY_AFTER_S:
        return Pace.FULL
    return Pace.GENTLE_BESIDE_USER


class Pacer:
    """Any thread. ``apply`` is called with the pace and whether the user pauses, after each change, one call at a time.

    Without ``follows`` nothing is looked at, and the pace is always full: for programs that were started to do the work.
    The thread sleeps while nothing is indexed.
    """

    def __init__(
        self,
        wishes: Wishes,
        apply: Callable[[Pace, bool], None],
        save_setting: Callable[..., None],
        *,
        follows: bool,
        is_on_battery: Callable[[], bool],
        idle_s: Callable[[], float | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wishes = wishes
        self._apply = apply
        self._save_setting = save_setting
        self._follows = follows
        self._is_on_battery = is_on_battery
        self._idle_s = idle_s
        self._clock = clock
        self._changed = threading.Condition()  # guards the four below
        self._pace = Pace.FULL
        self._told: tuple[Pace, bool] | None = None
        self._worked_s = float("-inf")
        self._has_news = False
        self._stopping = False
        self._telling = threading.Lock()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        self._tell()
        if self._follows:
            self._thread = threading.Thread(target=self._run, name="pacer")
            self._thread.start()

    def stop(self) -> None:
        """Idempotent."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def set_paused(self, paused: bool) -> None:
        """The user's own pause, for now: it is not saved. Has taken effect when this returns."""
        self._note(paused=paused)
        self._tell()

    def go_on(self) -> None:
        """End the pause on battery for this time: until there is mains again, or the program ends."""
        self._note(anyway=True)

    def wish(self, **wishes: object) -> None:
        """``speed`` (``auto``, ``full`` or ``gentle``) and ``pause_on_battery`` survive a restart; ``looks`` says whether
        the window is the active one.
        """
        if "pause_on_battery" in wishes:
            wishes = {**wishes, "anyway": False}
        self._note(**wishes)
        saved = {name: value for name, value in wishes.items() if name in _SAVED}
        if saved:
            self._save_setting(**saved)

    @contextmanager
    def run_asked_for(self) -> Iterator[None]:
        """Full speed, and no pause on battery, for the time of the ``with``."""
        self._add_run(1)
        try:
            yield
        finally:
            self._add_run(-1)

    def note_work(self) -> None:
        """Photos are being indexed: keep looking at the machine."""
        now_s = self._clock()
        if now_s - self._worked_s < 1.0:  # read without the lock: a second sooner or later does not matter
            return
        with self._changed:
            slept = self._is_at_rest
            self._worked_s = now_s
            if slept:
                self._has_news = True
                self._changed.notify()

    def look(self) -> Pace:
        """Look at the machine now and apply what follows. Blocks for milliseconds."""
        on_battery = self._follows and self._is_on_battery()
        with self._changed:
            if not on_battery:
                self._wishes = replace(self._wishes, anyway=False)
            wishes = self._wishes
        pace = pace_for(wishes, on_battery=on_battery, idle_s=self._idle_s) if self._follows else Pace.FULL
        with self._changed:
            if pace is not self._pace:
                _log.info("the pace is %s", pace.value)
            self._pace = pace
        self._tell()
        return pace

    def _add_run(self, runs: int) -> None:
        with self._changed:
            self._note(runs=self._wishes.runs + runs)

    def _note(self, **changes: object) -> None:
        with self._changed:
            self._wishes = replace(self._wishes, **changes)  # type: ignore[arg-type]
            self._has_news = True
            self._changed.notify()

    def _tell(self) -> None:
        with self._telling:
            with self._changed:
                told = (self._pace, self._wishes.paused)
                if told == self._told:
                    return
                self._told = told
            self._apply(*told)

    @property
    def _is_at_rest(self) -> bool:
        return self._pace is not Pace.PAUSED_ON_BATTERY and self._clock() - self._worked_s > _AT_REST_AFTER_S

    def _run(self) -> None:
        while True:
            with self._changed:
                if self._stopping:
                    return
                self._has_news = False
            try:
                self.look()
            except Exception:  # a strange battery must not stop the indexing
                _log.exception("the pace could not be decided")
            with self._changed:
                self._changed.wait_for(
                    lambda: self._has_news or self._stopping, None if self._is_at_rest else _LOOK_EVERY_S
                )

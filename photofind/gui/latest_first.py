"""A thread that always takes what was asked for last: what is on the screen now comes before what was scrolled past."""

import logging
import os
import sys
import threading
from collections.abc import Callable, Hashable, Sequence
from typing import Any

from PySide6.QtCore import QObject, Signal

_log = logging.getLogger(__name__)

_NICENESS = 5


class LatestFirst(QObject):
    """Runs ``work(request)`` on one plain thread, started at the first request.

    ``done`` is emitted on that thread with the request and its result, None if the work failed: connect it queued.
    """

    done = Signal(object, object)

    def __init__(self, name: str, work: Callable[[Any], object], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._name = name
        self._work = work
        self._waiting: list[Hashable] = []  # the next one is the last
        self._busy_with: Hashable | None = None
        self._wake = threading.Condition()
        self._thread: threading.Thread | None = None
        self._stopped = False

    def want(self, requests: Sequence[Hashable]) -> None:
        """GUI thread. Forget what waits and do these instead, the first one first; what is under way is not repeated.

        A request that has to be done again although it is under way must not be equal to it.
        """
        with self._wake:
            if self._stopped:
                return
            self._waiting = [request for request in reversed(requests) if request != self._busy_with]
            if self._waiting and self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()
            self._wake.notify()

    def stop(self, wait_s: float = 2.0) -> None:
        """Drop what waits and end the thread."""
        with self._wake:
            self._stopped = True
            self._waiting = []
            self._wake.notify()
        if self._thread is not None:
            self._thread.join(wait_s)

    def _run(self) -> None:
        if sys.platform == "linux":  # where a priority belongs to one thread: painting what is there comes first
            os.nice(_NICENESS)
        while True:
            with self._wake:
                while not self._waiting and not self._stopped:
                    self._wake.wait()
                if self._stopped:
                    return
                request = self._busy_with = self._waiting.pop()
            try:
                result = self._work(request)
            except Exception:
                _log.exception("%s could not do %r", self._name, request)
                result = None
            with self._wake:
                self._busy_with = None  # before the result is seen, for it may be wanted again at once
            if not self._stopped:
                self.done.emit(request, result)

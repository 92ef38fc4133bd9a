"""Passes events on to those who listen."""

import logging
import threading
from collections.abc import Callable, Iterable

from photofind.core.events import Event, Notice

_log = logging.getLogger(__name__)

Listener = Callable[[Event], None]


class Announcer:
    """Listeners and how they are told. Any thread."""

    def __init__(self) -> None:
        self._listeners: list[Listener] = []
        self._unheard: list[Notice] = []
        self._lock = threading.Lock()

    def add(self, listen: Listener, known: Iterable[Event]) -> None:
        """``listen`` hears what is known now, every event from now on, and notices that nobody heard so far."""
        with self._lock:
            self._listeners.append(listen)
            unheard, self._unheard = self._unheard, []
        for event in (*known, *unheard):
            listen(event)

    def tell(self, event: Event) -> None:
        """A listener's mistake must not end the thread that has the news."""
        with self._lock:
            listeners = list(self._listeners)
            if not listeners and isinstance(event, Notice):
                self._unheard.append(event)  # while the library is being opened, say: it is for the user all the same
        for listen in listeners:
            try:
                listen(event)
            except Exception:
                _log.exception("a listener failed at %s", type(event).__name__)

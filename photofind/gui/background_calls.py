"""Short blocking reads off the GUI thread, with the result handed back on it."""

import logging
import queue
import threading
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

_log = logging.getLogger(__name__)
_THREADS = 2  # a question to a sleeping network drive must not keep the catalogue's answers back
Result = TypeVar("Result")


class BackgroundCalls(QObject):
    """Daemon threads and no executor: the interpreter would wait at its end for an executor's hanging read."""

    _finished = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._waiting: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._threads: list[threading.Thread] = []
        self._stopped = False
        self._finished.connect(self._hand_over, Qt.ConnectionType.QueuedConnection)

    def call(self, read: Callable[[], Result], then: Callable[[Result], None]) -> None:
        """GUI thread. ``read`` runs on a thread, ``then`` gets its result on the GUI thread; a failure is logged."""

        def run() -> None:
            try:
                result = read()
            except Exception:
                _log.exception("A read for the window failed")
                return
            if not self._stopped:
                self._finished.emit(then, result)

        if self._stopped:
            return
        if len(self._threads) < _THREADS:
            self._threads.append(threading.Thread(target=self._run, name="gui-reads", daemon=True))
            self._threads[-1].start()
        self._waiting.put(run)

    def stop(self) -> None:
        """What is under way is not waited for, and its result is dropped."""
        self._stopped = True
        for _ in self._threads:
            self._waiting.put(None)

    def _run(self) -> None:
        while (task := self._waiting.get()) is not None:
            if not self._stopped:
                task()

    @Slot(object, object)
    def _hand_over(self, then: Callable[[object], None], result: object) -> None:
        if not self._stopped:
            then(result)

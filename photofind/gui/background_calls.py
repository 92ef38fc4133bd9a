"""Short blocking reads off the GUI thread, with the result handed back on it."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal, Slot

_log = logging.getLogger(__name__)
Result = TypeVar("Result")


class BackgroundCalls(QObject):
    """Two threads: a question to a sleeping network drive must not keep the catalogue's answers back."""

    _finished = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._threads = ThreadPoolExecutor(max_workers=2, thread_name_prefix="gui-reads")
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

        if not self._stopped:
            self._threads.submit(run)

    def stop(self) -> None:
        """What is under way is not waited for, and its result is dropped."""
        self._stopped = True
        self._threads.shutdown(wait=False, cancel_futures=True)

    @Slot(object, object)
    def _hand_over(self, then: Callable[[object], None], result: object) -> None:
        if not self._stopped:
            then(result)

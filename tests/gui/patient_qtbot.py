"""pytest-qt's waits, with the patience that a busy machine asks for; what comes ends a wait at once."""

from collections.abc import Callable
from typing import Any

from pytestqt.qtbot import QtBot

_PATIENCE_MS = 30_000  # pytest-qt's 5,000 are not enough beside a second test that starts an encoder


class PatientQtBot(QtBot):
    """Waits longer where the test does not say how long."""

    def waitUntil(self, callback: Callable[[], bool | None], *, timeout: int = _PATIENCE_MS) -> None:
        super().waitUntil(callback, timeout=timeout)

    def waitSignal(self, signal: Any, *, timeout: int = _PATIENCE_MS, **options: Any) -> Any:
        return super().waitSignal(signal, timeout=timeout, **options)

    def waitExposed(self, widget: Any, *, timeout: int = _PATIENCE_MS) -> Any:
        return super().waitExposed(widget, timeout=timeout)

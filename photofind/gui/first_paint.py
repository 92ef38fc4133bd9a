"""Says when the window was first painted: the start that a user feels."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QWidget


class FirstPaint(QObject):
    """Calls ``painted`` once, after ``widget`` was painted while ``counts`` held. GUI thread."""

    def __init__(self, widget: QWidget, painted: Callable[[], None], counts: Callable[[], bool] = lambda: True) -> None:
        super().__init__(widget)
        self._widget = widget
        self._painted = painted
        self._counts = counts
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint and self._counts():
            self._widget.removeEventFilter(self)
            self._painted()
        return super().eventFilter(watched, event)

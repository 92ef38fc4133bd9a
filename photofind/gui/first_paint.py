"""Says when the window was first painted: the start that a user feels."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from photofind.gui.photo_grid import PhotoGrid

LONGEST_WAIT_MS = 1500  # for photos: a slow disk must not keep the rest of the program back


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
            # The event is still to be painted.
            QTimer.singleShot(0, self._painted)
        return super().eventFilter(watched, event)


class FirstPhotos(QObject):
    """Notes the stages of the first screen, and calls ``go_on`` once it is complete, or is taking too long."""

    def __init__(
        self, window: QWidget, grid: PhotoGrid, note: Callable[[str], None], go_on: Callable[[], None]
    ) -> None:
        super().__init__(window)
        self._note, self._go_on = note, go_on
        FirstPaint(window, self._window_painted)
        FirstPaint(grid.viewport(), lambda: note("the grid is painted"), lambda: grid.count > 0)
        FirstPaint(grid.viewport(), self._complete, lambda: grid.is_complete)

    def _window_painted(self) -> None:
        self._note("the window is painted")
        QTimer.singleShot(LONGEST_WAIT_MS, self, self._go_on)

    def _complete(self) -> None:
        self._note("the grid is painted with its thumbnails")
        self._go_on()

"""Where the window stands and how large its photos are, kept for the next start."""

from collections.abc import Callable

from PySide6.QtCore import QByteArray, QEvent, QObject, QSize, QTimer
from PySide6.QtWidgets import QWidget

_SAVE_MS = 600
_FIRST_SIZE = QSize(1200, 800)
_FRAME = QSize(16, 48)  # about what a window manager puts around a window


class WindowMemory(QObject):
    """Saves a little after the last change, so that moving a window does not write its way across the screen."""

    def __init__(self, window: QWidget, save: Callable[..., None], cell_px: Callable[[], int]) -> None:
        super().__init__(window)
        self._window, self._save, self._cell_px = window, save, cell_px
        self._later = QTimer(self, singleShot=True, interval=_SAVE_MS)
        self._later.timeout.connect(self.save_now)
        window.installEventFilter(self)

    def restore(self, geometry: str) -> None:
        """A geometry saved earlier; anything that is none gives a size that the screen has room for, frame and all."""
        room = self._window.screen().availableGeometry().size() - _FRAME
        self._window.resize(_FIRST_SIZE.boundedTo(room))
        if geometry:
            self._window.restoreGeometry(QByteArray.fromBase64(geometry.encode("ascii", "ignore")))

    def changed(self) -> None:
        self._later.start()

    def save_now(self) -> None:
        self._later.stop()
        geometry = bytes(self._window.saveGeometry().toBase64().data()).decode("ascii")
        self._save(window_geometry=geometry, thumbnail_px=self._cell_px())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Resize, QEvent.Type.Move) and self._window.isVisible():
            self.changed()
        return super().eventFilter(watched, event)

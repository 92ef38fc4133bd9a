"""Real drag events, as Qt delivers them."""

from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QWidget

_BUTTON, _NO_KEY = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


def drag_onto(widget: QWidget, mime: QMimeData) -> bool:
    """Whether the widget welcomes the drag."""
    enter = QDragEnterEvent(QPoint(5, 5), Qt.DropAction.CopyAction, mime, _BUTTON, _NO_KEY)
    enter.ignore()
    QApplication.sendEvent(widget, enter)
    return enter.isAccepted()


def drop_onto(widget: QWidget, mime: QMimeData) -> None:
    """Drag there and let go."""
    assert drag_onto(widget, mime)
    drop = QDropEvent(QPointF(5, 5), Qt.DropAction.CopyAction, mime, _BUTTON, _NO_KEY)
    QApplication.sendEvent(widget, drop)

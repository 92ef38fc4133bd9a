"""Where a menu comes up that belongs to a button of the status line."""

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QMenu, QWidget


def pop_up_above(menu: QMenu, button: QWidget) -> None:
    """Open ``menu`` over ``button``, ending where the button ends that is nearer to a side of the window."""
    size = menu.sizeHint()
    is_left = button.mapTo(button.window(), button.rect().center()).x() * 2 < button.window().width()
    corner = button.rect().topLeft() if is_left else button.rect().topRight() - QPoint(size.width(), 0)
    menu.popup(button.mapToGlobal(corner - QPoint(0, size.height())))

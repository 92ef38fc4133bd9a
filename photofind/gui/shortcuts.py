"""Keys that work anywhere in the window."""

from collections.abc import Callable, Mapping

from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

Keys = QKeySequence.StandardKey | str


def connect_keys(window: QWidget, actions: Mapping[Keys, Callable[[], object]]) -> None:
    """Standard keys by what they mean on this system, others as text: ``Ctrl+B``."""
    for keys, act in actions.items():
        shortcut = QShortcut(QKeySequence(keys), window)
        shortcut.activated.connect(act)

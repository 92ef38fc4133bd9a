"""What is said when there is no library to open a window on."""

from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox


def show_fatal(sentence: str) -> None:
    """Show one sentence and wait until it was read; nothing where no one could read it. GUI thread."""
    if QGuiApplication.platformName() in ("offscreen", "minimal"):
        return
    box = QMessageBox(QMessageBox.Icon.Warning, QApplication.applicationDisplayName(), sentence)
    box.exec()

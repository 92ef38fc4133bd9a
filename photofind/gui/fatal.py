"""What is said when there is no library to open a window on."""

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox


def show_fatal(sentence: str) -> None:
    """Show one sentence and wait until it was read; nothing where no one could read it. GUI thread."""
    if QGuiApplication.platformName() in ("offscreen", "minimal"):
        return
    box = QMessageBox(QMessageBox.Icon.Warning, QApplication.applicationDisplayName(), sentence)
    box.exec()


class EndOnFailure(QObject):
    """Ends the program, with a sentence, when the library behind an open window cannot be opened."""

    _failed = Signal(str)

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self.sentence = ""
        self._application = application
        self._failed.connect(self._end, Qt.ConnectionType.QueuedConnection)

    def report(self, sentence: str) -> None:
        """Any thread; returns at once."""
        self._failed.emit(sentence)

    @Slot(str)
    def _end(self, sentence: str) -> None:
        self.sentence = sentence
        show_fatal(sentence)
        self._application.exit(1)

"""A small program that files can be dragged out of, as out of a file manager: python drag_source.py FILE."""

import sys

from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QDrag, QMouseEvent
from PySide6.QtWidgets import QApplication, QLabel


class FileLabel(QLabel):
    """Moving the mouse with its button down begins a drag of the file."""

    def __init__(self, path: str) -> None:
        super().__init__("drag me")
        self._path = path

    def mouseMoveEvent(self, _event: QMouseEvent) -> None:
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(self._path)])
        drag = QDrag(self)
        drag.setMimeData(mime)
        drag.exec(Qt.DropAction.CopyAction)


def main() -> None:
    app = QApplication(sys.argv)
    label = FileLabel(sys.argv[1])
    label.setWindowFlag(Qt.WindowType.FramelessWindowHint)
    label.setGeometry(20, 20, 120, 60)
    label.show()
    print("ready", flush=True)
    app.exec()


if __name__ == "__main__":
    main()

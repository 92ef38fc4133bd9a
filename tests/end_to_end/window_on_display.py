"""The real window as a program of its own that tells what it shows: python window_on_display.py LIBRARY FOLDER.

A JSON line for each change: the names in the grid, the chips, and where the search bar is on the screen.
"""

import json
import sys
from pathlib import Path

from PySide6.QtCore import QPoint, QTimer

from photofind.config.resources import resource
from photofind.encoders.shelf import Shelf
from photofind.gui.application import create_application
from photofind.gui.main_window import MainWindow
from photofind.gui.signals import quit_on_signals
from photofind.library.front import LibraryFront
from photofind.library.session import library_paths, open_library


def main() -> None:
    library, folder = Path(sys.argv[1]), sys.argv[2]
    app = create_application(sys.argv[:1])
    with open_library(
        library_paths(library), lambda _: Shelf(library / "encoders", resource("shelf.json")), watch=True
    ) as engine:
        front = LibraryFront(engine.settings, None)
        front.attach(engine)
        window = MainWindow(front, on_closed=app.quit)
        window.setGeometry(200, 120, 900, 600)
        window.show()
        window.add_folders([folder])
        told: list[str] = []

        def tell() -> None:
            model, bar = window.model, window.top.search
            model.want_rows(range(len(model.ids)))
            rows = [model.photo(row) for row in range(len(model.ids))]
            middle = bar.mapToGlobal(QPoint(bar.width() // 2, bar.height() // 2))
            line = json.dumps(
                {
                    "names": [Path(row.path).name for row in rows if row is not None],
                    "chips": len(bar.chips),
                    "bar": [middle.x(), middle.y()],
                }
            )
            if told[-1:] != [line]:
                told.append(line)
                print(line, flush=True)

        timer = QTimer(window, interval=50)
        timer.timeout.connect(tell)
        timer.start()
        with quit_on_signals(app):
            app.exec()


if __name__ == "__main__":
    main()

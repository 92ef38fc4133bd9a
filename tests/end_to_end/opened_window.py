"""A window on a library, as a user sees it."""

import os

from pytestqt.qtbot import QtBot

from photofind.gui.main_window import MainWindow
from photofind.library.engine import Engine


class OpenWindow:
    """The window, the engine behind it, and what the grid shows."""

    def __init__(self, window: MainWindow, engine: Engine, qtbot: QtBot) -> None:
        self.window = window
        self.engine = engine
        self._qtbot = qtbot

    def shown(self) -> list[str]:
        """The names of the photos in the grid, in order, as far as they are loaded."""
        self.window.model.want_rows(range(len(self.window.model.ids)))
        rows = [self.window.model.photo(row) for row in range(len(self.window.model.ids))]
        return [os.path.basename(row.path) for row in rows if row is not None]

    def ids(self) -> dict[str, int]:
        return dict(zip(self.shown(), self.window.model.ids, strict=False))

    def wait_until_shown(self, *names: str, timeout_s: float = 30) -> None:
        """Wait until exactly these photos are in the grid."""
        self._qtbot.waitUntil(lambda: sorted(self.shown()) == sorted(names), timeout=int(timeout_s * 1000))

    def unfold(self) -> None:
        """Show the less likely photos of what was typed, too, once it is answered."""
        search, words = self.window.search, self.window.top.search.words
        self._qtbot.waitUntil(
            lambda: search.answered_question is not None and search.answered_question.text == words.text()
        )
        self.window.grid.fold_wanted.emit()

    def wait_until_first(self, name: str, timeout_s: float = 30) -> None:
        self._qtbot.waitUntil(lambda: self.shown()[:1] == [name], timeout=int(timeout_s * 1000))

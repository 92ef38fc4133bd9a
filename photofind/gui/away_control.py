"""Photos on drives that are away: how many, and whether they are shown."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from photofind.core.events import LibraryState
from photofind.gui import status_words
from photofind.gui.menus import pop_up_above
from photofind.gui.search_controller import SearchController
from photofind.gui.status_line import StatusLine


class AwayControl(QObject):
    """The status line's button for them. It stays while it leaves photos out, so that nobody looks for them in vain."""

    def __init__(self, search: SearchController, status: StatusLine, parent: QWidget) -> None:
        super().__init__(parent)
        self._search, self._status = search, status
        self._count = 0
        self._offline: bool | None = None
        status.away_menu_wanted.connect(self._show_menu)

    def library(self, state: LibraryState) -> None:
        self._count = state.counts.offline
        self._draw()

    def show_all(self) -> None:
        """Whether they can be reached or not."""
        self._choose(None)

    def menu(self) -> QMenu:
        menu = QMenu(self._status)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        group = QActionGroup(menu)
        for offline, words in (
            (None, self.tr("All photos")),
            (False, self.tr("Only photos that can be reached")),
            (True, self.tr("Only photos that cannot be reached now")),
        ):
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(offline is self._offline)
            action.setActionGroup(group)
            action.triggered.connect(lambda _checked, offline=offline: self._choose(offline))
        return menu

    def _show_menu(self) -> None:
        pop_up_above(self.menu(), self._status.away)

    def _choose(self, offline: bool | None) -> None:
        if offline is not self._offline:
            self._offline = offline
            self._draw()
            self._search.show_only(offline)

    def _draw(self) -> None:
        match self._offline:
            case None:
                words = status_words.away(self._count) if self._count else ""
            case False:
                words = self.tr("Only what can be reached")
            case True:
                words = self.tr("Only what cannot be reached")
        self._status.show_away(words)

"""The files that could not be read, from the status line to the panel: listed while it is open, and tried again."""

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QWidget

from photofind.core.photo import ProblemRow
from photofind.gui.background_calls import BackgroundCalls
from photofind.gui.bridge import EngineBridge
from photofind.gui.engine_face import EngineFace
from photofind.gui.problems_panel import ProblemsPanel

_LOOK_AGAIN_MS = 300


class Problems(QObject):
    """GUI thread. The list is read when it is opened, and again when the library has changed while it is open."""

    show_wanted = Signal(str)  # this file, in its folder

    def __init__(
        self, engine: EngineFace, background: BackgroundCalls, bridge: EngineBridge, window: QWidget
    ) -> None:
        super().__init__(window)
        self._engine = engine
        self._background = background
        self._window = window
        self._later = QTimer(self, singleShot=True, interval=_LOOK_AGAIN_MS)
        self._later.timeout.connect(lambda: self._background.call(self._engine.problems, self._update))
        self.panel: ProblemsPanel | None = None
        for news in (bridge.library_state, bridge.progress):
            news.connect(self._changed)

    def open(self) -> None:
        """Bring the panel to the front as soon as the list is read."""
        if self.panel is None:
            self.panel = ProblemsPanel(self._window)
            self.panel.try_again_wanted.connect(self._engine.try_again)
            self.panel.show_wanted.connect(self.show_wanted)
        self._background.call(self._engine.problems, self.panel.show_problems)

    def _changed(self, _news: object) -> None:
        if self.panel is not None and self.panel.isVisible() and not self._later.isActive():
            self._later.start()

    def _update(self, problems: list[ProblemRow]) -> None:
        if self.panel is not None:
            self.panel.update_problems(problems)

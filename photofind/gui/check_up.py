"""The check-up of the library, from the menu entry to the panel; the work is done off the GUI thread."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from photofind.core.findings import Finding
from photofind.gui.background_calls import BackgroundCalls
from photofind.gui.doctor_panel import DoctorPanel
from photofind.gui.engine_face import EngineFace
from photofind.gui.file_choice import ask_where_to_save
from photofind.gui.top_row import TopRow
from photofind.gui.why_not import or_why_not

_REPORT_NAME = "photofind report.zip"


class CheckUp(QObject):
    """GUI thread."""

    def __init__(self, engine: EngineFace, background: BackgroundCalls, top: TopRow, window: QWidget) -> None:
        super().__init__(window)
        self._engine = engine
        self._background = background
        self._window = window
        self._findings: list[Finding] = []
        self._is_at_work = False
        self.panel: DoctorPanel | None = None
        top.check_up_wanted.connect(self.open)

    def open(self) -> None:
        """Show the panel, and look at the library anew."""
        if self.panel is None:
            self.panel = DoctorPanel(self._window)
            self.panel.again_wanted.connect(lambda: self._look(repair=False))
            self.panel.repair_wanted.connect(lambda: self._look(repair=True))
            self.panel.report_wanted.connect(self._ask_where_to_save)
        self.panel.show()
        self.panel.raise_()
        self._look(repair=False)

    def _look(self, *, repair: bool) -> None:
        if self._is_at_work or self.panel is None:
            return
        self._is_at_work = True
        self.panel.show_working(repair=repair)
        self._background.call(or_why_not(lambda: self._engine.check_up(repair=repair)), self._show)

    def _show(self, outcome: list[Finding] | str) -> None:
        self._is_at_work = False
        assert self.panel is not None
        if isinstance(outcome, str):
            self.panel.show_failure(outcome)
        else:
            self._findings = outcome
            self.panel.show_findings(outcome)

    def _ask_where_to_save(self) -> None:
        assert self.panel is not None
        ask_where_to_save(self.panel, _REPORT_NAME, self.save_report)

    def save_report(self, target: str) -> None:
        """Write what was found last, and what helps to understand it, to this file."""
        findings = list(self._findings)

        def save() -> str:
            self._engine.save_report(findings, target)
            return self.tr("The report is saved. Look through it before you send it: it is plain text.")

        self._background.call(or_why_not(save), self._tell)

    def _tell(self, sentence: str) -> None:
        assert self.panel is not None
        self.panel.explanation.setText(sentence)

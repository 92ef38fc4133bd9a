"""What a check-up of the library found, and what can be done about it."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from photofind.core.findings import Finding, Severity
from photofind.gui import style
from photofind.gui.icons import Glyph, IconLabel


class DoctorPanel(QDialog):
    """A window of its own that blocks nothing."""

    again_wanted = Signal()
    repair_wanted = Signal()
    report_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Check-up of the library"))
        self.setModal(False)
        self.resize(640, 520)
        self.heading = QLabel(self)
        self.heading.setFont(style.font(style.LARGE, semibold=True))
        self.heading.setWordWrap(True)
        self.explanation = QLabel(self.tr("Your photos' own files are never changed by a repair."), self)
        self.explanation.setForegroundRole(style.QUIET)
        self.explanation.setWordWrap(True)
        self.bar = QProgressBar(self)
        self.bar.setRange(0, 0)
        self.bar.setTextVisible(False)
        self.bar.setMaximumHeight(4)
        self.bar.setAccessibleName(self.tr("The library is being looked at"))
        self.rows: list[QWidget] = []
        inside = QWidget(self)
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(style.SPACE_XL, style.SPACE_S, style.SPACE_XL, style.SPACE_S)
        self._list.setSpacing(style.SPACE_M)
        self._list.addStretch(1)
        area = QScrollArea(self)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        self.report = QPushButton(self.tr("Save a report for support…"), self)
        self.report.setToolTip(self.tr("Without pictures, and without names of photos, folders and tags"))
        self.again = QPushButton(self.tr("Check again"), self)
        self.repair = QPushButton(self.tr("Repair"), self)
        self.repair.setProperty("primary", True)
        self.report.clicked.connect(self.report_wanted)
        self.again.clicked.connect(self.again_wanted)
        self.repair.clicked.connect(self.repair_wanted)
        head = QVBoxLayout()
        head.setContentsMargins(style.SPACE_XL, style.SPACE_L, style.SPACE_XL, 0)
        head.setSpacing(style.SPACE_XS)
        for part in (self.heading, self.explanation, self.bar):
            head.addWidget(part)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(style.SPACE_XL, 0, style.SPACE_XL, style.SPACE_L)
        buttons.addWidget(self.report)
        buttons.addStretch(1)
        buttons.addWidget(self.again)
        buttons.addWidget(self.repair)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(style.SPACE_S)
        column.addLayout(head)
        column.addWidget(area, 1)
        column.addLayout(buttons)

    def show_working(self, *, repair: bool) -> None:
        """Buttons rest until the answer is there; what was found before stays to be read."""
        self.heading.setText(self.tr("Mending the library…") if repair else self.tr("Looking at the library…"))
        self.bar.show()
        for button in (self.report, self.again, self.repair):
            button.setEnabled(False)

    def show_findings(self, findings: Sequence[Finding]) -> None:
        """What was found, troubles first."""
        troubles = [one for one in findings if one.is_trouble]
        mended = [one for one in findings if one.mended]
        if troubles:
            words = self.tr("One thing is not well") if len(troubles) == 1 else self.tr("{n} things are not well")
            self.heading.setText(words.format(n=len(troubles)))
        else:
            self.heading.setText(self.tr("All is well again") if mended else self.tr("All is well"))
        self._rest()
        self.report.setEnabled(True)
        self.repair.setVisible(any(one.is_mendable and not one.mended for one in findings))
        rest = [one for one in findings if one not in troubles and one not in mended]
        for one in [*troubles, *mended, *sorted(rest, key=lambda one: one.severity is Severity.FINE)]:
            self._add(one)

    def show_failure(self, sentence: str) -> None:
        """The check-up itself did not work."""
        self.heading.setTextFormat(Qt.TextFormat.PlainText)  # the sentence may name a file
        self.heading.setText(sentence)
        self._rest()
        self.report.setEnabled(False)
        self.repair.hide()

    def _rest(self) -> None:
        self.bar.hide()
        for button in (self.again, self.repair):
            button.setEnabled(True)
        for row in self.rows:
            self._list.removeWidget(row)
            row.deleteLater()
        self.rows.clear()

    def _add(self, finding: Finding) -> None:
        row = QWidget(self)
        if finding.is_trouble:
            icon = IconLabel(Glyph.WARNING, row, role=style.WARNING)
        else:
            is_well = finding.severity is Severity.FINE or finding.mended
            icon = IconLabel(Glyph.CHECK if is_well else Glyph.INFO, row)
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(_label(finding.sentence, row, style.TEXT))
        quiet = [finding.mended] if finding.mended else [finding.meaning, _remedy(self, finding)]
        for text in quiet:
            if text:
                words.addWidget(_label(text, row, style.QUIET))
        across = QHBoxLayout(row)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(style.SPACE_M)
        across.addWidget(icon, 0, Qt.AlignmentFlag.AlignTop)
        across.addLayout(words, 1)
        row.setAccessibleName(" ".join([finding.sentence, *quiet]))
        self._list.insertWidget(len(self.rows), row)
        self.rows.append(row)


def _remedy(panel: DoctorPanel, finding: Finding) -> str:
    return panel.tr("“Repair” mends it.") if finding.is_mendable else finding.remedy


def _label(text: str, parent: QWidget, role: style.Role) -> QLabel:
    label = QLabel(text, parent)
    label.setWordWrap(True)
    label.setTextFormat(Qt.TextFormat.PlainText)
    label.setForegroundRole(role)
    label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    return label

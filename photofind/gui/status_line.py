"""The thin line at the bottom: what the grid shows, what is going on, which encoder answers."""

from PySide6.QtCore import QEvent, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QPushButton, QWidget

from photofind.core.events import Activity, EncoderState, Progress
from photofind.gui import icons, status_words, style
from photofind.gui.icons import Glyph, IconButton
from photofind.gui.quiet_label import QuietLabel
from photofind.gui.search_mark import SLOW_MS

_PAUSES = (Activity.PAUSED, Activity.PAUSED_ON_BATTERY)


class StatusLine(QWidget):
    """Only words and five small buttons: what is away, pause, speed, problems, encoder."""

    away_menu_wanted = Signal()
    pause_wanted = Signal(bool)
    speed_menu_wanted = Signal()
    problems_wanted = Signal()
    encoder_menu_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._activity = Activity.IDLE
        self.shown = QuietLabel(parent=self, size_px=style.SMALL)
        self.shown.setObjectName("shown")
        self.away = self._button(self.tr("Photos on drives that are away: show them, or not"))
        self.away.clicked.connect(self.away_menu_wanted)
        self.doing = QuietLabel(parent=self, size_px=style.SMALL)
        self.doing.setObjectName("doing")
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(96, 4)
        self.bar.setAccessibleName(self.tr("How far photos have been looked through"))
        self.pause = IconButton(Glyph.PAUSE, self.tr("Pause"), self, size_px=14)
        self.pause.clicked.connect(lambda: self.pause_wanted.emit(self._activity not in _PAUSES))
        self.speed = IconButton(Glyph.SPEED, self.tr("Speed"), self, size_px=14)
        self.speed.clicked.connect(self.speed_menu_wanted)
        self.problems = self._button(self.tr("Photos that could not be read, and why"))
        self.problems.clicked.connect(self.problems_wanted)
        self.encoder = self._button(self.tr("Choose what understands your photos"))
        self.encoder.clicked.connect(self.encoder_menu_wanted)
        self._slow = QTimer(self, singleShot=True, interval=SLOW_MS)
        self._slow.timeout.connect(lambda: self.shown.set_text(self.tr("Searching…")))
        row = QHBoxLayout(self)
        row.setContentsMargins(style.SPACE_M, 0, style.SPACE_S, 0)
        row.setSpacing(style.SPACE_S)
        row.addWidget(self.shown)
        row.addWidget(self.away)
        row.addStretch(1)
        row.addWidget(self.doing)  # grows to the left: the pause button is never moved from under the mouse
        row.addWidget(self.bar)
        row.addWidget(self.pause)
        row.addWidget(self.speed)
        row.addSpacing(style.SPACE_S)
        row.addWidget(self.problems)
        row.addWidget(self.encoder)
        self.setFixedHeight(max(30, self.fontMetrics().height() + style.SPACE_M))
        self.show_progress(Progress(Activity.IDLE))
        self.show_problems(0)
        self.show_away("")

    def show_words(self, words: str) -> None:
        self.shown.set_text(words)

    def show_asking(self, asking: bool) -> None:
        """Mentioned only when an answer takes a while; ``show_words`` follows with the answer."""
        if asking:
            self._slow.start()
        else:
            self._slow.stop()

    def show_progress(self, state: Progress) -> None:
        self._activity = state.activity
        trouble = state.activity in (Activity.STOPPED_BY_TROUBLE, Activity.PAUSED_FOR_ROOM)
        self.doing.set_text(status_words.progress(state), style.WARNING if trouble else style.QUIET)
        self.doing.setVisible(state.activity is not Activity.IDLE)
        counted = state.activity in (Activity.INDEXING, *_PAUSES) and state.total > 0
        self.bar.setVisible(counted)
        if counted:
            self.bar.setRange(0, state.total)
            self.bar.setValue(state.done)
        self.pause.setVisible(state.activity in (Activity.LOOKING, Activity.INDEXING, *_PAUSES))
        if state.activity is Activity.PAUSED_ON_BATTERY:
            self.pause.show_as(Glyph.RESUME, self.tr("Go on looking through photos, on battery this time"))
        elif state.activity is Activity.PAUSED:
            self.pause.show_as(Glyph.RESUME, self.tr("Go on looking through photos"))
        else:
            self.pause.show_as(Glyph.PAUSE, self.tr("Pause looking through photos"))

    def show_speed(self, speed: str) -> None:
        """``auto``, ``full`` or ``gentle``."""
        name, meaning = status_words.speed_name(speed), status_words.speed_meaning(speed)
        self.speed.setToolTip(self.tr("Speed: {name} – {meaning}").format(name=name, meaning=meaning))
        self.speed.setAccessibleName(self.tr("Speed: {name}").format(name=name))

    def show_away(self, words: str) -> None:
        self.away.setText(words)
        self.away.setVisible(bool(words))

    def show_problems(self, count: int) -> None:
        self.problems.setText(status_words.problems(count))
        self.problems.setVisible(count > 0)

    def show_encoder(self, state: EncoderState) -> None:
        words = state.name
        if state.coming_id and state.coming_total:
            percent = state.coming_done * 100 // state.coming_total
            words = self.tr("{name} · {coming} {percent} %").format(
                name=state.name, coming=state.coming_name, percent=status_words.number(percent)
            )
        self.encoder.setText(words)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(style.PANEL))
        painter.end()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if hasattr(self, "encoder"):
            self._draw_icons()

    def _button(self, words: str) -> QPushButton:
        button = QPushButton(self)
        button.setProperty("flat", True)
        button.setFont(style.font(style.SMALL))
        button.setToolTip(words)
        button.setAccessibleDescription(words)
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        return button

    def _draw_icons(self) -> None:
        palette = self.palette()
        self.away.setIcon(icons.icon(Glyph.OFFLINE, palette.color(style.QUIET)))
        self.problems.setIcon(icons.icon(Glyph.WARNING, palette.color(style.WARNING)))
        self.encoder.setIcon(icons.icon(Glyph.ENCODER, palette.color(style.QUIET)))

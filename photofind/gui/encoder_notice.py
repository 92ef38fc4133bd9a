"""The calm strip that offers an encoder, names size and licence before anything is loaded, and shows how far it is."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from photofind.core.events import EncoderState
from photofind.gui import status_words, style
from photofind.gui.engine_face import ShelfEntryFace
from photofind.gui.icons import Glyph, IconLabel


class EncoderNotice(QWidget):
    """Three faces: an offer, the question whether to download, the download. Hidden when there is nothing to say."""

    install_agreed = Signal(str)
    cancel_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state: EncoderState | None = None
        self._entries: dict[str, ShelfEntryFace] = {}
        self._asked_about = ""  # the encoder whose download is being asked about
        self._put_off = False
        self._icon = IconLabel(Glyph.ENCODER, self, role=style.ACCENT_TEXT)
        self.words = QLabel(self)
        self.words.setWordWrap(True)
        self.words.setTextFormat(Qt.TextFormat.PlainText)
        self.bar = QProgressBar(self)
        self.bar.setTextVisible(False)
        self.bar.setMaximumHeight(4)
        self.bar.setAccessibleName(self.tr("Download"))
        self.no = QPushButton(self)
        self.yes = QPushButton(self)
        self.yes.clicked.connect(self._yes)
        self.no.clicked.connect(self._no)
        text = QVBoxLayout()
        text.setSpacing(style.SPACE_XS)
        text.addWidget(self.words)
        text.addWidget(self.bar)
        row = QHBoxLayout(self)
        row.setContentsMargins(style.SPACE_L, style.SPACE_S, style.SPACE_M, style.SPACE_S)
        row.setSpacing(style.SPACE_M)
        row.addWidget(self._icon)
        row.addLayout(text, 1)
        row.addWidget(self.no)
        row.addWidget(self.yes)
        self.hide()

    def show_state(self, state: EncoderState, entries: Sequence[ShelfEntryFace]) -> None:
        """What the library says now; keeps a question that is being asked."""
        self._state = state
        self._entries = {entry.id: entry for entry in entries}
        asked = self._entries.get(self._asked_about)
        if asked is not None and asked.installed:
            self._asked_about = ""
        self._draw()

    def ask_about(self, encoder_id: str) -> None:
        """Show name, size and licence and wait for a yes."""
        if encoder_id in self._entries:
            self._asked_about = encoder_id
            self._draw()
            self.yes.setFocus()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), self.palette().color(style.PANEL))
        painter.end()

    def _draw(self) -> None:
        state = self._state
        if state is None:
            return
        asked = self._entries.get(self._asked_about)
        proposed = self._entries.get(state.proposed) if state.is_palette and not self._put_off else None
        self.bar.setVisible(bool(state.installing))
        if state.installing:
            self._draw_download(state)
        elif asked is not None:
            licence = ", ".join(part for part in (asked.licence, asked.restriction) if part)
            words = self.tr(
                "Download {name}: {size}, licence {licence}. It runs on this computer; your photos stay here."
            )
            self.words.setText(words.format(name=asked.name, size=status_words.size(asked.size_bytes), licence=licence))
            self._buttons(self.tr("Not now"), self.tr("Download"), is_asked=True)
        elif proposed is not None:
            self.words.setText(self.tr("To search for what photos show, an encoder is needed."))
            size = status_words.size(proposed.size_bytes)
            self._buttons(self.tr("Later"), self.tr("Install {name} ({size})…").format(name=proposed.name, size=size))
        else:
            self.hide()
            return
        self.show()

    def _draw_download(self, state: EncoderState) -> None:
        entry = self._entries.get(state.installing)
        name = entry.name if entry else state.installing
        words = self.tr("Downloading {name}").format(name=name)
        if state.installing_total:
            words = self.tr("Downloading {name} · {done} of {total}").format(
                name=name,
                done=status_words.size(state.installing_done),
                total=status_words.size(state.installing_total),
            )
        self.words.setText(words)
        self.bar.setRange(0, 1000 if state.installing_total else 0)
        self.bar.setValue(state.installing_done * 1000 // max(1, state.installing_total))
        self._buttons(self.tr("Cancel"), "")

    def _buttons(self, no: str, yes: str, *, is_asked: bool = False) -> None:
        """Only a question has the accent: an offer stands beside the page's own button."""
        if self.yes.property("primary") != is_asked:
            self.yes.setProperty("primary", is_asked)
            self.yes.style().polish(self.yes)
        self.no.setText(no)
        self.yes.setText(yes)
        self.yes.setVisible(bool(yes))

    def _yes(self) -> None:
        if self._asked_about:
            agreed, self._asked_about = self._asked_about, ""
            self.install_agreed.emit(agreed)
        elif self._state is not None:
            self.ask_about(self._state.proposed)
        self._draw()

    def _no(self) -> None:
        if self._state is not None and self._state.installing:
            self.cancel_wanted.emit()
        elif self._asked_about:
            self._asked_about = ""
        else:
            self._put_off = True
        self._draw()

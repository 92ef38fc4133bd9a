"""The search bar: words and pictures side by side in one field."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QObject, QSize, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QWidget

from photofind.gui import style
from photofind.gui.icons import Glyph, IconButton
from photofind.gui.offered import may_hold_pictures, read_offer
from photofind.gui.picture_chip import PictureChip
from photofind.gui.search_field import SearchField
from photofind.gui.search_mark import SearchMark
from photofind.gui.suggestion_list import Suggestion, SuggestionList
from photofind.gui.weight_row import WeightRow

MOST_PX = 760


class SearchBar(QFrame):
    """Shows a question and tells when the user changes it; what a question means is decided elsewhere."""

    edited = Signal(str)
    offered = Signal(object)  # Offer: dropped or pasted
    chip_removed = Signal(int)
    cleared = Signal()
    left_downwards = Signal()
    picture_wanted = Signal()
    keep_wanted = Signal()  # this question, as an album
    history_wanted = Signal()  # ``offer`` may follow at once
    forget_wanted = Signal(object)  # a Suggestion of the history
    completion_wanted = Signal(str, int)  # text and cursor; ``offer`` may follow

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAcceptDrops(True)
        self.setMinimumWidth(220)
        self.setMaximumWidth(MOST_PX)
        self.setMinimumHeight(style.SEARCH_BAR_PX)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._chips: dict[int, PictureChip] = {}
        self._welcoming = False
        self.suggestions = SuggestionList(self)
        self.weights = WeightRow(self)  # stands below
        self.words = SearchField(self.suggestions, self)
        self.words.setFrame(False)
        self.words.setAcceptDrops(False)
        self.words.setFont(style.font(style.LARGE))
        self.words.setPlaceholderText(self.tr("Describe a photo, or drop a picture here"))
        self.words.setAccessibleName(self.tr("Search"))
        self.words.installEventFilter(self)
        self.mark = SearchMark(self)
        self._clear = IconButton(Glyph.CLOSE, self.tr("Clear the search (Esc)"), self)
        self._clear.hide()
        self.keep = IconButton(Glyph.ALBUM, self.tr("Keep this search as an album (Ctrl+S)"), self)
        self.keep.hide()
        self.picture = IconButton(Glyph.PICTURE, self.tr("Search with a picture from a file"), self)
        self._chip_row = QHBoxLayout()
        self._chip_row.setSpacing(style.SPACE_XS)
        row = QHBoxLayout(self)
        row.setContentsMargins(style.SPACE_M, 0, style.SPACE_XS + 2, 0)
        row.setSpacing(style.SPACE_S)
        row.addWidget(self.mark)
        row.addLayout(self._chip_row)
        row.addWidget(self.words, 1)
        row.addWidget(self._clear)
        row.addWidget(self.keep)
        row.addWidget(self.picture)
        self.setFocusProxy(self.words)
        self.words.textChanged.connect(self._edited)
        self.words.picture_pasted.connect(self.paste)
        self.words.escaped.connect(self._escaped)
        self.words.left_downwards.connect(self.left_downwards)
        self.words.pulled_down.connect(self._pulled_down)
        self.words.forget_wanted.connect(self.forget_wanted)
        self.words.textEdited.connect(lambda text: self.completion_wanted.emit(text, self.words.cursorPosition()))
        self.suggestions.chosen.connect(self._choose)
        self.words.backspace_at_start.connect(self._remove_last_chip)
        self._clear.clicked.connect(self.clear_all)
        self.keep.clicked.connect(self.keep_wanted)
        self.picture.clicked.connect(self.picture_wanted)

    @property
    def text(self) -> str:
        return self.words.text()

    @property
    def chips(self) -> list[PictureChip]:
        return list(self._chips.values())

    def add_chip(self, key: int, name: str) -> None:
        chip = PictureChip(key, name, self)
        chip.removed.connect(self.chip_removed)
        self._chips[key] = chip
        self._chip_row.addWidget(chip)
        self._show_clear()

    def set_chip_thumbnail(self, key: int, jpeg: bytes) -> None:
        if key in self._chips:
            self._chips[key].set_thumbnail(jpeg)
            self.weights.show_thumbnail(key, self._chips[key].pixmap)

    def remove_chip(self, key: int) -> None:
        chip = self._chips.pop(key, None)
        if chip is not None:
            self._chip_row.removeWidget(chip)
            chip.hide()
            chip.deleteLater()
            self._show_clear()

    def clear_all(self) -> None:
        """Text and pictures go; the bar keeps the keyboard."""
        for key in list(self._chips):
            self.remove_chip(key)
        self.suggestions.hide()
        self.words.blockSignals(True)
        self.words.clear()
        self.words.blockSignals(False)
        self._show_clear()
        self.words.setFocus()
        self.cleared.emit()

    def clear_if_used(self) -> None:
        if self.text or self._chips:
            self.clear_all()

    def offer(self, suggestions: Sequence[Suggestion]) -> None:
        """Open the list below the bar with these, or close it; only while somebody types here."""
        self.suggestions.show_suggestions(suggestions if self.words.hasFocus() else ())

    def paste(self) -> None:
        """Take the picture, the files or the words that the clipboard holds."""
        held = QGuiApplication.clipboard().mimeData()
        offer = read_offer(held)
        if offer:
            self.offered.emit(offer)
        elif held.hasText():
            self.type_more(" ".join(held.text().split()))

    def type_more(self, text: str) -> None:
        """Text typed elsewhere in the window goes on here."""
        self.words.setFocus()
        self.words.end(False)
        self.words.insert(text)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if may_hold_pictures(event.mimeData()) or event.mimeData().hasText():
            event.acceptProposedAction()
            self._welcome(True)

    def dragLeaveEvent(self, _event: QEvent) -> None:
        self._welcome(False)

    def dropEvent(self, event: QDropEvent) -> None:
        self._welcome(False)
        offer = read_offer(event.mimeData())
        event.acceptProposedAction()
        if offer:
            self.offered.emit(offer)
        elif event.mimeData().hasText():
            self.type_more(" ".join(event.mimeData().text().split()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.words and event.type() in (QEvent.Type.FocusIn, QEvent.Type.FocusOut):
            self.update()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.suggestions.hide()  # it would hang where the bar was

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        lit = self.words.hasFocus() or self._welcoming
        painter.setPen(QPen(self.palette().color(style.ACCENT if lit else style.LINE), 2 if lit else 1))
        painter.setBrush(self.palette().color(style.CONTROL))
        painter.drawRoundedRect(self.rect().adjusted(1, 1, -1, -1), 12, 12)
        painter.end()

    def sizeHint(self) -> QSize:
        return QSize(MOST_PX, max(style.SEARCH_BAR_PX, self.words.sizeHint().height() + style.SPACE_M))

    def _edited(self, text: str) -> None:
        self._show_clear()
        self.edited.emit(text)

    def _pulled_down(self) -> None:
        if not self.text and not self._chips:
            self.history_wanted.emit()
        if self.suggestions.isHidden():
            self.left_downwards.emit()
        else:
            self.suggestions.move_mark(1)

    def _choose(self, suggestion: Suggestion) -> None:
        self.suggestions.hide()
        self.words.setText(suggestion.text)
        self.words.setCursorPosition(suggestion.cursor)
        self.completion_wanted.emit(suggestion.text, suggestion.cursor)

    def _escaped(self) -> None:
        if self.text or self._chips:
            self.clear_all()
        else:
            self.left_downwards.emit()

    def _remove_last_chip(self) -> None:
        if self._chips:
            self.chip_removed.emit(next(reversed(self._chips)))

    def _show_clear(self) -> None:
        self._clear.setVisible(bool(self.text or self._chips))
        self.keep.setVisible(bool(self.text or self._chips))
        few = self.tr("Describe a photo, or drop a picture here")
        self.words.setPlaceholderText(self.tr("Add words") if self._chips else few)

    def _welcome(self, welcoming: bool) -> None:
        self._welcoming = welcoming
        self.update()

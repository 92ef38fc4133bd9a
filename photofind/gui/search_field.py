"""The text of the question: what keys mean in it, beyond typing."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFocusEvent, QGuiApplication, QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit, QWidget

from photofind.gui.offered import may_hold_pictures
from photofind.gui.suggestion_list import SuggestionList


class SearchField(QLineEdit):
    """Keeps the keyboard while a list of suggestions hangs below it, and moves that list's mark.

    Pasting a picture goes to the bar; Escape and keys that leave the field too.
    """

    picture_pasted = Signal()
    escaped = Signal()
    pulled_down = Signal()
    left_downwards = Signal()
    backspace_at_start = Signal()
    entered = Signal()
    left = Signal()
    forget_wanted = Signal(object)  # Suggestion

    def __init__(self, suggestions: SuggestionList, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._suggestions = suggestions
        self.setStyleSheet("QLineEdit { background: transparent; border: none; padding: 0; }")

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.entered.emit()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self._suggestions.hide()
            self.left.emit()

    def focusNextPrevChild(self, forwards: bool) -> bool:
        """Tab takes what is marked in the list, else it leads on."""
        return (forwards and self._take_marked()) or super().focusNextPrevChild(forwards)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if not self._suggestions.isHidden() and self._move_in_list(key):
            return
        if event.matches(QKeySequence.StandardKey.Paste) and may_hold_pictures(QGuiApplication.clipboard().mimeData()):
            self.picture_pasted.emit()
        elif key == Qt.Key.Key_Escape:
            self.escaped.emit()
        elif key == Qt.Key.Key_Down:
            self.pulled_down.emit()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left_downwards.emit()
        elif key == Qt.Key.Key_Backspace and self.cursorPosition() == 0 and not self.hasSelectedText():
            self.backspace_at_start.emit()
        else:
            super().keyPressEvent(event)

    def _move_in_list(self, key: int) -> bool:
        """Whether the key meant something in the list."""
        if key == Qt.Key.Key_Down:
            self._suggestions.move_mark(1)
        elif key == Qt.Key.Key_Up:
            self._suggestions.move_mark(-1)
        elif key == Qt.Key.Key_Escape:
            self._suggestions.hide()
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            return self._take_marked()
        elif key == Qt.Key.Key_Delete and self._suggestions.marked is not None:
            self.forget_wanted.emit(self._suggestions.marked)
        else:
            return False
        return True

    def _take_marked(self) -> bool:
        marked = None if self._suggestions.isHidden() else self._suggestions.marked
        if marked is not None:
            self._suggestions.chosen.emit(marked)
        return marked is not None

"""The list that opens below the search bar: completions of what is typed, or the last questions."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QPainter
from PySide6.QtWidgets import (
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from photofind.gui import icons, style
from photofind.gui.icons import Glyph
from photofind.gui.list_rows import paint_plate, row_size, set_up_rows

MOST_ROWS = 8
_SUGGESTION_ROLE = Qt.ItemDataRole.UserRole


@dataclass(frozen=True, slots=True)
class Suggestion:
    """``words`` is what is read; ``text`` the whole text of the box once it is chosen, with the cursor at ``cursor``."""

    words: str
    text: str
    cursor: int
    glyph: Glyph = Glyph.SEARCH
    detail: str = ""


class _Delegate(QStyledItemDelegate):
    """Icon, words, and a quiet detail at the end of the row."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        suggestion: Suggestion = index.data(_SUGGESTION_ROLE)
        palette, direction = option.palette, option.direction
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        plate = paint_plate(painter, option, style.SPACE_XS, chosen=style.ACCENT, hovered=style.CONTROL)
        ink = palette.color(style.ON_ACCENT if chosen else style.TEXT)
        quiet = palette.color(style.ON_ACCENT if chosen else style.QUIET)
        inner = plate.adjusted(style.SPACE_S, 0, -style.SPACE_S, 0)
        icon = inner.adjusted(0, (inner.height() - style.ICON_PX) // 2, 0, 0)
        icon.setSize(QSize(style.ICON_PX, style.ICON_PX))
        icons.paint(painter, QStyle.visualRect(direction, inner, icon), suggestion.glyph, quiet)
        painter.setFont(style.font(style.SMALL))
        detail_px = painter.fontMetrics().horizontalAdvance(suggestion.detail) + style.SPACE_XS if suggestion.detail else 0
        end = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter  # the painter mirrors it by itself
        painter.setPen(quiet)
        painter.drawText(inner, end, suggestion.detail)
        painter.setFont(style.font())
        painter.setPen(ink)
        words = inner.adjusted(style.ICON_PX + style.SPACE_S, 0, -detail_px - style.SPACE_S, 0)
        shown = painter.fontMetrics().elidedText(suggestion.words, Qt.TextElideMode.ElideRight, words.width())
        begin = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(QStyle.visualRect(direction, inner, words), begin, shown)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return row_size(option)


class SuggestionList(QListWidget):
    """Never has the keyboard: the box below which it hangs keeps it, and moves the mark."""

    chosen = Signal(object)  # Suggestion

    def __init__(self, box: QWidget) -> None:
        super().__init__(box.window())
        self._box = box
        self.setItemDelegate(_Delegate(self))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        set_up_rows(self)
        self.setObjectName("suggestions")
        self.setAccessibleName(self.tr("Suggestions"))
        self.itemClicked.connect(lambda item: self.chosen.emit(item.data(_SUGGESTION_ROLE)))
        self.hide()

    def show_suggestions(self, suggestions: Sequence[Suggestion]) -> None:
        """None hides it. Nothing is marked at first, so that Return still means what was typed."""
        self.clear()
        for suggestion in suggestions:
            item = QListWidgetItem(suggestion.words, self)
            item.setData(_SUGGESTION_ROLE, suggestion)
            item.setToolTip("")
        if not suggestions:
            self.hide()
            return
        self._place()
        self.show()
        self.raise_()

    @property
    def suggestions(self) -> list[Suggestion]:
        return [self.item(row).data(_SUGGESTION_ROLE) for row in range(self.count())]

    @property
    def marked(self) -> Suggestion | None:
        row = self.currentRow()
        return self.suggestions[row] if row >= 0 else None

    def move_mark(self, by: int) -> None:
        """Up or down; above the first row nothing is marked, below the last it stays."""
        row = min(self.count() - 1, self.currentRow() + by)
        self.setCurrentRow(row if row >= 0 else -1)
        marked = self.marked
        self._box.setAccessibleDescription(marked.words if marked else "")
        QAccessible.updateAccessibility(QAccessibleEvent(self._box, QAccessible.Event.DescriptionChanged))

    def _place(self) -> None:
        corner = self._box.mapTo(self.window(), QPoint(0, self._box.height() + style.SPACE_XS))
        rows_px = sum(self.sizeHintForRow(row) for row in range(min(MOST_ROWS, self.count())))
        self.setGeometry(corner.x(), corner.y(), self._box.width(), rows_px + 2 * style.SPACE_XS + 2)

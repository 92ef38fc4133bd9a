"""Photos that could not be read, and why."""

from collections.abc import Sequence

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFrame,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from photofind.core.photo import ProblemRow
from photofind.gui import file_names, icons, status_words, style
from photofind.gui.icons import Glyph

_PROBLEM_ROLE = Qt.ItemDataRole.UserRole


class _ProblemDelegate(QStyledItemDelegate):
    """Name, reason, folder: three lines."""

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        problem: ProblemRow = index.data(_PROBLEM_ROLE)
        palette = option.palette
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        plate = option.rect.adjusted(style.SPACE_S, 1, -style.SPACE_S, -1)
        if option.state & (QStyle.StateFlag.State_Selected | QStyle.StateFlag.State_MouseOver):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(palette.color(style.CONTROL))
            painter.drawRoundedRect(plate, style.RADIUS_PX, style.RADIUS_PX)
        inner = plate.adjusted(style.SPACE_M, style.SPACE_S, -style.SPACE_M, -style.SPACE_S)
        icon = QRect(inner.left(), inner.top(), style.ICON_PX, style.ICON_PX)
        icons.paint(
            painter, QStyle.visualRect(option.direction, inner, icon), Glyph.WARNING, palette.color(style.WARNING)
        )
        text = inner.adjusted(style.ICON_PX + style.SPACE_M, 0, 0, 0)
        top = text.top()
        for line, role, size_px in (
            (file_names.name_of(problem.path), style.TEXT, style.BASE),
            (problem.reason, style.TEXT, style.SMALL),
            (file_names.shown(problem.path), style.QUIET, style.SMALL),
        ):
            painter.setFont(style.font(size_px, semibold=size_px == style.BASE))
            painter.setPen(palette.color(role))
            metrics = painter.fontMetrics()
            box = QStyle.visualRect(option.direction, inner, QRect(text.left(), top, text.width(), metrics.height()))
            shown = metrics.elidedText(line, Qt.TextElideMode.ElideMiddle, text.width())
            painter.drawText(box, QStyle.visualAlignment(option.direction, Qt.AlignmentFlag.AlignLeft), shown)
            top += metrics.height() + 2
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, option.fontMetrics.height() * 3 + style.SPACE_L + style.SPACE_S)


class ProblemsPanel(QDialog):
    """A window of its own that blocks nothing; a double click shows the file in its folder."""

    show_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Problems"))
        self.setModal(False)
        self.resize(640, 440)
        self._heading = QLabel(self)
        self._heading.setFont(style.font(style.LARGE, semibold=True))
        self._heading.setWordWrap(True)
        explanation = QLabel(self.tr("These files are left as they are, and tried again when they change."), self)
        explanation.setForegroundRole(style.QUIET)
        explanation.setWordWrap(True)
        self.list = QListWidget(self)
        self.list.setItemDelegate(_ProblemDelegate(self.list))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.list.setAccessibleName(self.tr("Files with problems"))
        self.list.itemActivated.connect(lambda item: self.show_wanted.emit(item.data(_PROBLEM_ROLE).path))
        head = QVBoxLayout()
        head.setContentsMargins(style.SPACE_XL, style.SPACE_L, style.SPACE_XL, style.SPACE_S)
        head.setSpacing(style.SPACE_XS)
        head.addWidget(self._heading)
        head.addWidget(explanation)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, style.SPACE_S)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.list, 1)

    def show_problems(self, problems: Sequence[ProblemRow]) -> None:
        """Fill the panel and bring it to the front."""
        self._heading.setText(
            self.tr("1 file could not be read")
            if len(problems) == 1
            else self.tr("{count} files could not be read").format(count=status_words.number(len(problems)))
        )
        self.list.clear()
        for problem in problems:
            item = QListWidgetItem(file_names.name_of(problem.path), self.list)
            item.setData(_PROBLEM_ROLE, problem)
            item.setToolTip(f"{file_names.shown(problem.path)}\n{problem.reason}")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{file_names.name_of(problem.path)}: {problem.reason}")
        self.show()
        self.raise_()

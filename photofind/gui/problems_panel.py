"""Photos that could not be read, and why."""

from collections.abc import Sequence

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QPushButton,
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


class ProblemList(QAbstractListModel):
    """The rows of the panel: there may be as many as photos."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.problems: list[ProblemRow] = []

    def show(self, problems: Sequence[ProblemRow]) -> None:
        self.beginResetModel()
        self.problems = list(problems)
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own
        return 0 if parent.isValid() else len(self.problems)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        problem = self.problems[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return file_names.name_of(problem.path)
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{file_names.name_of(problem.path)}: {problem.reason}"
            case Qt.ItemDataRole.ToolTipRole:
                return file_names.as_tool_tip(f"{file_names.shown(problem.path)}\n{problem.reason}")
        return problem if role == _PROBLEM_ROLE else None


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
    """A window of its own that blocks nothing; a double click or Return shows the file in its folder."""

    show_wanted = Signal(str)
    try_again_wanted = Signal(list)  # of paths

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Problems"))
        self.setModal(False)
        self.resize(640, 440)
        self.heading = QLabel(self)
        self.heading.setFont(style.font(style.LARGE, semibold=True))
        self.heading.setWordWrap(True)
        explanation = QLabel(self.tr("These files are left as they are, and tried again when they change."), self)
        explanation.setForegroundRole(style.QUIET)
        explanation.setWordWrap(True)
        self._rows = ProblemList(self)
        self.list = self._made_list()
        self.again = QPushButton(self.tr("&Try again"), self)
        self.all_again = QPushButton(self.tr("Try &all again"), self)
        self.again.clicked.connect(lambda: self._try_again([problem.path for problem in self.selected()]))
        self.all_again.clicked.connect(lambda: self._try_again([problem.path for problem in self._rows.problems]))
        head = QVBoxLayout()
        head.setContentsMargins(style.SPACE_XL, style.SPACE_L, style.SPACE_XL, style.SPACE_S)
        head.setSpacing(style.SPACE_XS)
        head.addWidget(self.heading)
        head.addWidget(explanation)
        buttons = QHBoxLayout()
        buttons.setSpacing(style.SPACE_S)
        buttons.setContentsMargins(style.SPACE_XL, style.SPACE_XS, style.SPACE_XL, style.SPACE_S)
        buttons.addStretch(1)
        for button in (self.again, self.all_again):
            button.setAutoDefault(False)  # Return belongs to the list
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, style.SPACE_S)
        column.setSpacing(0)
        column.addLayout(head)
        column.addWidget(self.list, 1)
        column.addLayout(buttons)

    def show_problems(self, problems: Sequence[ProblemRow]) -> None:
        """Fill the panel and bring it to the front."""
        self.update_problems(problems)
        self.show()
        self.raise_()
        self.list.setFocus()

    def update_problems(self, problems: Sequence[ProblemRow]) -> None:
        """What was selected stays so as long as it is there; else the row in its place is."""
        if list(problems) == self._rows.problems and self.heading.text():
            return
        selected = {problem.path for problem in self.selected()}
        place = self.list.currentIndex().row()
        self._rows.show(problems)
        choice = self.list.selectionModel()
        select = QItemSelectionModel.SelectionFlag.Select
        for row, problem in enumerate(problems) if selected else ():
            if problem.path in selected:
                choice.select(self._rows.index(row), select)
        if problems:
            index = self._rows.index(min(max(place, 0), len(problems) - 1))
            none = QItemSelectionModel.SelectionFlag.NoUpdate
            choice.setCurrentIndex(index, none if choice.hasSelection() else select)
        self._say_how_many(len(problems))
        self._selection_changed()

    def selected(self) -> list[ProblemRow]:
        return [self._rows.problems[index.row()] for index in self.list.selectedIndexes()]

    def _made_list(self) -> QListView:
        shown = QListView(self)
        shown.setModel(self._rows)
        shown.setItemDelegate(_ProblemDelegate(shown))
        shown.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        shown.setFrameShape(QFrame.Shape.NoFrame)
        shown.setUniformItemSizes(True)
        shown.setMouseTracking(True)
        shown.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        shown.setAccessibleName(self.tr("Files with problems"))
        shown.activated.connect(lambda index: self.show_wanted.emit(index.data(_PROBLEM_ROLE).path))
        shown.selectionModel().selectionChanged.connect(self._selection_changed)
        return shown

    def _say_how_many(self, count: int) -> None:
        if not count:
            words = self.tr("All files can be read")
        elif count == 1:
            words = self.tr("1 file could not be read")
        else:
            words = self.tr("{count} files could not be read").format(count=status_words.number(count))
        self.heading.setText(words)
        self.all_again.setEnabled(count > 0)

    def _selection_changed(self) -> None:
        self.again.setEnabled(self.list.selectionModel().hasSelection())

    def _try_again(self, paths: list[str]) -> None:
        if paths:
            self.try_again_wanted.emit(paths)
            self.list.setFocus()  # its buttons may have nothing more to do

"""The row at the top: side bar, search, view."""

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QActionGroup, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSlider, QVBoxLayout, QWidget

from photofind.gui import style
from photofind.gui.icons import Glyph, IconButton, IconLabel
from photofind.gui.photo_grid import LEAST_CELL_PX, MOST_CELL_PX
from photofind.gui.question_strip import QuestionStrip
from photofind.gui.search_bar import MOST_PX, SearchBar

_SIDE_PX = 208  # left and right alike, so that the search bar stands in the middle
_ROOMY_PX = 880  # in a narrower window the search bar takes the room to the left of it instead


class TopRow(QWidget):
    """Holds the search bar, the largest control there is; everything else stays small beside it."""

    side_bar_toggled = Signal()
    zoom_wanted = Signal(int)
    theme_chosen = Signal(str)
    check_up_wanted = Signal()
    import_wanted = Signal()  # an album from a file

    def __init__(self, theme: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.side_bar = IconButton(Glyph.SIDE_BAR, self.tr("Show or hide the side bar (Ctrl+B)"), self)
        self.search = SearchBar(self)
        self.strip = QuestionStrip(self.search.weights, self)
        self.strip.setMaximumWidth(MOST_PX)
        self.strip.flow.follow(self.search.picture)
        self.side_bar.clicked.connect(self.side_bar_toggled)
        self.order = IconButton(Glyph.ORDER, self.tr("Order"), self)
        self.zoom = QSlider(Qt.Orientation.Horizontal, self)
        self.zoom.setRange(LEAST_CELL_PX, MOST_CELL_PX)
        self.zoom.setPageStep(48)
        self.zoom.setSingleStep(12)
        self.zoom.setFixedWidth(84)
        self.zoom.setToolTip(self.tr("Size of the photos (Ctrl+wheel)"))
        self.zoom.setAccessibleName(self.tr("Size of the photos"))
        self.zoom.valueChanged.connect(self.zoom_wanted)
        look = IconButton(Glyph.THEME, self.tr("Light or dark, albums from files, and a check-up of the library"), self)
        look.clicked.connect(lambda: self._show_theme_menu(look))
        self._left, right = QWidget(self), QWidget(self)
        for side in (self._left, right):
            side.setFixedWidth(_SIDE_PX)
            side.setFixedHeight(self.search.sizeHint().height())
        left_row, right_row = QHBoxLayout(self._left), QHBoxLayout(right)
        for row in (left_row, right_row):
            row.setContentsMargins(0, 0, 0, 0)
            row.setSpacing(style.SPACE_XS)
        left_row.addWidget(self.side_bar)
        left_row.addStretch(1)
        right_row.addStretch(1)
        right_row.addWidget(self.order)
        right_row.addSpacing(style.SPACE_XS)
        right_row.addWidget(IconLabel(Glyph.PICTURE, self, size_px=12))
        right_row.addWidget(self.zoom)
        right_row.addWidget(IconLabel(Glyph.PICTURE, self))
        right_row.addSpacing(style.SPACE_XS)
        right_row.addWidget(look)
        row = QHBoxLayout(self)
        row.setContentsMargins(style.SPACE_M, style.SPACE_M, style.SPACE_M, style.SPACE_M)
        row.setSpacing(style.SPACE_M)
        middle = QVBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self.search)
        middle.addWidget(self.strip)
        row.addWidget(self._left, 0, Qt.AlignmentFlag.AlignTop)
        row.addStretch(1)
        row.addLayout(middle, 100)
        row.addStretch(1)
        row.addWidget(right, 0, Qt.AlignmentFlag.AlignTop)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        roomy = event.size().width() >= _ROOMY_PX
        self._left.setFixedWidth(_SIDE_PX if roomy else self.side_bar.sizeHint().width())

    def show_zoom(self, wanted_px: int) -> None:
        self.zoom.blockSignals(True)
        self.zoom.setValue(wanted_px)
        self.zoom.blockSignals(False)

    def theme_menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        group = QActionGroup(menu)
        for name, words in (
            ("system", self.tr("As the system")),
            ("light", self.tr("Light")),
            ("dark", self.tr("Dark")),
        ):
            action = menu.addAction(words)
            action.setCheckable(True)
            action.setChecked(name == self._theme)
            action.setActionGroup(group)
            action.triggered.connect(lambda _checked, name=name: self._choose(name))
        menu.addSeparator()
        menu.addAction(self.tr("Import an album…"), self.import_wanted.emit)
        menu.addAction(self.tr("Check the library…"), self.check_up_wanted.emit)
        return menu

    def _show_theme_menu(self, below: QWidget) -> None:
        menu = self.theme_menu()
        menu.popup(below.mapToGlobal(below.rect().bottomRight()) - QPoint(menu.sizeHint().width(), 0))

    def _choose(self, theme: str) -> None:
        self._theme = theme
        self.theme_chosen.emit(theme)

"""The headings inside the grid: painted words, and the one button that folds the less likely photos."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QEvent, QObject, QRect, Qt, Signal
from PySide6.QtGui import QFont, QFontMetrics, QKeyEvent, QPainter, QPalette
from PySide6.QtWidgets import QPushButton, QStyle, QWidget

from photofind.gui import status_words, style
from photofind.gui.geometry import EvenGrid, GridGeometry, Step
from photofind.gui.groups import Section
from photofind.gui.sectioned_grid import SectionedGrid, SectionSize

FOLD_KEYS = "Ctrl+M"
_LEAST_PX, _LEAST_MINOR_PX = 40, 28
_OUT_OF_SIGHT_PX = 200  # so far outside the button waits while its heading is not on screen


@dataclass(frozen=True, slots=True)
class _Run:
    """A piece of a heading in one font."""

    text: str
    font: QFont
    role: QPalette.ColorRole
    left_px: int
    end_px: int


class SectionHeadings(QObject):
    """Knows the sections of one grid, and arranges and paints their headings on the grid's viewport."""

    fold_wanted = Signal()
    left_upwards = Signal()  # from the button, by key

    def __init__(self, viewport: QWidget) -> None:
        super().__init__(viewport)
        self._viewport = viewport
        self._sections: Sequence[Section] = ()
        self._runs: list[tuple[_Run, ...]] = []
        # A widget, not painted: the keyboard and a screen reader find it.
        self.button = QPushButton(viewport)
        self.button.setProperty("small", True)
        self.button.setFont(style.font(style.SMALL))
        self.button.setCursor(Qt.CursorShape.PointingHandCursor)
        self.button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.button.clicked.connect(self.fold_wanted)
        self.button.installEventFilter(self)
        self.button.hide()

    def show_sections(self, sections: Sequence[Section]) -> None:
        """``arrange`` and ``place_button`` follow."""
        self._sections = sections
        self._runs = [_runs_of(section) for section in sections]  # once, since fonts are slow and scrolling is not
        foldable = next((section for section in sections if section.is_foldable), None)
        if foldable is not None:
            words = self.tr("Hide") if foldable.shown else self.tr("Show")
            self.button.setText(words)
            self.button.setToolTip(self.tr("{words} the less likely photos ({keys})").format(words=words, keys=FOLD_KEYS))
            self.button.setAccessibleName(f"{words}: {spoken(foldable)}")
            self.button.adjustSize()
        self.button.setVisible(foldable is not None)

    def arrange(self, count: int, width_px: int, wanted_px: int) -> GridGeometry:
        """A geometry for the photos: with sections if there are any."""
        if not self._sections:
            return EvenGrid(count, width_px, wanted_px, style.GAP_PX)
        sizes = [SectionSize(_height_px(section), section.shown) for section in self._sections]
        return SectionedGrid(sizes, width_px, wanted_px, style.GAP_PX)

    def place_button(self, geometry: GridGeometry, offset: int) -> None:
        """Beside its words, or out of sight."""
        if not isinstance(geometry, SectionedGrid) or self.button.isHidden():
            return
        number = next(number for number, section in enumerate(self._sections) if section.is_foldable)
        heading = _on_screen(geometry, number, offset)
        seen = heading.bottom() >= 0 and heading.top() < self._viewport.height()
        left = self._runs[number][-1].end_px + style.SPACE_M
        top = heading.top() + (heading.height() - self.button.height()) // 2
        box = QRect(left, top if seen else -_OUT_OF_SIGHT_PX, self.button.width(), self.button.height())
        self.button.move(QStyle.visualRect(self._viewport.layoutDirection(), heading, box).topLeft())

    def paint(self, painter: QPainter, exposed: QRect, geometry: GridGeometry, offset: int) -> None:
        """The headings within ``exposed``, which is what of the viewport is painted anew."""
        if not isinstance(geometry, SectionedGrid):
            return
        palette, direction = self._viewport.palette(), self._viewport.layoutDirection()
        align = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter  # the painter mirrors it by itself
        for number in geometry.headings_in(exposed.top() + offset, exposed.bottom() + 1 + offset):
            heading = _on_screen(geometry, number, offset)
            if not heading.intersects(exposed):
                continue
            for run in self._runs[number]:
                box = QRect(run.left_px, heading.top(), max(0, heading.width() - run.left_px), heading.height())
                painter.setFont(run.font)
                painter.setPen(palette.color(run.role))
                painter.drawText(QStyle.visualRect(direction, heading, box), align, run.text)

    def is_next_below(self, geometry: GridGeometry, row: int) -> bool:
        """Whether the key for the row below leads to photos that are folded away, since there is no other row."""
        is_folded = any(section.is_foldable and not section.shown for section in self._sections)
        return is_folded and geometry.moved(row, Step.DOWN, 1) == row

    def spoken_of(self, geometry: GridGeometry, row: int) -> str:
        """The heading that a photo stands below, for screen readers; nothing where there are none."""
        if not isinstance(geometry, SectionedGrid):
            return ""
        return spoken(self._sections[geometry.section_of(row)])

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.button and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                self.button.click()
                return True
            if event.key() == Qt.Key.Key_Up:
                self.left_upwards.emit()
                return True
        return super().eventFilter(watched, event)


def spoken(section: Section) -> str:
    return "".join(_parts(section))


def _parts(section: Section) -> tuple[str, str]:
    return section.words, f" · {status_words.number(section.count)}" if section.count else ""


def _runs_of(section: Section) -> tuple[_Run, ...]:
    has_photos = section.count > 0 and not section.is_minor
    size_px = style.SMALL if section.is_minor else style.BASE
    words, count = _parts(section)
    plain, strong = style.font(size_px), style.font(size_px, semibold=has_photos)
    count_from = style.SPACE_M + QFontMetrics(strong).horizontalAdvance(words)
    end_px = count_from + QFontMetrics(plain).horizontalAdvance(count)
    return (
        _Run(words, strong, style.TEXT if has_photos else style.QUIET, style.SPACE_M, count_from),
        _Run(count, plain, style.QUIET, count_from, end_px),
    )


def _height_px(section: Section) -> int:
    size_px, least_px = (style.SMALL, _LEAST_MINOR_PX) if section.is_minor else (style.BASE, _LEAST_PX)
    return max(least_px, QFontMetrics(style.font(size_px)).height() + style.SPACE_L)


def _on_screen(geometry: SectionedGrid, number: int, offset: int) -> QRect:
    x, y, width, height = geometry.heading_rect(number)
    return QRect(x, y - offset, width, height)

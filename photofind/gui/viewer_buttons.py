"""The quiet buttons over an open photo; the keys of the viewer reach them all."""

from collections.abc import Callable

from PySide6.QtCore import QRect, Qt
from PySide6.QtWidgets import QWidget

from photofind.gui import style
from photofind.gui.icons import Glyph, IconButton
from photofind.gui.viewer_heading import INK

BAR_PX = 48
_EDGE_PX = BAR_PX - style.SPACE_M
_STEP_PX = _EDGE_PX + style.SPACE_S


class ViewerButtons:
    """Close and what else is asked for stand in the bar from right to left, the neighbours at the sides of the picture."""

    def __init__(self, viewer: QWidget) -> None:
        self._viewer = viewer
        self._bar: list[IconButton] = []
        self._sides: tuple[IconButton, ...] = ()

    def add(self, glyph: Glyph, words: str, act: Callable[[], None]) -> IconButton:
        """Left of those that are there already."""
        button = self._button(glyph, words, act, style.ICON_PX)
        self._bar.append(button)
        self.place()
        return button

    def add_sides(
        self, left: tuple[Glyph, str, Callable[[], None]], right: tuple[Glyph, str, Callable[[], None]]
    ) -> tuple[IconButton, IconButton]:
        sides = (self._button(*left, 28), self._button(*right, 28))
        self._sides = sides
        return sides

    @property
    def left_px(self) -> int:
        """Where the bar's buttons begin."""
        return self._viewer.width() - _STEP_PX * sum(not button.isHidden() for button in self._bar)

    def place(self) -> None:
        """To be called when the viewer's size has changed, or a button is shown or hidden."""
        right = self._viewer.width()
        for button in self._bar:
            if not button.isHidden():
                right -= _STEP_PX
                button.setGeometry(QRect(right, style.SPACE_S, _EDGE_PX, _EDGE_PX))
        large, middle = _EDGE_PX + 8, (self._viewer.height() - _EDGE_PX) // 2
        for side, left in zip(
            self._sides, (style.SPACE_S, self._viewer.width() - large - style.SPACE_S), strict=False
        ):
            side.setGeometry(QRect(left, middle, large, large))

    def _button(self, glyph: Glyph, words: str, act: Callable[[], None], size_px: int) -> IconButton:
        button = IconButton(glyph, words, self._viewer, ink=INK, size_px=size_px)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        button.clicked.connect(lambda _checked=False: act())
        return button

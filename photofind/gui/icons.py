"""Icons of one family (Phosphor, from qtawesome's font), in the colours of the theme."""

import json
from enum import Enum
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QIcon, QIconEngine, QPainter, QPalette, QPixmap
from PySide6.QtWidgets import QToolButton, QWidget

from photofind.gui import style

_FONT, _CHARACTERS = "phosphor-1.3.0", "phosphor-charmap-1.3.0"
_GLYPH_SHARE = 0.875  # of the icon's height: the rest is the font's bearing


class Glyph(Enum):
    """The icons in use, by their names in the font."""

    ALBUM = "bookmark-simple"
    ADD_FOLDER = "folder-simple-plus"
    BACK = "caret-left"
    CHECK = "check-bold"
    CLOSE = "x"
    COPY = "copy"
    DETAIL = "selection"
    DISLIKE = "thumbs-down"
    DISLIKED = "thumbs-down-fill"
    DOWNLOAD = "download-simple"
    ENCODER = "sparkle"
    FILTER = "funnel-simple"
    FOLDER = "folder-simple"
    FORWARD = "caret-right"
    HISTORY = "clock-counter-clockwise"
    INFO = "info"
    LIKE = "thumbs-up"
    LIKED = "thumbs-up-fill"
    OFFLINE = "link-break"
    OPEN = "arrow-square-out"
    ORDER = "sort-ascending"
    PAUSE = "pause"
    PHOTOS = "image-square"
    PICTURE = "image"
    RESUME = "play"
    SEARCH = "magnifying-glass"
    SHEET = "squares-four"
    SIDE_BAR = "layout"
    SPEED = "gauge"
    STACK = "stack"
    SIMILAR = "intersect"  # a magnifying glass with a plus would promise to enlarge
    THEME = "circle-half"
    WARNING = "warning"
    WHY = "question"
    REMOVE = "folder-simple-minus"


class _GlyphEngine(QIconEngine):
    """Draws one character of the font, sharp at any size.

    qtawesome's own engine draws the same; loading it and what it loads takes a third of the time of building the window.
    """

    def __init__(self, character: str, colour: QColor, disabled: QColor) -> None:
        super().__init__()
        self._character, self._colour, self._disabled = character, colour, disabled

    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, _state: QIcon.State) -> None:
        font = QFont(_phosphor()[0])
        font.setPixelSize(max(1, round(_GLYPH_SHARE * rect.height())))
        painter.save()
        painter.setPen(self._disabled if mode == QIcon.Mode.Disabled else self._colour)
        painter.setFont(font)
        painter.drawText(rect, Qt.AlignmentFlag.AlignCenter, self._character)
        painter.restore()

    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        drawn = QPixmap(size)
        drawn.fill(Qt.GlobalColor.transparent)
        painter = QPainter(drawn)
        self.paint(painter, QRect(QPoint(0, 0), size), mode, state)
        painter.end()
        return drawn


@lru_cache(maxsize=1)
def _phosphor() -> tuple[str, dict[str, str]]:
    """The family of the font, and the characters of its glyphs in hexadecimal by name."""
    package = find_spec("qtawesome")
    folder = Path((package and package.origin) or "").parent / "fonts"
    families = QFontDatabase.applicationFontFamilies(QFontDatabase.addApplicationFont(str(folder / f"{_FONT}.ttf")))
    characters: dict[str, str] = json.loads((folder / f"{_CHARACTERS}.json").read_text(encoding="utf-8"))
    return families[0], characters


def icon(glyph: Glyph, colour: QColor, disabled: QColor | None = None) -> QIcon:
    """Sharp at any size and pixel ratio. The colour is fixed: ask again when the theme changes."""
    character = chr(int(_phosphor()[1][glyph.value], 16))
    return QIcon(_GlyphEngine(character, QColor(colour), QColor(disabled or colour)))


def paint(painter: QPainter, rect: QRect, glyph: Glyph, colour: QColor) -> None:
    """Draw an icon that fills ``rect``."""
    _icon_for(glyph, colour.rgba()).paint(painter, rect)


@lru_cache(maxsize=64)
def _icon_for(glyph: Glyph, rgba: int) -> QIcon:
    return icon(glyph, QColor.fromRgba(rgba))


class IconButton(QToolButton):
    """A button that is only an icon, with its words as tool tip and accessible name; follows the theme without ``ink``."""

    def __init__(
        self,
        glyph: Glyph,
        words: str,
        parent: QWidget | None = None,
        *,
        ink: QColor | None = None,
        size_px: int = style.ICON_PX,
    ) -> None:
        super().__init__(parent)
        self._glyph, self._ink = glyph, ink
        self._role = style.QUIET
        self.setIconSize(QSize(size_px, size_px))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.show_as(glyph, words)

    def show_as(self, glyph: Glyph, words: str) -> None:
        self._glyph = glyph
        self.say(words)
        self._draw_icon()

    def say(self, words: str) -> None:
        self.setToolTip(words)
        self.setAccessibleName(words)

    def show_lit(self, lit: bool) -> None:
        """In the accent colour: what it stands for is not as usual."""
        self._role = style.ACCENT_TEXT if lit else style.QUIET
        self._draw_icon()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._draw_icon()

    def _draw_icon(self) -> None:
        colour = self._ink or self.palette().color(self._role)
        faint = QColor(colour)
        faint.setAlphaF(0.3)
        self.setIcon(icon(self._glyph, colour, faint))


class IconLabel(QWidget):
    """An icon that is only looked at; follows the theme."""

    def __init__(
        self,
        glyph: Glyph,
        parent: QWidget | None = None,
        *,
        role: QPalette.ColorRole = style.QUIET,
        size_px: int = style.ICON_PX,
    ) -> None:
        super().__init__(parent)
        self._glyph, self._role, self._size_px = glyph, role, size_px
        self.setFixedSize(size_px, size_px)

    def show_as(self, glyph: Glyph, role: QPalette.ColorRole | None = None) -> None:
        self._glyph = glyph
        self._role = self._role if role is None else role
        self.update()

    def paintEvent(self, _event: object) -> None:
        painter = QPainter(self)
        paint(painter, self.rect(), self._glyph, self.palette().color(self._role))
        painter.end()

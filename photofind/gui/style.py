"""Colours, type and spacing: widgets name what is here and hold no values of their own."""

import sys
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

GAP_PX = 4
SPACE_XS, SPACE_S, SPACE_M, SPACE_L, SPACE_XL = 4, 8, 12, 16, 24
RADIUS_PX = 6
CELL_RADIUS_PX = 4
ICON_PX = 18
SEARCH_BAR_PX = 40
SIDE_BAR_PX = 220
MOTION_MS = 140

SMALL, BASE, LARGE, TITLE = 11, 13, 15, 20

FOUND = 0xD6249F
"""Where words were found in a picture: a hue that photos rarely have, as far from white as from black."""

Role = QPalette.ColorRole
# What each role of the palette stands for here, so that a widget can ask its own palette.
WINDOW = Role.Window
PANEL = Role.AlternateBase
CONTROL = Role.Button
HOVER = Role.Midlight
LINE = Role.Mid
TEXT = Role.WindowText
QUIET = Role.PlaceholderText
ACCENT = Role.Highlight
ON_ACCENT = Role.HighlightedText
ACCENT_TEXT = Role.Link
WARNING = Role.BrightText


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one theme, as 0xRRGGBB; all greys are neutral because pictures are judged against them."""

    window: int
    panel: int
    control: int
    hover: int
    line: int
    text: int
    quiet: int
    accent: int
    on_accent: int
    accent_text: int
    warning: int


def tokens_for(*, dark: bool, accent: int, high_contrast: bool = False) -> Tokens:
    """The theme's colours round the system's accent colour, which is made lighter or darker where it is to be read."""
    window, panel, control = (_grey(18), _grey(22), _grey(28)) if dark else (_grey(98), _grey(95), _grey(90))
    if dark:
        hover, line, text, quiet, warning = _grey(34), _grey(30), _grey(93), _grey(74), 0xF5B971
    else:
        hover, line, text, quiet, warning = _grey(85), _grey(86), _grey(10), _grey(34), 0x8A4B00
    if high_contrast:
        line, text, quiet = (_grey(75), _grey(100), _grey(92)) if dark else (_grey(30), _grey(0), _grey(12))
    ring = _readable(accent, (window,), 3.0)
    on_accent = max((0xFFFFFF, 0x000000), key=lambda colour: contrast(colour, ring))
    return Tokens(
        window, panel, control, hover, line, text, quiet,
        accent=ring, on_accent=on_accent, accent_text=_readable(accent, (window, panel, control), 4.5), warning=warning,
    )  # fmt: skip


def contrast(one: int, other: int) -> float:
    """WCAG 2.2 contrast ratio of two colours, 1 to 21."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def palette_of(tokens: Tokens) -> QPalette:
    """All that Fusion draws, in the theme's colours."""
    palette = QPalette()
    for role, colour in (
        (WINDOW, tokens.window), (PANEL, tokens.panel), (CONTROL, tokens.control), (HOVER, tokens.hover),
        (LINE, tokens.line), (TEXT, tokens.text), (QUIET, tokens.quiet), (ACCENT, tokens.accent),
        (ON_ACCENT, tokens.on_accent), (ACCENT_TEXT, tokens.accent_text), (WARNING, tokens.warning),
        (Role.Base, tokens.window), (Role.Text, tokens.text), (Role.ButtonText, tokens.text),
        (Role.Accent, tokens.accent), (Role.LinkVisited, tokens.accent_text), (Role.Light, tokens.hover),
        (Role.Dark, tokens.line), (Role.ToolTipBase, tokens.control), (Role.ToolTipText, tokens.text),
    ):  # fmt: skip
        palette.setColor(role, QColor.fromRgb(colour))
    for role in (TEXT, Role.Text, Role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, role, QColor.fromRgb(tokens.line))
    return palette


def style_sheet(tokens: Tokens) -> str:
    """The little that the palette cannot say."""
    c = {name: f"#{getattr(tokens, name):06x}" for name in Tokens.__slots__}
    return f"""
    QToolTip {{ border: 1px solid {c["line"]}; padding: 4px 6px; background: {c["control"]}; color: {c["text"]}; }}
    QPushButton {{ border: 2px solid transparent; border-radius: {RADIUS_PX}px; padding: 5px 14px;
        background: {c["control"]}; color: {c["text"]}; }}
    QPushButton:hover {{ background: {c["hover"]}; }}
    QPushButton[primary="true"] {{ background: {c["accent"]}; color: {c["on_accent"]}; }}
    QPushButton:focus {{ border-color: {c["text"]}; }}
    QPushButton[flat="true"] {{ background: transparent; padding: 1px 6px; color: {c["quiet"]}; text-align: left; }}
    QPushButton[flat="true"]:hover {{ background: {c["control"]}; color: {c["text"]}; }}
    QPushButton[flat="true"]:focus {{ border-color: {c["accent"]}; }}
    QPushButton[small="true"] {{ padding: 2px 10px; }}
    QPushButton::menu-indicator {{ width: 0; }}
    QToolButton {{ border: 2px solid transparent; border-radius: {RADIUS_PX}px; padding: 3px; background: transparent; }}
    QToolButton:hover, QToolButton:checked:hover {{ background: {c["control"]}; }}
    QToolButton:focus {{ border-color: {c["accent"]}; }}
    QToolButton::menu-indicator {{ width: 0; image: none; }}
    QMenu {{ background: {c["panel"]}; border: 1px solid {c["line"]}; padding: 4px; }}
    QMenu::item {{ padding: 6px 24px 6px 12px; border-radius: 4px; }}
    QMenu::item:selected {{ background: {c["accent"]}; color: {c["on_accent"]}; }}
    QMenu::item:disabled {{ color: {c["quiet"]}; background: transparent; }}
    QMenu::separator {{ height: 1px; background: {c["line"]}; margin: 4px 8px; }}
    QMenu::icon {{ padding-left: 8px; }}
    QListWidget#suggestions {{ background: {c["panel"]}; border: 1px solid {c["line"]}; border-radius: 8px; padding: 4px; }}
    QSlider::groove:horizontal {{ height: 4px; border-radius: 2px; background: {c["hover"]}; }}
    QSlider::handle:horizontal {{ width: 14px; height: 14px; margin: -5px 0; border-radius: 7px;
        background: {c["quiet"]}; }}
    QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus {{ background: {c["accent"]}; }}
    QProgressBar {{ border: none; border-radius: 2px; background: {c["hover"]}; max-height: 4px; }}
    QProgressBar::chunk {{ border-radius: 2px; background: {c["accent"]}; }}
    QScrollBar:vertical {{ width: 12px; background: transparent; margin: 0; }}
    QScrollBar::handle:vertical {{ min-height: 40px; border-radius: 4px; margin: 2px; background: {c["hover"]}; }}
    QScrollBar::handle:vertical:hover, QScrollBar::handle:vertical:pressed {{ background: {c["quiet"]}; }}
    QScrollBar::add-line, QScrollBar::sub-line {{ height: 0; width: 0; }}
    QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
    """


def font(size_px: int = BASE, *, semibold: bool = False) -> QFont:
    """The system's font in a size of pixels at 96 dpi; grows with the system's text size."""
    made = QFont(QGuiApplication.font())
    made.setPointSizeF(size_px if sys.platform == "darwin" else size_px * 0.75)
    made.setWeight(QFont.Weight.DemiBold if semibold else QFont.Weight.Normal)
    return made


class Theme:
    """Applies light or dark to the whole application, and follows the system while the setting says so."""

    def __init__(self, app: QApplication) -> None:
        self._app = app
        self._setting = "system"
        # Kept: when this wrapper goes, PySide declares the accessibility hints below it deleted, which they are not.
        self._hints = app.styleHints()
        self._hints.colorSchemeChanged.connect(self._apply)
        self._hints.accessibility().contrastPreferenceChanged.connect(self._apply)
        self._apply()

    def choose(self, setting: str) -> None:
        """``system``, ``light`` or ``dark``; anything else counts as ``system``."""
        schemes = {"light": Qt.ColorScheme.Light, "dark": Qt.ColorScheme.Dark}
        self._setting = setting if setting in schemes else "system"
        self._hints.setColorScheme(schemes.get(setting, Qt.ColorScheme.Unknown))
        self._apply()

    @property
    def is_dark(self) -> bool:
        if self._setting != "system":
            return self._setting == "dark"
        return self._hints.colorScheme() == Qt.ColorScheme.Dark

    def _apply(self, *_: object) -> None:
        self._app.setPalette(QPalette())  # back to the system's, to read its accent colour
        accent = self._app.palette().color(Role.Accent).rgb() & 0xFFFFFF
        high = self._hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast
        tokens = tokens_for(dark=self.is_dark, accent=accent, high_contrast=high)
        self._app.setPalette(palette_of(tokens))
        self._app.setStyleSheet(style_sheet(tokens))


def _grey(lightness_percent: int) -> int:
    level = round(lightness_percent * 255 / 100)
    return level << 16 | level << 8 | level


def _luminance(colour: int) -> float:
    def linear(level: int) -> float:
        share = level / 255
        return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)

    return 0.2126 * linear(colour >> 16) + 0.7152 * linear(colour >> 8 & 255) + 0.0722 * linear(colour & 255)


def _readable(colour: int, grounds: tuple[int, ...], least: float) -> int:
    """The colour, moved towards white or black only as far as it takes to reach the contrast on all grounds."""
    dark = _luminance(grounds[0]) < 0.2
    goal = 255 if dark else 0
    for step in range(33):
        mixed = 0
        for shift in (16, 8, 0):
            level = colour >> shift & 255
            mixed |= round(level + (goal - level) * step / 32) << shift
        if all(contrast(mixed, ground) >= least for ground in grounds):
            return mixed
    return goal << 16 | goal << 8 | goal

"""The Qt application: one style, one name, one icon."""

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QLocale
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication

from photofind.gui import style


class PhotofindApplication(QApplication):
    """Holds the theme, which lives as long as the application does."""

    def __init__(self, argv: Sequence[str]) -> None:
        super().__init__(list(argv))
        self.setStyle("Fusion")
        self.setFont(style.font())
        self.theme = style.Theme(self)


def create_application(argv: Sequence[str], icon_file: Path | None = None) -> PhotofindApplication:
    """The application, ready for a window; GUI thread, once in a process. ``icon_file`` is the program's SVG."""
    QGuiApplication.setDesktopFileName("photofind")
    QApplication.setApplicationName("photofind")
    QApplication.setApplicationDisplayName("photofind")
    if QLocale.system().language() == QLocale.Language.C:
        # The C locale writes 12480 where people read 12,480.
        QLocale.setDefault(QLocale(QLocale.Language.English, QLocale.Country.UnitedStates))
    app = PhotofindApplication(argv)
    if icon_file is not None:
        app.setWindowIcon(QIcon(str(icon_file)))
    return app

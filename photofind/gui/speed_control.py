"""How fast photos are looked through: the menu of the user's wishes, and whether the window is looked at."""

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QActionGroup, QGuiApplication
from PySide6.QtWidgets import QMenu, QWidget

from photofind.gui import status_words
from photofind.gui.engine_face import EngineFace
from photofind.gui.menus import pop_up_above
from photofind.gui.status_line import StatusLine

_SPEEDS = ("auto", "full", "gentle")


class SpeedControl(QObject):
    """Takes what the status line's buttons want to the engine; tells it when the window becomes the active one."""

    def __init__(self, engine: EngineFace, status: StatusLine, parent: QWidget) -> None:
        super().__init__(parent)
        self._engine = engine
        self._status = status
        self._speed = engine.settings.speed
        self._pause_on_battery = engine.settings.pause_on_battery
        self._looks = False
        status.pause_wanted.connect(engine.set_paused)
        status.speed_menu_wanted.connect(self._show_menu)
        status.show_speed(self._speed)
        application = QGuiApplication.instance()
        assert isinstance(application, QGuiApplication)
        application.applicationStateChanged.connect(self._note_state)
        self._note_state(application.applicationState())

    def menu(self) -> QMenu:
        menu = QMenu(self._status)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        group = QActionGroup(menu)
        for speed in _SPEEDS:
            name, meaning = status_words.speed_name(speed), status_words.speed_meaning(speed)
            action = menu.addAction(menu.tr("{name} – {meaning}").format(name=name, meaning=meaning))
            action.setCheckable(True)
            action.setChecked(speed == self._speed)
            action.setActionGroup(group)
            action.triggered.connect(lambda _checked, speed=speed: self._choose_speed(speed))
        menu.addSeparator()
        pause = menu.addAction(self.tr("Pause on battery"))
        pause.setCheckable(True)
        pause.setChecked(self._pause_on_battery)
        pause.triggered.connect(self._choose_pause)
        return menu

    def _show_menu(self) -> None:
        pop_up_above(self.menu(), self._status.speed)

    def _choose_speed(self, speed: str) -> None:
        self._speed = speed
        self._status.show_speed(speed)
        self._engine.wish(speed=speed)

    def _choose_pause(self, pause: bool) -> None:
        self._pause_on_battery = pause
        self._engine.wish(pause_on_battery=pause)

    @Slot(Qt.ApplicationState)
    def _note_state(self, state: Qt.ApplicationState) -> None:
        looks = state == Qt.ApplicationState.ApplicationActive
        if looks is not self._looks:
            self._looks = looks
            self._engine.wish(looks=looks)

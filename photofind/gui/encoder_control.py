"""Which encoder answers: shown in the status line, chosen from its menu, installed through the notice."""

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from photofind.core.events import EncoderState
from photofind.gui.encoder_menu import encoder_menu
from photofind.gui.encoder_notice import EncoderNotice
from photofind.gui.engine_face import EngineFace
from photofind.gui.menus import pop_up_above
from photofind.gui.status_line import StatusLine


class EncoderControl(QObject):
    """Takes what the user wants of encoders to the engine."""

    def __init__(self, engine: EngineFace, status: StatusLine, notice: EncoderNotice, window: QWidget) -> None:
        super().__init__(window)
        self._engine, self._status, self._notice, self._window = engine, status, notice, window
        self._state: EncoderState | None = None
        status.encoder_menu_wanted.connect(self._show_menu)
        notice.install_agreed.connect(engine.install_encoder)
        notice.cancel_wanted.connect(engine.cancel_install)

    def show_state(self, state: EncoderState) -> None:
        self._state = state
        self._status.show_encoder(state)
        self._notice.show_state(state, self._engine.shelf_entries())

    def _show_menu(self) -> None:
        if self._state is not None:
            menu = encoder_menu(self._engine, self._state, self._notice.ask_about, self._window)
            pop_up_above(menu, self._status.encoder)

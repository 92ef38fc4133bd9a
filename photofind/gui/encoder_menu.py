"""The menu of encoders: choose one that is installed, or start the way to install another."""

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from photofind.core.events import EncoderState
from photofind.gui import status_words
from photofind.gui.engine_face import EngineFace


def encoder_menu(engine: EngineFace, state: EncoderState, ask_about: Callable[[str], None], parent: QWidget) -> QMenu:
    """``ask_about`` is called with the id of an encoder that is not installed yet."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    group = QActionGroup(menu)
    entries = sorted(engine.shelf_entries(), key=lambda entry: not entry.installed)
    in_use = state.coming_id or state.id
    for entry in entries:
        if entry.installed:
            action = menu.addAction(
                menu.tr("{name} – {description}").format(name=entry.name, description=entry.description)
            )
            action.setCheckable(True)
            action.setChecked(entry.id == in_use)
            action.setActionGroup(group)
            action.triggered.connect(lambda _checked, chosen=entry.id: engine.choose_encoder(chosen))
        else:
            size = status_words.size(entry.size_bytes)
            if group.actions() and not any(action.isSeparator() for action in menu.actions()):
                menu.addSeparator()
            action = menu.addAction(menu.tr("Install {name} ({size})…").format(name=entry.name, size=size))
            action.setEnabled(not state.installing)
            action.triggered.connect(lambda _checked, wanted=entry.id: ask_about(wanted))
        action.setToolTip(f"{entry.description}\n{entry.licence}")
    return menu

"""Which folders are watched: chosen, added, removed with a way back."""

from collections.abc import Sequence

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from photofind.gui import file_choice, file_names
from photofind.gui.engine_face import EngineFace
from photofind.gui.notice_bar import NoticeBar
from photofind.gui.side_bar import SideBar


class FolderControl(QObject):
    """Takes what the side bar wants of folders to the engine."""

    def __init__(self, engine: EngineFace, side_bar: SideBar, notice: NoticeBar, window: QWidget) -> None:
        super().__init__(window)
        self._engine, self._notice, self._window = engine, notice, window
        side_bar.add_wanted.connect(self.choose)
        side_bar.list.remove_wanted.connect(self.remove)

    def choose(self) -> None:
        """Let the user pick a folder to watch."""
        file_choice.ask_for_folder(self._window, lambda folder: self.add([folder]))

    def add(self, folders: Sequence[str]) -> None:
        self._engine.add_folders(list(folders))

    def remove(self, folder: str) -> None:
        """At once, with a way back in the quiet bar."""
        self._engine.remove_folder(folder)
        self._notice.say(
            self.tr("“{folder}” is no longer watched. Its files are untouched.").format(
                folder=file_names.name_of(folder) or file_names.shown(folder)
            ),
            self.tr("Undo"),
            lambda: self.add([folder]),
        )

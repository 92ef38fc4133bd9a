"""The window: builds every object once, wires them, and stops them in reverse."""

import argparse
import locale
import logging
import os
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from photofind import __version__
from photofind.config import logs
from photofind.config.paths import LibraryPaths, default_library, encoders_folder
from photofind.config.process_age import process_age_s
from photofind.config.resources import resource
from photofind.core.errors import LibraryInUse, PhotofindError
from photofind.core.events import RaiseRequested
from photofind.encoders.shelf import Shelf
from photofind.library.engine import Engine
from photofind.library.instance import CommandRefused, send_command
from photofind.library.session import library_paths, open_library

_log = logging.getLogger(__name__)

_NO_SCREEN = (
    "photofind: there is no screen to open a window on. On the command line: photofind index FOLDER,"
    " then photofind search WORDS"
)


def main(arguments: Sequence[str]) -> int:
    """Open the window, or hand ``arguments``' folders to the one that is open. Returns the exit status."""
    options = _parse(arguments)
    if not _has_screen():
        _tell(_NO_SCREEN)
        return 1
    folders = [os.path.abspath(folder) for folder in options.folders]
    paths = library_paths(options.library or default_library())
    with _logging(paths):
        return _open_window(paths, folders)


def _open_window(paths: LibraryPaths, folders: Sequence[str]) -> int:
    _note_stage("python is ready")
    opening = _Opening(paths.folder, folders)
    opening.start()  # the library opens while Qt is loaded

    from photofind.gui.application import create_application
    from photofind.gui.fatal import show_fatal

    application = create_application(sys.argv[:1], resource("icons/photofind.svg"))
    _note_stage("Qt is ready")
    try:
        engine = opening.result()
        _note_stage("the library is open")
    except LibraryInUse:
        return _hand_over(paths.folder, folders)
    except PhotofindError as error:
        _tell(f"photofind: {error}")
        show_fatal(str(error))
        return 1
    try:
        from photofind.gui.first_paint import FirstPaint
        from photofind.gui.main_window import MainWindow
        from photofind.gui.signals import quit_on_signals

        window = MainWindow(engine, on_closed=application.quit, choose_theme=application.theme.choose)
        _note_stage("the window is built")
        FirstPaint(window, lambda: _note_stage("the window is painted"))
        FirstPaint(
            window.grid.viewport(),
            lambda: _note_stage("the grid is painted"),
            counts=lambda: len(window.model.ids) > 0,
        )
        window.show()
        with quit_on_signals(application):
            return int(application.exec())
    finally:
        opening.close()


class _Opening:
    """Opens the library in a thread, so that disks and Qt's loading do not wait for each other."""

    def __init__(self, folder: Path, folders: Sequence[str]) -> None:
        self._folder = folder
        self._folders = folders
        self._stack = ExitStack()
        self._engine: Engine | None = None
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._open, name="opening")

    def start(self) -> None:
        self._thread.start()

    def result(self) -> Engine:
        """The open library. Raises what opening it raised."""
        self._thread.join()
        if self._error is not None:
            raise self._error
        assert self._engine is not None
        return self._engine

    def close(self) -> None:
        self._stack.close()

    def _open(self) -> None:
        try:
            self._engine = self._stack.enter_context(
                open_library(
                    library_paths(self._folder),
                    lambda endpoint: Shelf(encoders_folder(), resource("shelf.json"), endpoint=endpoint),
                    watch=True,
                    language=_language(),
                    raise_window=self._raise_window,
                )
            )
            self._engine.add_folders(self._folders)
        except BaseException as error:
            self._stack.close()
            self._error = error

    def _raise_window(self, folders: Sequence[str]) -> bool:
        if self._engine is None:
            return False
        self._engine.add_folders(folders)
        self._engine.announce(RaiseRequested())
        return True


def _note_stage(stage: str) -> None:
    _log.info("start: %s after %.2f s", stage, process_age_s())


@contextmanager
def _logging(paths: LibraryPaths) -> Iterator[None]:
    """The log lies in the library, which may have to be made for it; opening it says better what is wrong with it."""
    with suppress(PhotofindError):
        paths.make_folder()
    close = logs.set_up(paths.logs) if paths.folder.is_dir() else lambda: None
    try:
        yield
    finally:
        close()


def _hand_over(folder: Path, folders: Sequence[str]) -> int:
    try:
        send_command(folder, {"command": "raise", "folders": list(folders)})
    except CommandRefused as refusal:
        _tell(f"photofind: {refusal}")
        return refusal.status
    except LibraryInUse as error:
        _tell(f"photofind: {error}")
        return 3
    return 0


def _parse(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="photofind", description="Open the window; folders given are added to it.")
    parser.add_argument("folders", nargs="*", metavar="FOLDER")
    parser.add_argument("--library", type=Path, metavar="DIR", help="the library to use (default: the user's own)")
    parser.add_argument("--version", action="version", version=f"photofind {__version__}")
    return parser.parse_args(list(arguments))


def _has_screen() -> bool:
    if sys.platform in ("win32", "darwin") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def _language() -> str:
    return (locale.getlocale()[0] or os.environ.get("LANG") or "en").replace("C.UTF-8", "en")


def _tell(sentence: str) -> None:
    if sys.stderr is not None:  # a windowed Windows program has none
        sys.stderr.write(sentence + "\n")

"""The window: builds every object once, wires them, and stops them in reverse.

The order of a start: the library is locked and looked at while Qt is loaded; the window is painted with its first
photos; only then the engine is loaded and started, for it would take the processor from what the user is waiting for.
"""

import argparse
import locale
import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from photofind import __version__
from photofind.config import logs
from photofind.config.paths import LibraryPaths, default_library, encoders_folder
from photofind.config.process_age import process_age_s
from photofind.config.resources import resource
from photofind.core import interpreter
from photofind.core.errors import LibraryInUse, NoRoom, PhotofindError, StoreFailed

if TYPE_CHECKING:  # loaded in the thread that opens the library, while this one loads Qt
    from photofind.config.settings import Settings
    from photofind.encoders.shelf import Shelf
    from photofind.library.front import LibraryFront
    from photofind.library.instance import LibraryLock
    from photofind.library.looking import LookingEngine

_log = logging.getLogger(__name__)
_LOOK_FOR_ROOM_S = 0.5

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
    paths = LibraryPaths((options.library or default_library()).absolute())
    with _logging(paths):
        return _open_window(paths, folders)


def _open_window(paths: LibraryPaths, folders: Sequence[str]) -> int:
    _note_stage("python is ready")
    interpreter.begin_start()
    opening = _Opening(paths, folders)
    opening.start()

    from photofind.gui.application import create_application
    from photofind.gui.fatal import EndOnFailure, show_fatal

    application = create_application(sys.argv[:1], resource("icons/photofind.svg"))
    _note_stage("Qt is ready")
    try:
        try:
            front = opening.front()
        except LibraryInUse:
            return _hand_over(paths.folder, folders)
        except PhotofindError as error:
            _tell(f"photofind: {error}")
            show_fatal(str(error))
            return 1
        failure = EndOnFailure(application)
        opening.on_failure = failure.report
        from photofind.gui.first_paint import FirstPhotos
        from photofind.gui.main_window import MainWindow
        from photofind.gui.signals import quit_on_signals

        window = MainWindow(front, on_closed=application.quit, choose_theme=application.theme.choose)
        _note_stage("the window is built")
        FirstPhotos(window, window.grid, _note_stage, opening.go_on)
        window.show()
        with quit_on_signals(application):
            status = int(application.exec())
        if failure.sentence:
            _tell(f"photofind: {failure.sentence}")
        return status
    finally:
        opening.close()


class _Opening:
    """Opens the library in a thread, in two steps: what the first screen needs, and after ``go_on`` the engine."""

    def __init__(self, paths: LibraryPaths, folders: Sequence[str]) -> None:
        self._paths = paths
        self._folders = folders
        self._stack = ExitStack()
        self._front: LibraryFront | None = None
        self._lock: LibraryLock | None = None
        self._settings: Settings
        self._error: BaseException | None = None
        self._is_found = threading.Event()
        self._may_go_on = threading.Event()
        self._closing = False
        self._looking: LookingEngine | None = None
        self._thread = threading.Thread(target=self._open, name="opening")
        self.on_failure: Callable[[str], None] = _tell
        """Gets the sentence that says why the engine could not be started. Called in the thread."""

    def start(self) -> None:
        self._thread.start()

    def front(self) -> "LibraryFront":
        """The locked library. Raises what finding it raised."""
        self._is_found.wait()
        if self._error is not None:
            raise self._error
        assert self._front is not None
        return self._front

    def go_on(self) -> None:
        """The first photos are painted: have the engine started. Any thread; idempotent."""
        self._may_go_on.set()

    def close(self) -> None:
        """Stop everything; blocks until it has ended."""
        self._closing = True
        self._may_go_on.set()
        self._thread.join()
        self._stack.close()
        if self._front is not None:
            self._front.close()

    def _open(self) -> None:
        try:
            self._find()
        except BaseException as error:
            self._error = error
            return
        finally:
            self._is_found.set()
        assert self._front is not None
        try:
            if not self._front.look_first():
                self.go_on()  # there is nothing to paint first
            self._may_go_on.wait()
            if not self._closing:
                self._start_engine()
        except PhotofindError as error:
            self.on_failure(str(error))
        except Exception as error:
            _log.exception("the library could not be opened")
            self.on_failure(f"The library could not be opened ({error}). The log says more.")
        finally:
            interpreter.end_start()

    def _find(self) -> None:
        from photofind.config import settings
        from photofind.library.front import LibraryFront
        from photofind.library.instance import LibraryLock
        from photofind.store.first_look import FirstLook

        if not self._paths.is_read_only():
            try:
                self._lock = self._stack.enter_context(LibraryLock.acquire(self._paths.folder))
            except NoRoom:
                if not self._paths.catalogue.exists():
                    raise  # there is nothing to look at
        look: FirstLook | None = None
        with suppress(StoreFailed):  # there is no library yet, or it cannot be read: the engine makes it or says so
            look = FirstLook(self._paths.catalogue, self._paths.thumbnails)
        self._settings = settings.load(self._paths.settings)[0]
        self._front = LibraryFront(self._settings, look)

    def _start_engine(self) -> None:
        """The engine, or one that only looks where the library cannot be written; with room, the engine takes over."""
        from photofind.library.looking import no_room_sentence, read_only_sentence
        from photofind.library.room import has_room_to_open

        assert self._front is not None
        if self._paths.is_read_only():
            self._look_only(read_only_sentence(self._paths))
            self._front.add_folders(self._folders)  # to be refused in the window
            return
        while not self._closing:
            try:
                self._open_for_all()
                return
            except NoRoom:
                if not self._paths.catalogue.exists():
                    raise
                self._lock = None  # given back by what failed
                if self._looking is None:
                    self._look_only(no_room_sentence(self._paths))
            interpreter.end_start()
            time.sleep(_LOOK_FOR_ROOM_S)
            while not self._closing and not has_room_to_open(self._paths.folder):
                time.sleep(_LOOK_FOR_ROOM_S)

    def _open_for_all(self) -> None:
        from photofind.library.session import open_library

        assert self._front is not None
        engine = self._stack.enter_context(
            open_library(
                self._paths,
                _shelf,
                watch=True,
                follows_pace=True,
                language=_language(),
                raise_window=self._raise_window,
                lock=self._lock,
            )
        )
        self._front.attach(engine)
        if self._looking is not None:
            self._looking.stop()
        engine.add_folders(self._folders)
        _note_stage("the engine is ready")

    def _look_only(self, why: str) -> None:
        from photofind.library.looking import LookingEngine

        assert self._front is not None
        engine = LookingEngine(self._paths, self._settings, _shelf(self._settings.hub_endpoint), why)
        engine.start()
        self._stack.callback(engine.stop)
        self._looking = engine
        self._front.attach(engine)
        _note_stage("the library can be looked at")

    def _raise_window(self, folders: Sequence[str]) -> bool:
        from photofind.core.events import RaiseRequested

        assert self._front is not None
        self._front.add_folders(folders)
        self._front.announce(RaiseRequested())
        return True


def _shelf(endpoint: str) -> "Shelf":
    from photofind.encoders.shelf import Shelf

    return Shelf(encoders_folder(), resource("shelf.json"), endpoint=endpoint)


def _note_stage(stage: str) -> None:
    _log.info("start: %s after %.2f s", stage, process_age_s())


@contextmanager
def _logging(paths: LibraryPaths) -> Iterator[None]:
    """The log lies in the library, which may have to be made for it; opening it says better what is wrong with it."""
    with suppress(PhotofindError):
        paths.make_folder()
    close = logs.set_up(paths.logs) if paths.folder.is_dir() and not paths.is_read_only() else lambda: None
    try:
        yield
    finally:
        close()


def _hand_over(folder: Path, folders: Sequence[str]) -> int:
    from photofind.library.instance import CommandRefused, send_command

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

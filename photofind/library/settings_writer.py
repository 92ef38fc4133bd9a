"""Writes the settings to their file: the latest in the end, also when the disk was full in between."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

from photofind.config.settings import Settings, save
from photofind.core.events import Event, Notice
from photofind.library.librarian import Desk, Librarian
from photofind.library.long_work import Steps

_TRY_AGAIN_S = 5.0


class SettingsWriter:
    """What cannot be written is told once, and tried again by itself. Any thread; the librarian's does the writing."""

    def __init__(self, path: Path, librarian: Librarian, announce: Callable[[Event], None]) -> None:
        self._path = path
        self._librarian = librarian
        self._announce = announce
        self._lock = threading.Lock()
        self._latest = Settings()
        self._told = ""
        self._is_put_off = False

    def save(self, settings: Settings) -> None:
        """Have these written."""
        with self._lock:
            self._latest = settings
        self._librarian.submit(self._write).add_done_callback(self._report)

    def _write(self, _: Desk) -> None:
        with self._lock:
            latest = self._latest
        save(self._path, latest)
        with self._lock:
            self._told = ""

    def _report(self, done: "Future[None]") -> None:
        error = None if done.cancelled() else done.exception()
        if error is None:
            return
        with self._lock:
            is_new, self._told = str(error) != self._told, str(error)  # a window that is moved saves its place each time
            put_off, self._is_put_off = not self._is_put_off, True
        if is_new:
            self._announce(Notice(str(error), is_error=True))
        if put_off:
            self._librarian.begin(self._try_again, until_it_succeeds=True, after_s=_TRY_AGAIN_S)

    def _try_again(self, desk: Desk) -> Steps:
        self._write(desk)
        with self._lock:
            self._is_put_off = False
        yield

"""The vector host: the Milvus Lite engine in a process of its own, behind a socket that only this user can reach.

In the program's own process it would open a TCP port without a password to all local users, stop the window for up to
half a second while it writes, and could not be killed and reopened after a failed write, which is what saves its data.
"""

import contextlib
import errno
import logging
import multiprocessing
import os
import re
import sys
import tempfile
import threading
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path

from photofind.core.errors import PhotofindError, StoreFailed
from photofind.core.helper_process import lifeline
from photofind.core.passing_folder import make_passing_folder
from photofind.store.durable import disk_errors, private_folder
from photofind.store.vector_host_lock import end_orphan, lock_of, remove_socket
from photofind.store.vector_host_process import serve

_log = logging.getLogger(__name__)
_MAX_SOCKET_CHARACTERS = 100  # gRPC and the kernel refuse 108 and more
_PLAIN_PATH = re.compile(r"[A-Za-z0-9/._-]+")  # gRPC reads addresses as URIs
_WHAT = "the vector store"
OF_ITS_CONTENT = {errno.ENOENT, errno.EEXIST, errno.ENOTDIR, errno.EISDIR}
"""Errors that say something of the files in a folder rather than of the disk."""


class Unopenable(StoreFailed):
    """The engine cannot make sense of its folder."""


class VectorHost:
    """Starts and ends the process that holds the engine of ``folder`` (``<library>/milvus.db``). Any thread.

    On Linux the process also ends with the *thread* that started it, so ``uri`` is called from threads that stay. The
    lock that names the process lies beside the folder, with ``.lock`` behind its name.
    """

    def __init__(self, folder: Path, *, start_timeout_s: float = 60.0, stop_timeout_s: float = 30.0) -> None:
        self.folder = folder
        self._start_timeout_s = start_timeout_s
        self._stop_timeout_s = stop_timeout_s
        self._lock = threading.Lock()
        self._process: SpawnProcess | None = None
        self._control: Connection | None = None
        self._socket: Path | None = None
        self._address = ""

    @property
    def pid(self) -> int | None:
        """The process while it runs."""
        process = self._process
        try:
            return process.pid if process is not None and process.is_alive() else None
        except ValueError:  # another thread has just tidied it away
            return None

    def uri(self) -> str:
        """The address for pymilvus; starts the process when it does not run, which takes about a second.

        Raises LibraryInUse, NoRoom, StoreFailed.
        """
        with self._lock:
            if self._process is not None and not self._process.is_alive():
                _log.info("the vector host ended by itself (%s)", self._process.exitcode)
                self._tidy()
            if self._process is None:
                self._start()
            return self._address

    def stop(self) -> None:
        """End the process after it has written everything to its files; idempotent, ``uri`` starts it again."""
        with self._lock:
            if self._process is None or self._control is None:
                return
            with contextlib.suppress(OSError):
                self._control.send_bytes(b"stop")
            self._process.join(self._stop_timeout_s)
            if self._process.is_alive():
                _log.warning("the vector host did not stop within %.0f s and is killed", self._stop_timeout_s)
            self._tidy()

    def kill(self) -> None:
        """End the process at once, so that after a failed write it writes nothing more; idempotent."""
        with self._lock:
            self._tidy()

    def _start(self) -> None:
        with disk_errors(_WHAT):
            private_folder(self.folder.parent)
            private_folder(self.folder)
            lock = lock_of(self.folder)
            end_orphan(lock)
            self._socket = _new_socket() if sys.platform != "win32" else None
        spawn = multiprocessing.get_context("spawn")
        self._control, theirs = spawn.Pipe()
        self._process = spawn.Process(
            target=serve,
            args=(self.folder, lock, self._socket, theirs, lifeline(), os.getpid()),
            name="vector host",
            daemon=True,
        )
        try:
            with disk_errors(_WHAT):
                self._process.start()
            theirs.close()  # so that the end of the process is the end of the pipe
            self._address = self._first_answer(self._control)
        except BaseException:
            theirs.close()
            self._tidy()
            raise

    def _first_answer(self, control: Connection) -> str:
        if not control.poll(self._start_timeout_s):
            raise StoreFailed("The vector store does not start: start photofind again when the computer is less busy.")
        try:
            answer = control.recv()
        except EOFError as error:
            raise StoreFailed("The vector store ended while it started: start photofind again.") from error
        if isinstance(answer, PhotofindError):
            raise answer
        if isinstance(answer, OSError) and answer.errno in OF_ITS_CONTENT:
            raise Unopenable(f"The vector store cannot be opened ({answer}): start photofind again.") from answer
        if isinstance(answer, OSError):
            with disk_errors(_WHAT):
                raise answer
        if isinstance(answer, Exception):
            raise StoreFailed(f"The vector store cannot be opened ({answer}): start photofind again.") from answer
        return str(answer)

    def _tidy(self) -> None:
        if self._process is not None:
            if self._process.pid is not None:
                self._process.kill()
                self._process.join()
            self._process.close()
        if self._control is not None:
            self._control.close()
        if self._socket is not None:
            remove_socket(self._socket)
        self._process, self._control, self._socket, self._address = None, None, None, ""


def _new_socket() -> Path:
    """A name for a socket in a fresh folder that only this user can enter. Raises OSError."""
    trouble: OSError = FileNotFoundError(
        "no folder for a socket: set XDG_RUNTIME_DIR to a private folder with a short name"
    )
    for parent in (os.environ.get("XDG_RUNTIME_DIR"), tempfile.gettempdir(), "/tmp"):
        # mkdtemp makes the folder with mode 0700 and eight random characters.
        if parent and Path(parent).is_dir() and os.access(parent, os.W_OK) and _PLAIN_PATH.fullmatch(parent):
            longest = f"{parent}/photofind-run-12345678/vectors"
            if len(longest) < _MAX_SOCKET_CHARACTERS:
                try:
                    return make_passing_folder(parent) / "vectors"
                except OSError as error:  # it is full, say: the next may not be
                    trouble = error
    raise trouble

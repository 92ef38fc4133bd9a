"""One program for each library: who comes first holds the lock, who comes later sends it commands."""

import contextlib
import json
import logging
import os
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from photofind.config.paths import LibraryPaths, unusable
from photofind.core.errors import LibraryInUse, WrongUsage
from photofind.library import file_lock
from photofind.library.command_server import CommandServer
from photofind.library.command_socket import Address, CommandRefused, Lines, Message, connect, remove_leftovers

__all__ = ["Address", "CommandRefused", "CommandServer", "LibraryLock", "Message", "holder_of", "send_command"]

_logger = logging.getLogger(__name__)

# send_command looks at a lock by taking it for a moment; whoever starts in that moment must not be turned away.
_PATIENCE_FOR_LOOKS_S = 0.5
_LONGEST_LOCK_FILE_BYTES = 4096
_LOCK_FILE_BYTES = 512  # written in place and never shortened: what a full disk gave once it gives again
_RETRY_S = 0.05


class LibraryLock:
    """Holds one library for this process until ``release`` or the end of the process, however that comes.

    The lock is flock(2) on <library>/lock; whether that file exists means nothing, and it is never removed. Its
    content tells others where commands go: ``{"pid": …, "socket": …, "token": …}``. Any thread.
    """

    def __init__(self, folder: Path, descriptor: int) -> None:
        self.folder = folder
        self._descriptor: int | None = descriptor

    @classmethod
    def acquire(cls, folder: Path) -> Self:
        """Take the library, making its folder (0700) when it is missing. Does not wait for another to give it back.

        Raises LibraryInUse when another process (or another lock of this one) holds it; StoreFailed, NoRoom when the
        folder cannot be used.
        """
        paths = LibraryPaths(folder)
        paths.make_folder()
        try:
            descriptor = os.open(paths.lock, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
        except OSError as error:
            raise unusable(folder, error) from error
        try:
            deadline = time.monotonic() + _PATIENCE_FOR_LOOKS_S
            while not file_lock.try_lock(descriptor):
                if time.monotonic() > deadline:
                    raise _in_use(folder)
                time.sleep(_RETRY_S)
            lock = cls(folder, descriptor)
            remove_leftovers()
            lock._write({"pid": os.getpid(), "socket": "", "token": ""})
        except OSError as error:
            os.close(descriptor)
            raise unusable(folder, error) from error
        except BaseException:
            os.close(descriptor)
            raise
        return lock

    def publish(self, address: Address) -> None:
        """Tell other programs where this one takes commands. Raises StoreFailed, NoRoom."""
        try:
            self._write({"pid": os.getpid(), "socket": address.socket, "token": address.token})
        except OSError as error:
            raise unusable(self.folder, error) from error

    def _write(self, content: Message) -> None:
        if self._descriptor is None:
            return
        line = json.dumps(content).encode("ascii").ljust(_LOCK_FILE_BYTES)
        os.lseek(self._descriptor, 0, os.SEEK_SET)
        os.write(self._descriptor, line)
        os.ftruncate(self._descriptor, len(line))

    def release(self) -> None:
        """Give the library back. A second call does nothing."""
        descriptor, self._descriptor = self._descriptor, None
        if descriptor is not None:
            with contextlib.suppress(OSError):
                os.lseek(descriptor, 0, os.SEEK_SET)
                os.write(descriptor, b" " * _LOCK_FILE_BYTES)
            with contextlib.suppress(OSError):
                file_lock.unlock(descriptor)
            os.close(descriptor)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.release()


def send_command(
    folder: Path,
    request: Message,
    on_progress: Callable[[Message], None] | None = None,
    timeout_s: float = 10.0,
    cancelled: threading.Event | None = None,
) -> Message | None:
    """Ask the program that holds this library to do something; None when no program holds it.

    ``request`` is ``{"command": …}`` with whatever belongs to it; ``on_progress`` gets what the other program reports
    meanwhile, in this thread. ``timeout_s`` bounds the wait for the other program to take the request (it may be
    starting), not the wait for its reply. Setting ``cancelled`` hangs up, which cancels there, within half a second.

    Raises LibraryInUse when the library is held by a program that does not answer or ends before its reply;
    CommandRefused when it says no; WrongUsage when the request is too long to send; StoreFailed when the library
    cannot be looked at.
    """
    deadline = time.monotonic() + timeout_s
    while True:
        exchange = _Exchange.start(folder, request, deadline)
        if exchange is not None:
            with exchange:
                return exchange.reply(on_progress, cancelled or threading.Event())
        if not _is_held(folder):
            return None
        if time.monotonic() > deadline:
            raise _in_use(folder)
        time.sleep(_RETRY_S)


class _Exchange:
    """One request that the other program has taken."""

    def __init__(self, folder: Path, lines: Lines, close: Callable[[], None], wait: Callable[[float], None]) -> None:
        self._folder, self._lines, self._close, self._wait = folder, lines, close, wait

    @classmethod
    def start(cls, folder: Path, request: Message, deadline: float) -> Self | None:
        """Hand the request over; None when there is nobody to take it, or not yet."""
        _, address = _read(LibraryPaths(folder).lock)
        if address is None:
            return None
        try:
            connection = connect(address, max(0.1, deadline - time.monotonic()))
        except (OSError, ValueError):
            return None
        exchange = cls(folder, Lines(connection), connection.close, connection.settimeout)
        try:
            exchange._lines.send({**request, "token": address.token})
            if exchange._lines.receive() == {"taken": True}:
                return exchange
        except TimeoutError as error:
            connection.close()
            raise _in_use(folder) from error
        except OSError:
            pass  # it ended just now
        except ValueError as error:
            connection.close()
            raise WrongUsage("The command is too long to be sent to the running photofind.") from error
        except BaseException:
            connection.close()
            raise
        connection.close()
        return None

    def reply(self, on_progress: Callable[[Message], None] | None, cancelled: threading.Event) -> Message:
        self._wait(0.5)
        while True:
            if cancelled.is_set():
                raise CommandRefused("The command was cancelled.", 130)
            try:
                message = self._lines.receive()
            except TimeoutError:
                continue
            except (OSError, ValueError):
                message = None
            match message:
                case {"progress": dict(progress)}:
                    if on_progress is not None:
                        on_progress(progress)
                case {"reply": dict(reply)}:
                    return reply
                case {"error": str(sentence), "status": int(status)}:
                    raise CommandRefused(sentence, status)
                case _:
                    raise LibraryInUse(
                        f"The photofind that uses the library in {self._folder} ended before it answered. Try again."
                    )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()


def holder_of(paths: LibraryPaths) -> int:
    """The process that wrote itself down as the holder of a library, which may have ended since; 0 where none did."""
    return _read(paths.lock)[0]


def _in_use(folder: Path) -> LibraryInUse:
    _logger.info("the library in %s is held by process %s", folder, _read(LibraryPaths(folder).lock)[0])
    return LibraryInUse("Another photofind is using this library and does not answer. Close it and try again.")


def _is_held(folder: Path) -> bool:
    try:
        descriptor = os.open(LibraryPaths(folder).lock, os.O_RDWR)
    except FileNotFoundError:
        return False
    except OSError as error:
        raise unusable(folder, error) from error
    try:
        if not file_lock.try_lock(descriptor):
            return True
        file_lock.unlock(descriptor)
        return False
    except OSError as error:
        raise unusable(folder, error) from error
    finally:
        os.close(descriptor)


def _read(lock_file: Path) -> tuple[int, Address | None]:
    """The process id and address in a lock file; 0 and None where it says nothing (yet)."""
    try:
        with lock_file.open("rb") as file:
            content = json.loads(file.read(_LONGEST_LOCK_FILE_BYTES))
    except (OSError, ValueError, RecursionError):
        return 0, None
    match content:
        case {"pid": int(pid), "socket": str(path), "token": str(token)}:
            return pid, Address(path, token) if path else None
        case _:
            return 0, None

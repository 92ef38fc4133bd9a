"""The program that holds a library takes commands from other programs of the same user."""

import contextlib
import logging
import socket
import threading
from collections.abc import Callable

from photofind.core.errors import PhotofindError, StoreFailed, WrongUsage
from photofind.library.command_socket import (
    Address,
    CommandRefused,
    Lines,
    Listener,
    Message,
    is_same_user,
    shows_token,
)

_logger = logging.getLogger(__name__)

# What a program may take to send its request, or to read a message once its buffer is full.
_PATIENCE_S = 10.0
_STOP_PATIENCE_S = 20.0

_FAILED: Message = {"error": "The running photofind failed at this command; its log says why.", "status": 1}

Report = Callable[[Message], None]
Handle = Callable[[Message, Report, threading.Event], Message]


class CommandServer:
    """Answers commands, each in a thread of its own.

    ``handle(request, report, cancelled)`` returns the reply. It may call ``report`` with progress, which does not
    raise when the other program has gone, and gives up soon after ``cancelled`` is set: the other program has gone, or
    this one stops. A PhotofindError that it raises reaches the other program as its sentence; CommandRefused also
    chooses the status.
    """

    def __init__(self, handle: Handle) -> None:
        self._handle = handle
        self._listener: Listener | None = None
        self._listening: threading.Thread | None = None
        self._lock = threading.Lock()
        self._conversations: set[_Conversation] = set()
        self._stopping = False

    def start(self) -> Address:
        """Listen; returns the address to publish in the library's lock. Raises StoreFailed."""
        try:
            self._listener = Listener()
        except OSError as error:
            raise StoreFailed(
                f"Commands from other programs cannot be taken ({error.strerror}). Check the temporary folder."
            ) from error
        self._listening = threading.Thread(target=self._listen, args=(self._listener,), name="command server")
        self._listening.start()
        return self._listener.address

    def stop(self) -> None:
        """Refuse new commands, cancel those under way and wait until their threads have ended. Idempotent."""
        with self._lock:
            self._stopping = True
            conversations = list(self._conversations)
        if self._listener is not None and self._listening is not None:
            self._listener.wake()
            self._listening.join()
            self._listener.close()
            self._listener = self._listening = None
        for conversation in conversations:
            conversation.cancel()
        for conversation in conversations:
            conversation.join()

    def _listen(self, listener: Listener) -> None:
        while True:
            try:
                connection = listener.accept()
            except OSError as error:  # too many open files, say: those who wait are served a little later
                _logger.warning("a command could not be taken: %s", error)
                threading.Event().wait(0.5)
                continue
            if connection is None:
                return
            if not is_same_user(connection):
                _logger.warning("a program of another user tried to send a command")
                connection.close()
                continue
            conversation = _Conversation(connection, listener.address, self._handle, self._forget)
            with self._lock:
                if self._stopping:
                    connection.close()
                    return
                self._conversations.add(conversation)
                conversation.start()

    def _forget(self, conversation: "_Conversation") -> None:
        with self._lock:
            self._conversations.discard(conversation)


class _Conversation:
    """One connection: a thread reads the request and works on it; another then waits for the other end to go."""

    def __init__(
        self,
        connection: socket.socket,
        address: Address,
        handle: Handle,
        forget: Callable[["_Conversation"], None],
    ) -> None:
        self._connection, self._address, self._handle, self._forget = connection, address, handle, forget
        self._lines = Lines(connection)
        self._cancelled = threading.Event()
        # Daemons, so that a handler that ignores ``cancelled`` cannot keep the program from ending.
        self._worker = threading.Thread(target=self._work, name="command", daemon=True)
        self._watcher = threading.Thread(target=self._watch, name="command's client", daemon=True)

    def start(self) -> None:
        self._worker.start()

    def cancel(self) -> None:
        self._cancelled.set()
        # Only the receiving side: the handler's last word still goes out.
        with contextlib.suppress(OSError):
            self._connection.shutdown(socket.SHUT_RD)

    def join(self) -> None:
        self._worker.join(_STOP_PATIENCE_S)
        if self._worker.is_alive():
            _logger.warning("a command does not end although it was cancelled")

    def _work(self) -> None:
        try:
            self._connection.settimeout(_PATIENCE_S)
            request = self._lines.receive()
            if request is None or self._cancelled.is_set():
                return
            if not shows_token(request, self._address):
                _logger.warning("a program without the library's token tried to send a command")
                return
            request.pop("token", None)
            self._lines.send({"taken": True})
            self._watcher.start()
            self._send_answer(request)
        except ValueError as error:
            with contextlib.suppress(OSError):
                self._lines.send({"error": str(error), "status": 2})
        except OSError as error:
            _logger.info("a program went away before its answer: %s", error)
        finally:
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)
            if self._watcher.ident is not None:
                self._watcher.join()
            self._connection.close()
            self._forget(self)

    def _send_answer(self, request: Message) -> None:
        answer = self._answer(request)
        try:
            self._lines.send(answer)
        except (TypeError, ValueError):
            _logger.exception("the reply to %r cannot be sent", request.get("command"))
            self._lines.send(_FAILED)

    def _answer(self, request: Message) -> Message:
        try:
            if not isinstance(request.get("command"), str):
                raise WrongUsage("The request names no command.")
            return {"reply": self._handle(request, self._report, self._cancelled)}
        except CommandRefused as error:
            return {"error": str(error), "status": error.status}
        except PhotofindError as error:
            return {"error": str(error), "status": 2 if isinstance(error, WrongUsage) else 1}
        except Exception:
            _logger.exception("the command %r failed", request.get("command"))
            return _FAILED

    def _report(self, progress: Message) -> None:
        if self._cancelled.is_set():
            return
        try:
            self._lines.send({"progress": progress})
        except OSError:
            self._cancelled.set()

    def _watch(self) -> None:
        """Wait until the other end closes; whatever else it sends is not looked at."""
        while True:
            try:
                if not self._connection.recv(4096):
                    break
            except TimeoutError:
                continue
            except OSError:
                break
        self._cancelled.set()

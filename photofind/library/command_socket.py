"""The wire between two programs of the same user: a listening socket, a way to connect to it, and one line at a time.

Linux: a Unix socket in a fresh private folder, and the kernel says who is at the other end. macOS: the same, guarded
by the folder alone; unproven. Windows: loopback with a random token, since Python has no Unix sockets there; unproven.
"""

import contextlib
import hmac
import json
import os
import secrets
import shutil
import socket
import struct
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photofind.config.paths import runtime_folder
from photofind.core.errors import PhotofindError
from photofind.core.passing_folder import let_go, remove_left_behind

LONGEST_MESSAGE_BYTES = 16 << 20

Message = dict[str, Any]


class CommandRefused(PhotofindError):
    """The program that holds the library refused or failed; ``status`` is the exit status for a command line."""

    def __init__(self, sentence: str, status: int = 1) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True, slots=True)
class Address:
    """Where a program listens: a socket's path, or on Windows a loopback port with the token to show there."""

    socket: str
    token: str = ""


class Listener:
    """A listening socket. ``close`` wakes ``accept`` and removes what lay on disk."""

    def __init__(self) -> None:
        self._folder: Path | None = None
        if sys.platform == "win32":
            self._socket = socket.create_server(("127.0.0.1", 0))
            self.address = Address(f"127.0.0.1:{self._socket.getsockname()[1]}", secrets.token_hex(32))
        else:
            self._folder = runtime_folder()
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            try:
                self._socket.bind(str(self._folder / "command"))
                self._socket.listen(16)
            except OSError:
                self.close()
                raise
            self.address = Address(str(self._folder / "command"))
        self._closed = False

    def accept(self) -> socket.socket | None:
        """Wait for the next connection; None once the listener is closed."""
        try:
            connection, _ = self._socket.accept()
        except OSError:
            if self._closed:
                return None
            raise
        if self._closed:
            connection.close()
            return None
        return connection

    def wake(self) -> None:
        """Make ``accept`` return None, now and from now on. Any thread."""
        self._closed = True
        # Closing a socket does not wake accept(2) everywhere; a connection does.
        with contextlib.suppress(OSError):
            connect(self.address, timeout_s=1.0).close()

    def close(self) -> None:
        """Close the socket and remove its folder, once nobody waits in ``accept``."""
        self._socket.close()
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            let_go(self._folder)


def connect(address: Address, timeout_s: float) -> socket.socket:
    """A connection to a listener. Raises OSError, also for an address that makes no sense."""
    if sys.platform == "win32":
        host, _, port = address.socket.rpartition(":")
        if host != "127.0.0.1" or not port.isdecimal():
            raise OSError("not an address")
        return socket.create_connection((host, int(port)), timeout_s)
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.settimeout(timeout_s)
        connection.connect(address.socket)
        if not is_same_user(connection):  # a stranger's program could lie in wait at an old address
            raise PermissionError("another user listens there")
    except BaseException:
        connection.close()
        raise
    return connection


def is_same_user(connection: socket.socket) -> bool:
    """Whether the program at the other end runs as this user; where the kernel does not say, the folder guards."""
    if sys.platform != "linux":
        return True
    # struct ucred {pid_t pid; uid_t uid; gid_t gid;}: unix(7)
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("iII"))
    _, uid, _ = struct.unpack("iII", credentials)
    return bool(uid == os.getuid())


def shows_token(request: Message, address: Address) -> bool:
    """Whether a request carries the token that this address asks for; Unix sockets ask for none."""
    shown = request.get("token", "")
    return isinstance(shown, str) and hmac.compare_digest(shown.encode("utf-8", "replace"), address.token.encode())


def remove_leftovers() -> None:
    """Remove the socket folders of programs that were killed."""
    remove_left_behind({os.environ.get("XDG_RUNTIME_DIR", ""), tempfile.gettempdir(), "/tmp"} - {""})


class Lines:
    """Messages over a connection, one JSON object a line in ASCII, so that odd path bytes (lone surrogates) survive.

    One thread may send while another receives.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._received = bytearray()

    def send(self, message: Message) -> None:
        """Send one message. Raises OSError when the other end is gone or takes nothing; ValueError when too long."""
        line = json.dumps(message, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"
        if len(line) > LONGEST_MESSAGE_BYTES:
            raise ValueError("The message is too long.")
        self._connection.sendall(line)

    def receive(self) -> Message | None:
        """The next message; None at the end. Raises TimeoutError, OSError, ValueError for what is no message."""
        searched = 0
        while (end := self._received.find(b"\n", searched)) < 0:
            searched = len(self._received)
            if searched > LONGEST_MESSAGE_BYTES:
                raise ValueError("The message is too long.")
            chunk = self._connection.recv(1 << 16)
            if not chunk:
                return None
            self._received += chunk
        line = bytes(self._received[:end])
        del self._received[: end + 1]
        try:
            message = json.loads(line)
        except RecursionError as error:
            raise ValueError("The message is nested too deeply.") from error
        if not isinstance(message, dict):
            raise ValueError("The message is no object.")
        return message

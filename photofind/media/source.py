"""Opening what a path names without ever waiting on something that is no file, and reading it once."""

import os
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from typing import BinaryIO

from photofind.media.fingerprint import hash_of_bytes, hash_of_file

IN_MEMORY_BYTES = 128 << 20
"""Files up to this size are read into memory once, for hash and pixels alike; larger ones are hashed as a stream first."""

_FLAGS = os.O_RDONLY
for _name in ("O_BINARY", "O_CLOEXEC", "O_NOCTTY", "O_NONBLOCK"):  # those that this system has
    _FLAGS |= getattr(os, _name, 0)


@dataclass(frozen=True, slots=True)
class Source:
    """A file that has been read. ``stream`` can seek and stands at the beginning; size and mtime are from before reading."""

    stream: BinaryIO
    content_hash: bytes
    size_bytes: int
    mtime_ns: int


class NotAFile(OSError):
    """A FIFO, device or socket."""


def open_regular_file(path: str) -> tuple[int, os.stat_result]:
    """A descriptor to read from and the file's state before reading. The caller closes the descriptor. Any thread.

    Raises:
        NotAFile: a FIFO, device or socket; never opened, never waited for.
        OSError: not there, not allowed, a loop of links; IsADirectoryError for a folder.
        ValueError: no path at all, such as one with a zero byte.
    """
    _check_is_file(path, os.stat(path).st_mode)  # opening some devices already does something
    descriptor = os.open(path, _FLAGS)
    try:
        state = os.fstat(descriptor)
        _check_is_file(path, state.st_mode)  # it may have been replaced between the two calls
    except OSError:
        os.close(descriptor)
        raise
    return descriptor, state


@contextmanager
def reading(path: str, look_first: Callable[[BinaryIO], None] = lambda _: None) -> Iterator[Source]:
    """The file's content, hashed; closed at the end. Raises what `open_regular_file` does, and OSError of the disk.

    ``look_first`` is shown a file that is too large for memory, and may raise before minutes are spent on its hash.
    """
    descriptor, state = open_regular_file(path)
    with os.fdopen(descriptor, "rb") as file:
        if state.st_size <= IN_MEMORY_BYTES:
            data = file.read(state.st_size + 1)  # asked for much more, Python would take fresh memory for each file
            if len(data) <= state.st_size:
                yield Source(BytesIO(data), hash_of_bytes(data), state.st_size, state.st_mtime_ns)
                return
            del data  # it grew meanwhile
        look_first(file)
        digest = hash_of_file(file)
        file.seek(0)
        yield Source(file, digest, state.st_size, state.st_mtime_ns)


def _check_is_file(path: str, mode: int) -> None:
    if stat.S_ISDIR(mode):
        raise IsADirectoryError(path)
    if not stat.S_ISREG(mode):
        raise NotAFile(path)

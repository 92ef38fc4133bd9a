"""A lock that ends with the process that holds it, whatever ends it."""

import sys
from pathlib import Path
from types import TracebackType
from typing import IO

from photofind.core.errors import EncoderUnavailable


class LockFile:
    """Held inside a ``with`` block, which raises ``EncoderUnavailable`` when another process holds it.

    The file itself stays for good: removing it could let two in.
    """

    def __init__(self, path: Path, sentence: str) -> None:
        self._path = path
        self._sentence = sentence
        self._file: IO[bytes] | None = None

    def __enter__(self) -> None:
        file = self._path.open("ab")
        try:
            if sys.platform == "win32":  # unproven: nobody has run it there yet
                import msvcrt

                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                import fcntl

                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            file.close()
            raise EncoderUnavailable(self._sentence) from error
        self._file = file

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file is not None:
            self._file.close()
            self._file = None

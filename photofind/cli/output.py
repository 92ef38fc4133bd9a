"""What the command line prints: results to standard output, everything else to standard error."""

import json
import os
import re
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from photofind.core.errors import PhotofindError

_LINE_EVERY_S = 10.0
_REDRAW_EVERY_S = 0.2
_CONTROL = re.compile(rb"[\x00-\x1f\x7f]")
_OBEYED = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f]")  # without tab and line end


class CannotPrint(PhotofindError):
    """Standard output takes no more: the disk of its file is full, say."""


@contextmanager
def _printing() -> Iterator[None]:
    """Raises CannotPrint; BrokenPipeError stays what it is, for whoever hangs up has enough."""
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise CannotPrint(f"The answer could not be printed ({error.strerror}).") from error


def print_json(value: object) -> None:
    """One JSON object in ASCII; undecodable bytes of paths stand as lone surrogates (surrogateescape)."""
    with _printing():
        sys.stdout.write(json.dumps(value, ensure_ascii=True) + "\n")
        sys.stdout.flush()


def print_paths(paths: Iterable[str], end: bytes = b"\n") -> None:
    """Paths as the system has them, byte for byte; a terminal gets no control characters, which it would obey."""
    obeys = sys.stdout.isatty()
    with _printing():
        sys.stdout.flush()
        for path in paths:
            name = os.fsencode(path)
            sys.stdout.buffer.write((_CONTROL.sub(b"?", name) if obeys else name) + end)
        sys.stdout.buffer.flush()


def print_line(text: str) -> None:
    """A line for people; what cannot be shown is replaced."""
    with _printing():
        sys.stdout.write(_showable(text, sys.stdout.encoding) + "\n")


def finish_printing() -> None:
    """Returns when all is printed."""
    with _printing():
        sys.stdout.flush()


def tell(text: str) -> None:
    """A message for people, on standard error."""
    sys.stderr.write(_showable(text, sys.stderr.encoding) + "\n")
    sys.stderr.flush()


def _showable(text: str, encoding: str | None) -> str:
    """What a terminal would obey, in the name of a file, say, is replaced, too."""
    return _OBEYED.sub("?", text).encode(encoding or "ascii", "replace").decode(encoding or "ascii")


class ProgressLine:
    """Progress on standard error: one line that is drawn again on a terminal, else a line now and then."""

    def __init__(self) -> None:
        self._terminal = sys.stderr.isatty()
        self._told_s = time.monotonic()
        self._drawn = False

    def show(self, text: str) -> None:
        now_s = time.monotonic()
        if now_s - self._told_s < (_REDRAW_EVERY_S if self._terminal else _LINE_EVERY_S):
            return
        self._told_s = now_s
        if self._terminal:
            sys.stderr.write("\r\x1b[K" + _showable(text, sys.stderr.encoding))
            sys.stderr.flush()
            self._drawn = True
        else:
            tell(text)

    def clear(self) -> None:
        if self._drawn:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
            self._drawn = False


def words_for_progress(done: int, total: int, rate: float) -> str:
    """``Looking through 1,204 photos: 310 done, 8 a second, about 2 minutes left``."""
    text = f"Looking through {total:,} photos: {done:,} done"
    if rate > 0:
        text += f", {rate:.3g} a second, {_words_for_time((total - done) / rate)} left"
    return text


def words_for_size(size_bytes: int) -> str:
    """``600 MB``, in powers of ten as disks are sold."""
    size = float(size_bytes)
    for unit in ("bytes", "kB", "MB", "GB"):
        if size < 1000 or unit == "GB":
            return f"{size:.0f} {unit}" if unit == "bytes" or size >= 10 else f"{size:.1f} {unit}"
        size /= 1000
    return ""


def _words_for_time(seconds: float) -> str:
    if seconds < 90:
        return f"about {seconds:.0f} seconds"
    if seconds < 90 * 60:
        return f"about {seconds / 60:.0f} minutes"
    return f"about {seconds / 3600:.1f} hours"

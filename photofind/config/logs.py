"""The log: a rotating file in the library that only its owner can read, and warnings on standard error."""

import logging
import os
import sys
from collections.abc import Callable
from io import BufferedWriter, FileIO, TextIOWrapper
from logging.handlers import RotatingFileHandler
from pathlib import Path

_FILE_BYTES = 2 << 20
_OLD_FILES = 4

# Libraries that tell their whole life at INFO or below.
_TALKATIVE = (
    "PIL", "asyncio", "faiss", "filelock", "fsspec", "grpc", "h5py", "httpcore", "httpx", "huggingface_hub",
    "milvus_lite", "open_clip", "pymilvus", "timm", "torch", "transformers", "urllib3", "watchdog",
)  # fmt: skip


class _PrivateRotatingFile(RotatingFileHandler):
    """Its file is 0600 from the moment it exists, whatever the umask."""

    def _open(self) -> TextIOWrapper:
        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | (os.O_TRUNC if self.mode.startswith("w") else 0)
        descriptor = os.open(self.baseFilename, flags, 0o600)
        return TextIOWrapper(BufferedWriter(FileIO(descriptor, "w")), "utf-8", "backslashreplace")

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """A full disk costs lines of the log, and is no reason to print a traceback for each."""
        if not isinstance(sys.exc_info()[1], OSError):
            super().handleError(record)

    def close(self) -> None:
        try:
            super().close()
        except OSError:  # the last lines found no room; the descriptor is closed even so
            self.stream = None
            logging.Handler.close(self)


def set_up(folder: Path, verbose: bool = False) -> Callable[[], None]:
    """Log to ``folder``/photofind.log (INFO, or DEBUG when verbose) and to standard error (WARNING, or INFO).

    Call once, from the main thread; call what it returns to close the log again. A folder that cannot be written
    costs the file only and is said on standard error: no program should fail for its log.
    """
    root = logging.getLogger()
    level_before = root.level
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    handlers: list[logging.Handler] = []
    if sys.stderr is not None:  # a windowed Windows program has none
        shown = logging.StreamHandler()
        shown.setLevel(logging.INFO if verbose else logging.WARNING)
        shown.setFormatter(logging.Formatter("photofind: %(message)s"))
        handlers.append(shown)
    trouble: OSError | None = None
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        kept = _PrivateRotatingFile(folder / "photofind.log", maxBytes=_FILE_BYTES, backupCount=_OLD_FILES)
        kept.setFormatter(
            logging.Formatter("%(asctime)s %(levelname)s %(process)d %(threadName)s %(name)s: %(message)s")
        )
        handlers.append(kept)
    except OSError as error:
        trouble = error
    for handler in handlers:
        root.addHandler(handler)
    levels_before = {name: logging.getLogger(name).level for name in _TALKATIVE}
    for name in _TALKATIVE:
        logging.getLogger(name).setLevel(logging.WARNING)
    if trouble is not None:
        logging.getLogger(__name__).warning("no log is kept: %s cannot be written (%s)", folder, trouble.strerror)

    def close() -> None:
        for handler in handlers:
            root.removeHandler(handler)
            handler.close()
        root.setLevel(level_before)
        for name, level in levels_before.items():
            logging.getLogger(name).setLevel(level)

    return close

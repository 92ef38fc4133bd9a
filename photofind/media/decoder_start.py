"""What a decoder process does before its first file: bind itself to its parent and give up what it does not need.

Proven on Linux. macOS enforces no memory limit here and Windows has none of this kind; there only the check of the
picture's size and the time-out protect, and the Windows lines have not been tried.
"""

import importlib
import os
import signal
import sys
import warnings
from multiprocessing.connection import Connection

from photofind.core.helper_process import end_with_parent, step_back

_BACKGROUND_NICENESS = 10
_FREQUENT_PLUGINS = ("PIL.JpegImagePlugin", "photofind.media.reader")


def start_decoder(lifeline: Connection, parent_pid: int, in_background: bool, memory_limit_bytes: int) -> None:
    """The first thing that runs in each decoder process."""
    end_with_parent(lifeline, parent_pid)
    # The pool installs a handler in Python, which a decoder that hangs inside C code would never run.
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    _silence()
    if in_background:
        step_back(_BACKGROUND_NICENESS)
    _limit_memory(memory_limit_bytes)
    for module in _FREQUENT_PLUGINS:
        importlib.import_module(module)


def _silence() -> None:
    """Codecs write their complaints about damaged files to the terminal; the sentence of the exception is what counts."""
    warnings.simplefilter("ignore")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)


def _limit_memory(limit_bytes: int) -> None:
    if sys.platform == "win32":
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash on a damaged file leaves no core dump behind
    # RLIMIT_DATA counts what is really allocated (private writable memory, getrlimit(2)); RLIMIT_AS would also count
    # mapped libraries and reserved address space.
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or hard > limit_bytes:
        resource.setrlimit(resource.RLIMIT_DATA, (limit_bytes, limit_bytes))

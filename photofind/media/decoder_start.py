"""What a decoder process does before its first file: bind itself to its parent and give up what it does not need.

Proven on Linux; what Windows does otherwise has not been tried.
"""

import importlib
import os
import signal
import warnings
from multiprocessing.connection import Connection

from photofind.core.helper_process import end_with_parent, step_back
from photofind.media.memory_limit import limit_memory

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
    limit_memory(memory_limit_bytes)
    for module in _FREQUENT_PLUGINS:
        importlib.import_module(module)


def _silence() -> None:
    """Codecs write their complaints about damaged files to the terminal; the sentence of the exception is what counts."""
    warnings.simplefilter("ignore")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    os.close(nowhere)

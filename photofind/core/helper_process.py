"""Ties a helper process to its parent: whatever ends the parent ends the helper."""

import contextlib
import ctypes
import functools
import multiprocessing
import os
import signal
import sys
import threading
from multiprocessing.connection import Connection

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
_WINDOWS_BELOW_NORMAL = 0x00004000  # processthreadsapi.h

_first_use = threading.Lock()  # a second pipe, made by a race and collected, would end its helper


@functools.cache
def _lifeline() -> tuple[Connection, Connection]:
    return multiprocessing.get_context("spawn").Pipe(duplex=False)


def lifeline() -> Connection:
    """The end of a pipe to hand to each helper process; its other end stays here while this process lives.

    Any thread. Helpers are started with the ``spawn`` method, so none inherits the other end by accident.
    """
    with _first_use:
        return _lifeline()[0]


def end_with_parent(parent_lifeline: Connection, parent_pid: int) -> None:
    """Called first in a helper process: end it at once when the parent has ended, and leave Ctrl-C to the parent.

    On Linux the kernel also sends SIGKILL, which reaches a helper that hangs inside C code. The kernel sends it when
    the *thread* that started the helper ends (prctl(2)), so helpers are started from threads that outlive them.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent_pid:  # it ended before the line above
            os._exit(1)
    threading.Thread(target=_exit_at_end_of_file, args=(parent_lifeline,), name="lifeline", daemon=True).start()


def _exit_at_end_of_file(parent_lifeline: Connection) -> None:
    with contextlib.suppress(EOFError, OSError):
        parent_lifeline.recv_bytes()
    os._exit(1)


def step_back(niceness: int) -> None:
    """Called by a helper that works in the background: whatever the user does comes first, from now on.

    For good: raising a priority again takes privilege (setpriority(2)). On Linux the priority for the disk follows the
    niceness (ioprio_set(2)). Windows knows steps instead of numbers, and its line has not been tried; its background
    mode would also squeeze the helper's memory, so it is not used.
    """
    if sys.platform == "win32":
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), _WINDOWS_BELOW_NORMAL)
    else:
        os.nice(niceness)

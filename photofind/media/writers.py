"""Whether somebody is still writing a file. Proven on Linux (fcntl(2), leases); elsewhere nobody is ever known to."""

import errno
import os
import sys

from photofind.media.source import open_regular_file


def is_open_for_writing(path: str) -> bool:
    """Whether a program has the file open to write. False where that cannot be told: files of other users, network drives.

    Any thread.
    """
    if sys.platform != "linux":
        return False
    import fcntl
    import signal

    try:
        descriptor, _ = open_regular_file(path)
    except (OSError, ValueError):
        return False
    try:
        # A lease is refused while somebody writes. Whoever opens the file in the moment in which it is held is told to us by
        # a signal, and the usual one would end the program.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    except OSError as error:
        return error.errno == errno.EAGAIN
    finally:
        os.close(descriptor)
    return False

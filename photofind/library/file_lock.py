"""A lock on an open file that the system takes away with its process; where systems differ about it.

Linux is proven. macOS uses the same call. Windows is written by its documentation and unproven.
"""

import errno
import sys

if sys.platform == "win32":
    import msvcrt
    import os

    # msvcrt locks bytes, and nobody can read those; so the byte lies where the file will never reach.
    _OFFSET = 1 << 30

    def try_lock(descriptor: int) -> bool:
        """Take the lock for this descriptor without waiting; False when another holds it. Raises OSError."""
        os.lseek(descriptor, _OFFSET, os.SEEK_SET)
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError as error:
            if error.errno in (errno.EACCES, errno.EDEADLK):
                return False
            raise
        return True

    def unlock(descriptor: int) -> None:
        """Give the lock back."""
        os.lseek(descriptor, _OFFSET, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_UNLCK, 1)

else:
    import fcntl

    def try_lock(descriptor: int) -> bool:
        """Take the lock for this descriptor without waiting; False when another holds it. Raises OSError."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno in (errno.EWOULDBLOCK, errno.EACCES):
                return False
            raise
        return True

    def unlock(descriptor: int) -> None:
        """Give the lock back."""
        fcntl.flock(descriptor, fcntl.LOCK_UN)

"""How Python itself runs in a process with a window: neither its lock nor its garbage collector may hold up the GUI."""

import gc
import sys

_LONGEST_TURN_S = 0.001


def begin_start() -> None:
    """Called first in the process; ``end_start`` follows.

    A thread that wants Python's lock from one that computes gets it after 1 ms instead of 5 ms: the GUI thread waits that
    long for each of those that came before it. The garbage collector rests while modules are loaded, for a full
    collection finds nothing in them and stops all threads for as long as it takes to look (80 ms at 70,000 objects).
    """
    sys.setswitchinterval(_LONGEST_TURN_S)
    gc.disable()


def end_start() -> None:
    """All is loaded: the garbage collector runs from now on, and never looks at what is there now. Any thread."""
    gc.freeze()
    gc.enable()

"""Python's own settings in a process with a window."""

import gc
import sys

from photofind.core import interpreter


def test_after_a_start_the_garbage_collector_runs_and_passes_over_what_was_loaded() -> None:
    turn_s = sys.getswitchinterval()
    try:
        interpreter.begin_start()
        assert not gc.isenabled()
        interpreter.end_start()
        assert gc.isenabled()
        assert gc.get_freeze_count() > len(gc.get_objects())
    finally:
        gc.unfreeze()
        gc.enable()
        sys.setswitchinterval(turn_s)

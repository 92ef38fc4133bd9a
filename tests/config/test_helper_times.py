"""The processor time of helper processes, which the gentle pace goes by."""

import itertools
import multiprocessing
import subprocess
import sys
import time
from collections.abc import Callable

from photofind.config.helper_times import HelperTimes

BURNT_S = 0.2


def burn(done: "Callable[[], None]", end: "Callable[[], bool]") -> None:
    while time.process_time() < BURNT_S:
        pass
    done()
    end()


def test_helpers_count_also_after_their_end_and_other_children_do_not() -> None:
    context = multiprocessing.get_context("spawn")
    done, end = context.Event(), context.Event()
    times = HelperTimes(clock=itertools.count(step=10).__next__)
    stranger = subprocess.Popen([sys.executable, "-c", "import sys; sys.stdin.read()"], stdin=subprocess.PIPE)
    helper = context.Process(target=burn, args=(done.set, end.wait))
    helper.start()
    try:
        assert done.wait(30)
        used_s = times.used_s()
        assert used_s >= BURNT_S * 0.8  # the system counts in ticks
        assert stranger.pid not in times._helpers
    finally:
        end.set()
        helper.join()
        stranger.communicate()
    assert times.used_s() >= used_s

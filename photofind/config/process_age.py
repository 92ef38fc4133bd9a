"""How long this process has been running."""

import os
import sys
import time
from pathlib import Path


def process_age_s() -> float:
    """Seconds since the process was started, interpreter and imports included. Any thread.

    Linux counts in ticks of 10 ms since boot (proc(5), field 22); psutil adds the time of boot, which is off by up to a
    second. Elsewhere, unproven, psutil's answer has to do.
    """
    if sys.platform == "linux":
        fields = Path("/proc/self/stat").read_text(encoding="utf-8", errors="replace").rpartition(")")[2].split()
        return time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[19]) / os.sysconf("SC_CLK_TCK")
    import psutil  # type: ignore[import-untyped]

    return time.time() - float(psutil.Process().create_time())

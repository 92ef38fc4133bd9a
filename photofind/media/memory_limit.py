"""How much memory a decoder may take, so that one file never costs the machine its memory.

Linux: the kernel refuses more (proven). Windows: a job object does (written with care, not tried). macOS enforces none of
its limits, so there a thread looks, and ends the process (the thread is proven on Linux, macOS itself has not been tried).
"""

from __future__ import annotations

import os
import sys
import threading
import time

TOOK_TOO_MUCH = 86
"""Exit status of a decoder that was ended for its memory, where the system does not refuse it."""

_LOOK_EVERY_S = 0.05
_JOB_EXTENDED_LIMITS = 9  # winnt.h: JobObjectExtendedLimitInformation
_JOB_LIMIT_PROCESS_MEMORY = 0x100  # winnt.h: JOB_OBJECT_LIMIT_PROCESS_MEMORY

_limit_bytes = 0


def too_much_memory(limit_bytes: int = 0) -> str:
    """The sentence for a file that wants more; without a figure, the limit of this process is named."""
    limit_bytes = limit_bytes or _limit_bytes
    most = f"more memory than the {limit_bytes / (1 << 30):.1f} GB".replace(".0 ", " ") if limit_bytes else "more memory than is"
    return f"The picture is too large: to read it takes {most} set aside for one. Save a smaller copy to have it found."


def is_more_than_allowed(size_bytes: int) -> bool:
    """Whether so much can never be had in this process."""
    return 0 < _limit_bytes < size_bytes


def limit_memory(limit_bytes: int) -> None:
    """Bound this process from now on. Called once, before its first file."""
    global _limit_bytes  # noqa: PLW0603 - of this process, as the limit itself
    _limit_bytes = limit_bytes
    if sys.platform == "win32":
        _limit_job(limit_bytes)
        return
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash on a damaged file leaves no core dump behind
    # RLIMIT_DATA counts what is really allocated (private writable memory, getrlimit(2)); RLIMIT_AS would also count
    # mapped libraries and reserved address space, of which an idle decoder has 113 MB beside 26 MB that count here.
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or hard > limit_bytes:
        resource.setrlimit(resource.RLIMIT_DATA, (limit_bytes, limit_bytes))
    if sys.platform == "darwin":
        end_when_above(limit_bytes)


def end_when_above(limit_bytes: int) -> None:
    """Where no limit is enforced: look again and again, in a thread; Pillow's decoders let others run."""
    threading.Thread(target=_look, args=(limit_bytes,), name="memory", daemon=True).start()


def _look(limit_bytes: int) -> None:
    import psutil  # type: ignore[import-untyped]

    process = psutil.Process()
    while process.memory_info().rss <= limit_bytes:
        time.sleep(_LOOK_EVERY_S)
    os._exit(TOOK_TOO_MUCH)


def _limit_job(limit_bytes: int) -> None:
    """Allocations beyond it fail (Microsoft, JOBOBJECT_EXTENDED_LIMIT_INFORMATION). The job lives as long as the process."""
    import ctypes

    class Limits(ctypes.Structure):
        _fields_ = (
            ("process_time", ctypes.c_int64), ("job_time", ctypes.c_int64), ("flags", ctypes.c_uint32),
            ("least_working_set", ctypes.c_size_t), ("most_working_set", ctypes.c_size_t), ("processes", ctypes.c_uint32),
            ("affinity", ctypes.c_size_t), ("priority", ctypes.c_uint32), ("scheduling", ctypes.c_uint32),
            ("io_counters", ctypes.c_uint64 * 6), ("process_memory", ctypes.c_size_t), ("job_memory", ctypes.c_size_t),
            ("peak_of_process", ctypes.c_size_t), ("peak_of_job", ctypes.c_size_t),
        )  # fmt: skip

    limits = Limits(flags=_JOB_LIMIT_PROCESS_MEMORY, process_memory=limit_bytes)
    kernel = ctypes.WinDLL("kernel32")  # type: ignore[attr-defined, unused-ignore]
    kernel.CreateJobObjectW.restype = kernel.GetCurrentProcess.restype = ctypes.c_void_p
    job = ctypes.c_void_p(kernel.CreateJobObjectW(None, None))
    kernel.SetInformationJobObject(job, _JOB_EXTENDED_LIMITS, ctypes.byref(limits), ctypes.sizeof(limits))
    kernel.AssignProcessToJobObject(job, ctypes.c_void_p(kernel.GetCurrentProcess()))

"""How much memory the processes of a run take, and how many decoders it starts. Linux (it reads /proc)."""

import contextlib
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from meanwhile import Meanwhile

_LOOK_EVERY_S = 0.02


@dataclass(slots=True)
class Memory:
    """Peaks, in bytes."""

    decoder: int = 0
    all_processes: int = 0
    decoders: set[int] = field(default_factory=set)


class MemoryWatch(Meanwhile):
    """Looks at a process and all below it while the ``with`` block runs, or until that process has ended."""

    def __init__(self, pid: int) -> None:
        super().__init__("memory-watch", _LOOK_EVERY_S)
        self.memory = Memory()
        self._root = psutil.Process(pid)
        self._is_decoder: dict[int, bool] = {}

    def step(self) -> None:
        with contextlib.suppress(psutil.Error, OSError, ValueError):
            self._look()

    def _look(self) -> None:
        total = self._root.memory_info().rss
        for child in self._root.children(recursive=True):
            with contextlib.suppress(psutil.Error, OSError, ValueError, KeyError):
                now, peak = _sizes(child.pid)
                total += now
                if self._decodes(child):
                    self.memory.decoders.add(child.pid)
                    self.memory.decoder = max(self.memory.decoder, peak)
        self.memory.all_processes = max(self.memory.all_processes, total)

    def _decodes(self, process: psutil.Process) -> bool:
        """By what it has loaded; only decoders have Pillow and no Milvus. Not known before that is loaded."""
        if process.pid not in self._is_decoder:
            loaded = Path(f"/proc/{process.pid}/maps").read_text(errors="replace")
            if "_imaging" not in loaded:
                return False
            self._is_decoder[process.pid] = "cygrpc" not in loaded and "libtorch" not in loaded
        return self._is_decoder[process.pid]


def _sizes(pid: int) -> tuple[int, int]:
    """Resident memory of a process now and at its peak; the kernel keeps the peak, so that no look comes too late."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    values = dict(line.split(":", 1) for line in lines if line.startswith(("VmRSS", "VmHWM")))
    return int(values["VmRSS"].split()[0]) << 10, int(values["VmHWM"].split()[0]) << 10

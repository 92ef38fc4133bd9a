"""Where the processor's time goes while ``photofind index`` runs: CPU seconds of each of its processes, and of others."""

import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import psutil

PARTS = ("parent", "decoders", "encoder", "vector host")

_LOOK_EVERY_S = 0.1
# By the libraries that a process has loaded; the first that fits.
_MARKS = (("libtorch_cpu", "encoder"), ("cygrpc", "vector host"), ("_imaging", "decoders"))
_NOTHING_S = 0.03  # CPU seconds that are no photo


@dataclass(frozen=True, slots=True)
class Look:
    """CPU seconds since their start of the program's processes, and of the whole machine."""

    at_s: float
    parts: dict[int, tuple[str, float]]
    machine_s: float


@dataclass(frozen=True, slots=True)
class Shares:
    """CPU seconds of a span of time: by part, by other programs, and by nobody."""

    parts: dict[str, float]
    others_s: float
    idle_s: float


def watch(command: Sequence[str], environment: Mapping[str, str]) -> tuple[str, list[Look]]:
    """Run a command to its end; its output, and what was seen of its processes. Raises RuntimeError when it fails."""
    with tempfile.TemporaryFile("w+") as output, tempfile.TemporaryFile("w+") as errors:
        process = psutil.Popen(list(command), env=dict(environment), stdout=output, stderr=errors)
        looks: list[Look] = []
        parts: dict[int, str] = {process.pid: "parent"}
        while process.poll() is None:
            looks.append(_look(process, parts))
            try:
                process.wait(_LOOK_EVERY_S)
            except (psutil.TimeoutExpired, subprocess.TimeoutExpired):
                continue
        output.seek(0)
        errors.seek(0)
        text = output.read()
        if process.returncode:
            raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}: {text}{errors.read()}")
    return text, looks


def shares(looks: Sequence[Look], window_s: float) -> Shares:
    """What was used while photos were under way, which took ``window_s``: the span in which decoders did most."""
    spans = []
    for first, begin in enumerate(looks):
        last = next((n for n in range(first, len(looks)) if looks[n].at_s - begin.at_s >= window_s), None)
        if last is not None:
            spans.append((_used(begin, looks[last]).get("decoders", 0.0), first, last))
    most = max(spans)[0]
    _, first, last = max((span for span in spans if span[0] >= most - _NOTHING_S), key=lambda span: span[1])
    begin, end = looks[first], looks[last]
    parts = _used(begin, end)
    machine_s = end.machine_s - begin.machine_s
    ours_s = sum(parts.values())
    all_s = (end.at_s - begin.at_s) * (psutil.cpu_count() or 1)
    return Shares(parts, max(0.0, machine_s - ours_s), max(0.0, all_s - max(machine_s, ours_s)))


def _used(begin: Look, end: Look) -> dict[str, float]:
    used = dict.fromkeys(PARTS, 0.0)
    for pid, (part, cpu_s) in end.parts.items():
        used[part] = used.get(part, 0.0) + cpu_s - begin.parts.get(pid, ("", 0.0))[1]
    return used


def _look(process: psutil.Popen, parts: dict[int, str]) -> Look:
    found: dict[int, tuple[str, float]] = {}
    try:
        for one in [process, *process.children(recursive=True)]:
            if parts.get(one.pid, "decoders") == "decoders":  # what looks like a decoder may not have loaded all yet
                parts[one.pid] = part_of(one.pid)
            times = one.cpu_times()
            found[one.pid] = (parts[one.pid], times.user + times.system)
    except (psutil.Error, OSError):  # it ended just now
        pass
    cpu = psutil.cpu_times()
    return Look(time.monotonic(), found, cpu.user + cpu.nice + cpu.system + cpu.irq + cpu.softirq + cpu.steal)


def part_of(pid: int) -> str:
    """Which part of the program a process is that it has started."""
    loaded = Path(f"/proc/{pid}/maps").read_text()
    return next((part for mark, part in _MARKS if mark in loaded), "decoders")

"""Real photofind processes: starting them, telling them apart from outside, killing them. Linux (it reads /proc)."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import psutil

_MARK = "PHOTOFIND_KILL_TEST"
_ROOT = Path(__file__).resolve().parents[2]
PLACES = ("program", "vector host", "milvus process", "encoder", "decoder", "all at once")


class Stage:
    """Where the processes of one run live: their environment, and the mark by which orphans are known."""

    def __init__(self, folder: Path, mark: str) -> None:
        self._mark = mark
        self.runtime = folder / "run"
        self.runtime.mkdir(mode=0o700)
        self.environment = {
            **os.environ,
            _MARK: mark,
            "XDG_RUNTIME_DIR": str(self.runtime),
            "PHOTOFIND_DATA": str(folder / "data"),
            "PHOTOFIND_ENCODERS": str(folder / "encoders"),
            "PYTHONPATH": str(_ROOT),
        }

    def photofind(self, library: Path, *arguments: str | Path) -> "subprocess.Popen[str]":
        """Start the command line; its answer is one JSON object."""
        return self._start(["-m", "photofind", *map(str, arguments), "--library", str(library), "--json"])

    def watching(self, library: Path) -> "subprocess.Popen[str]":
        """Start a program that holds the library open and watches, as the window does."""
        return self._start([str(Path(__file__).with_name("watching.py")), str(library)])

    def alive(self) -> list[psutil.Process]:
        """All processes of this run, orphans among them."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if process.environ().get(_MARK) == self._mark and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    def orphans(self, patience_s: float = 5.0) -> list[str]:
        """What still runs after ``patience_s``, one line each; it is ended then."""
        deadline_s = time.monotonic() + patience_s
        while (left := self.alive()) and time.monotonic() < deadline_s:
            time.sleep(0.02)
        lines = []
        for process in left:
            with contextlib.suppress(psutil.Error):
                lines.append(f"{process.pid}: {' '.join(process.cmdline())[:200]}")
                process.kill()
        return lines

    def _start(self, arguments: Sequence[str]) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [sys.executable, *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.environment,
            cwd=_ROOT,
        )


def find(program: "subprocess.Popen[str]", library: Path, place: str) -> list[int]:
    """The processes that ``place`` names, as far as they run now."""
    if program.poll() is not None:
        return []
    try:
        helpers = psutil.Process(program.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []
    if place == "program":
        return [program.pid]
    if place == "all at once":
        return [program.pid, *(helper.pid for helper in helpers)]
    return [pid for pid, role in _roles(program.pid, helpers, library).items() if role == place][:1]


def kill(pids: Sequence[int]) -> None:
    """SIGKILL: nobody can prepare for it."""
    for pid in pids:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def _roles(program: int, helpers: Sequence[psutil.Process], library: Path) -> dict[int, str]:
    """What each helper is, by who holds the lock of the vector host, and by the libraries that it has loaded."""
    host, milvus = _holder(library)
    roles: dict[int, str] = {}
    for helper in helpers:
        with contextlib.suppress(psutil.Error, OSError):
            loaded = Path(f"/proc/{helper.pid}/maps").read_text(errors="replace")
            if helper.pid == host:
                roles[helper.pid] = "vector host"
            elif helper.pid == milvus or "cygrpc" in loaded:
                roles[helper.pid] = "milvus process"
            elif "libtorch" in loaded:
                roles[helper.pid] = "encoder"
            elif helper.ppid() == program and "_imaging" in loaded:
                roles[helper.pid] = "decoder"
    return roles


def _holder(library: Path) -> tuple[int, int]:
    try:
        record = json.loads((library / "milvus.db.lock").read_text())
        return int(record["pid"]), int(record["parent_pid"])
    except (OSError, ValueError, KeyError):
        return 0, 0

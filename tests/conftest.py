"""What every test shares: a home of its own, pictures to make, and guards that fail a test for what it leaves behind.

A test fails when it logs a warning under ``photofind`` that it did not ask for with ``caplog.at_level``, when Qt warns
(pytest-qt while the test runs, a hook here while it is torn down), when a thread or a process that it started is still
there afterwards, when it connects to another machine, and, by ``filterwarnings`` in pyproject.toml, when anything warns
in Python.

It has more than 300 lines because pytest takes hooks and fixtures for all tests from this one file.
"""

import contextlib
import inspect
import ipaddress
import logging
import os
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from PIL import Image

GRACE_S = 5.0  # what a stopped thread or process may still take to be gone, on a busy machine
RUN_MARK = "PHOTOFIND_TEST_RUN"  # every process started by this run (of several at once: by this worker) inherits it


# A home of its own ---------------------------------------------------------------------------------------------------


def _private_environment(home: Path) -> dict[str, str]:
    runtime = home / "run"
    runtime.mkdir(mode=0o700)  # Qt and sockets insist on it
    return {
        "HOME": str(home),
        "USERPROFILE": str(home),
        "LOCALAPPDATA": str(home / "local"),
        "APPDATA": str(home / "roaming"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_STATE_HOME": str(home / "state"),
        "XDG_RUNTIME_DIR": str(runtime),
        "PHOTOFIND_DATA": str(home / "photofind"),
        "PHOTOFIND_ENCODERS": str(home / "encoders"),
    }


def _is_this_machine(host: str) -> bool:
    try:
        address = ipaddress.ip_address(host.partition("%")[0])
    except ValueError:  # a name
        return host in ("", "localhost")
    return address.is_loopback or address.is_unspecified


def _refuse_the_network(event: str, arguments: tuple[Any, ...]) -> None:
    if event == "socket.connect" and isinstance(arguments[1], tuple):  # else a Unix socket
        host = str(arguments[1][0])
        if not _is_this_machine(host):
            _far_addresses.append(host)
            raise ConnectionRefusedError(f"Tests reach this machine only, not {host}")


_far_addresses: list[str] = []  # asked for since the last test


def pytest_configure(config: pytest.Config) -> None:
    sys.addaudithook(_refuse_the_network)
    os.environ[RUN_MARK] = uuid.uuid4().hex
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    for name in ("HF_HOME", "HF_HUB_CACHE", "HUGGINGFACE_HUB_CACHE", "TORCH_HOME"):
        os.environ.pop(name, None)  # they would lead out of the private home


@pytest.fixture(scope="session", autouse=True)
def _home_of_the_run(tmp_path_factory: pytest.TempPathFactory) -> None:
    """For fixtures of a wider scope than one test."""
    os.environ.update(_private_environment(tmp_path_factory.mktemp("run")))


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder for this test alone: no setting, cache or library of the developer is read or written."""
    home = tmp_path_factory.mktemp("home")
    for name, value in _private_environment(home).items():
        monkeypatch.setenv(name, value)
    return home


# Pictures ------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real photos and a small real encoder; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("PHOTOFIND_TEST_DATA", Path(__file__).parents[2] / "shared"))
    if not (folder / "photos").is_dir():
        pytest.skip(f"no test photos at {folder}: set PHOTOFIND_TEST_DATA")
    return folder


@pytest.fixture(scope="session")
def make_picture() -> Callable[..., Path]:
    """``make_picture(path, colour, size, **options)`` writes a picture of one colour in the format that its name says.

    Other options go to ``PIL.Image.save``.
    """

    def make(
        path: Path,
        colour: tuple[int, int, int] = (200, 60, 40),
        size: tuple[int, int] = (64, 48),
        **save_options: Any,
    ) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", size, colour).save(path, **save_options)
        return path

    return make


# A disk that fills up ------------------------------------------------------------------------------------------------


class SmallDisk:
    """A real file system of its own, in memory."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "somebody's large file"

    @property
    def free_bytes(self) -> int:
        return shutil.disk_usage(self.folder).free

    def fill(self, leave_bytes: int = 0) -> None:
        """Take all but so much; whole pages."""
        with self._ballast.open("ab") as file:
            while (wanted := self.free_bytes - leave_bytes) >= resource.getpagesize():
                with contextlib.suppress(OSError):  # others were writing, too
                    os.posix_fallocate(file.fileno(), os.fstat(file.fileno()).st_size, wanted)

    def make_room(self) -> None:
        self._ballast.unlink()

    def set_read_only(self, read_only: bool) -> None:
        """As a drive with its switch set, for root, too."""
        subprocess.run(["mount", "-o", f"remount,{'ro' if read_only else 'rw'}", self.folder], check=True)


@pytest.fixture
def small_disk() -> Iterator[Callable[[int], SmallDisk]]:
    """``small_disk(megabytes)``; skipped where this user may mount nothing."""
    mounted: list[Path] = []

    def make(megabytes: int) -> SmallDisk:
        folder = Path(tempfile.mkdtemp(prefix="small-disk-"))
        ran = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "none", folder], capture_output=True, check=False
        )
        if ran.returncode != 0:
            folder.rmdir()
            pytest.skip("needs a small disk, and this user may mount none")
        mounted.append(folder)
        return SmallDisk(folder)

    yield make
    for folder in mounted:
        subprocess.run(["umount", "--lazy", folder], check=True)
        folder.rmdir()


# A display -----------------------------------------------------------------------------------------------------------


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    absent = [tool for tool in ("Xvfb", "openbox", "xdotool") if shutil.which(tool) is None]
    if not absent:
        return
    skip = pytest.mark.skip(reason=f"needs a display, and there is no {', no '.join(absent)}")
    for item in items:
        if "display" in item.keywords or "x_display" in getattr(item, "fixturenames", ()):
            item.add_marker(skip)


@pytest.fixture(scope="session")
def x_display() -> Iterator[str]:
    """The name of an X display with a window manager, for programs started with DISPLAY=… QT_QPA_PLATFORM=xcb."""
    read_end, write_end = os.pipe()
    with subprocess.Popen(
        ["Xvfb", "-displayfd", str(write_end), "-screen", "0", "1280x800x24", "-nolisten", "tcp", "-noreset"],
        pass_fds=(write_end,),
        stderr=subprocess.DEVNULL,
    ) as server:
        os.close(write_end)
        with os.fdopen(read_end) as answer:
            number = answer.readline().strip()  # ends at once when Xvfb does
        assert number, "Xvfb did not start"
        environment = {**os.environ, "DISPLAY": f":{number}"}
        with subprocess.Popen(["openbox"], env=environment, stderr=subprocess.DEVNULL) as manager:
            _family.tolerate(server.pid, manager.pid)
            yield f":{number}"
            manager.terminate()
        server.terminate()


# Tests side by side --------------------------------------------------------------------------------------------------


@pytest.hookimpl(wrapper=True)
def pytest_report_to_serializable() -> Generator[None, Any, Any]:
    """A worker of pytest-xdist ends over a report with half a surrogate pair in it, as in odd file names in a log."""
    return _as_utf8((yield))


def _as_utf8(value: Any) -> Any:
    match value:
        case str():
            return value.encode("utf-8", "backslashreplace").decode("utf-8")
        case dict():
            return {_as_utf8(key): _as_utf8(inner) for key, inner in value.items()}
        case list():
            return [_as_utf8(inner) for inner in value]
        case tuple():
            return tuple(_as_utf8(inner) for inner in value)
    return value


# Guards --------------------------------------------------------------------------------------------------------------


class _Family:
    """The processes that this test run started, orphans among them."""

    def __init__(self) -> None:
        self._strangers = set(psutil.pids())
        self._members: dict[int, psutil.Process] = {}
        self._tolerated: set[int] = set()

    def tolerate(self, *pids: int) -> None:
        """Processes that stay until the run ends."""
        self._tolerated.update(pids)

    def running(self) -> set[psutil.Process]:
        """Those that have not ended; cheap, as each process is looked at once."""
        present = set(psutil.pids())
        self._strangers &= present  # numbers are used again
        for pid in present - self._strangers - self._members.keys():
            try:
                process = psutil.Process(pid)
                if self._is_member(process):
                    self._members[pid] = process
                else:
                    self._strangers.add(pid)
            except psutil.NoSuchProcess:
                continue
            except psutil.AccessDenied:
                self._strangers.add(pid)
        self._members = {pid: process for pid, process in self._members.items() if _is_alive(process)}
        return {process for pid, process in self._members.items() if pid not in self._tolerated}

    def _is_member(self, process: psutil.Process) -> bool:
        parent = process.ppid()
        return (
            parent == os.getpid()
            or parent in self._members
            or process.environ().get(RUN_MARK) == os.environ.get(RUN_MARK)
        )


def _is_alive(process: psutil.Process) -> bool:
    try:
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def _command_of(process: psutil.Process) -> str | None:
    """None once it has ended; empty for a moment while it starts."""
    try:
        return " ".join(process.cmdline())[:200]
    except psutil.Error:
        return None


_family = _Family()
_wide_fixtures: list[str] = []  # those alive that may own threads and processes


class _Running:
    """What runs at one moment, to be compared with what runs later."""

    def __init__(self) -> None:
        self.threads = {thread for thread in threading.enumerate() if not isinstance(thread, threading._DummyThread)}
        self.processes = _family.running()

    def left_over_since(self, before: "_Running") -> list[str]:
        """One line for each thread and process that was not there before."""
        lines = [f"thread {thread.name!r} (daemon: {thread.daemon})" for thread in self.threads - before.threads]
        for process in self.processes - before.processes:
            command = _command_of(process)
            # multiprocessing keeps one for all, and it ends with this process.
            if command is not None and "multiprocessing.resource_tracker" not in command:
                lines.append(f"process {process.pid}: {command}")
        return sorted(lines)


def _fail_for_left_overs(before: _Running, whose: str) -> None:
    deadline = time.monotonic() + GRACE_S
    pause_s = 0.001
    while lines := (now := _Running()).left_over_since(before):
        if time.monotonic() > deadline:
            for process in now.processes - before.processes:
                if "multiprocessing.resource_tracker" not in (_command_of(process) or ""):
                    process.kill()  # so that it disturbs no other test
            pytest.fail(f"{whose} left running:\n  " + "\n  ".join(lines), pytrace=False)
        time.sleep(pause_s)
        pause_s = min(2 * pause_s, 0.1)


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef: pytest.FixtureDef[Any]) -> Generator[None, Any, Any]:
    """What a module's or the session's fixture starts, at once or later, is due when that fixture ends."""
    name = fixturedef.argname
    if fixturedef.scope == "function" or not inspect.isgeneratorfunction(fixturedef.func) or name == "x_display":
        return (yield)
    before = _Running()
    _wide_fixtures.append(name)

    def judge() -> None:
        _wide_fixtures.remove(name)
        if not _wide_fixtures:  # else it may belong to those that are still there
            _fail_for_left_overs(before, f"The fixture {name}, or a test that used it,")

    fixturedef.addfinalizer(judge)  # finalizers run last in, first out: this one after the fixture's own end
    return (yield)


@pytest.fixture(autouse=True)
def _nothing_is_left_running(request: pytest.FixtureRequest, _home_of_the_run: None) -> Iterator[None]:
    before = _Running()
    yield
    if not set(_wide_fixtures) & set(request.fixturenames):
        _fail_for_left_overs(before, "The test")


class _UnexpectedRecords(logging.Handler):
    """Collects the records that the test did not ask for; asked is what ``caplog.at_level`` names, and above."""

    def __init__(self, caplog: pytest.LogCaptureFixture) -> None:
        super().__init__(logging.WARNING)
        self._caplog = caplog
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        if not logging.WARNING <= self._caplog.handler.level <= record.levelno:
            self.lines.append(f"{record.levelname} {record.name} [{record.threadName}]: {record.getMessage()}")


@pytest.fixture(autouse=True)
def _no_unexpected_log_records(caplog: pytest.LogCaptureFixture, _nothing_is_left_running: None) -> Iterator[None]:
    handler = _UnexpectedRecords(caplog)
    logger = logging.getLogger("photofind")
    logger.addHandler(handler)
    yield
    logger.removeHandler(handler)
    if handler.lines:
        pytest.fail("Logged without caplog.at_level:\n  " + "\n  ".join(handler.lines), pytrace=False)


@pytest.fixture(autouse=True)
def _nothing_leaves_the_machine() -> Iterator[None]:
    _far_addresses.clear()
    yield
    if _far_addresses:
        pytest.fail(f"Tried to connect to {', '.join(_far_addresses)}", pytrace=False)


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None, None, None]:
    """pytest-qt fails a test for Qt's warnings while it runs; this does so while it is torn down."""
    core = sys.modules.get("PySide6.QtCore")
    if core is None or item.get_closest_marker("no_qt_log") is not None:
        return (yield)
    ignored = [pattern for mark in item.iter_markers("qt_log_ignore") for pattern in mark.args]
    ignored += item.config.getini("qt_log_ignore")
    harmless = (core.QtMsgType.QtDebugMsg, core.QtMsgType.QtInfoMsg)
    lines: list[str] = []

    def note(kind: Any, _context: Any, text: str) -> None:
        if kind not in harmless and not any(re.search(pattern, text) for pattern in ignored):
            lines.append(text)

    previous: Callable[..., None] | None = core.qInstallMessageHandler(note)
    try:
        yield
    finally:
        core.qInstallMessageHandler(previous)
    if lines:
        pytest.fail("Qt warned while the test was torn down:\n  " + "\n  ".join(lines), pytrace=False)
    return None

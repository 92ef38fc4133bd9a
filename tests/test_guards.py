"""The guards in conftest.py do fail what they should, and nothing else."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

HERE = Path(__file__).parent

CASES = """
import logging, os, socket, subprocess, sys, threading, warnings
from pathlib import Path
import pytest

log = logging.getLogger("photofind.library.scan")
stop = threading.Event()
SLEEPER = [sys.executable, "-c", "import time; time.sleep(60)"]
ORPHAN_MAKER = "import subprocess, sys; subprocess.Popen(" + repr(SLEEPER) + ", start_new_session=True)"

@pytest.fixture(scope="module")
def leaky():
    yield
    threading.Thread(target=threading.Event().wait, args=(60,), name="leak", daemon=True).start()

def test_bad_warning_logged():
    log.warning("the disk is slow")

def test_bad_error_logged_by_a_thread():
    thread = threading.Thread(target=lambda: log.error("oh dear"))
    thread.start()
    thread.join()

def test_bad_warning_logged_while_debug_was_asked_for(caplog):
    with caplog.at_level(logging.DEBUG):
        log.warning("not this")

def test_good_warning_was_asked_for(caplog):
    with caplog.at_level(logging.WARNING):
        log.warning("the disk is slow: caf\\udce9")
    assert caplog.messages == ["the disk is slow: caf\\udce9"]

def test_good_information_and_other_libraries():
    log.info("fine")
    logging.getLogger("elsewhere").warning("none of ours")

def test_bad_thread_left():
    threading.Thread(target=stop.wait, args=(60,), name="forgotten", daemon=True).start()

def test_good_thread_joined():
    stop.set()
    for thread in threading.enumerate():
        if thread.name == "forgotten":
            thread.join()

def test_bad_process_left():
    global process
    process = subprocess.Popen(SLEEPER)

def test_good_process_waited_for():
    process.wait()
    subprocess.run([sys.executable, "-c", ""], check=True)

def test_bad_orphan_left():
    subprocess.run([sys.executable, "-c", ORPHAN_MAKER], check=True)

@pytest.fixture(scope="module")
def helper(leaky):
    started = []
    yield started
    for thread, end in started:
        end.set()
        thread.join()

def test_good_module_fixture_starts_late(helper):
    end = threading.Event()
    thread = threading.Thread(target=end.wait)
    thread.start()
    helper.append((thread, end))

def test_bad_connection_to_another_machine():
    with socket.socket() as far, pytest.raises(ConnectionRefusedError):
        far.connect(("192.0.2.1", 80))

def test_good_connection_to_this_machine():
    with socket.create_server(("127.0.0.1", 0)) as server:
        socket.create_connection(server.getsockname()).close()

def test_bad_python_warning():
    warnings.warn("old", DeprecationWarning)

def test_bad_qt_warning(qapp):
    from PySide6.QtCore import qWarning
    qWarning("nobody home")

@pytest.fixture
def qt_warns_late(qapp):
    from PySide6.QtCore import qWarning
    yield
    qWarning("too late")

def test_bad_qt_warning_at_tear_down(qt_warns_late):
    pass

def test_good_home_is_private(own_home):
    assert Path.home() == own_home != Path(os.environ["REAL_HOME"])
    assert os.environ["PHOTOFIND_DATA"].startswith(str(own_home))

def test_bad_module_fixture_leaves_a_thread(helper):
    Path(os.environ["CASES_DONE"]).touch()
"""


NEIGHBOUR = """
import os, subprocess, sys, time
from pathlib import Path
import psutil

SLEEPER = [sys.executable, "-c", "import time; time.sleep(600)"]
ORPHAN_MAKER = f"import subprocess; print(subprocess.Popen({SLEEPER!r}, start_new_session=True, stdout=-3).pid)"

def test_good_a_process_that_runs_beside_the_other_worker_is_neither_blamed_nor_killed():
    made = subprocess.run([sys.executable, "-c", ORPHAN_MAKER], stdout=subprocess.PIPE, text=True, check=True)
    orphan = psutil.Process(int(made.stdout))
    deadline_s = time.monotonic() + 90
    while not Path(os.environ["CASES_DONE"]).exists():
        assert time.monotonic() < deadline_s
        assert orphan.is_running()
        time.sleep(0.02)
    orphan.kill()
"""


@pytest.mark.slow
def test_each_guard_fails_its_cases_and_only_them_beside_another_worker(tmp_path: Path) -> None:
    shutil.copy(HERE / "conftest.py", tmp_path / "conftest.py")
    conftest = tmp_path / "conftest.py"
    conftest.write_text(
        conftest.read_text(encoding="utf-8").replace("GRACE_S = 5.0", "GRACE_S = 0.3"), encoding="utf-8"
    )
    (tmp_path / "test_cases.py").write_text(CASES, encoding="utf-8")
    (tmp_path / "test_neighbour.py").write_text(NEIGHBOUR, encoding="utf-8")
    ran = subprocess.run(
        [
            *(sys.executable, "-m", "pytest", "-rA", "-p", "no:cacheprovider", "-n", "2", "--dist", "loadfile"),
            *("-c", HERE.parent / "pyproject.toml", "--rootdir", tmp_path, tmp_path),
        ],
        env={**os.environ, "REAL_HOME": str(Path.home()), "CASES_DONE": str(tmp_path / "done"), "COLUMNS": "500"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    cases = set(re.findall(r"^def (test_\w+)", CASES, re.MULTILINE))
    failed = set(re.findall(r"^(?:FAILED|ERROR) \S+::(\w+)", ran.stdout, re.MULTILINE))
    assert failed == {case for case in cases if case.startswith("test_bad")}, ran.stdout + ran.stderr
    assert re.search(r"^PASSED \S+::test_good_a_process_that_runs_beside", ran.stdout, re.MULTILINE), ran.stdout
    for word in (
        "the disk is slow",
        "oh dear",
        "'forgotten'",
        "time.sleep",
        "nobody home",
        "too late",
        "leaky",
        "192.0.2.1",
    ):
        assert word in ran.stdout, ran.stdout


@pytest.mark.display
def test_the_display_has_a_size_and_a_window_manager(x_display: str) -> None:
    environment = {**os.environ, "DISPLAY": x_display}
    size = subprocess.run(
        ["xdotool", "getdisplaygeometry"], env=environment, capture_output=True, text=True, check=True
    )
    assert size.stdout.split() == ["1280", "800"]
    managers = [child for child in psutil.Process().children() if child.name() == "openbox"]
    assert managers

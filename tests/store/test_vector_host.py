import logging
import os
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from photofind.core.errors import LibraryInUse, StoreFailed
from photofind.store.vector_host import VectorHost, _new_socket
from photofind.store.vector_host_lock import HostLock, HostRecord, end_orphan, remove_socket

LONG_S = 60


@pytest.fixture
def host(tmp_path: Path) -> Iterator[VectorHost]:
    vector_host = VectorHost(tmp_path / "library" / "milvus.db")
    yield vector_host
    vector_host.stop()


def socket_of(uri: str) -> Path:
    assert uri.startswith("unix:")
    return Path(uri.removeprefix("unix:"))


def running(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def ends(pid: int) -> bool:
    """Whether it does so in time. Not by waiting for it: that would hide its end from multiprocessing."""
    deadline = time.monotonic() + LONG_S
    while running(pid):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.01)
    return True


def test_a_host_listens_on_a_socket_of_this_user_alone_and_on_no_port(host: VectorHost) -> None:
    before = os.umask(0)
    try:
        socket = socket_of(host.uri())
    finally:
        os.umask(before)
    assert host.uri() == f"unix:{socket}"
    assert socket.is_socket()
    assert stat.S_IMODE(socket.stat().st_mode) & 0o077 == 0
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    assert host.folder not in socket.parents
    assert len(str(socket)) < 100
    pid = host.pid
    assert pid is not None
    assert psutil.Process(pid).net_connections("inet") == []
    for path in (host.folder, *host.folder.rglob("*")):
        assert stat.S_IMODE(path.stat().st_mode) & 0o077 == 0, path
    host.stop()
    assert not running(pid)
    assert not socket.parent.exists()
    host.stop()


def test_a_host_that_was_killed_is_started_again(host: VectorHost) -> None:
    first = host.uri()
    pid = host.pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    deadline = time.monotonic() + LONG_S
    while host.pid is not None and time.monotonic() < deadline:  # its threads end one by one
        time.sleep(0.01)
    second = host.uri()
    assert second != first
    assert not socket_of(first).parent.exists()
    assert host.pid not in (None, pid)


PARENT = """
    import sys
    from pathlib import Path
    from photofind.store.vector_host import VectorHost

    if __name__ == "__main__":
        host = VectorHost(Path(sys.argv[1]))
        print(host.uri(), host.pid, flush=True)
        sys.stdin.read()
"""


def test_a_host_ends_with_its_parent_and_its_library_opens_again(host: VectorHost, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(textwrap.dedent(PARENT))
    with subprocess.Popen(
        [sys.executable, str(script), str(host.folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as parent:
        assert parent.stdout is not None
        uri, pid = parent.stdout.readline().split()
        assert running(int(pid))
        with pytest.raises(LibraryInUse, match="Another photofind"):
            host.uri()
        parent.kill()
    assert ends(int(pid))
    assert socket_of(uri).parent.exists()  # nobody was left to remove it
    host.uri()
    assert not socket_of(uri).parent.exists()


HOLDER = """
    import sys, time
    from pathlib import Path
    from photofind.store.vector_host_lock import HostLock, HostRecord
    import os

    lock = HostLock(Path(sys.argv[1]), HostRecord(os.getpid(), int(sys.argv[2]), sys.argv[3]))
    print(os.getpid(), flush=True)
    time.sleep(3600)
"""


def test_a_host_that_outlived_its_parent_is_ended(tmp_path: Path) -> None:
    socket_folder = Path(tempfile.mkdtemp(dir=tmp_path))
    lock = tmp_path / "milvus.db.lock"
    # The process in between is the parent; it starts the holder and ends.
    in_between = (
        "import os, subprocess, sys\n"
        "subprocess.Popen([sys.executable, '-c', sys.argv[1], sys.argv[2], str(os.getpid()), sys.argv[3]])"
    )
    started = subprocess.Popen(
        [sys.executable, "-c", in_between, textwrap.dedent(HOLDER), str(lock), str(socket_folder / "vectors")],
        stdout=subprocess.PIPE,
        text=True,
    )
    with started:
        assert started.stdout is not None
        orphan = int(started.stdout.readline())
        started.wait(LONG_S)
        assert running(orphan)
        end_orphan(lock)
    assert ends(orphan)
    assert not socket_folder.exists()
    HostLock(lock, HostRecord(os.getpid(), os.getppid(), "")).release()


def test_the_lock_is_one_hosts_at_a_time(tmp_path: Path) -> None:
    lock = tmp_path / "milvus.db.lock"
    first = HostLock(lock, HostRecord(os.getpid(), os.getppid(), ""))
    with pytest.raises(LibraryInUse):
        HostLock(lock, HostRecord(os.getpid(), os.getppid(), ""), wait_s=0)
    first.release()
    HostLock(lock, HostRecord(os.getpid(), os.getppid(), "")).release()
    assert stat.S_IMODE(lock.stat().st_mode) == 0o600


@pytest.mark.parametrize("runtime_folder", ["long" * 40, "name with spaces", "missing"])
def test_a_runtime_folder_that_will_not_do_is_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, runtime_folder: str
) -> None:
    folder = tmp_path / runtime_folder
    if runtime_folder != "missing":
        folder.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(folder))
    socket = _new_socket()
    assert folder not in socket.parents
    assert len(str(socket)) < 100
    assert stat.S_IMODE(socket.parent.stat().st_mode) == 0o700
    remove_socket(socket)
    assert not socket.parent.exists()


def test_a_host_that_cannot_open_its_folder_says_so_and_leaves_nothing_behind(tmp_path: Path) -> None:
    host = VectorHost(tmp_path / "milvus.db")
    host.folder.mkdir()
    (host.folder / "collections").write_bytes(b"a file where a folder should be")
    with pytest.raises(StoreFailed):
        host.uri()
    assert host.pid is None
    assert list(Path(os.environ["XDG_RUNTIME_DIR"]).iterdir()) == []


def test_a_host_that_hangs_is_killed_when_it_is_stopped(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    host = VectorHost(tmp_path / "milvus.db", stop_timeout_s=0.1)
    host.uri()
    pid = host.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    with caplog.at_level(logging.WARNING):
        host.stop()
    assert not running(pid)
    assert "killed" in caplog.text


def test_a_full_folder_for_sockets_is_passed_over(
    tmp_path: Path, small_disk: Callable[[int], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    full = small_disk(4)
    subprocess.run(["mount", "-o", "remount,nr_inodes=1", full.folder], check=True)  # not one more name
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(full.folder))
    host = VectorHost(tmp_path / "milvus.db")
    try:
        assert host.uri().startswith("unix:") and str(full.folder) not in host.uri()
    finally:
        host.stop()

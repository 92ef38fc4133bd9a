"""What the kernel does to a watcher when it is short of something, and drives that come and go.

Limits and mounts are real: each such test runs in a user namespace of its own, where the limits of this user are not
those of the machine.
"""

import errno
import os
import shutil
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from watchdog.observers.inotify_c import InotifyEvent, InotifyFD

from photofind.core.changes import Appeared, Change, Changed, Unsure, Vanished
from photofind.library.folder_events import FolderEvents
from photofind.library.inotify_events import InotifyTree
from photofind.library.mounts import mounts
from photofind.library.watched_roots import Rhythm
from photofind.library.watcher import FolderWatcher

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="inotify is Linux's")

PATIENCE_S = 30.0

_PREPARED = """
import os, pathlib, queue, subprocess, sys, time
from photofind.core.changes import *
from photofind.library.watched_roots import Rhythm
from photofind.library.watcher import FolderWatcher

root = pathlib.Path(sys.argv[1])
posted, troubles = queue.Queue(), []

def wait_for(wanted):
    deadline = time.monotonic() + 30
    seen = []
    while wanted not in seen:
        seen += posted.get(timeout=max(0.01, deadline - time.monotonic()))
    return seen

def limit(name, value):
    pathlib.Path("/proc/sys/user", name).write_text(str(value))

watcher = FolderWatcher(
    posted.put, settle_s=0.2, look_s=0.1, rhythm=Rhythm(polling_s=0.1), on_trouble=lambda *trouble: troubles.append(trouble)
)
watcher.start()
try:
{body}
finally:
    watcher.stop()
"""


def _run_apart(body: str, root: Path) -> None:
    """Run a test's body where it may set limits and mount drives for itself alone."""
    if subprocess.run(["unshare", "-U", "-r", "-m", "true"], capture_output=True, check=False).returncode != 0:
        pytest.skip("this system lets no user make a namespace")
    script = _PREPARED.replace("{body}", textwrap.indent(textwrap.dedent(body), "    "))
    done = subprocess.run(
        ["unshare", "-U", "-r", "-m", sys.executable, "-c", script, root], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_a_tree_with_more_folders_than_may_be_watched_is_polled_and_said_so(tmp_path: Path) -> None:
    _run_apart(
        """
        for number in range(30):
            (root / str(number)).mkdir()
        limit("max_inotify_watches", 10)
        watcher.watch(str(root))
        wait_for(Unsure(str(root)))
        (root / "29" / "a.jpg").write_bytes(b"a")
        wait_for(Appeared(f"{root}/29/a.jpg"))
        (root / "29" / "a.jpg").rename(root / "3" / "a.jpg")
        wait_for(Appeared(f"{root}/3/a.jpg"))
        assert len(troubles) == 1 and troubles[0][0] == str(root), troubles
        assert "fs.inotify.max_user_watches" in troubles[0][1]
        """,
        tmp_path,
    )


def test_new_folders_over_the_limit_are_noticed_too(tmp_path: Path) -> None:
    _run_apart(
        """
        limit("max_inotify_watches", 5)
        watcher.watch(str(root))
        for number in range(10):
            (root / str(number)).mkdir()
        wait_for(Unsure(str(root)))
        (root / "9" / "a.jpg").write_bytes(b"a")
        wait_for(Appeared(f"{root}/9/a.jpg"))
        assert len(troubles) == 1
        """,
        tmp_path,
    )


def test_without_any_inotify_everything_is_polled(tmp_path: Path) -> None:
    _run_apart(
        """
        limit("max_inotify_instances", 0)
        watcher.watch(str(root))
        (root / "a.jpg").write_bytes(b"a")
        wait_for(Appeared(f"{root}/a.jpg"))
        (root / "a.jpg").unlink()
        wait_for(Vanished(f"{root}/a.jpg"))
        assert len(troubles) == 1
        """,
        tmp_path,
    )


def test_a_drive_that_is_mounted_in_a_watched_folder_is_watched_until_it_is_unmounted(tmp_path: Path) -> None:
    _run_apart(
        """
        stick = root / "my stick"
        stick.mkdir()
        watcher.watch(str(root))
        subprocess.run(["mount", "-t", "tmpfs", "none", stick], check=True)
        wait_for(Unsure(str(root)))
        (stick / "a.jpg").write_bytes(b"a")
        wait_for(Appeared(f"{stick}/a.jpg"))
        subprocess.run(["umount", stick], check=True)
        wait_for(Unsure(str(root)))
        (stick / "b.jpg").write_bytes(b"b")
        wait_for(Appeared(f"{stick}/b.jpg"))
        """,
        tmp_path,
    )


def test_a_watched_folder_that_is_a_drive_is_told_when_the_drive_goes_and_comes(tmp_path: Path) -> None:
    _run_apart(
        """
        mount = lambda: subprocess.run(["mount", "-t", "tmpfs", "none", root], check=True)
        mount()
        (root / "deep").mkdir()
        watcher.watch(str(root))
        subprocess.run(["umount", root], check=True)
        wait_for(Unsure(str(root)))
        mount()
        wait_for(Unsure(str(root)))
        (root / "a.jpg").write_bytes(b"a")
        wait_for(Appeared(f"{root}/a.jpg"))
        """,
        tmp_path,
    )


class _Posted:
    def __init__(self) -> None:
        self._changes: list[Change] = []
        self._news = threading.Condition()

    def __call__(self, changes: list[Change]) -> None:
        with self._news:
            self._changes += changes
            self._news.notify_all()

    def wait_for(self, *wanted: Change) -> list[Change]:
        with self._news:
            met = self._news.wait_for(lambda: set(wanted) <= set(self._changes), PATIENCE_S)
            assert met, self._changes
            taken, self._changes = self._changes, []
            return taken


@pytest.fixture
def posted() -> _Posted:
    return _Posted()


@pytest.fixture
def watcher(posted: _Posted, tmp_path: Path) -> Iterator[FolderWatcher]:
    watcher = FolderWatcher(posted, settle_s=0.3, look_s=0.1, rhythm=Rhythm(polling_s=0.1))
    watcher.start()
    watcher.watch(str(tmp_path))
    yield watcher
    watcher.stop()


def test_a_queue_that_overflows_casts_doubt_and_what_follows_is_seen(
    watcher: FolderWatcher, tmp_path: Path, posted: _Posted
) -> None:
    limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if limit > 100_000:
        pytest.skip(f"the queue takes {limit} events here")
    tree = watcher._roots[str(tmp_path)].listening
    assert isinstance(tree, InotifyTree) and tree._watches is not None
    files = [tmp_path / "a", tmp_path / "b"]
    for file in files:
        file.touch()
    with tree._watches._lock:  # watchdog reads no further meanwhile
        for number in range(limit + 5_000):
            os.utime(files[number % 2])  # two in turn, since the kernel merges events that are alike
        (tmp_path / "new").mkdir()
    posted.wait_for(Unsure(str(tmp_path)))
    (tmp_path / "new" / "a.jpg").write_bytes(b"a")
    posted.wait_for(Appeared(f"{tmp_path}/new/a.jpg"))


def test_a_mistake_below_us_casts_doubt_and_the_watches_are_made_again(
    watcher: FolderWatcher,
    tmp_path: Path,
    posted: _Posted,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def fail(self: InotifyFD, event: InotifyEvent) -> None:
        monkeypatch.undo()
        raise KeyError(event.wd)

    with caplog.at_level("ERROR"):
        monkeypatch.setattr(InotifyFD, "handle_event", fail)
        (tmp_path / "lost").mkdir()
        posted.wait_for(Unsure(str(tmp_path)))
    (tmp_path / "lost" / "a.jpg").write_bytes(b"a")
    posted.wait_for(Appeared(f"{tmp_path}/lost/a.jpg"))


def test_a_file_system_that_cannot_be_watched_is_polled(
    posted: _Posted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(self: FolderEvents, folder: str) -> Any:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    monkeypatch.setattr(FolderEvents, "listen", refuse)
    troubles: list[tuple[str, str]] = []
    watcher = FolderWatcher(
        posted, settle_s=0.2, look_s=0.1, rhythm=Rhythm(polling_s=0.1), on_trouble=lambda *trouble: troubles.append(trouble)
    )
    root = tmp_path / "photos"
    (root / "deep").mkdir(parents=True)
    (root / "deep" / "loop").symlink_to(root)
    (root / "a.jpg").write_bytes(b"a")
    watcher.start()
    with caplog.at_level("WARNING"):
        watcher.watch(str(root))
    try:
        (root / "a.jpg").write_bytes(b"longer")
        posted.wait_for(Changed(f"{root}/a.jpg"))
        (root / "deep").rename(root / "moved")
        posted.wait_for(Vanished(f"{root}/deep", True), Appeared(f"{root}/moved", True))
        with caplog.at_level("WARNING"):
            shutil.rmtree(root)
            posted.wait_for(Unsure(str(root)))
            (root / "deep").mkdir(parents=True)
            posted.wait_for(Unsure(str(root)))
        (root / "deep" / "b.jpg").write_bytes(b"b")
        posted.wait_for(Appeared(f"{root}/deep/b.jpg"))
    finally:
        watcher.stop()
    assert {folder for folder, _ in troubles} == {str(root)}
    assert "sysctl" not in troubles[0][1]


def test_a_watch_that_has_died_is_replaced(
    watcher: FolderWatcher, tmp_path: Path, posted: _Posted, caplog: pytest.LogCaptureFixture
) -> None:
    tree = watcher._roots[str(tmp_path)].listening
    assert tree is not None
    tree.stop()
    posted.wait_for(Unsure(str(tmp_path)))
    (tmp_path / "a.jpg").write_bytes(b"a")
    posted.wait_for(Appeared(f"{tmp_path}/a.jpg"))


def test_mount_points_are_read_with_their_odd_names(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert "/proc" in mounts()
    (tmp_path / "info").write_bytes(b"36 35 98:0 /m /a\\040b\\134c\xff rw,noatime master:1 - ext3 /dev/root rw\n")
    monkeypatch.setattr("photofind.config.mount_table._MOUNTS", tmp_path / "info")
    assert mounts() == {os.fsdecode(b"/a b\\c\xff"): "36 98:0"}
    monkeypatch.setattr("photofind.config.mount_table._MOUNTS", tmp_path / "none")
    assert mounts() == {}

"""What cannot be watched is looked through, says so, and is watched again when its cause is gone; nothing is missed."""

import contextlib
import ctypes
import errno
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from watchdog.observers import inotify_c

from photofind.config import mount_table
from photofind.config.mount_table import Mount, is_of_a_network
from photofind.core.changes import Appeared, Change, Unsure, Vanished
from photofind.core.events import Event, Notice
from photofind.library.doctor.open_library import examine_open
from photofind.library.engine import Engine
from photofind.library.inotify_events import Inotify, InotifyTree
from photofind.library.watched_roots import Rhythm
from photofind.library.watcher import FolderWatcher

pytestmark = pytest.mark.skipif(inotify_c is None, reason="inotify is Linux's")

PATIENCE_S = 30.0
QUICK = Rhythm(polling_s=0.1, try_again_s=0.3, network_s=0.3)


class Heard:
    """What a watcher posts and says."""

    def __init__(self) -> None:
        self.changes: list[Change] = []
        self.sentences: list[tuple[str, str]] = []
        self._news = threading.Condition()

    def post(self, changes: list[Change]) -> None:
        with self._news:
            self.changes += changes
            self._news.notify_all()

    def say(self, folder: str, sentence: str) -> None:
        with self._news:
            self.sentences.append((folder, sentence))
            self._news.notify_all()

    def wait_for(self, *wanted: Change) -> None:
        with self._news:
            assert self._news.wait_for(lambda: set(wanted) <= set(self.changes), PATIENCE_S), self.changes
            self.changes.clear()

    def wait_for_words(self, words: str) -> str:
        """The folder of which they were said."""
        with self._news:
            said = self._news.wait_for(
                lambda: next((folder for folder, sentence in self.sentences if words in sentence), None), PATIENCE_S
            )
            assert said is not None, self.sentences
            self.sentences.clear()
            return said


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def roots(tmp_path: Path) -> tuple[Path, Path]:
    for name in ("one", "two"):
        (tmp_path / name / "deep").mkdir(parents=True)
    return tmp_path / "one", tmp_path / "two"


@pytest.fixture
def watcher(heard: Heard) -> Iterator[FolderWatcher]:
    watcher = FolderWatcher(heard.post, settle_s=0.2, look_s=0.1, rhythm=QUICK, on_trouble=heard.say)
    watcher.start()
    yield watcher
    watcher.stop()


class Limit:
    """The system's limit on watches, for folders whose path has a word in it."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.word = b""
        real = inotify_c.inotify_add_watch

        def add_watch(descriptor: int, path: bytes, mask: int) -> Any:
            if self.word and self.word in path:
                ctypes.set_errno(errno.ENOSPC)
                return -1
            return real(descriptor, path, inotify_c.Mask(mask))

        monkeypatch.setattr(inotify_c, "inotify_add_watch", add_watch)


@pytest.fixture
def limit(monkeypatch: pytest.MonkeyPatch) -> Limit:
    return Limit(monkeypatch)


@pytest.mark.parametrize("where", ["the folder itself", "a folder in it", "a folder that is made later"])
def test_a_folder_over_the_limit_is_polled_alone_and_watched_again_once_the_limit_is_raised(
    where: str,
    limit: Limit,
    watcher: FolderWatcher,
    heard: Heard,
    roots: tuple[Path, Path],
    caplog: pytest.LogCaptureFixture,
) -> None:
    one, two = roots
    limit.word = {"the folder itself": b"/one", "a folder in it": b"one/deep", "a folder that is made later": b"one/later"}[where]
    with caplog.at_level("WARNING"):
        watcher.watch(str(two))
        watcher.watch(str(one))
        if "later" in where:
            (one / "later").mkdir()
        assert heard.wait_for_words("fs.inotify.max_user_watches") == str(one)
    if where != "the folder itself":
        heard.wait_for(Unsure(str(one)))  # it was watched for a moment
    assert list(watcher.troubles) == [str(one)]
    assert not watcher._roots[str(two)].is_polled
    (one / "deep" / "a.jpg").write_bytes(b"a")
    heard.wait_for(Appeared(f"{one}/deep/a.jpg"))
    time.sleep(3 * QUICK.try_again_s)  # tried again, in vain and in silence
    assert watcher._roots[str(one)].is_polled
    assert heard.sentences == []
    limit.word = b""
    assert heard.wait_for_words("noticed at once again") == str(one)
    assert watcher.troubles == {}
    heard.wait_for(Unsure(str(one)))
    assert isinstance(watcher._roots[str(one)].listening, InotifyTree)
    (one / "deep" / "a.jpg").rename(one / "b.jpg")
    (one / "deep" / "c.jpg").write_bytes(b"c")
    heard.wait_for(Appeared(f"{one}/deep/c.jpg"))


def test_what_happens_while_a_polled_folder_becomes_a_watched_one_is_not_missed(
    limit: Limit, watcher: FolderWatcher, heard: Heard, roots: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    one, _ = roots
    limit.word = b"/one"
    with caplog.at_level("WARNING"):
        watcher.watch(str(one))
    limit.word = b""
    over = time.monotonic() + 2 * QUICK.try_again_s
    number = 0
    while time.monotonic() < over:
        (one / f"{number}.jpg").touch()
        number += 1
        time.sleep(0.005)
    heard.wait_for_words("noticed at once again")
    (one / "last.jpg").touch()
    deadline_s = time.monotonic() + PATIENCE_S
    while True:
        told = {change.path for change in list(heard.changes) if isinstance(change, Appeared)}
        doubt = next((at for at, change in enumerate(list(heard.changes)) if change == Unsure(str(one))), None)
        if f"{one}/last.jpg" in told or (doubt is not None and doubt > 0):
            break
        assert time.monotonic() < deadline_s
        time.sleep(0.02)
    assert Unsure(str(one)) in heard.changes  # and so a scan finds what lies between


@pytest.fixture
def watched(watcher: FolderWatcher, roots: tuple[Path, Path]) -> tuple[Path, Path]:
    for root in roots:
        watcher.watch(str(root))
    return roots


def is_listened_to(watcher: FolderWatcher, root: Path) -> InotifyTree:
    tree = watcher._roots[str(root)].listening
    assert isinstance(tree, InotifyTree)
    return tree


def test_a_thread_that_ends_over_one_event_is_replaced(
    watcher: FolderWatcher, heard: Heard, watched: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    one, two = watched
    other = is_listened_to(watcher, two)

    def fail(*_: object, **__: object) -> None:
        monkeypatch.undo()
        raise RuntimeError("a mistake")

    with caplog.at_level("ERROR"):
        monkeypatch.setattr(InotifyTree, "build_and_queue_event", fail)
        (one / "lost.jpg").touch()
        heard.wait_for(Unsure(str(one)))
    assert is_listened_to(watcher, two) is other
    (one / "a.jpg").touch()
    heard.wait_for(Appeared(f"{one}/a.jpg"))
    assert heard.sentences == []


def test_the_thread_that_reads_for_all_is_replaced(
    watcher: FolderWatcher, heard: Heard, watched: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    def fail(*_: object, **__: object) -> None:
        monkeypatch.undo()
        raise OSError(errno.EIO, "the kernel's mistake")

    with caplog.at_level("ERROR"):
        monkeypatch.setattr(Inotify, "read_events", fail)
        (watched[0] / "read.jpg").touch()  # by the call that is under way
        (watched[0] / "lost.jpg").touch()
        heard.wait_for(*(Unsure(str(root)) for root in watched))
    for root in watched:
        (root / "a.jpg").touch()
    heard.wait_for(*(Appeared(f"{root}/a.jpg") for root in watched))
    assert "the kernel's mistake" in caplog.text


def test_a_thread_that_ends_again_and_again_leaves_a_folder_that_is_polled_for_a_while(
    watcher: FolderWatcher, heard: Heard, watched: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    one, two = watched
    real = InotifyTree.build_and_queue_event

    def fail(self: InotifyTree, event: Any, **options: Any) -> None:
        if self.watch.path == str(one):
            raise RuntimeError("a mistake")
        real(self, event, **options)

    with caplog.at_level("ERROR"):
        with monkeypatch.context() as broken:
            broken.setattr(InotifyTree, "build_and_queue_event", fail)
            for number in range(100):
                (one / f"{number}.jpg").touch()
                if watcher._roots[str(one)].is_polled:
                    break
                time.sleep(0.2)
            assert heard.wait_for_words("failed again and again") == str(one)
            (two / "a.jpg").touch()
            heard.wait_for(Appeared(f"{two}/a.jpg"))
        heard.changes.clear()
        heard.wait_for_words("noticed at once again")
    heard.wait_for(Unsure(str(one)))
    (one / "b.jpg").touch()
    heard.wait_for(Appeared(f"{one}/b.jpg"))


@pytest.fixture
def network_drive(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], None]:
    """The kernel's table says that a folder is one: no server is at hand."""
    real = mount_table.mount_table

    def declare(folder: Path) -> None:
        table = [*real(), Mount(str(folder), "/", "0:99", "nfs4", "server:/photos", "999")]
        monkeypatch.setattr("photofind.library.watched_roots.mount_table", lambda: table)

    return declare


def test_a_network_drive_is_watched_and_looked_through_now_and_then_and_said_to_be(
    watcher: FolderWatcher, heard: Heard, roots: tuple[Path, Path], network_drive: Callable[[Path], None]
) -> None:
    one, two = roots
    network_drive(one)
    for root in roots:
        watcher.watch(str(root))
    assert heard.wait_for_words("network drive (nfs4)") == str(one)
    (one / "a.jpg").touch()  # by this system, which tells of it
    heard.wait_for(Appeared(f"{one}/a.jpg"))
    for _ in range(2):
        heard.wait_for(Unsure(str(one)))
    assert Unsure(str(two)) not in heard.changes
    assert heard.sentences == []


def test_drives_on_which_others_write_are_known_by_their_kind() -> None:
    remote = ("nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "fuse.rclone", "9p", "davfs", "virtiofs", "vboxsf", "fuse.gvfsd-fuse")
    assert [kind for kind in remote if not is_of_a_network(kind)] == []
    own = ("ext4", "btrfs", "xfs", "vfat", "exfat", "ntfs3", "fuseblk", "tmpfs", "overlay", "zfs", "fuse.mergerfs")
    assert [kind for kind in own if is_of_a_network(kind)] == []


@pytest.mark.slow
def test_the_window_and_the_doctor_say_what_is_not_watched_and_photos_come_even_so(
    limit: Limit,
    open_engine: Callable[..., contextlib.AbstractContextManager[Engine]],
    photos: Path,
    make_picture: Callable[..., Path],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    def quick(*given: Any, **options: Any) -> FolderWatcher:
        return FolderWatcher(*given, **options, settle_s=0.2, look_s=0.1, rhythm=QUICK)

    monkeypatch.setattr("photofind.library.parts.FolderWatcher", quick)
    limit.word = bytes(photos)
    said: list[str] = []

    def listen(event: Event) -> None:
        if isinstance(event, Notice):
            said.append(event.sentence)

    def until(holds: Callable[[], object]) -> None:
        deadline_s = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < deadline_s, said
            time.sleep(0.05)

    def findings(engine: Engine) -> list[str]:
        return [finding.code for finding in examine_open(engine, repair=False) if finding.check == "watching"]

    with caplog.at_level("WARNING"), open_engine(watch=True, listen=listen) as engine:
        engine.watch_folder(str(photos)).result(PATIENCE_S)
        make_picture(photos / "1.jpg")
        until(lambda: engine.librarian.submit(lambda desk: len(desk.reader.ids_by_date())).result() == 1)
        assert any("watches no more folders" in sentence for sentence in said)
        assert f"not-watched:{photos}" in findings(engine)
        limit.word = b""
        until(lambda: any("noticed at once again" in sentence for sentence in said))
        assert engine.watch_troubles == {}
        (photos / "1.jpg").unlink()
        until(lambda: engine.librarian.submit(lambda desk: len(desk.reader.ids_by_date())).result() == 0)


def test_a_drive_that_comes_back_is_watched_whatever_was_wrong_before(
    limit: Limit, watcher: FolderWatcher, heard: Heard, roots: tuple[Path, Path], caplog: pytest.LogCaptureFixture
) -> None:
    one, _ = roots
    limit.word = b"/one"
    with caplog.at_level("WARNING"):
        watcher.watch(str(one))
        heard.wait_for_words("max_user_watches")
        away = one.with_name("away")
        one.rename(away)
        heard.wait_for(Unsure(str(one)))
        limit.word = b""
        away.rename(one)
        heard.wait_for(Unsure(str(one)))
    assert heard.wait_for_words("noticed at once again") == str(one)
    (one / "deep" / "a.jpg").touch()
    heard.wait_for(Appeared(f"{one}/deep/a.jpg"))
    (one / "deep" / "a.jpg").unlink()
    heard.wait_for(Vanished(f"{one}/deep/a.jpg"))

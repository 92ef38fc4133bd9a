import contextlib
import os
import random
import shutil
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from photofind.core.changes import Appeared, Change, Changed, Moved, Unsure, Vanished
from photofind.library.watcher import FolderWatcher

SETTLE_S = 0.3
PATIENCE_S = 30.0


class Post:
    """Collects what is posted, and keeps a view of the files by applying it, as the librarian does."""

    def __init__(self) -> None:
        self._changes: list[Change] = []
        self._lists = 0
        self._news = threading.Condition()
        self.threads: set[str] = set()
        self.known: dict[str, bytes] = {}

    def __call__(self, changes: list[Change]) -> None:
        assert changes
        with self._news:
            self.threads.add(threading.current_thread().name)
            for change in changes:
                self._apply(change)
            self._changes += changes
            self._lists += 1
            self._news.notify_all()

    def _apply(self, change: Change) -> None:
        match change:
            case Appeared(path) | Changed(path) | Unsure(path) | Vanished(path):
                self._look_again(path)
            case Moved(source, target):
                moving = {path: held for path, held in self.known.items() if _is_at_or_below(path, source)}
                self._look_again(source)
                self.known = {path: held for path, held in self.known.items() if not _is_at_or_below(path, target)}
                self.known.update({target + path[len(source) :]: held for path, held in moving.items()})
                if not moving:
                    self._look_again(target)

    def _look_again(self, path: str) -> None:
        self.known = {other: held for other, held in self.known.items() if not _is_at_or_below(other, path)}
        self.known.update(files_in(path))

    def until(self, holds: Callable[[list[Change]], Any]) -> list[Change]:
        with self._news:
            met = self._news.wait_for(lambda: holds(self._changes), PATIENCE_S)
            assert met, f"posted: {self._changes}"
            return list(self._changes)

    def all_of(self, *expected: Change) -> list[Change]:
        return self.until(lambda changes: set(expected) <= set(changes))

    def take(self) -> list[Change]:
        with self._news:
            taken, self._changes = self._changes, []
            return taken


def _is_at_or_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder + "/")


def files_in(path: str) -> dict[str, bytes]:
    """All files at and below a path, with what they hold."""
    if os.path.isfile(path):
        return {path: Path(path).read_bytes()}
    return {
        os.path.join(folder, name): Path(folder, name).read_bytes()
        for folder, _, names in os.walk(path)
        for name in names
    }


@pytest.fixture
def post() -> Post:
    return Post()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


@pytest.fixture
def elsewhere(tmp_path: Path) -> Path:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    return folder


@pytest.fixture
def start(post: Post) -> Iterator[Callable[..., FolderWatcher]]:
    watchers: list[FolderWatcher] = []

    def start_one(*folders: Path, **options: Any) -> FolderWatcher:
        watcher = FolderWatcher(post, **{"settle_s": SETTLE_S, "look_s": 0.1, **options})
        watchers.append(watcher)
        watcher.start()
        for folder in folders:
            watcher.watch(str(folder))
        return watcher

    yield start_one
    for watcher in watchers:
        watcher.stop()


@pytest.fixture
def watcher(start: Callable[..., FolderWatcher], root: Path) -> FolderWatcher:
    return start(root)


def test_a_new_file_appears_once_and_in_the_watcher_s_own_thread(
    watcher: FolderWatcher, root: Path, post: Post
) -> None:
    (root / "a.jpg").write_bytes(b"a")
    post.all_of(Appeared(f"{root}/a.jpg"))
    (root / "last").touch()
    assert post.all_of(Appeared(f"{root}/last")) == [Appeared(f"{root}/a.jpg"), Appeared(f"{root}/last")]
    assert post.threads == {"folder watcher"}


def test_a_file_written_in_pieces_settles_once_and_only_when_it_is_closed(
    watcher: FolderWatcher, root: Path, post: Post
) -> None:
    pause = threading.Event()
    with (root / "a.jpg").open("wb") as file:
        for _ in range(4):
            file.write(b"x" * 1000)
            file.flush()
            pause.wait(SETTLE_S * 2)
        assert post.take() == []
    assert post.all_of(Appeared(f"{root}/a.jpg")) == [Appeared(f"{root}/a.jpg")]
    assert len(post.known[f"{root}/a.jpg"]) == 4000


def test_a_closed_file_rests_for_a_second_before_it_is_posted(
    root: Path, post: Post, start: Callable[..., FolderWatcher]
) -> None:
    start(root, settle_s=1.0)
    (root / "a.jpg").write_bytes(b"a")
    closed_s = time.monotonic()
    post.all_of(Appeared(f"{root}/a.jpg"))
    assert time.monotonic() - closed_s >= 0.9


def test_writing_to_a_known_file_and_setting_its_times_are_changes(
    root: Path, post: Post, start: Callable[..., FolderWatcher]
) -> None:
    (root / "a.jpg").write_bytes(b"a")
    (root / "b.jpg").write_bytes(b"b")
    start(root)
    (root / "a.jpg").write_bytes(b"aa")
    os.utime(root / "b.jpg", (1, 1))
    assert set(post.all_of(Changed(f"{root}/a.jpg"), Changed(f"{root}/b.jpg"))) == {
        Changed(f"{root}/a.jpg"),
        Changed(f"{root}/b.jpg"),
    }


def test_reading_a_file_is_no_event(root: Path, post: Post, start: Callable[..., FolderWatcher]) -> None:
    (root / "a.jpg").write_bytes(b"a")
    start(root)
    (root / "a.jpg").read_bytes()
    (root / "last").touch()
    assert post.all_of(Appeared(f"{root}/last")) == [Appeared(f"{root}/last")]


def test_a_renamed_file_and_a_renamed_folder_have_moved(
    root: Path, post: Post, start: Callable[..., FolderWatcher]
) -> None:
    (root / "a.jpg").write_bytes(b"a")
    (root / "trip" / "day").mkdir(parents=True)
    (root / "trip" / "day" / "b.jpg").write_bytes(b"b")
    start(root)
    (root / "a.jpg").rename(root / "z.jpg")
    (root / "trip").rename(root / "journey")
    moved = [Moved(f"{root}/a.jpg", f"{root}/z.jpg"), Moved(f"{root}/trip", f"{root}/journey", is_folder=True)]
    assert post.all_of(*moved) == moved
    post.take()
    (root / "journey" / "day" / "c.jpg").write_bytes(b"c")
    assert post.all_of(Appeared(f"{root}/journey/day/c.jpg")) == [Appeared(f"{root}/journey/day/c.jpg")]


def test_what_moves_between_two_watched_folders_has_moved_and_is_watched_there(
    root: Path, elsewhere: Path, post: Post, start: Callable[..., FolderWatcher]
) -> None:
    (root / "a.jpg").write_bytes(b"a")
    (root / "trip").mkdir()
    (root / "trip" / "b.jpg").write_bytes(b"b")
    start(root, elsewhere, settle_s=1.0)
    (root / "a.jpg").rename(elsewhere / "a.jpg")
    (root / "trip").rename(elsewhere / "trip")
    told = post.all_of(Moved(f"{root}/a.jpg", f"{elsewhere}/a.jpg"), Moved(f"{root}/trip", f"{elsewhere}/trip", True))
    assert not any(isinstance(change, Vanished) for change in told)
    post.all_of(Appeared(f"{elsewhere}/trip", True))
    post.take()
    (elsewhere / "trip" / "c.jpg").write_bytes(b"c")
    (root / "trip").mkdir()
    told = post.all_of(Appeared(f"{elsewhere}/trip/c.jpg"), Appeared(f"{root}/trip", True))
    assert len(told) == 2  # and nothing under the old name


def test_what_moves_out_has_vanished_and_what_moves_in_has_appeared(
    root: Path, elsewhere: Path, post: Post, start: Callable[..., FolderWatcher]
) -> None:
    (root / "out").mkdir()
    (root / "out" / "deep").mkdir()
    (root / "a.jpg").write_bytes(b"a")
    (elsewhere / "in" / "deep").mkdir(parents=True)
    (elsewhere / "in" / "deep" / "b.jpg").write_bytes(b"b")
    start(root)
    (root / "out").rename(elsewhere / "out")
    (root / "a.jpg").rename(elsewhere / "a.jpg")
    (elsewhere / "in").rename(root / "in")
    expected = {Vanished(f"{root}/out", True), Vanished(f"{root}/a.jpg"), Appeared(f"{root}/in", True)}
    assert set(post.all_of(*expected)) == expected
    post.take()
    (elsewhere / "out" / "deep" / "unseen.jpg").write_bytes(b"u")
    (root / "in" / "deep" / "c.jpg").write_bytes(b"c")
    assert post.all_of(Appeared(f"{root}/in/deep/c.jpg")) == [Appeared(f"{root}/in/deep/c.jpg")]


def test_the_watching_outlives_folders_that_come_and_go_under_one_name(
    root: Path, elsewhere: Path, post: Post, start: Callable[..., FolderWatcher]
) -> None:
    (root / "trip").mkdir()
    start(root)
    for number in range(3):
        (root / "trip").rename(elsewhere / f"trip{number}")
        (root / "trip").mkdir()
        (root / "trip").rename(root / f"kept{number}")
        (root / "trip").mkdir()
        shutil.rmtree(elsewhere / f"trip{number}")
    (root / "trip" / "a.jpg").write_bytes(b"a")
    (root / "kept1" / "b.jpg").write_bytes(b"b")
    post.until(lambda _: post.known == files_in(str(root)))


def test_a_copied_tree_ends_up_known_whole_however_it_raced(
    watcher: FolderWatcher, root: Path, elsewhere: Path, post: Post
) -> None:
    for number in range(60):
        folder = elsewhere / "tree" / str(number % 6) / str(number % 5)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.jpg").write_bytes(b"x" * number)
    for copy in range(3):
        shutil.copytree(elsewhere / "tree", root / f"copy{copy}")
    told = post.until(lambda _: len(post.known) == 180)
    assert Appeared(f"{root}/copy0", True) in told
    post.take()
    for number in range(6):  # every folder is being watched
        (root / "copy2" / str(number) / "new.jpg").write_bytes(b"n")
    post.all_of(*(Appeared(f"{root}/copy2/{number}/new.jpg") for number in range(6)))
    assert post.known == files_in(str(root))


def test_a_deleted_tree_vanishes_as_one(root: Path, post: Post, start: Callable[..., FolderWatcher]) -> None:
    for number in range(20):
        (root / "trip" / str(number)).mkdir(parents=True)
        (root / "trip" / str(number) / "a.jpg").write_bytes(b"a")
    start(root)
    shutil.rmtree(root / "trip")
    assert post.all_of(Vanished(f"{root}/trip", True)) == [Vanished(f"{root}/trip", True)]


def test_names_that_are_not_utf8_are_told_as_they_are(watcher: FolderWatcher, root: Path, post: Post) -> None:
    odd = os.fsdecode(os.fsencode(root) + b"/caf\xe9 \xff\n.jpg")
    Path(odd).write_bytes(b"a")
    post.all_of(Appeared(odd))
    Path(odd).rename(odd + "2")
    post.all_of(Moved(odd, odd + "2"))


def test_a_watched_folder_may_have_a_name_that_is_not_utf8(
    tmp_path: Path, post: Post, start: Callable[..., FolderWatcher]
) -> None:
    folder = Path(os.fsdecode(os.fsencode(tmp_path) + b"/f\xf6to"))
    folder.mkdir()
    start(folder)
    (folder / "a.jpg").write_bytes(b"a")
    post.all_of(Appeared(f"{folder}/a.jpg"))


@pytest.mark.parametrize("away", ["removed", "renamed"])
def test_a_watched_folder_that_goes_and_returns_is_told_both_times_and_watched_again(
    root: Path, elsewhere: Path, post: Post, start: Callable[..., FolderWatcher], away: str
) -> None:
    (root / "deep").mkdir()
    start(root)
    if away == "removed":
        shutil.rmtree(root)
    else:
        root.rename(elsewhere / "photos")
    post.all_of(Unsure(str(root)))
    post.take()
    if away == "removed":
        (root / "deep").mkdir(parents=True)
    else:
        (elsewhere / "photos").rename(root)
    post.all_of(Unsure(str(root)))
    post.take()
    (root / "deep" / "a.jpg").write_bytes(b"a")
    post.until(lambda _: f"{root}/deep/a.jpg" in post.known)


def test_a_folder_that_is_not_there_yet_is_waited_for(
    tmp_path: Path, post: Post, start: Callable[..., FolderWatcher]
) -> None:
    folder = tmp_path / "later" / "photos"
    start(folder)
    folder.mkdir(parents=True)
    (folder / "a.jpg").write_bytes(b"a")
    post.until(lambda _: Unsure(str(folder)) in post._changes and f"{folder}/a.jpg" in post.known)


def test_a_folder_below_a_watched_one_is_not_told_twice(
    root: Path, post: Post, start: Callable[..., FolderWatcher]
) -> None:
    (root / "inner").mkdir()
    watcher = start(root / "inner", root, root / "inner")
    (root / "inner" / "a.jpg").write_bytes(b"a")
    assert post.all_of(Appeared(f"{root}/inner/a.jpg")) == [Appeared(f"{root}/inner/a.jpg")]
    post.take()
    watcher.unwatch(str(root))
    post.all_of(Unsure(f"{root}/inner"))
    post.take()
    (root / "unseen.jpg").write_bytes(b"u")
    (root / "inner" / "b.jpg").write_bytes(b"b")
    assert post.all_of(Appeared(f"{root}/inner/b.jpg")) == [Appeared(f"{root}/inner/b.jpg")]


def test_a_folder_that_is_watched_no_longer_is_silent(
    root: Path, elsewhere: Path, post: Post, start: Callable[..., FolderWatcher]
) -> None:
    watcher = start(root, elsewhere)
    (root / "a.jpg").write_bytes(b"a")
    watcher.unwatch(str(root))
    watcher.unwatch(str(root))
    (root / "b.jpg").write_bytes(b"b")
    (elsewhere / "c.jpg").write_bytes(b"c")
    assert post.all_of(Appeared(f"{elsewhere}/c.jpg")) == [Appeared(f"{elsewhere}/c.jpg")]


def test_a_watched_link_is_told_by_its_own_name(tmp_path: Path, root: Path, post: Post, start: Any) -> None:
    link = tmp_path / "link"
    link.symlink_to(root)
    start(link)
    (root / "deep").mkdir()
    post.all_of(Appeared(f"{link}/deep", True))
    (root / "deep" / "a.jpg").write_bytes(b"a")
    post.all_of(Appeared(f"{link}/deep/a.jpg"))


def test_what_is_to_be_ignored_is_not_posted(root: Path, post: Post, start: Callable[..., FolderWatcher]) -> None:
    (root / "a.jpg").write_bytes(b"a")
    start(root, ignore=lambda path: path.endswith(".tmp"))
    (root / "x.tmp").write_bytes(b"x")
    (root / "x.tmp").rename(root / "x.jpg")
    (root / "a.jpg").rename(root / "a.tmp")
    post.all_of(Vanished(f"{root}/a.jpg"))
    assert set(post.all_of(Appeared(f"{root}/x.jpg"))) == {Vanished(f"{root}/a.jpg"), Appeared(f"{root}/x.jpg")}


def test_two_thousand_files_unpacked_at_once_are_all_known_in_the_end(
    watcher: FolderWatcher, root: Path, elsewhere: Path, post: Post
) -> None:
    for number in range(2_000):
        folder = elsewhere / "photos" / f"{number % 40:02}"
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{number}.jpg").write_bytes(b"%d" % number)
    subprocess.run(["tar", "-C", elsewhere, "-cf", elsewhere / "photos.tar", "photos"], check=True)
    subprocess.run(["tar", "-C", root, "-xf", elsewhere / "photos.tar"], check=True)
    post.until(lambda _: len(post.known) == 2_000)
    shutil.rmtree(root / "photos" / "07")
    post.until(lambda _: len(post.known) == 1_950)
    assert post.known == files_in(str(root))


@pytest.mark.parametrize("seed", range(2))
def test_whatever_happens_in_two_folders_is_known_in_the_end(
    root: Path, elsewhere: Path, post: Post, start: Callable[..., FolderWatcher], seed: int
) -> None:
    choose = random.Random(seed)
    start(root, elsewhere)
    pause = threading.Event()

    def some_path() -> Path:
        return choose.choice([root, elsewhere]).joinpath(*choose.choices("abc", k=choose.randint(1, 3)))

    def do_something() -> None:
        path, other = some_path(), some_path()
        match choose.randrange(9):
            case 0 | 1 | 2:
                path.write_bytes(choose.randbytes(9))
            case 3 | 4:
                (path / "d" / "e").mkdir(parents=True)
                (path / "d" / "e" / "new.jpg").write_bytes(choose.randbytes(9))
            case 5 | 6 | 7:
                path.rename(other)
            case _:
                shutil.rmtree(path)

    for number in range(250):
        with contextlib.suppress(OSError):  # no such folder, not empty, inside itself …
            do_something()
        if number % 25 == 24:
            pause.wait(choose.random())
    post.until(lambda _: post.known == files_in(str(root)) | files_in(str(elsewhere)))


def test_a_burst_over_the_limit_is_one_doubt_about_the_folder(
    root: Path, post: Post, start: Callable[..., FolderWatcher], monkeypatch: pytest.MonkeyPatch
) -> None:
    watcher = start(root)
    watcher._table._most_pending = watcher._table._recount_at = 100
    for number in range(500):
        (root / f"{number}.jpg").touch()
    told = post.until(lambda _: len(post.known) == 500)
    assert Unsure(str(root)) in told
    assert len(told) < 300


def test_a_mistake_of_the_listener_does_not_end_the_watching(root: Path, caplog: pytest.LogCaptureFixture) -> None:
    heard: list[Change] = []
    news = threading.Event()

    def listen(changes: list[Change]) -> None:
        if not heard:
            heard.extend(changes)
            raise RuntimeError("a mistake")
        heard.extend(changes)
        news.set()

    watcher = FolderWatcher(listen, settle_s=0.1)
    watcher.start()
    watcher.watch(str(root))
    try:
        with caplog.at_level("ERROR"):
            (root / "a.jpg").touch()
            assert news.wait(PATIENCE_S)  # the doubt that follows
    finally:
        watcher.stop()
    assert heard == [Appeared(f"{root}/a.jpg"), Unsure(str(root))]
    assert "a mistake" in caplog.text


def test_stop_leaves_no_thread_and_posts_nothing_more(root: Path, elsewhere: Path, post: Post) -> None:
    before = set(threading.enumerate())
    watcher = FolderWatcher(post, settle_s=SETTLE_S)
    watcher.watch(str(root))
    watcher.start()
    watcher.watch(str(elsewhere))
    (root / "a.jpg").touch()
    watcher.stop()
    watcher.stop()
    watcher.watch(str(root))
    assert set(threading.enumerate()) == before
    assert post.take() == []

"""Whatever happens in watched folders, the library knows in the end what a fresh library's scan finds.

``tests/endurance/watching_test.py`` does the same for as long as one likes; what it found has a test of its own here.
"""

import itertools
import os
import shutil
import sqlite3
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from restless_folders import DEEDS, MOST, Deed, RestlessFolders
from watched_library import WatchedLibrary, compare, read_catalogue, scanned_afresh, watched_library
from watching_trial import try_deeds

from photofind.library.folder_events import Happening, Kind
from photofind.library.inotify_events import InotifyTree

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="rest is known by inotify's queues")

_numbers = st.integers(0, MOST - 1)
_deeds = st.lists(st.tuples(st.sampled_from(sorted(DEEDS)), _numbers, _numbers), min_size=1, max_size=20)


@pytest.fixture(scope="module")
def library(_home_of_the_run: None) -> Iterator[WatchedLibrary]:
    with (
        tempfile.TemporaryDirectory(dir="/tmp") as folder,  # sockets want short paths
        watched_library(Path(folder)) as library,
    ):
        yield library


_marks = itertools.count()


@pytest.mark.slow
def test_whatever_happens_the_library_knows_what_a_fresh_scan_finds(library: WatchedLibrary, tmp_path: Path) -> None:
    @settings(
        max_examples=12, deadline=None, database=None, suppress_health_check=list(HealthCheck),
        phases=(Phase.explicit, Phase.generate),  # each takes seconds, and the words of one tell what it was
    )  # fmt: skip
    @given(bursts=st.lists(_deeds, min_size=2, max_size=3))
    def holds(bursts: list[list[Deed]]) -> None:
        mark = next(_marks)
        found = try_deeds(library, tmp_path / str(mark), mark, bursts)
        assert not found.differences, str(found)

    holds()


class Scene:
    """Folders that are watched, in which one thing is done."""

    def __init__(self, library: WatchedLibrary, base: Path) -> None:
        self._library = library
        self.world = RestlessFolders(base, 10**6 + next(_marks))
        self.one, self.two = self.world.roots
        library.watch(self.world)

    def write(self, path: Path) -> Path:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.world._picture())
        return path

    def settle(self) -> dict[str, int]:
        """The ids of all photos by their paths, which are what a fresh scan finds."""
        assert self._library.differences(self.world) == []
        return self._library.known(self.world).ids


@pytest.fixture
def scene(library: WatchedLibrary, tmp_path: Path) -> Iterator[Scene]:
    scene = Scene(library, tmp_path)
    yield scene
    library.leave(scene.world)


@pytest.mark.parametrize(
    "spoil",
    [
        "UPDATE photos SET gone_s = 1 WHERE gone_s IS NULL",
        "UPDATE photos SET size_bytes = size_bytes + 1",
        "UPDATE photos SET content_hash = x'00'",
        "UPDATE photos SET problem = 'none at all'",
        "UPDATE photos SET to_read = 1",
        "DELETE FROM encoded",
        "DELETE FROM other_files",
    ],
)
def test_the_comparison_notices(spoil: str, scene: Scene, library: WatchedLibrary) -> None:
    scene.write(scene.one / "1.png")
    (scene.one / "clip.mp4").write_bytes(b"no picture")
    scene.settle()
    mine = scene.one.parent / "spoilt.db"
    with closing(sqlite3.connect(library.engine.paths.catalogue)) as catalogue, closing(sqlite3.connect(mine)) as copy:
        catalogue.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute(spoil)
        copy.commit()
    assert compare(read_catalogue(mine, scene.world), scanned_afresh(scene.world), scene.world)


def test_a_file_in_the_place_of_a_folder_leaves_nothing_of_what_was_in_it(scene: Scene) -> None:
    scene.write(scene.one / "trip" / "day" / "1.png")
    scene.write(scene.one / "trip" / "2.png")
    (scene.one / "trip" / "clip.mp4").write_bytes(b"no picture")
    scene.settle()
    shutil.rmtree(scene.one / "trip")
    scene.write(scene.one / "trip")
    assert scene.settle().keys() == {f"{scene.one}/trip"}


def test_a_folder_that_is_gone_before_its_turn_is_no_folder_that_cannot_be_read(scene: Scene) -> None:
    for number in range(30):
        scene.write(scene.one / "tree" / str(number) / "1.png")
    scene.settle()
    for number in range(30):
        (scene.one / "tree" / str(number)).rename(scene.one / "tree" / f"{number} aside")
        (scene.one / "tree" / f"{number} aside").rename(scene.one / "tree" / str(number))
    assert len(scene.settle()) == 30


def test_a_hidden_folder_that_events_leave_in_doubt_stays_unseen(scene: Scene) -> None:
    hidden = scene.one / "album" / ".thumbs"
    scene.write(hidden / "1.png")
    kept = scene.write(scene.one / "album" / "2.png")
    scene.settle()
    shutil.rmtree(hidden)
    scene.write(hidden / "3.png")
    assert scene.settle().keys() == {str(kept)}


@pytest.mark.parametrize("link", [os.link, os.symlink])
def test_what_is_written_to_a_file_has_changed_under_all_its_names(
    scene: Scene, link: Callable[[Path, Path], None]
) -> None:
    file = scene.write(scene.one / "1.png")
    link(file, scene.two / "2.png")
    scene.settle()
    scene.write(file)
    assert scene.settle().keys() == {f"{scene.one}/1.png", f"{scene.two}/2.png"}


def test_a_folder_with_a_sidecar_s_name_is_a_folder(scene: Scene) -> None:
    folder = scene.one / "odd.xmp"
    scene.write(folder / "1.png")
    before = scene.settle()
    folder.rename(scene.two / "odder.xmp")
    after = scene.settle()
    assert list(after) == [f"{scene.two}/odder.xmp/1.png"]
    assert list(after.values()) == list(before.values())
    shutil.rmtree(scene.two / "odder.xmp")
    assert scene.settle() == {}


def test_a_photo_that_is_overwritten_with_something_else_is_no_photo_unless_its_name_says_so(scene: Scene) -> None:
    for name in ("1.png", "2"):
        scene.write(scene.one / name)
    scene.settle()
    for name in ("1.png", "2"):
        (scene.one / name).write_bytes(b"no picture at all")
    assert scene.settle().keys() == {f"{scene.one}/1.png"}


def test_a_photo_that_moves_over_another_file_is_the_only_one_there(scene: Scene) -> None:
    scene.write(scene.one / "1.png")
    (scene.one / "notes").write_bytes(b"no picture")
    before = scene.settle()
    (scene.one / "1.png").rename(scene.one / "notes")
    assert scene.settle() == {f"{scene.one}/notes": before[f"{scene.one}/1.png"]}


def test_a_folder_with_the_name_of_a_sidecar_says_nothing_about_the_photo_beside_it(scene: Scene) -> None:
    photo = scene.write(scene.one / "1.png")
    (scene.one / "1.xmp").write_text("<x/>")
    scene.settle()
    (scene.one / "1.xmp").unlink()
    scene.write(scene.one / "1.xmp" / "2.png")
    assert scene.settle().keys() == {str(photo), f"{scene.one}/1.xmp/2.png"}


def test_a_photo_that_is_a_folder_when_its_drive_comes_back_is_no_photo(scene: Scene) -> None:
    scene.write(scene.one / "1.png")
    scene.settle()
    away = scene.one.with_name("away")
    scene.one.rename(away)
    (away / "1.png").unlink()
    scene.write(away / "1.png" / "2.png")
    away.rename(scene.one)
    (scene.one / "last").mkdir()
    assert scene.settle().keys() == {f"{scene.one}/1.png/2.png"}


def test_what_is_renamed_to_the_place_of_a_folder_leaves_nothing_of_what_was_in_it(scene: Scene) -> None:
    scene.write(scene.one / "trip" / "1.png")
    scene.settle()
    shutil.rmtree(scene.one / "trip")
    scene.write(scene.one / "saving").rename(scene.one / "trip")
    assert scene.settle().keys() == {f"{scene.one}/trip"}


def test_a_photo_that_took_another_s_place_while_a_folder_took_its_own_is_itself(scene: Scene) -> None:
    first, second = scene.write(scene.one / "1.png"), scene.write(scene.two / "2.png")
    before = scene.settle()
    first.rename(scene.one / "aside.png")
    second.rename(first)
    (scene.one / "aside.png").rename(second)
    second.unlink()
    scene.write(second / "3.png")
    assert scene.settle()[str(first)] == before[str(second)]


def test_a_folder_in_the_place_of_a_photo_that_moved_keeps_what_it_holds(scene: Scene) -> None:
    scene.write(scene.one / "1.png")
    scene.write(scene.one / "x" / "2.png")
    before = scene.settle()
    (scene.one / "1.png").rename(scene.one / "3.png")
    (scene.one / "x").rename(scene.one / "1.png")
    after = scene.settle()
    assert after == {
        f"{scene.one}/3.png": before[f"{scene.one}/1.png"], f"{scene.one}/1.png/2.png": before[f"{scene.one}/x/2.png"]
    }  # fmt: skip


@pytest.mark.slow
def test_a_storm_that_overflows_the_system_s_queue_loses_nothing_and_others_have_their_turn(
    scene: Scene, library: WatchedLibrary, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    limit = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if limit > 20_000:
        pytest.skip(f"the queue takes {limit} events here")
    files = [scene.one / f"{number % 20:02}" / f"{number}.png" for number in range(800)]
    for folder in {file.parent for file in files}:
        folder.mkdir()
    scene.settle()
    monkeypatch.setattr(library._watcher._table, "_most_pending", 300)
    tree = library._watcher._roots[str(scene.one)].listening
    assert isinstance(tree, InotifyTree) and tree._watches is not None
    heard: list[Happening] = []
    take_trouble = library._watcher._roots.take_trouble

    def take(happening: Happening) -> None:
        heard.append(happening)
        take_trouble(happening)

    monkeypatch.setattr(library._watcher._roots, "take_trouble", take)
    asked, answered = threading.Event(), 0
    with tree._watches._lock:  # watchdog reads no further meanwhile
        for file in files:
            scene.write(file)
        for second in range(limit // len(files) + 1):
            for file in files:  # in turn, since the kernel merges events that are alike
                os.utime(file, (10**9 + second, 10**9 + second))
    while len(library.known(scene.world).ids) < len(files):
        library.engine.librarian.submit(lambda _: None).result(30)
        answered += 1
        asked.wait(0.005)
    assert len(scene.settle()) == len(files)
    assert Kind.LOST in {happening.kind for happening in heard}
    assert answered > 1

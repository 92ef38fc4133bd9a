import itertools
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from photofind.core.changes import Appeared, Change, Changed, Moved, Unsure, Vanished
from photofind.core.tree import is_below
from photofind.library.pending import Stamp, look_at
from photofind.library.settling import SettlingTable

FOLDER = 0  # what a folder holds, in the file system below; files hold a number of their own


class Disk:
    """A file system in memory and the events that a kernel would send about it."""

    def __init__(self) -> None:
        self.held: dict[str, int] = {"/r": FOLDER}
        self.events: list[Callable[[SettlingTable, float], None]] = []
        self._numbers = itertools.count(1)

    def look(self, path: str) -> Stamp | None:
        held = self.held.get(path)
        return None if held is None else Stamp(held == FOLDER, held, held)

    def below(self, path: str) -> list[str]:
        return sorted(other for other in self.held if is_below(other, path))

    def _has_folder_for(self, path: str) -> bool:
        return self.held.get(os.path.dirname(path)) == FOLDER

    def write(self, path: str) -> None:
        if self._has_folder_for(path) and self.held.get(path) != FOLDER:
            if path not in self.held:
                self.events.append(lambda table, now_s: table.appeared(path, False, now_s))
            self.held[path] = next(self._numbers)
            self.events.append(lambda table, now_s: table.changed(path, now_s, is_open=True))
            self.events.append(lambda table, now_s: table.changed(path, now_s))

    def make_folder(self, path: str, *unseen: str) -> None:
        """Files that are made in a new folder before it is watched are not seen."""
        if self._has_folder_for(path) and path not in self.held:
            self.held[path] = FOLDER
            self.held.update({f"{path}/{name}": next(self._numbers) for name in unseen})
            self.events.append(lambda table, now_s: table.appeared(path, True, now_s))

    def remove(self, path: str) -> None:
        if path in self.held:
            for gone in [*reversed(self.below(path)), path]:
                is_folder = self.held.pop(gone) == FOLDER
                self.events.append(
                    lambda table, now_s, gone=gone, is_folder=is_folder: table.vanished(gone, is_folder, now_s)  # type: ignore[misc]
                )

    def move(self, source: str, target: str) -> None:
        if source not in self.held or not self._has_folder_for(target) or is_below(target, source) or source == target:
            return
        is_folder = self.held[source] == FOLDER
        if target in self.held and (is_folder != (self.held[target] == FOLDER) or self.below(target)):
            return
        self._rename(source, target)
        self.events.append(lambda table, now_s: table.moved(source, target, is_folder, now_s))

    def _rename(self, source: str, target: str) -> None:
        for path in [source, *self.below(source)]:
            self.held[target + path[len(source) :]] = self.held.pop(path)

    def move_out(self, path: str) -> None:
        if path in self.held:
            is_folder = self.held[path] == FOLDER
            for gone in [*self.below(path), path]:
                del self.held[gone]
            self.events.append(lambda table, now_s: table.vanished(path, is_folder, now_s))

    def lose_events(self) -> None:
        self.events.clear()
        self.events.append(lambda table, now_s: table.unsure("/r", now_s))


class Listener:
    """Knows of the disk only what it was told."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self.known: dict[str, int] = {}

    def apply(self, changes: list[Change]) -> None:
        for change in changes:
            match change:
                case Appeared(path, True) | Unsure(path):
                    self._scan(path)
                case Appeared(path, False) | Changed(path):
                    self._read(path)
                case Vanished(path):
                    self._drop(path)
                case Moved(source, target, is_folder):
                    self._move(source, target, is_folder)

    def _drop(self, path: str) -> None:
        self.known = {other: held for other, held in self.known.items() if other != path and not is_below(other, path)}

    def _scan(self, path: str) -> None:
        self._drop(path)
        self.known.update({other: self._disk.held[other] for other in self._disk.below(path)})
        self._read(path)

    def _read(self, path: str) -> None:
        self.known.pop(path, None)
        if path in self._disk.held:
            self.known[path] = self._disk.held[path]

    def _move(self, source: str, target: str, is_folder: bool) -> None:
        moving = {path: held for path, held in self.known.items() if path == source or is_below(path, source)}
        self._drop(target)
        if not moving:
            self._scan(target) if is_folder else self._read(target)
            return
        self._drop(source)
        self.known.update({target + path[len(source) :]: held for path, held in moving.items()})

    @property
    def files(self) -> dict[str, int]:
        return {path: held for path, held in self.known.items() if held != FOLDER}


_paths = st.lists(st.sampled_from("ab"), min_size=1, max_size=3).map(lambda names: "/r/" + "/".join(names))
_steps = st.one_of(
    st.tuples(st.just("write"), _paths),
    st.tuples(st.just("make_folder"), _paths),
    st.tuples(st.just("make_folder"), _paths, st.just("a"), st.just("b")),
    st.tuples(st.just("remove"), _paths),
    st.tuples(st.just("move"), _paths, _paths),
    st.tuples(st.just("move"), _paths, _paths),
    st.tuples(st.just("move_out"), _paths),
    st.tuples(st.just("wait"), st.sampled_from([0.1, 0.3, 0.6, 1.1, 4.0])),
    st.tuples(st.just("events arrive")),
    st.tuples(st.just("lose_events")),
)


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(steps=st.lists(_steps, max_size=25))
@example(
    [("make_folder", "/r/a"), ("write", "/r/b"), ("wait", 1.1), ("move", "/r/b", "/r/a/b"), ("move", "/r/a", "/r/b")]
)
@example([("write", "/r/a"), ("write", "/r/b"), ("wait", 1.1), ("move", "/r/a", "/r/b"), ("move", "/r/b", "/r/a/a")])
@example(
    [
        *[("make_folder", "/r/a"), ("write", "/r/a/b"), ("events arrive",), ("wait", 4.0)],
        *[("remove", "/r/a"), ("write", "/r/b"), ("move", "/r/b", "/r/a")],
    ]
)
def test_all_changes_applied_in_order_give_what_is_on_disk(steps: list[tuple[str, ...]]) -> None:
    disk = Disk()
    listener = Listener(disk)
    table = SettlingTable(1.0, disk.look, most_pending=6)
    table.roots = ("/r",)
    now_s = 0.0

    def pass_time(until_s: float) -> None:
        nonlocal now_s
        while table.next_s <= until_s:
            assert table.next_s > now_s - 1e-9, "no time passes"
            now_s = max(now_s, table.next_s)
            listener.apply(table.due(now_s))
            now_s += 1e-6
        now_s = max(now_s, until_s)

    def deliver() -> None:
        for event in disk.events:
            event(table, now_s)
        disk.events.clear()

    for name, *arguments in steps:
        if name == "wait":
            pass_time(now_s + float(arguments[0]))
        elif name == "events arrive":
            deliver()
        else:
            getattr(disk, name)(*arguments)
    deliver()
    pass_time(now_s + 100.0)
    assert len(table) == 0
    assert listener.files == {path: held for path, held in disk.held.items() if held != FOLDER}


class Bench:
    """A table over a disk, and a clock to turn."""

    def __init__(self, **options: int) -> None:
        self.disk = Disk()
        self.table = SettlingTable(1.0, self.disk.look, **options)
        self.now_s = 0.0

    def do(self, name: str, *arguments: str) -> None:
        getattr(self.disk, name)(*arguments)
        for event in self.disk.events:
            event(self.table, self.now_s)
        self.disk.events.clear()

    def wait(self, seconds: float) -> list[Change]:
        told: list[Change] = []
        until_s = self.now_s + seconds
        while self.table.next_s <= until_s:
            self.now_s = self.table.next_s
            told += self.table.due(self.now_s)
        self.now_s = until_s
        return told

    def known(self, *paths: str) -> None:
        for path in paths:
            self.do("write", path)
        self.wait(10)


@pytest.fixture
def bench() -> Bench:
    return Bench()


def test_a_new_file_is_told_once_a_second_after_its_last_write(bench: Bench) -> None:
    for _ in range(5):
        bench.do("write", "/r/a")
        assert bench.wait(0.9) == []
    assert bench.wait(0.2) == [Appeared("/r/a")]
    assert bench.wait(60) == []


def test_what_came_and_went_is_gone_in_case_a_scan_has_seen_it(bench: Bench) -> None:
    bench.do("write", "/r/a")
    bench.do("remove", "/r/a")
    bench.do("make_folder", "/r/b", "a")
    bench.do("remove", "/r/b")
    assert bench.wait(10) == [Vanished("/r/a"), Vanished("/r/b", is_folder=True)]


def test_a_known_file_that_is_replaced_has_changed(bench: Bench) -> None:
    bench.known("/r/a")
    bench.do("remove", "/r/a")
    bench.do("write", "/r/a")
    assert bench.wait(10) == [Changed("/r/a")]


def test_a_known_file_that_is_renamed_has_moved_and_a_new_one_appears_where_it_ends(bench: Bench) -> None:
    bench.known("/r/a")
    bench.do("move", "/r/a", "/r/b")
    bench.do("write", "/r/new.part")
    bench.do("move", "/r/new.part", "/r/new")
    assert bench.wait(10) == [Moved("/r/a", "/r/b"), Vanished("/r/new.part"), Appeared("/r/new")]


def test_a_chain_of_renames_is_one_move(bench: Bench) -> None:
    bench.known("/r/a")
    for source, target in itertools.pairwise("abcd"):
        bench.do("move", f"/r/{source}", f"/r/{target}")
    told = bench.wait(10)
    assert told[0] == Moved("/r/a", "/r/d")
    assert set(told[1:]) == {Vanished("/r/b"), Vanished("/r/c")}  # something may have been overwritten there


def test_a_save_with_a_backup_changes_the_file_and_leaves_its_name_alone(bench: Bench) -> None:
    bench.known("/r/a")
    bench.do("move", "/r/a", "/r/a~")
    bench.do("write", "/r/a")
    assert bench.wait(10) == [Changed("/r/a"), Appeared("/r/a~")]


def test_a_save_by_renaming_over_the_file_leaves_nothing_else(bench: Bench) -> None:
    bench.known("/r/a")
    bench.do("write", "/r/.a.tmp")
    bench.do("move", "/r/.a.tmp", "/r/a")
    assert bench.wait(10) == [Vanished("/r/.a.tmp"), Appeared("/r/a")]


def test_two_files_that_swap_names_keep_their_identity(bench: Bench) -> None:
    bench.known("/r/a", "/r/b")
    bench.do("move", "/r/a", "/r/t")
    bench.do("move", "/r/b", "/r/a")
    bench.do("move", "/r/t", "/r/b")
    assert bench.wait(10) == [Moved("/r/a", "/r/t"), Moved("/r/b", "/r/a"), Moved("/r/t", "/r/b")]


def test_a_folder_stands_for_what_came_with_it(bench: Bench) -> None:
    bench.do("make_folder", "/r/a")
    for name in "bcd":
        bench.do("write", f"/r/a/{name}")
        assert bench.wait(0.2) == []
    bench.do("make_folder", "/r/a/e", "f")
    assert bench.wait(10) == [Appeared("/r/a", is_folder=True)]


def test_a_folder_that_fills_for_long_is_told_early_and_its_later_files_one_by_one(bench: Bench) -> None:
    bench.do("make_folder", "/r/a")
    told: list[Change] = []
    for number in range(20):
        bench.do("write", f"/r/a/{number:02}")
        told += bench.wait(0.5)
    told += bench.wait(10)
    assert told[0] == Appeared("/r/a", is_folder=True)
    assert Appeared("/r/a/19") in told
    assert len(told) == len(set(told)) < 20


def test_what_vanishes_with_its_folder_needs_no_word(bench: Bench) -> None:
    bench.do("make_folder", "/r/a")
    bench.known("/r/a/b", "/r/a/c")
    bench.do("write", "/r/a/b")
    bench.do("remove", "/r/a")
    assert bench.wait(10) == [Vanished("/r/a", is_folder=True)]


def test_changes_below_a_folder_that_moves_are_told_at_their_new_place(bench: Bench) -> None:
    bench.do("make_folder", "/r/a")
    bench.known("/r/a/b")
    bench.do("write", "/r/a/b")
    bench.do("move", "/r/a", "/r/z")
    assert bench.wait(10) == [Moved("/r/a", "/r/z", is_folder=True), Changed("/r/z/b")]


def test_a_folder_that_is_replaced_is_scanned(bench: Bench) -> None:
    bench.do("make_folder", "/r/a")
    bench.known("/r/a/b")
    bench.do("remove", "/r/a")
    bench.do("make_folder", "/r/a", "c")
    assert bench.wait(10) == [Unsure("/r/a")]


def test_a_file_that_becomes_a_folder_is_both_told(bench: Bench) -> None:
    bench.known("/r/a")
    bench.do("remove", "/r/a")
    bench.do("make_folder", "/r/a", "b")
    assert bench.wait(10) == [Vanished("/r/a"), Appeared("/r/a", is_folder=True)]


def test_a_folder_in_the_place_of_a_known_file_does_not_move_as_that_file(bench: Bench) -> None:
    bench.known("/r/a")
    bench.do("remove", "/r/a")
    bench.do("make_folder", "/r/a", "b")
    bench.do("move", "/r/a", "/r/z")
    assert {type(change) for change in bench.wait(10)} == {Vanished, Appeared}


def test_a_file_that_grows_without_events_is_not_settled(bench: Bench) -> None:
    bench.do("write", "/r/a")
    for _ in range(5):
        assert bench.wait(0.8) == []
        bench.disk.held["/r/a"] += 1_000
    assert bench.wait(10) == [Appeared("/r/a")]


def test_a_file_that_is_open_for_writing_is_waited_for_but_not_for_ever(bench: Bench) -> None:
    bench.disk.held["/r/a"] = 1
    bench.table.appeared("/r/a", False, 0.0)
    bench.table.changed("/r/a", 0.0, is_open=True)
    assert bench.wait(9) == []
    assert bench.wait(2) == [Appeared("/r/a")]
    bench.table.changed("/r/a", bench.now_s, is_open=True)
    assert bench.wait(5) == []
    bench.table.changed("/r/a", bench.now_s)
    assert bench.wait(1.1) == [Changed("/r/a")]


def test_a_burst_becomes_one_scan_of_its_root_and_leaves_others_alone() -> None:
    bench = Bench(most_pending=100)
    bench.disk.held["/s"] = FOLDER
    bench.table.roots = ("/r", "/s")
    bench.do("write", "/s/a")
    for number in range(300):
        bench.do("write", f"/r/{number}")
    assert bench.wait(30) == [Unsure("/r"), Appeared("/s/a")]


def test_a_root_under_constant_fire_is_scanned_now_and_then() -> None:
    bench = Bench(most_pending=100)
    bench.table.roots = ("/r",)
    told: list[Change] = []
    for number in range(10_000):
        bench.do("write", f"/r/{number}")
        told += bench.wait(0.003)
    told += bench.wait(30)
    assert 3 <= len(told) <= 5
    assert set(told) == {Unsure("/r")}


def test_what_is_forgotten_is_not_told(bench: Bench) -> None:
    bench.do("make_folder", "/r/a", "b")
    bench.do("write", "/r/a/b")
    bench.do("write", "/r/c")
    bench.table.forget("/r/a")
    assert bench.wait(10) == [Appeared("/r/c")]


def test_a_look_sees_links_as_links_and_nothing_where_nothing_is(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path)
    link, folder = look_at(str(tmp_path / "link")), look_at(str(tmp_path))
    assert link is not None and not link.is_folder
    assert folder is not None and folder.is_folder
    assert look_at(str(tmp_path / "none")) is None
    assert look_at("nul\0byte") is None

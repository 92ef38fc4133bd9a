import queue
import sqlite3
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from photofind.core.errors import NoRoom, StoreFailed
from photofind.core.events import Event, LibraryState, Notice, PhotosChanged
from photofind.library.librarian import Desk, Librarian
from photofind.store.catalogue_reader import CatalogueReader
from photofind.store.thumbnails import Thumbnails


@pytest.fixture
def events() -> "queue.Queue[Event]":
    return queue.Queue()


@pytest.fixture
def librarian(tmp_path: Path, events: "queue.Queue[Event]") -> Iterator[Librarian]:
    with Thumbnails(tmp_path / "thumbnails.db") as thumbnails:
        librarian = Librarian(tmp_path / "catalogue.db", thumbnails, events.put)
        librarian.start()
        yield librarian
        librarian.stop()


def meta(folder: Path, key: str) -> str:
    reader = CatalogueReader(folder / "catalogue.db")
    try:
        return reader.meta(key)
    finally:
        reader.close()


def test_a_job_is_on_disk_when_its_future_is_done(librarian: Librarian, tmp_path: Path) -> None:
    librarian.submit(lambda desk: desk.catalogue.set_meta("colour", "red")).result(timeout=10)
    assert meta(tmp_path, "colour") == "red"


def test_jobs_are_done_in_the_order_they_came(librarian: Librarian, tmp_path: Path) -> None:
    done: list[int] = []
    futures = [librarian.submit(lambda _, n=number: done.append(n)) for number in range(300)]
    for future in futures:
        future.result(timeout=10)
    assert done == list(range(300))


def test_a_job_that_fails_takes_back_its_own_writes_and_no_others(librarian: Librarian, tmp_path: Path) -> None:
    blocked = threading.Event()
    librarian.submit(lambda _: blocked.wait(10))  # so that the next ones share a transaction

    def fails(desk: Desk) -> None:
        desk.catalogue.set_meta("bad", "written")
        raise ValueError("no")

    good = librarian.submit(lambda desk: desk.catalogue.set_meta("good", "written"))
    bad = librarian.submit(fails)
    later = librarian.submit(lambda desk: desk.catalogue.set_meta("later", "written"))
    blocked.set()
    with pytest.raises(ValueError, match="no"):
        bad.result(timeout=10)
    good.result(timeout=10)
    later.result(timeout=10)
    assert [meta(tmp_path, key) for key in ("good", "bad", "later")] == ["written", "", "written"]


def test_a_full_disk_takes_back_all_and_says_so(librarian: Librarian, tmp_path: Path) -> None:
    blocked = threading.Event()
    librarian.submit(lambda _: blocked.wait(10))

    def meets_a_full_disk(desk: Desk) -> None:
        desk.catalogue.connection.execute("PRAGMA max_page_count = 1")  # SQLite's own way to be full
        try:
            for number in range(10_000):
                desk.catalogue.set_meta(f"key {number}", "x" * 500)
        finally:
            desk.catalogue.connection.execute("PRAGMA max_page_count = 1073741823")

    before = librarian.submit(lambda desk: desk.catalogue.set_meta("before", "written"))
    full = librarian.submit(meets_a_full_disk)
    blocked.set()
    with pytest.raises(NoRoom, match="free some space"):
        full.result(timeout=20)
    with pytest.raises(NoRoom):
        before.result(timeout=20)
    librarian.submit(lambda desk: desk.catalogue.set_meta("after", "written")).result(timeout=10)
    assert [meta(tmp_path, key) for key in ("before", "key 1", "after")] == ["", "", "written"]


def test_long_work_and_jobs_take_turns(librarian: Librarian) -> None:
    begun, may_end = threading.Event(), threading.Event()

    def long_work(desk: Desk) -> Iterator[None]:
        while not may_end.is_set():
            begun.set()
            yield
        desk.catalogue.set_meta("long work", "done")

    future = librarian.begin(long_work)
    assert begun.wait(10)
    assert librarian.submit(lambda _: "a job").result(timeout=10) == "a job"
    may_end.set()
    future.result(timeout=10)
    assert librarian.submit(lambda desk: desk.reader.meta("long work")).result(timeout=10) == "done"


def test_long_work_that_fails_says_so_and_others_go_on(
    librarian: Librarian, events: "queue.Queue[Event]", caplog: pytest.LogCaptureFixture
) -> None:
    def out_of_order(_: Desk) -> Iterator[None]:
        yield
        raise StoreFailed("The disk said no.")

    with pytest.raises(StoreFailed):
        librarian.begin(out_of_order).result(timeout=10)
    while not isinstance(event := events.get(timeout=10), Notice):
        pass
    assert event == Notice("The disk said no.", is_error=True)
    librarian.begin(lambda _: iter(())).result(timeout=10)


def test_what_changed_is_announced_together(librarian: Librarian, events: "queue.Queue[Event]") -> None:
    for number in (3, 1, 2):
        librarian.submit(lambda desk, n=number: desk.note_changed(n)).result(timeout=10)
    seen: set[int] = set()
    while seen != {1, 2, 3}:
        event = events.get(timeout=10)
        if isinstance(event, PhotosChanged):
            assert not event.membership
            seen.update(event.changed)


def test_counts_are_announced_at_the_start(librarian: Librarian, events: "queue.Queue[Event]") -> None:
    while not isinstance(event := events.get(timeout=10), LibraryState):
        pass
    assert event.counts.photos == 0


def test_nothing_is_taken_after_the_stop(tmp_path: Path) -> None:
    with Thumbnails(tmp_path / "thumbnails.db") as thumbnails:
        librarian = Librarian(tmp_path / "catalogue.db", thumbnails, lambda _: None)
        librarian.start()
        last = librarian.submit(lambda desk: desk.catalogue.set_meta("last", "written"))
        librarian.stop()
        assert last.done() and not last.cancelled()
        assert librarian.submit(lambda _: None).cancelled()
    assert meta(tmp_path, "last") == "written"


def test_a_catalogue_that_is_none_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "catalogue.db").write_bytes(b"not a database " * 1000)
    with Thumbnails(tmp_path / "thumbnails.db") as thumbnails, pytest.raises(StoreFailed, match="cannot be opened"):
        Librarian(tmp_path / "catalogue.db", thumbnails, lambda _: None).start()


def test_a_catalogue_of_a_newer_version_is_left_alone(tmp_path: Path) -> None:
    connection = sqlite3.connect(tmp_path / "catalogue.db")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with Thumbnails(tmp_path / "thumbnails.db") as thumbnails, pytest.raises(StoreFailed, match="newer photofind"):
        Librarian(tmp_path / "catalogue.db", thumbnails, lambda _: None).start()

"""Each store on a disk that fills up at its write: nothing torn, one sentence, and the next write works."""

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photofind.core.errors import NoRoom, StoreFailed
from photofind.store.catalogue import Catalogue
from photofind.store.catalogue_reader import CatalogueReader
from photofind.store.first_look import FirstLook
from photofind.store.sqlite_room import has_no_room
from photofind.store.thumbnails import Thumbnails
from photofind.store.vector_journal import VectorJournal, read_journal, round_vectors

Disk = Any  # the fixture's class lies in tests/conftest.py


@pytest.fixture
def disk(small_disk: Callable[[int], Disk]) -> Disk:
    return small_disk(16)


def vectors(count: int) -> "np.ndarray[Any, np.dtype[np.float16]]":
    return round_vectors(np.random.default_rng(0).standard_normal((count, 64), np.float32))


def ids(first: int, count: int) -> "np.ndarray[Any, np.dtype[np.int64]]":
    return np.arange(first, first + count, dtype=np.int64)


def values(path: Path) -> dict[str, str]:
    reader = CatalogueReader(path)
    try:
        assert reader._connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return dict(reader._connection.execute("SELECT key, value FROM meta"))
    finally:
        reader.close()


@pytest.mark.parametrize("left_bytes", [0, 4_096, 40_000, 300_000])
def test_a_transaction_that_fills_the_disk_is_taken_back(disk: Disk, left_bytes: int) -> None:
    path = disk.folder / "catalogue.db"
    catalogue = Catalogue(path)
    catalogue.set_meta("before", "written")
    disk.fill(left_bytes)
    with pytest.raises(NoRoom, match="free some space"), catalogue.transaction():
        for number in range(1_000):
            catalogue.set_meta(f"key {number}", "x" * 1_000)
    assert catalogue._connection.in_transaction is False
    disk.make_room()
    catalogue.set_meta("after", "written")
    assert values(path) == {"before": "written", "after": "written"}
    catalogue.close()
    assert values(path) == {"before": "written", "after": "written"}


def test_a_log_that_grows_until_the_disk_is_full_gives_its_room_back(disk: Disk) -> None:
    """One who reads keeps SQLite from emptying its write-ahead log."""
    path = disk.folder / "catalogue.db"
    catalogue, reader = Catalogue(path), CatalogueReader(path)
    reader._connection.execute("BEGIN")
    reader._connection.execute("SELECT * FROM meta").fetchall()
    written = 0
    with pytest.raises(NoRoom):
        while True:
            catalogue.set_meta(f"key {written}", "x" * 20_000)
            written += 1
    assert written > 100
    reader._connection.execute("COMMIT")
    reader.close()
    catalogue.close()
    assert len(values(path)) == written


def test_sqlite_keeps_no_temporary_files_elsewhere(
    disk: Disk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SQLITE_TMPDIR", str(disk.folder))
    disk.fill()
    catalogue = Catalogue(tmp_path / "catalogue.db")
    with catalogue.transaction():
        for number in range(300):
            catalogue.set_meta(f"key {number}", "x" * 2_000)
        with pytest.raises(ValueError), catalogue.transaction():  # what may be taken back is kept meanwhile
            for number in range(300):
                catalogue.set_meta(f"key {number}", "y" * 2_000)
            raise ValueError
    catalogue.close()
    assert set(values(tmp_path / "catalogue.db").values()) == {"x" * 2_000}


def test_a_catalogue_that_cannot_be_opened_or_made_for_lack_of_room_says_so_and_can_be_read(disk: Disk) -> None:
    path = disk.folder / "catalogue.db"
    disk.fill()
    with pytest.raises(NoRoom, match="free some space"):
        Catalogue(path)
    disk.make_room()
    catalogue = Catalogue(path)
    catalogue.set_meta("before", "written")
    catalogue.close()
    with Thumbnails(disk.folder / "thumbnails.db") as thumbnails:
        thumbnails.put([(1, b"jpeg")])
    disk.fill()
    with pytest.raises(NoRoom, match="free some space"):
        Catalogue(path)
    with pytest.raises(NoRoom, match="free some space"):
        Thumbnails(disk.folder / "thumbnails.db")
    assert values(path) == {"before": "written"}
    look = FirstLook(path, disk.folder / "thumbnails.db")
    assert look.thumbnail(1) == b"jpeg"
    look.close()


@pytest.mark.parametrize("left_bytes", [0, 4_096, 100_000])
def test_thumbnails_that_find_no_room_change_nothing(disk: Disk, left_bytes: int) -> None:
    with Thumbnails(disk.folder / "thumbnails.db") as thumbnails:
        thumbnails.put([(1, b"old" * 5_000)])
        disk.fill(left_bytes)
        with pytest.raises(NoRoom, match="disk is full"):
            thumbnails.put([(1, b"new" * 5_000), (2, bytes(500_000))])
        assert thumbnails.ids() == [1] and thumbnails.get(1) == b"old" * 5_000
        disk.make_room()
        thumbnails.put([(2, b"new")])
        assert thumbnails.ids() == [1, 2] and thumbnails.notice == ""


@pytest.mark.parametrize("left_bytes", [0, 4_096, 50_000])
def test_a_journal_that_finds_no_room_holds_what_it_held_and_goes_on(disk: Disk, left_bytes: int) -> None:
    path = disk.folder / "k.journal"
    journal = VectorJournal.open(path, "k", 64)
    journal.append(ids(1, 50), vectors(50))
    journal.sync()
    disk.fill(left_bytes)
    with pytest.raises(NoRoom, match="disk is full"):
        journal.append(ids(100, 2_000), vectors(2_000))
    assert sorted(read_journal(path).ids) == list(range(1, 51)) and read_journal(path).damaged == 0
    disk.make_room()
    journal.append(ids(100, 10), vectors(10))
    journal.close()
    content = read_journal(path)
    assert sorted(content.ids) == [*range(1, 51), *range(100, 110)] and content.damaged == 0


def test_a_journal_whose_header_finds_no_room_is_made_with_room(disk: Disk) -> None:
    disk.fill()
    with pytest.raises(NoRoom, match="disk is full"):
        VectorJournal.open(disk.folder / "k.journal", "k", 64)
    assert not (disk.folder / "k.journal").exists()
    disk.make_room()
    journal = VectorJournal.open(disk.folder / "k.journal", "k", 64)
    journal.append(ids(1, 5), vectors(5))
    journal.close()
    assert journal.notice == "" and list(read_journal(disk.folder / "k.journal").ids) == [1, 2, 3, 4, 5]


def test_a_journal_that_cannot_be_made_shorter_stays_as_it_is(disk: Disk) -> None:
    journal = VectorJournal.open(disk.folder / "k.journal", "k", 64)
    journal.append(ids(1, 2_000), vectors(2_000))
    journal.sync()
    disk.fill(20_000)
    with pytest.raises(NoRoom):
        journal.compact(ids(1, 1_500))
    assert len(journal) == 2_000 and not (disk.folder / "k.journal.new").exists()
    disk.make_room()
    journal.compact(ids(1, 1_500))
    journal.append(ids(5_000, 1), vectors(1))
    journal.close()
    assert len(read_journal(disk.folder / "k.journal").ids) == 1_501


def test_a_disk_without_names_for_new_files_is_full_too(disk: Disk) -> None:
    assert not has_no_room(disk.folder)
    os.system(f"mount -o remount,nr_inodes=3 '{disk.folder}'")
    for number in range(5):
        try:
            (disk.folder / str(number)).touch()
        except OSError:
            break
    assert has_no_room(disk.folder)
    with pytest.raises(NoRoom, match="free some space"):
        Catalogue(disk.folder / "catalogue.db")


def test_a_read_only_disk_is_read_as_it_is(disk: Disk) -> None:
    catalogue = Catalogue(disk.folder / "catalogue.db")
    catalogue.set_meta("before", "written")
    journal = VectorJournal.open(disk.folder / "k.journal", "k", 64)
    journal.append(ids(1, 5), vectors(5))
    journal.close()
    catalogue.close()
    disk.set_read_only(True)
    assert values(disk.folder / "catalogue.db") == {"before": "written"}
    assert len(read_journal(disk.folder / "k.journal").ids) == 5
    for opening in (
        lambda: Catalogue(disk.folder / "catalogue.db"),
        lambda: Thumbnails(disk.folder / "thumbnails.db"),
        lambda: VectorJournal.open(disk.folder / "k.journal", "k", 64),
    ):
        with pytest.raises(StoreFailed) as caught:
            opening()
        assert not isinstance(caught.value, NoRoom)
    assert sqlite3.connect(f"{(disk.folder / 'catalogue.db').as_uri()}?immutable=1", uri=True).close() is None

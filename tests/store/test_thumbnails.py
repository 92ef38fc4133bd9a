import logging
import resource
import sqlite3
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from photofind.core.errors import StoreFailed
from photofind.store.thumbnails import Thumbnails

JPEG = b"\xff\xd8 a small picture \xff\xd9"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "library" / "thumbnails.sqlite"


@pytest.fixture
def thumbnails(path: Path) -> Iterator[Thumbnails]:
    with Thumbnails(path) as opened:
        yield opened


def test_a_thumbnail_is_found_by_its_photo(thumbnails: Thumbnails) -> None:
    thumbnails.put([(7, JPEG), (8, JPEG * 2)])
    assert thumbnails.get(7) == JPEG
    assert thumbnails.get(9) is None
    assert thumbnails.get_many([8, 9, 7]) == {7: JPEG, 8: JPEG * 2}
    assert thumbnails.ids() == [7, 8]


def test_many_are_found_at_once(thumbnails: Thumbnails) -> None:
    thumbnails.put((photo_id, JPEG + str(photo_id).encode()) for photo_id in range(2500))
    assert thumbnails.get_many(range(3000)) == {photo_id: JPEG + str(photo_id).encode() for photo_id in range(2500)}


def test_a_newer_thumbnail_replaces_the_older(thumbnails: Thumbnails) -> None:
    thumbnails.put([(7, JPEG)])
    thumbnails.put([(7, b"newer")])
    assert thumbnails.get(7) == b"newer"


def test_removed_thumbnails_are_gone(thumbnails: Thumbnails) -> None:
    thumbnails.put([(7, JPEG), (8, JPEG)])
    thumbnails.remove([7, 99])
    assert thumbnails.ids() == [8]


def test_thumbnails_outlive_a_restart_in_private_files(path: Path) -> None:
    with Thumbnails(path) as first:
        first.put([(7, JPEG)])
        modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        assert first.size_bytes() > 0
    assert modes == {0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    with Thumbnails(path) as second:
        assert second.get(7) == JPEG
        assert second.notice == ""


def test_other_threads_read_while_one_writes_and_closing_closes_all(path: Path) -> None:
    thumbnails = Thumbnails(path)
    wrong: list[object] = []
    all_there = threading.Barrier(5, timeout=60)

    def read() -> None:
        all_there.wait()
        while (found := thumbnails.get_many(range(300))) is not None and len(found) < 300:
            wrong.extend(jpeg for jpeg in found.values() if jpeg != JPEG)
        all_there.wait()

    readers = [threading.Thread(target=read) for _ in range(4)]
    for reader in readers:
        reader.start()
    all_there.wait()
    for photo_id in range(300):
        thumbnails.put([(photo_id, JPEG)])
    all_there.wait()
    for reader in readers:
        reader.join()
    thumbnails.close()
    thumbnails.close()
    assert wrong == []
    assert thumbnails.get(1) is None
    assert [file.name for file in path.parent.iterdir()] == [path.name]  # the last connection removes the log


def test_closing_while_others_read_disturbs_nobody(path: Path) -> None:
    thumbnails = Thumbnails(path)
    thumbnails.put((photo_id, JPEG) for photo_id in range(200))
    started = threading.Barrier(4, timeout=60)
    wrong: list[object] = []

    def read() -> None:
        assert len(thumbnails.get_many(range(200))) == 200
        started.wait()
        while found := thumbnails.get_many(range(200)):
            wrong.extend(jpeg for jpeg in found.values() if jpeg != JPEG)

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    started.wait()
    thumbnails.close()
    for reader in readers:
        reader.join(60)
        assert not reader.is_alive()
    assert wrong == []


@pytest.mark.parametrize("damage", [b"not a database at all" * 400, b"short"])
def test_a_damaged_file_is_set_aside_and_said(path: Path, damage: bytes, caplog: pytest.LogCaptureFixture) -> None:
    path.parent.mkdir()
    path.write_bytes(damage)
    with caplog.at_level(logging.WARNING), Thumbnails(path) as thumbnails:
        (aside,) = path.parent.glob("thumbnails.sqlite.damaged-*")
        assert str(aside) in thumbnails.notice
        thumbnails.put([(1, JPEG)])
        assert thumbnails.get(1) == JPEG
    assert aside.read_bytes() == damage


def test_damage_inside_the_file_costs_the_old_thumbnails_and_never_the_new_ones(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Thumbnails(path) as thumbnails:
        thumbnails.put((photo_id, JPEG * 100) for photo_id in range(100))
    data = bytearray(path.read_bytes())
    data[4096:] = b"\x55" * (len(data) - 4096)
    path.write_bytes(data)
    with caplog.at_level(logging.WARNING), Thumbnails(path) as thumbnails:
        assert thumbnails.get(5) is None
        thumbnails.put([(5, JPEG)])
        assert thumbnails.notice
        assert thumbnails.get(5) == JPEG
        assert thumbnails.ids() == [5]


def test_a_damaged_file_is_set_aside_once_even_if_there_is_no_room_for_a_new_one(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with Thumbnails(path) as thumbnails:
        thumbnails.put([(photo_id, JPEG * 100) for photo_id in range(100)])
    data = bytearray(path.read_bytes())
    data[4096:] = b"\x55" * (len(data) - 4096)
    path.write_bytes(data)
    with caplog.at_level(logging.WARNING), Thumbnails(path) as thumbnails:
        assert thumbnails.get(5) is None
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        resource.setrlimit(resource.RLIMIT_FSIZE, (0, before[1]))
        try:
            with pytest.raises(StoreFailed):
                thumbnails.mend()
            thumbnails.mend()
            with pytest.raises(StoreFailed):
                thumbnails.put([(5, JPEG)])
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
        thumbnails.put([(5, JPEG)])
        assert thumbnails.get(5) == JPEG
    (aside,) = path.parent.glob("thumbnails.sqlite.damaged-*")
    assert aside.read_bytes() == bytes(data)


def test_a_file_of_a_newer_version_is_left_alone(path: Path) -> None:
    Thumbnails(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 2")
    connection.close()
    with pytest.raises(StoreFailed, match="newer photofind"):
        Thumbnails(path)
    assert not list(path.parent.glob("*.damaged-*"))


def test_a_write_that_finds_no_room_changes_nothing_and_the_next_one_works(thumbnails: Thumbnails) -> None:
    thumbnails.put([(1, JPEG)])
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    # The kernel refuses a file over this size, which SQLite meets like a disk that fails. Python ignores SIGXFSZ.
    resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, before[1]))
    try:
        with pytest.raises(StoreFailed):
            thumbnails.put([(2, JPEG), (3, bytes(1_000_000))])
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    assert thumbnails.ids() == [1]
    thumbnails.put([(2, JPEG)])
    assert thumbnails.ids() == [1, 2]
    assert thumbnails.notice == ""


def test_a_closed_store_refuses_to_write(path: Path) -> None:
    thumbnails = Thumbnails(path)
    thumbnails.close()
    with pytest.raises(StoreFailed):
        thumbnails.put([(1, JPEG)])

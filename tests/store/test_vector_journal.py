import errno
import logging
import multiprocessing
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from photofind.core.errors import NoRoom, StoreFailed
from photofind.store.vector_journal import VectorJournal, read_journal, round_vectors
from photofind.store.vector_records import HEADER_BYTES, RecordFormat

KEY, DIMENSION = "test_encoder", 6


@pytest.fixture(autouse=True)
def _damage_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.WARNING, "photofind.store.vector_journal"):
        yield


def vectors_for(count: int, seed: int = 0, dimension: int = DIMENSION) -> NDArray[np.float16]:
    return round_vectors(np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32))


def ids_up_to(count: int) -> NDArray[np.int64]:
    return np.arange(1, count + 1, dtype=np.int64)


def write(path: Path, ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> None:
    journal = VectorJournal.open(path, KEY, vectors.shape[1])
    journal.append(ids, vectors)
    journal.close()


def test_what_was_appended_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "vectors" / "a.journal"
    write(path, ids_up_to(50), vectors_for(50))
    content = read_journal(path)
    assert (content.key, content.dimension, content.damaged) == (KEY, DIMENSION, 0)
    assert np.array_equal(content.ids, ids_up_to(50))
    assert np.array_equal(content.vectors, vectors_for(50))
    assert content.vectors.dtype == np.float16


def test_the_file_and_its_folder_are_private(tmp_path: Path) -> None:
    path = tmp_path / "vectors" / "a.journal"
    before = os.umask(0)
    try:
        write(path, ids_up_to(1), vectors_for(1))
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_last_vector_of_an_id_wins(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    ids = np.array([7, 8, 7, 9, 8, 7], dtype=np.int64)
    write(path, ids, vectors_for(6))
    content = read_journal(path)
    found = dict(zip(content.ids.tolist(), content.vectors, strict=True))
    assert sorted(found) == [7, 8, 9]
    for photo_id, place in ((7, 5), (8, 4), (9, 3)):
        assert np.array_equal(found[photo_id], vectors_for(6)[place])


def test_only_the_ids_to_keep_are_read(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    write(path, ids_up_to(10), vectors_for(10))
    assert read_journal(path, keep=[3, 5, 99]).ids.tolist() == [3, 5]


def test_a_journal_goes_on_where_it_ended(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    write(path, ids_up_to(3), vectors_for(3))
    write(path, np.array([10], dtype=np.int64), vectors_for(1, seed=4))
    assert read_journal(path).ids.tolist() == [1, 2, 3, 10]


@settings(max_examples=60, deadline=None)
@given(cut=st.integers(min_value=0))
def test_a_journal_cut_anywhere_gives_the_records_before_the_cut(
    tmp_path_factory: pytest.TempPathFactory, cut: int
) -> None:
    path = tmp_path_factory.mktemp("cut") / "a.journal"
    write(path, ids_up_to(8), vectors_for(8))
    size = path.stat().st_size
    cut %= size + 1
    os.truncate(path, cut)
    left = max(0, cut - HEADER_BYTES) // RecordFormat(KEY, DIMENSION).size
    if cut >= HEADER_BYTES:
        assert read_journal(path).ids.tolist() == list(range(1, left + 1))
    journal = VectorJournal.open(path, KEY, DIMENSION)
    journal.append(np.array([99], dtype=np.int64), vectors_for(1, seed=9))
    journal.close()
    content = read_journal(path)
    assert content.ids.tolist() == [*range(1, left + 1), 99]
    assert np.array_equal(content.vectors[:left], vectors_for(8)[:left])
    assert content.damaged == 0


@settings(max_examples=150, deadline=None)
@given(place=st.integers(min_value=0), bits=st.integers(1, 255))
def test_a_flipped_byte_anywhere_never_gives_a_wrong_or_an_outdated_vector(
    tmp_path_factory: pytest.TempPathFactory, place: int, bits: int
) -> None:
    path = tmp_path_factory.mktemp("flip") / "a.journal"
    ids = np.array([1, 2, 3, 1, 2, 4], dtype=np.int64)
    vectors = vectors_for(6)
    write(path, ids, vectors)
    newest = {int(photo_id): vectors[n] for n, photo_id in enumerate(ids)}
    data = bytearray(path.read_bytes())
    place %= len(data)
    data[place] ^= bits
    path.write_bytes(data)
    VectorJournal.open(path, KEY, DIMENSION).close()  # mends a header
    content = read_journal(path)
    for photo_id, vector in zip(content.ids.tolist(), content.vectors, strict=True):
        assert np.array_equal(vector, newest[photo_id])
    in_header = place < HEADER_BYTES
    assert content.damaged == (0 if in_header else 1)
    assert len(content.ids) == len(newest) if in_header else len(content.ids) >= len(newest) - 2


@settings(max_examples=60, deadline=None)
@given(garbage=st.binary(max_size=400), start=st.integers(min_value=0))
def test_a_stretch_of_garbage_never_gives_a_wrong_vector(
    tmp_path_factory: pytest.TempPathFactory, garbage: bytes, start: int
) -> None:
    path = tmp_path_factory.mktemp("garbage") / "a.journal"
    write(path, ids_up_to(8), vectors_for(8))
    data = bytearray(path.read_bytes())
    start = HEADER_BYTES + start % (len(data) - HEADER_BYTES)
    data[start : start + len(garbage)] = garbage
    path.write_bytes(data)
    content = read_journal(path)
    for photo_id, vector in zip(content.ids.tolist(), content.vectors, strict=True):
        assert np.array_equal(vector, vectors_for(8)[photo_id - 1])


def test_zeros_where_a_power_cut_left_a_hole_are_not_taken_for_records(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    write(path, ids_up_to(2), vectors_for(2))
    with path.open("ab") as file:
        file.write(bytes(3 * RecordFormat(KEY, DIMENSION).size))
    content = read_journal(path)
    assert content.ids.tolist() == [1, 2]
    assert content.damaged == 3


def test_records_of_another_encoder_are_not_taken_for_this_ones(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    journal = VectorJournal.open(path, "another", DIMENSION)
    journal.append(ids_up_to(3), vectors_for(3))
    journal.close()
    journal = VectorJournal.open(path, KEY, DIMENSION)
    (aside,) = tmp_path.glob("a.journal.damaged-*")
    assert str(aside) in journal.notice
    journal.append(ids_up_to(1), vectors_for(1))
    journal.close()
    assert read_journal(path).ids.tolist() == [1]
    assert read_journal(aside).key == "another"


def test_a_file_that_is_no_journal_is_refused_by_readers_and_kept_by_the_writer(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    path.write_bytes(b"the notes of somebody" * 100)
    with pytest.raises(StoreFailed, match="damaged"):
        read_journal(path)
    VectorJournal.open(path, KEY, DIMENSION).close()
    (aside,) = tmp_path.glob("a.journal.damaged-*")
    assert aside.read_bytes().startswith(b"the notes")
    assert len(read_journal(path).ids) == 0


def test_a_journal_of_a_newer_version_is_left_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.journal"
    monkeypatch.setattr("photofind.store.vector_records.VERSION", 2)
    write(path, ids_up_to(1), vectors_for(1))
    monkeypatch.undo()
    before = path.read_bytes()
    for use in (lambda: VectorJournal.open(path, KEY, DIMENSION), lambda: read_journal(path)):
        with pytest.raises(StoreFailed, match="newer photofind"):
            use()
    assert path.read_bytes() == before


def test_a_missing_journal_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreFailed):
        read_journal(tmp_path / "none.journal")


@pytest.mark.parametrize(
    "vectors",
    [
        np.full((1, DIMENSION), np.nan, dtype=np.float16),
        np.full((1, DIMENSION), np.inf, dtype=np.float16),
        np.zeros((1, DIMENSION), dtype=np.float16),
        np.ones((1, DIMENSION), dtype=np.float16),
        vectors_for(1).astype(np.float32),
        vectors_for(1, dimension=DIMENSION + 1),
        vectors_for(2),
    ],
)
def test_what_is_no_unit_vector_is_refused(tmp_path: Path, vectors: Any) -> None:
    journal = VectorJournal.open(tmp_path / "a.journal", KEY, DIMENSION)
    with pytest.raises(ValueError, match="vector"):
        journal.append(ids_up_to(1), vectors)
    assert len(journal) == 0
    journal.close()


@pytest.mark.parametrize("wrong", [[np.nan] * 3, [np.inf, 0, 0], [0, 0, 0], [1e-30, 0, 0]])
def test_a_vector_without_a_direction_cannot_be_rounded(wrong: list[float]) -> None:
    with pytest.raises(ValueError, match="direction"):
        round_vectors(np.array([wrong], dtype=np.float32))


@settings(max_examples=50, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 700), st.floats(1e-6, 1e6))
def test_rounding_keeps_length_one_and_the_direction(seed: int, dimension: int, scale: float) -> None:
    vector = np.random.default_rng(seed).normal(size=(1, dimension))
    rounded = round_vectors((vector * scale).astype(np.float32)).astype(np.float64)
    assert abs(np.linalg.norm(rounded) - 1) < 2e-3
    assert float((rounded @ vector.T).item()) / np.linalg.norm(vector) > 0.999


class FullDisk:
    """Stands in for ``os.write``: takes a few bytes, then the disk is full."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._write = os.write

    def __call__(self, descriptor: int, data: bytes) -> int:
        if self.room <= 0:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        taken = self._write(descriptor, bytes(data[: self.room]))
        self.room -= taken
        return taken


def test_a_full_disk_tears_nothing_and_the_journal_goes_on_when_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.journal"
    journal = VectorJournal.open(path, KEY, DIMENSION)
    journal.append(ids_up_to(2), vectors_for(2))
    monkeypatch.setattr(os, "write", FullDisk(room=30))
    with pytest.raises(NoRoom, match="free some space"):
        journal.append(np.array([3, 4], dtype=np.int64), vectors_for(2, seed=2))
    monkeypatch.undo()
    assert read_journal(path).ids.tolist() == [1, 2]
    journal.append(np.array([5], dtype=np.int64), vectors_for(1, seed=3))
    journal.close()
    content = read_journal(path)
    assert content.ids.tolist() == [1, 2, 5]
    assert content.damaged == 0


def test_after_a_failed_sync_what_was_not_synced_is_written_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.journal"
    journal = VectorJournal.open(path, KEY, DIMENSION)
    journal.append(ids_up_to(2), vectors_for(2))
    journal.sync()
    journal.append(np.array([3], dtype=np.int64), vectors_for(1, seed=2))

    def fails(descriptor: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("photofind.store.vector_journal.sync_descriptor", fails)
    for _ in range(2):
        with pytest.raises(StoreFailed, match="check the disk"):
            journal.sync()
        assert read_journal(path).ids.tolist() == [1, 2]  # what a disk that failed may forget is not shown
    monkeypatch.undo()
    journal.append(np.array([3, 4], dtype=np.int64), vectors_for(2, seed=3))
    journal.sync()
    content = read_journal(path)
    assert content.ids.tolist() == [1, 2, 3, 4]
    assert np.array_equal(content.vectors[2:], vectors_for(2, seed=3))
    assert len(journal) == 5
    journal.close()


def test_a_sync_after_a_failed_one_leaves_nothing_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.journal"
    journal = VectorJournal.open(path, KEY, DIMENSION)
    journal.append(ids_up_to(5), vectors_for(5))

    def fails(descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("photofind.store.vector_journal.sync_descriptor", fails)
    with pytest.raises(NoRoom):
        journal.sync()
    monkeypatch.undo()
    journal.sync()
    assert read_journal(path).ids.tolist() == [1, 2, 3, 4, 5]
    journal.close()


def test_compacting_leaves_the_last_vector_of_the_kept_ids(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    journal = VectorJournal.open(path, KEY, DIMENSION)
    journal.append(np.array([1, 2, 3, 1], dtype=np.int64), vectors_for(4))
    journal.compact(keep=[1, 3])
    assert len(journal) == 2
    journal.append(np.array([9], dtype=np.int64), vectors_for(1, seed=5))
    journal.close()
    content = read_journal(path)
    assert content.ids.tolist() == [3, 1, 9]
    assert np.array_equal(content.vectors[1], vectors_for(4)[3])
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["a.journal"]


def test_a_compaction_without_room_leaves_the_journal_as_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.journal"
    journal = VectorJournal.open(path, KEY, DIMENSION)
    journal.append(ids_up_to(4), vectors_for(4))

    def fails(source: Path, target: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("photofind.store.vector_journal.replace_file", fails)
    with pytest.raises(NoRoom):
        journal.compact(keep=[1])
    monkeypatch.undo()
    journal.append(np.array([9], dtype=np.int64), vectors_for(1, seed=5))
    journal.close()
    assert read_journal(path).ids.tolist() == [1, 2, 3, 4, 9]
    assert [file.name for file in tmp_path.iterdir()] == ["a.journal"]


def _read_until(path: Path, count: int, answers: Any) -> None:
    seen = 0
    while seen < count:
        content = read_journal(path)
        expected = vectors_for(count)[content.ids - 1]
        if content.damaged or not np.array_equal(content.vectors, expected):
            break
        seen = len(content.ids)
    answers.send(seen)


def test_two_other_processes_read_whole_records_while_one_appends(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    count = 600
    journal = VectorJournal.open(path, KEY, DIMENSION)
    spawn = multiprocessing.get_context("spawn")
    readers = []
    for _ in range(2):
        here, there = spawn.Pipe(duplex=False)
        process = spawn.Process(target=_read_until, args=(path, count, there))
        process.start()
        there.close()
        readers.append((process, here))
    for start in range(0, count, 20):
        journal.append(ids_up_to(count)[start : start + 20], vectors_for(count)[start : start + 20])
    journal.close()
    for process, here in readers:
        assert here.poll(60)
        assert here.recv() == count
        process.join(30)
        assert process.exitcode == 0
        here.close()
        process.close()


def test_a_closed_journal_refuses_further_records(tmp_path: Path) -> None:
    journal = VectorJournal.open(tmp_path / "a.journal", KEY, DIMENSION)
    journal.close()
    journal.close()
    with pytest.raises(StoreFailed):
        journal.append(ids_up_to(1), vectors_for(1))

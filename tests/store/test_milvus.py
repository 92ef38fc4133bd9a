import contextlib
import logging
import re
import resource
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from photofind.core.errors import NoRoom, StoreFailed
from photofind.store.milvus import MilvusStore
from photofind.store.milvus_collection import MilvusCollection
from photofind.store.milvus_index import MilvusIndex
from photofind.store.vector_host import VectorHost
from photofind.store.vector_index import FlatIndex
from photofind.store.vector_journal import VectorJournal, round_vectors

DIMENSION = 24

Fill = Callable[..., tuple[NDArray[np.int64], NDArray[np.float16]]]


def vectors_for(count: int, seed: int = 0, dimension: int = DIMENSION) -> NDArray[np.float16]:
    return round_vectors(np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32))


def ids_from(start: int, count: int) -> NDArray[np.int64]:
    return np.arange(start, start + count, dtype=np.int64)


def question(seed: int = 5) -> NDArray[np.float32]:
    vector = np.random.default_rng(seed).normal(size=DIMENSION).astype(np.float32)
    return vector / np.linalg.norm(vector)


def fill(
    collection: MilvusCollection, count: int = 300, start: int = 1, seed: int = 0
) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
    ids, vectors = ids_from(start, count), vectors_for(count, seed)
    collection.upsert(ids, vectors, ids * 10, [int(photo_id).to_bytes(16, "big") for photo_id in ids])
    return ids, vectors


@pytest.fixture(scope="module")
def shared_store(tmp_path_factory: pytest.TempPathFactory, _home_of_the_run: None) -> Iterator[MilvusStore]:
    """One engine for all tests that do it no harm; each has a collection of its own."""
    store = MilvusStore(host=VectorHost(tmp_path_factory.mktemp("milvus") / "milvus.db"))
    yield store
    store.close()


@pytest.fixture
def collection(shared_store: MilvusStore, request: pytest.FixtureRequest) -> Iterator[MilvusCollection]:
    key = re.sub("[^a-z0-9]", "_", request.node.name.lower())[-60:]
    yield shared_store.collection(key, DIMENSION)
    shared_store.drop(key)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[MilvusStore]:
    """An engine to be harmed."""
    opened = MilvusStore(host=VectorHost(tmp_path / "library" / "milvus.db"))
    yield opened
    opened.close()


def kill_host(store: MilvusStore) -> None:
    assert store.host is not None
    assert store.host.pid is not None
    psutil.Process(store.host.pid).kill()


def folder_of(store: MilvusStore, key: str = "k") -> Path:
    assert store.host is not None
    return store.host.folder / "collections" / f"photos_v1_{key}"


def test_rows_come_back_as_they_were_written(collection: MilvusCollection) -> None:
    ids, vectors = fill(collection, 1100)
    collection.flush()
    assert np.array_equal(collection.ids(), ids)
    assert collection.count() == 1100
    found, given_back = collection.vectors_of(np.array([700, 99999, 3], dtype=np.int64))
    assert found.tolist() == [700, 3]
    assert np.array_equal(given_back, vectors[[699, 2]])
    read = list(collection.read_vectors())
    read_ids = np.concatenate([part for part, _, _ in read])
    assert np.array_equal(np.sort(read_ids), ids)
    assert np.array_equal(np.concatenate([part for _, part, _ in read]), vectors[read_ids - 1])
    hashes = [photo_hash for _, _, part in read for photo_hash in part]
    assert hashes == [int(photo_id).to_bytes(16, "big") for photo_id in read_ids]


def test_ids_of_sixty_bits_are_exact(collection: MilvusCollection) -> None:
    ids, vectors = fill(collection, 3, start=2**60 + 1)
    found, given_back = collection.vectors_of(ids)
    assert np.array_equal(found, ids)
    assert np.array_equal(given_back, vectors)
    assert sorted(collection.search(question(), 3)[0].tolist()) == ids.tolist()


@pytest.mark.parametrize("limit", [1, 50, None])
def test_milvus_and_the_index_in_memory_give_the_same_answers(collection: MilvusCollection, limit: int | None) -> None:
    ids, vectors = fill(collection, 900)
    collection.flush()
    fill(collection, 20, start=2000, seed=9)  # not flushed yet
    flat = FlatIndex(DIMENSION)
    flat.upsert(ids, vectors)
    flat.upsert(ids_from(2000, 20), vectors_for(20, seed=9))
    milvus = MilvusIndex(collection)
    for allowed in (None, ids[::7], np.append(ids[:3], 10**9), ids_from(2010, 3)):
        for seed in (5, 6):
            found, scores = milvus.search(question(seed), limit, allowed=allowed)
            expected, expected_scores = flat.search(question(seed), limit, allowed=allowed)
            assert np.array_equal(found, expected)
            assert np.allclose(scores, expected_scores, atol=1e-6)
    assert len(milvus) == len(flat)
    assert np.array_equal(milvus.ids(), flat.ids())
    assert np.array_equal(milvus.vectors_of(ids[:5])[1], flat.vectors_of(ids[:5])[1])


STEPS = st.one_of(
    st.tuples(st.just("write"), st.lists(st.integers(1, 40), min_size=1, max_size=12)),
    st.tuples(st.just("delete"), st.lists(st.integers(1, 40), max_size=12)),
    st.tuples(st.just("flush"), st.just([])),
    st.tuples(st.just("reopen"), st.just([])),
)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(before=st.lists(STEPS, max_size=8), crashes=st.booleans(), after=st.lists(STEPS, max_size=8))
def test_after_any_history_milvus_and_the_journal_in_memory_answer_the_same(
    store: MilvusStore, tmp_path: Path, before: list[Any], crashes: bool, after: list[Any]
) -> None:
    key = f"k{len(list(tmp_path.glob('*.journal')))}"
    path = tmp_path / f"{key}.journal"
    collection = store.collection(key, DIMENSION)
    journal, flat, live = VectorJournal.open(path, key, DIMENSION), FlatIndex(DIMENSION), set[int]()
    for number, (step, given_ids) in enumerate([*before, *([("crash", [])] if crashes else []), *after]):
        ids = np.array(sorted(set(given_ids)), dtype=np.int64)
        if step == "write" and len(ids):
            vectors = vectors_for(len(ids), number)
            journal.append(ids, vectors)
            journal.sync()
            collection.upsert(ids, vectors, ids, [bytes(16)] * len(ids))
            flat.upsert(ids, vectors)
            live |= set(ids.tolist())
        elif step == "delete":
            collection.delete(ids)
            flat.remove(ids)
            live -= set(ids.tolist())
        elif step == "flush":
            collection.flush()
        else:
            if step == "crash":
                kill_host(store)
                verdict = collection.verify(np.array(sorted(live), dtype=np.int64))
                assert (len(verdict.missing), len(verdict.extra)) == (0, 0)
            flat = FlatIndex.from_journal(path, DIMENSION, keep=np.array(sorted(live), dtype=np.int64))
    journal.close()
    milvus = MilvusIndex(collection)
    assert milvus.ids().tolist() == flat.ids().tolist() == sorted(live)
    for limit in (1, 7, None):
        for allowed in (None, ids_from(1, 15)):
            found, scores = milvus.search(question(), limit, allowed=allowed)
            expected, expected_scores = flat.search(question(), limit, allowed=allowed)
            assert np.allclose(scores, expected_scores, atol=1e-6)
            differ = found != expected  # only where scores are as good as equal
            assert all(
                np.isclose(flat.search(question(), None, allowed=found[[place]])[1], scores[place], atol=1e-6)
                for place in np.flatnonzero(differ)
            )
    store.drop(key)


@pytest.mark.parametrize("leaves_out", [2, 3])
def test_answers_of_a_server_that_leaves_rows_out_are_completed(
    collection: MilvusCollection, monkeypatch: pytest.MonkeyPatch, leaves_out: int
) -> None:
    ids, vectors = fill(collection, 400)
    search = collection.search

    def like_hnsw(
        vector: NDArray[np.float32], limit: int, expression: str = "", *, thorough: bool = False
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        found, scores = search(vector, min(limit, 100), expression)
        reached = (found % leaves_out > 0) | (thorough and leaves_out == 3)
        return found[reached], scores[reached]

    monkeypatch.setattr(collection, "search", like_hnsw)
    monkeypatch.setattr(MilvusCollection, "is_exact", False)
    monkeypatch.setattr(MilvusCollection, "limit_of_an_answer", 100)
    monkeypatch.setattr("photofind.store.milvus_index._LISTED", 50)
    flat = FlatIndex(DIMENSION)
    flat.upsert(ids, vectors)
    for allowed in (None, ids[:30], ids[:350], np.append(ids[:5], 10**9)):
        for limit in (1, 40, None):
            found, _ = MilvusIndex(collection).search(question(), limit, allowed=allowed)
            assert len(found) == len(flat.search(question(), limit, allowed=allowed)[0])
            assert len(np.unique(found)) == len(found)


def test_nothing_is_found_in_nothing(collection: MilvusCollection) -> None:
    index = MilvusIndex(collection)
    assert len(index.search(question(), 5)[0]) == 0
    assert len(index.search(question(), 5, allowed=np.empty(0, dtype=np.int64))[0]) == 0
    assert len(collection.ids()) == 0
    assert collection.vectors_of(ids_from(1, 3))[1].shape == (0, DIMENSION)
    assert list(collection.read_vectors()) == []


def test_a_row_written_again_is_replaced_and_a_deleted_one_is_gone(collection: MilvusCollection) -> None:
    ids, _ = fill(collection, 50)
    fill(collection, 10, seed=4)
    collection.delete(np.append(ids[20:], 12345))
    collection.flush()
    assert np.array_equal(collection.ids(), ids[:20])
    assert np.array_equal(collection.vectors_of(ids[:10])[1], vectors_for(10, seed=4))


@pytest.mark.parametrize("wrong", [np.nan, 0.0, 5.0])
def test_what_is_no_unit_vector_never_reaches_milvus(collection: MilvusCollection, wrong: float) -> None:
    vectors = np.full((1, DIMENSION), wrong, dtype=np.float16)
    with pytest.raises(ValueError, match="vector"):
        collection.upsert(ids_from(1, 1), vectors, ids_from(1, 1), [bytes(16)])
    assert collection.count() == 0


def test_verifying_tells_what_is_missing_and_what_is_too_much(collection: MilvusCollection) -> None:
    ids, _ = fill(collection, 40)
    verdict = collection.verify(np.append(ids[5:], [77, 76]))
    assert verdict.missing.tolist() == [76, 77]
    assert verdict.extra.tolist() == [1, 2, 3, 4, 5]
    assert verdict.doubles == 0


def test_collections_are_listed_and_dropped(shared_store: MilvusStore) -> None:
    for key in ("one_a", "two_b"):
        shared_store.collection(key, DIMENSION)
    before = shared_store.keys()
    shared_store.drop("one_a")
    shared_store.drop("never_there")
    after = shared_store.keys()
    shared_store.drop("two_b")
    assert set(before) - set(after) == {"one_a"}
    assert "two_b" in after


def test_flushed_files_are_synced(collection: MilvusCollection, monkeypatch: pytest.MonkeyPatch) -> None:
    from photofind.store import durable

    synced: list[Path] = []
    sync_file, sync_folder = durable.sync_file, durable.sync_folder
    monkeypatch.setattr(durable, "sync_file", lambda path: (synced.append(path), sync_file(path)))
    monkeypatch.setattr(durable, "sync_folder", lambda path: (synced.append(path), sync_folder(path)))
    fill(collection, 30)
    collection.flush()
    written = [path for path in synced if path.suffix == ".parquet" and collection.name in path.parts]
    assert written
    assert written[0].parent in synced


def test_what_was_written_outlives_a_closed_and_a_killed_engine(store: MilvusStore) -> None:
    collection = store.collection("k", DIMENSION)
    ids, vectors = fill(collection, 300)
    store.close()
    assert store.host is not None
    assert store.host.pid is None
    assert collection.count() == 300  # opened again by itself
    fill(collection, 100, start=301, seed=1)
    kill_host(store)
    verdict = collection.verify(ids_from(1, 450))
    assert store.breakdowns == 1
    assert verdict.missing.tolist() == list(range(401, 451))
    collection.upsert(verdict.missing, vectors_for(50, seed=2), verdict.missing, [bytes(16)] * 50)
    collection.flush()
    kill_host(store)
    assert len(collection.verify(ids_from(1, 450)).missing) == 0
    assert np.array_equal(collection.vectors_of(ids)[1], vectors)
    assert np.array_equal(collection.vectors_of(ids_from(401, 50))[1], vectors_for(50, seed=2))


def test_a_write_into_a_lost_engine_fails_in_a_sentence_and_the_next_one_works(store: MilvusStore) -> None:
    collection = store.collection("k", DIMENSION)
    fill(collection, 10)
    kill_host(store)
    with pytest.raises(StoreFailed, match="opened again"):
        fill(collection, 10, start=11)
    fill(collection, 10, start=11)
    assert np.array_equal(collection.ids(), ids_from(1, 20))


def test_rows_that_a_kill_has_doubled_are_mended(store: MilvusStore, tmp_path: Path) -> None:
    collection = store.collection("k", DIMENSION)
    ids, vectors = fill(collection, 300)
    log = folder_of(store) / "wal"
    shutil.copytree(log, tmp_path / "wal")
    collection.flush()
    kill_host(store)
    store.abandon()
    for file in (tmp_path / "wal").iterdir():  # as when the engine is killed after its list of files, before this
        shutil.copy(file, log / file.name)
    assert collection.count() == 600
    for limit, found in ((600, 300), (200, 200), (None, 300)):
        assert len(MilvusIndex(collection).search(question(), limit)[0]) == found
    verdict = collection.verify(ids)
    assert (verdict.doubles, len(verdict.missing), len(verdict.extra)) == (300, 0, 0)
    assert collection.count() == 300
    assert collection.verify(ids).doubles == 0
    assert np.array_equal(collection.vectors_of(ids)[1], vectors)


def test_the_leftover_of_a_collection_that_was_never_finished_is_removed(
    store: MilvusStore, caplog: pytest.LogCaptureFixture
) -> None:
    folder_of(store).mkdir(parents=True)
    with caplog.at_level(logging.WARNING):
        collection = store.collection("k", DIMENSION)
    fill(collection, 5)
    assert collection.count() == 5


def test_a_damaged_store_is_kept_aside_and_begun_anew(store: MilvusStore, caplog: pytest.LogCaptureFixture) -> None:
    collection = store.collection("k", DIMENSION)
    fill(collection, 50)
    collection.flush()
    store.close()
    (data,) = folder_of(store).rglob("data_*.parquet")
    data.write_bytes(b"")
    with caplog.at_level(logging.WARNING):
        collection = store.collection("k", DIMENSION)
    assert store.host is not None
    (aside,) = store.host.folder.parent.glob("milvus.db.damaged-*")
    assert str(aside) in collection.notice
    assert collection.count() == 0
    fill(collection, 50)
    assert collection.count() == 50
    assert aside.is_dir()


def test_a_collection_of_another_dimension_is_not_written_to(
    store: MilvusStore, caplog: pytest.LogCaptureFixture
) -> None:
    store.collection("k", DIMENSION + 1)
    with caplog.at_level(logging.WARNING):
        collection = store.collection("k", DIMENSION)
    assert collection.notice
    fill(collection, 5)


def test_after_a_failed_write_the_engine_writes_nothing_more(store: MilvusStore) -> None:
    collection = store.collection("k", DIMENSION)
    ids, _ = fill(collection, 200)
    assert store.host is not None
    pid = store.host.pid
    assert pid is not None
    # The kernel refuses files over this size to the engine, as a failing disk would.
    resource.prlimit(pid, resource.RLIMIT_FSIZE, (10_000, 10_000))
    with pytest.raises(StoreFailed, match="check the disk"):
        collection.flush()
    assert store.host.pid is None
    assert store.breakdowns == 1
    verdict = collection.verify(ids)
    assert len(verdict.missing) == 0  # its log was left alone
    assert store.host.pid not in (None, pid)


@pytest.mark.parametrize("left_bytes", [4_096, 24_000, 60_000])
def test_a_flush_that_meets_a_full_disk_loses_nothing_even_when_later_ones_work(
    left_bytes: int, small_disk: Callable[[int], Any]
) -> None:
    disk = small_disk(24)
    store = MilvusStore(host=VectorHost(disk.folder / "milvus.db"), min_free_bytes=1)
    try:
        collection = store.collection("k", DIMENSION)
        ids, _ = fill(collection, 1000)
        disk.fill(left_bytes)
        with pytest.raises(NoRoom, match="free some space"):
            collection.flush()
        assert store.host is not None and store.host.pid is None
        disk.make_room()
        assert len(collection.verify(ids).missing) == 0
        fill(collection, 100, start=2000)
        collection.flush()
        store.close()
        assert store.collection("k", DIMENSION).count() == 1100
    finally:
        store.close()


def test_rows_that_meet_a_full_disk_are_refused_and_later_ones_are_all_there(small_disk: Callable[[int], Any]) -> None:
    disk = small_disk(24)
    store = MilvusStore(host=VectorHost(disk.folder / "milvus.db"), min_free_bytes=1)
    try:
        collection = store.collection("k", DIMENSION)
        fill(collection, 100)
        disk.fill(100_000)
        with pytest.raises(NoRoom, match="free some space"):
            for start in range(1000, 9000, 200):
                fill(collection, 200, start=start)
        disk.make_room()
        verdict = collection.verify(ids_from(1, 100))
        assert len(verdict.missing) == 0
        if len(verdict.extra):
            collection.delete(verdict.extra)
        for start in range(1000, 5000, 200):
            fill(collection, 200, start=start)
        collection.flush()
        store.abandon()
        assert len(collection.verify(np.concatenate([ids_from(1, 100), ids_from(1000, 4000)])).missing) == 0
    finally:
        store.close()


def test_files_that_are_merged_on_a_full_disk_lose_no_row_that_was_flushed(small_disk: Callable[[int], Any]) -> None:
    disk = small_disk(24)
    store = MilvusStore(host=VectorHost(disk.folder / "milvus.db"), min_free_bytes=1)
    flushed: list[NDArray[np.int64]] = []
    try:
        collection = store.collection("k", DIMENSION)
        disk.fill(260_000)
        for start in range(1, 4_000, 200):
            with contextlib.suppress(NoRoom):
                ids, _ = fill(collection, 200, start=start)
                collection.flush()
                flushed.append(ids)
        assert store.breakdowns > 0 and flushed
        disk.make_room()
        for _ in range(2):
            verdict = collection.verify(np.concatenate(flushed))
            assert len(verdict.missing) == 0
            store.abandon()
    finally:
        store.close()


def test_without_room_nothing_is_written(tmp_path: Path) -> None:
    host = VectorHost(tmp_path / "milvus.db")
    store = MilvusStore(host=host, min_free_bytes=2**60)
    with pytest.raises(NoRoom, match="free some space"):
        store.collection("k", DIMENSION)
    assert not folder_of(store).exists()
    store.close()


def test_a_server_is_used_with_an_index_and_gives_the_same_answers(
    shared_store: MilvusStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The engine stands in for a server: what is asked of it is what a server is asked.
    assert shared_store.host is not None
    server = MilvusStore(uri=shared_store.host.uri())
    try:
        collection = server.collection("on_a_server", DIMENSION)
        ids, vectors = fill(collection, 300)
        collection.flush()
        flat = FlatIndex(DIMENSION)
        flat.upsert(ids, vectors)
        index = MilvusIndex(collection)
        found, scores = index.search(question(), 10, allowed=ids[:40])
        expected, expected_scores = flat.search(question(), 10, allowed=ids[:40])
        assert np.array_equal(found, expected)
        assert np.allclose(scores, expected_scores, atol=1e-3)
        monkeypatch.setattr("photofind.store.milvus_collection._SERVER_LIMIT", 100)  # instead of 16,384
        found, scores = index.search(question(), None)
        assert len(found) == len(np.unique(found)) >= 90  # Lite's HNSW gives fewer than asked for, servers' does not
        assert (np.diff(scores) <= 0).all()
        assert np.array_equal(collection.ids(), ids)
        assert np.array_equal(collection.vectors_of(ids)[1], vectors)
        assert len(server.collection("on_a_server", DIMENSION).verify(ids).missing) == 0
        with pytest.raises(StoreFailed, match="another collection"):
            server.collection("on_a_server", DIMENSION + 1)
        server.drop("on_a_server")
    finally:
        server.close()
    assert shared_store.host.pid is not None


def test_a_server_out_of_reach_is_said_in_a_sentence() -> None:
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        store = MilvusStore(uri=f"http://127.0.0.1:{nobody.getsockname()[1]}", token="secret")
        with pytest.raises(StoreFailed, match=r"127\.0\.0\.1 cannot be reached") as caught:
            store.collection("k", DIMENSION)
    assert "secret" not in str(caught.value)
    store.close()


def test_an_engine_opened_anew_by_questions_and_a_writer_at_once_loses_nothing(store: MilvusStore) -> None:
    collection = store.collection("k", DIMENSION)
    fill(collection, 400)
    kill_host(store)
    assert store.keys() == ["k"]  # a new engine, in which the collection is not open yet
    answers: list[int] = []
    all_there = threading.Barrier(4, timeout=60)

    def ask() -> None:
        all_there.wait()
        answers.append(len(MilvusIndex(collection).search(question(), 50)[0]))

    asking = [threading.Thread(target=ask) for _ in range(3)]
    for thread in asking:
        thread.start()
    all_there.wait()
    fill(collection, 100, start=401, seed=1)
    collection.flush()
    for thread in asking:
        thread.join()
    assert answers == [50, 50, 50]
    store.close()
    verdict = collection.verify(ids_from(1, 500))
    assert (len(verdict.missing), len(verdict.extra), verdict.doubles) == (0, 0, 0)

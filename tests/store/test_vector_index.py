import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from photofind.core.errors import StoreFailed
from photofind.store.vector_index import FlatIndex
from photofind.store.vector_journal import VectorJournal, round_vectors

DIMENSION = 16


def vectors_for(count: int, seed: int = 0, dimension: int = DIMENSION) -> NDArray[np.float16]:
    return round_vectors(np.random.default_rng(seed).normal(size=(count, dimension)).astype(np.float32))


def ids_of(*ids: int) -> NDArray[np.int64]:
    return np.array(ids, dtype=np.int64)


def filled(count: int = 200, seed: int = 0) -> tuple[FlatIndex, NDArray[np.int64], NDArray[np.float16]]:
    ids = np.random.default_rng(seed + 1).permutation(np.arange(1, 2 * count, 2, dtype=np.int64))
    index = FlatIndex(DIMENSION)
    index.upsert(ids, vectors_for(count, seed))
    return index, ids, vectors_for(count, seed)


def question(seed: int = 5) -> NDArray[np.float32]:
    return np.random.default_rng(seed).normal(size=DIMENSION).astype(np.float32)


def exact(
    ids: NDArray[np.int64], vectors: NDArray[np.float16], vector: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    scores = vectors.astype(np.float64) @ (vector.astype(np.float64) / np.linalg.norm(vector.astype(np.float64)))
    order = np.lexsort((ids, -scores))
    return ids[order], scores[order]


@pytest.mark.parametrize("limit", [1, 10, 199, 200, 5000, None])
def test_answers_are_exact_and_best_first(limit: int | None) -> None:
    index, ids, vectors = filled()
    found, scores = index.search(question(), limit)
    expected, expected_scores = exact(ids, vectors, question())
    assert np.array_equal(found, expected[:limit])
    assert np.allclose(scores, expected_scores[:limit], atol=1e-6)
    assert (found.dtype, scores.dtype) == (np.int64, np.float32)


@pytest.mark.parametrize("share", [0.0, 0.001, 0.03, 0.3, 1.0])  # each share is searched in another way
def test_only_allowed_photos_are_found_and_never_fewer_than_there_are(share: float) -> None:
    index, ids, vectors = filled(20_000)
    index.upsert(ids[:40], vectors[:40])  # in a second block of memory, with dead slots in the first
    allowed = ids[: int(share * len(ids))]
    expected, _ = exact(allowed, vectors[: len(allowed)], question())
    for limit in (50, None):
        found, _ = index.search(question(), limit, allowed=np.concatenate([allowed, allowed[:9], [2, 10**12]]))
        assert np.array_equal(found[:50], expected[:limit][:50])
        assert np.array_equal(np.sort(found), np.sort(expected[:limit]))


def test_cosines_are_those_of_all_that_are_there_with_each_of_several_questions() -> None:
    index, ids, vectors = filled()
    index.upsert(ids[:40], vectors[40:80])  # dead slots
    index.remove(ids[190:])
    found, scores = index.cosines(np.array([question(5), question(6)]))
    for seed, row in zip((5, 6), scores, strict=True):
        expected, expected_scores = exact(ids[:190], np.concatenate([vectors[40:80], vectors[40:190]]), question(seed))
        order = np.lexsort((found, -row))
        assert np.array_equal(found[order], expected)
        assert np.allclose(row[order], expected_scores, atol=1e-6)
    found, scores = FlatIndex(DIMENSION).cosines(question()[None])
    assert found.shape == (0,) and scores.shape == (1, 0)


def test_an_empty_index_and_a_limit_of_zero_find_nothing() -> None:
    index = FlatIndex(DIMENSION)
    assert len(index.search(question(), 10)[0]) == 0
    assert len(index.search(question(), None, allowed=ids_of(1, 2))[0]) == 0
    index, *_ = filled(3)
    assert len(index.search(question(), 0)[0]) == 0


def test_equal_photos_come_in_the_order_of_their_ids_whatever_the_limit() -> None:
    index = FlatIndex(DIMENSION)
    ids = np.random.default_rng(3).permutation(np.arange(500, dtype=np.int64))
    index.upsert(ids, np.repeat(vectors_for(1), 500, axis=0))
    for limit in (1, 7, 499):
        assert index.search(question(), limit)[0].tolist() == list(range(limit))


def test_a_replaced_vector_is_found_where_it_is_now_and_only_once() -> None:
    index, ids, vectors = filled()
    index.upsert(ids[:5], vectors_for(5, seed=77))
    vectors[:5] = vectors_for(5, seed=77)
    found, _ = index.search(question(), None)
    assert np.array_equal(found, exact(ids, vectors, question())[0])
    assert len(index) == len(ids)


def test_of_an_id_given_twice_the_last_vector_counts() -> None:
    index = FlatIndex(DIMENSION)
    index.upsert(ids_of(4, 5, 4), vectors_for(3))
    found, vectors = index.vectors_of(ids_of(4, 5))
    assert found.tolist() == [4, 5]
    assert np.array_equal(vectors, vectors_for(3)[[2, 1]])


def test_removed_photos_are_not_found_even_when_allowed() -> None:
    index, ids, _ = filled()
    index.remove(np.append(ids[:3], 10**9))
    assert not np.isin(index.search(question(), None)[0], ids[:3]).any()
    assert len(index.search(question(), None, allowed=ids[:5])[0]) == 2
    assert index.ids().tolist() == sorted(ids[3:].tolist())


def test_vectors_come_back_as_they_were_stored() -> None:
    index, ids, vectors = filled()
    wanted = np.array([ids[9], 2, ids[4]], dtype=np.int64)
    found, given_back = index.vectors_of(wanted)
    assert found.tolist() == [ids[9], ids[4]]
    assert given_back.dtype == np.float16
    assert np.array_equal(given_back, vectors[[9, 4]])
    assert index.vectors_of(ids_of(2))[1].shape == (0, DIMENSION)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from(["upsert", "remove"]), st.lists(st.integers(0, 30), max_size=12)), max_size=25)
)
def test_any_history_leaves_what_a_dictionary_would_hold(history: list[tuple[str, list[int]]]) -> None:
    index = FlatIndex(DIMENSION)
    held: dict[int, NDArray[np.float16]] = {}
    for step, (action, ids) in enumerate(history):
        vectors = vectors_for(len(ids), seed=step)
        if action == "upsert":
            index.upsert(ids_of(*ids), vectors)
            held.update(zip(ids, vectors, strict=True))
        else:
            index.remove(ids_of(*ids))
            for photo_id in ids:
                held.pop(photo_id, None)
        assert index.ids().tolist() == sorted(held)
    if held:
        expected, _ = exact(ids_of(*held), np.stack(list(held.values())), question())
        assert index.search(question(), None)[0].tolist() == expected.tolist()


def test_an_index_loads_a_journal_and_of_it_only_what_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "a.journal"
    journal = VectorJournal.open(path, "key", DIMENSION)
    journal.append(ids_of(3, 1, 2, 1), vectors_for(4))
    journal.close()
    index = FlatIndex.from_journal(path, DIMENSION, keep=ids_of(1, 2))
    assert index.ids().tolist() == [1, 2]
    assert np.array_equal(index.vectors_of(ids_of(1))[1][0], vectors_for(4)[3])
    assert len(FlatIndex.from_journal(path, DIMENSION)) == 3
    with pytest.raises(StoreFailed, match="another encoder"):
        FlatIndex.from_journal(path, DIMENSION + 1)


@pytest.mark.parametrize(
    "vector",
    [np.zeros(DIMENSION), np.full(DIMENSION, np.nan), np.full(DIMENSION, np.inf), np.ones(3), np.ones((1, 16))],
)
def test_a_question_without_direction_is_refused(vector: Any) -> None:
    index, *_ = filled(3)
    with pytest.raises(ValueError, match="question"):
        index.search(vector.astype(np.float32), 5)


def test_one_thread_asks_while_another_adds_and_removes() -> None:
    index, ids, _ = filled(400)
    done = threading.Event()
    wrong: list[str] = []

    def ask() -> None:
        while not done.is_set():
            found, scores = index.search(question(), 300)
            if len(np.unique(found)) != 300 or (np.diff(scores) > 0).any():
                wrong.append(f"{len(found)} found, {len(np.unique(found))} different")

    asking = [threading.Thread(target=ask) for _ in range(2)]
    for thread in asking:
        thread.start()
    for step in range(150):
        index.upsert(np.arange(1000, 1032, dtype=np.int64), vectors_for(32, seed=step))
        index.remove(np.arange(1000, 1032, dtype=np.int64))
        index.upsert(ids[:32], vectors_for(32, seed=step))
    done.set()
    for thread in asking:
        thread.join()
    assert wrong == []


def test_a_journal_with_a_damaged_header_is_still_loaded(tmp_path: Path) -> None:
    path = tmp_path / "some_key.journal"
    journal = VectorJournal.open(path, "some_key", DIMENSION)
    journal.append(ids_of(3, 1, 2), vectors_for(3))
    journal.close()
    data = bytearray(path.read_bytes())
    data[9] ^= 255
    path.write_bytes(data)
    assert FlatIndex.from_journal(path, DIMENSION).ids().tolist() == [1, 2, 3]
    with pytest.raises(StoreFailed, match="damaged"):
        FlatIndex.from_journal(path, DIMENSION + 1)

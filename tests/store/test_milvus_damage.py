"""Each known way in which the files of Milvus Lite can be damaged, done to real ones, and what comes of it."""

import logging
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import psutil
import pytest
from numpy.typing import NDArray

from photofind.core.errors import StoreFailed
from photofind.store.milvus import MilvusStore
from photofind.store.milvus_collection import MilvusCollection
from photofind.store.vector_host import VectorHost
from photofind.store.vector_journal import round_vectors

DIMENSION = 24
IDS = np.arange(1, 301, dtype=np.int64)

Damage = Callable[[Path], None]


def vectors_for(count: int, seed: int) -> NDArray[np.float16]:
    return round_vectors(np.random.default_rng(seed).normal(size=(count, DIMENSION)).astype(np.float32))


NEWEST = np.concatenate([vectors_for(50, seed=2), vectors_for(300, seed=1)[50:]])


def write(collection: MilvusCollection, ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> None:
    collection.upsert(ids, vectors, ids * 10, [int(photo_id).to_bytes(16, "big") for photo_id in ids])


def open_store(library: Path) -> MilvusStore:
    return MilvusStore(host=VectorHost(library / "milvus.db"))


@pytest.fixture(scope="module")
def sound_library(tmp_path_factory: pytest.TempPathFactory, _home_of_the_run: None) -> Path:
    """300 rows in two files, of which 50 were written twice: where the newer file is lost, the older rows must not count."""
    library = tmp_path_factory.mktemp("sound")
    store = open_store(library)
    collection = store.collection("k", DIMENSION)
    write(collection, IDS, vectors_for(300, seed=1))
    collection.flush()
    write(collection, IDS[:50], vectors_for(50, seed=2))
    collection.flush()
    store.close()
    return library


@pytest.fixture
def library(sound_library: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(sound_library, tmp_path / "library"))


@pytest.fixture
def opened(library: Path) -> Iterator[Callable[[], MilvusStore]]:
    """Opens the library's store; closed when the test ends."""
    stores: list[MilvusStore] = []

    def open_() -> MilvusStore:
        stores.append(open_store(library))
        return stores[-1]

    yield open_
    for store in stores:
        store.close()


@pytest.fixture(autouse=True)
def _damage_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.WARNING, "photofind.store.milvus"):
        yield


def mended(store: MilvusStore) -> MilvusCollection:
    """Brought in step as MilvusFollower does it: what is missing comes from the journal, what is too much goes."""
    collection = store.collection("k", DIMENSION)
    verdict = collection.verify(IDS)
    write(collection, verdict.missing, NEWEST[verdict.missing - 1])
    collection.delete(verdict.extra)
    collection.flush()
    return collection


def assert_is_whole(collection: MilvusCollection) -> None:
    assert collection.count() == len(IDS)
    found, vectors = collection.vectors_of(IDS)
    assert np.array_equal(found, IDS)
    assert np.array_equal(vectors, NEWEST)


def assert_stays_whole(store: MilvusStore, collection: MilvusCollection) -> None:
    assert_is_whole(collection)
    store.close()
    again = store.collection("k", DIMENSION)
    assert again.notice == ""
    assert_is_whole(again)


def of_collection(library: Path) -> Path:
    return library / "milvus.db" / "collections" / "photos_v1_k"


def newest_data(library: Path) -> Path:
    return sorted(of_collection(library).rglob("data_*.parquet"))[-1]


def empty_the_data(library: Path) -> None:
    newest_data(library).write_bytes(b"")


def cut_the_data(library: Path) -> None:
    data = newest_data(library)
    data.write_bytes(data.read_bytes()[: data.stat().st_size // 2])


def flip_a_bit_of_a_vector(library: Path) -> None:
    data = newest_data(library)
    content = bytearray(data.read_bytes())
    place = content.find(NEWEST[7].astype(np.float32).tobytes()[:8])
    assert place > 0, "the vectors are not where they can be seen"
    content[place + 1] ^= 4
    data.write_bytes(content)


def remove_the_data(library: Path) -> None:
    newest_data(library).unlink()


def scribble_on_the_file_list(library: Path) -> None:
    (of_collection(library) / "manifest.json").write_text('{"version": 3, "partitio')


def empty_the_file_list(library: Path) -> None:
    (of_collection(library) / "manifest.json").write_bytes(b"")


def remove_the_file_list(library: Path) -> None:
    (of_collection(library) / "manifest.json").unlink()


def remove_both_file_lists(library: Path) -> None:
    for path in of_collection(library).glob("manifest.json*"):
        path.unlink()


def file_list_of_something_else(library: Path) -> None:
    (of_collection(library) / "manifest.json").write_text('{"partitions": {"_default": [1, 2]}}')


def remove_the_schema(library: Path) -> None:
    (of_collection(library) / "schema.json").unlink()


def empty_the_schema(library: Path) -> None:
    (of_collection(library) / "schema.json").write_bytes(b"")


def schema_of_something_else(library: Path) -> None:
    (of_collection(library) / "schema.json").write_text('{"fields": "none"}')


def a_file_for_the_folder(library: Path) -> None:
    shutil.rmtree(library / "milvus.db")
    (library / "milvus.db").write_bytes(b"no folder")


def a_file_for_all_collections(library: Path) -> None:
    shutil.rmtree(library / "milvus.db" / "collections")
    (library / "milvus.db" / "collections").write_bytes(b"no folder")


def damaged_aliases(library: Path) -> None:
    (library / "milvus.db" / "aliases.json").write_bytes(b"{")


@pytest.mark.parametrize(
    "damage",
    [
        empty_the_data,
        cut_the_data,
        flip_a_bit_of_a_vector,
        remove_the_data,
        scribble_on_the_file_list,
        empty_the_file_list,
        remove_the_file_list,
        remove_both_file_lists,
        file_list_of_something_else,
        remove_the_schema,
        empty_the_schema,
        schema_of_something_else,
        a_file_for_the_folder,
        a_file_for_all_collections,
        damaged_aliases,
    ],
)
def test_a_damaged_store_is_set_aside_whole_and_filled_again(
    damage: Damage, library: Path, opened: Callable[[], MilvusStore]
) -> None:
    damage(library)
    before = {path.relative_to(library): path.read_bytes() for path in library.rglob("*") if path.is_file()}
    store = opened()
    collection = mended(store)
    assert "kept as" in collection.notice
    (aside,) = library.glob("milvus.db.damaged-*")
    assert str(aside) in collection.notice
    for path, content in before.items():
        if path.parts[0] == "milvus.db":
            kept = aside.joinpath(*path.parts[1:])
            assert kept.name in ("LOCK", aside.name) or kept.read_bytes() == content, f"{path} was lost or changed"
    assert_is_whole(collection)


def test_older_copies_that_were_set_aside_stay(library: Path, opened: Callable[[], MilvusStore]) -> None:
    for _ in range(2):
        newest_data(library).write_bytes(b"")
        store = opened()
        mended(store)
        store.close()
    assert len(list(library.glob("milvus.db.damaged-*"))) == 2


def test_a_disk_that_damages_what_was_just_written_is_not_filled_with_copies(
    library: Path, opened: Callable[[], MilvusStore]
) -> None:
    store = opened()
    empty_the_data(library)
    mended(store)
    store.close()
    empty_the_data(library)
    with pytest.raises(StoreFailed, match="check the disk"):
        store.collection("k", DIMENSION)
    assert len(list(library.glob("milvus.db.damaged-*"))) == 1


def test_a_torn_index_file_costs_nothing(library: Path, opened: Callable[[], MilvusStore]) -> None:
    """This program makes none; one of another program's, cut short, keeps Milvus Lite from loading where it is used."""
    data = newest_data(library)
    indexes = data.parents[1] / "indexes"
    indexes.mkdir()
    (indexes / f"{data.stem}.vector.hnsw.idx").write_bytes(b"torn")
    store = opened()
    collection = mended(store)
    assert collection.notice == ""
    assert_stays_whole(store, collection)


def killed_with_a_log(library: Path, opened: Callable[[], MilvusStore]) -> Path:
    """Rows 1 to 50 are written once more and are in the log only when the engine is killed. The log."""
    store = opened()
    collection = store.collection("k", DIMENSION)
    write(collection, IDS[:50], vectors_for(50, seed=2))
    assert store.host is not None and store.host.pid is not None
    psutil.Process(store.host.pid).kill()
    store.abandon()
    (log,) = of_collection(library).glob("wal/wal_data_*.arrow")
    return log


@pytest.mark.parametrize("left", [0, 10, 0.5, 0.98])
def test_a_torn_log_costs_only_what_was_not_confirmed(
    left: float, library: Path, opened: Callable[[], MilvusStore]
) -> None:
    log = killed_with_a_log(library, opened)
    size = log.stat().st_size
    with log.open("r+b") as file:
        file.truncate(int(left if left >= 1 else left * size))
    store = opened()
    collection = mended(store)
    write(collection, IDS[:50], NEWEST[:50])  # the catalogue does not call them stored, so they are written again
    collection.flush()
    assert_stays_whole(store, collection)


def test_a_flipped_log_never_leaves_a_wrong_vector(library: Path, opened: Callable[[], MilvusStore]) -> None:
    log = killed_with_a_log(library, opened)
    content = bytearray(log.read_bytes())
    for place in range(len(content) // 3, len(content), 997):
        content[place] ^= 0x41
    log.write_bytes(content)
    store = opened()
    collection = mended(store)
    write(collection, IDS[:50], NEWEST[:50])
    collection.flush()
    assert_stays_whole(store, collection)


def test_what_a_kill_leaves_of_a_collection_that_was_being_made_is_removed(
    library: Path, opened: Callable[[], MilvusStore]
) -> None:
    half_made = library / "milvus.db" / "collections" / "photos_v1_other"
    half_made.mkdir()
    (half_made / "schema.json.tmp").write_text('{"fields": [')
    store = opened()
    collection = store.collection("other", DIMENSION)
    assert collection.notice == ""
    write(collection, IDS, NEWEST)
    assert collection.count() == len(IDS)


def test_damage_anywhere_gives_right_vectors_or_a_store_that_is_set_aside(
    library: Path, opened: Callable[[], MilvusStore]
) -> None:
    chance = random.Random(20261126)
    for _ in range(4):
        files = [path for path in of_collection(library).rglob("*") if path.is_file() and path.stat().st_size]
        victim = chance.choice(files)
        content = bytearray(victim.read_bytes())
        for _ in range(chance.choice((1, 1, 40))):
            content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
        victim.write_bytes(content)
        store = opened()
        collection = mended(store)
        assert_stays_whole(store, collection)
        store.close()

"""A disk that fills up under a library: real small disks, real stores."""

import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import AbstractContextManager, closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from photofind.config.paths import LibraryPaths
from photofind.core.errors import NoRoom
from photofind.core.events import Activity, Event, Notice, Progress
from photofind.library.engine import Engine
from photofind.library.tagging import edit_photos
from photofind.store.milvus import MilvusStore
from photofind.store.vector_host import VectorHost
from photofind.store.vector_journal import JournalContent, read_journal

OpenEngine = Callable[..., AbstractContextManager[Engine]]
PATIENCE_S = 60


@pytest.fixture
def disk(small_disk: Callable[[int], Any]) -> Any:
    return small_disk(48)


@pytest.fixture
def library_folder(disk: Any) -> Path:
    """The library of ``open_engine`` lies on the small disk."""
    return Path(disk.folder) / "library"


@pytest.fixture
def many_photos(photos: Path) -> Path:
    """Twenty, all different, whose thumbnails take some 60 kB each."""
    random = np.random.default_rng(7)
    for number in range(20):
        noise = Image.fromarray(random.integers(0, 255, (288, 384, 3), np.uint8))
        noise.save(photos / f"{number:02}.png", compress_level=1)
    return photos


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("room._LOOK_EVERY_S", "room._TRY_AGAIN_S", "librarian._TRY_AGAIN_S", "milvus_follower._LOOK_FOR_ROOM_S"):
        monkeypatch.setattr(f"photofind.library.{name}", 0.1)


def wait_for(condition: Callable[[], bool], what: str) -> None:
    deadline_s = time.monotonic() + PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline_s, f"waited in vain for: {what}"
        time.sleep(0.01)


def read(engine: Engine, question: Callable[[Any], Any]) -> Any:
    return engine.librarian.submit(lambda desk: question(desk.reader)).result()


def tell_tags(engine: Engine, photo: Path, tag: str) -> "Future[Any]":
    return engine.librarian.submit(lambda desk: edit_photos(desk, [str(photo)], [tag], [], None))


def assert_whole(engine: Engine, photos: int) -> None:
    """Catalogue, thumbnails, journal and Milvus are in order, and hold the same photos."""
    info = engine.desk.current.info()
    wait_for(lambda: len(read(engine, lambda reader: reader.stored_ids(info.key))) == photos, "Milvus to follow")
    encoded = sorted(read(engine, lambda reader: reader.encoded_ids(info.key)).tolist())
    assert len(encoded) == photos
    content = read_journal(engine.desk.current.journal_path)
    assert sorted(content.ids.tolist()) == encoded
    assert sorted(engine.desk.current.index().ids().tolist()) == encoded
    assert all(engine.thumbnail(photo_id) for photo_id in encoded)
    for database in (engine.paths.catalogue, engine.paths.thumbnails):
        with closing(sqlite3.connect(database)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_indexing_pauses_before_the_disk_is_full_and_goes_on_by_itself(
    open_engine: OpenEngine, many_photos: Path, disk: Any
) -> None:
    told: list[Event] = []
    with open_engine(listen=told.append) as engine:
        engine.watch_folder(str(many_photos)).result(timeout=PATIENCE_S)
        engine.indexer.when_done().result(timeout=PATIENCE_S)
        disk.fill(leave_bytes=3_000_000)  # a reserve is left of what indexing may use
        free = disk.free_bytes
        (many_photos / "00.png").rename(many_photos / "moved.png")
        for number in range(20, 30):
            Image.new("RGB", (50, 50), (number, 0, 0)).save(many_photos / f"{number}.png")
        engine.watch_folder(str(many_photos))
        wait_for(lambda: engine.progress.activity is Activity.PAUSED_FOR_ROOM, "the pause")
        assert engine.progress.sentence.startswith("The disk is full: photofind needs about ")
        assert str(engine.paths.folder) in engine.progress.sentence
        assert disk.free_bytes == free  # nothing was written to find out
        with pytest.raises(NoRoom, match="more room in"):
            engine.indexer.when_done().result(timeout=PATIENCE_S)
        tell_tags(engine, many_photos / "05.png", "while the disk is nearly full").result(timeout=PATIENCE_S)
        assert not [event for event in told if isinstance(event, Notice) and event.is_error]

        disk.make_room()
        wait_for(lambda: len(read(engine, lambda reader: reader.ids_by_date())) == 30, "the new photos")
        wait_for(lambda: engine.progress.activity is Activity.IDLE, "the end of the pause")
        engine.indexer.when_done().result(timeout=PATIENCE_S)
        assert_whole(engine, 30)
        assert len(read(engine, lambda reader: reader.literal_hits("nearly full"))) == 1
    pauses = [event for event in told if isinstance(event, Progress) and event.activity is Activity.PAUSED_FOR_ROOM]
    assert pauses and len({event.sentence for event in pauses}) <= 3  # one sentence, with how much is needed


class StoreInThisProcess(MilvusStore):
    """The real engine in its real process, but for its refusal to write when little room is left."""

    is_server = False

    def __init__(self, folder: Path) -> None:
        super().__init__(host=VectorHost(folder), min_free_bytes=1)

    def is_in_doubt(self, _key: str, **_: bool) -> bool:
        return False


def assert_milvus_holds(folder: Path, key: str, content: JournalContent) -> None:
    """All that the journal holds, once, with the same numbers."""
    store = MilvusStore(host=VectorHost(folder))
    try:
        collection = store.collection(key, content.vectors.shape[1])
        assert not collection.notice
        verdict = collection.verify(np.sort(content.ids))
        assert (len(verdict.missing), len(verdict.extra)) == (0, 0)
        ids, vectors = collection.vectors_of(content.ids)
        order, expected_order = np.argsort(ids), np.argsort(content.ids)
        assert np.array_equal(vectors[order], content.vectors[expected_order])
    finally:
        store.close()


@pytest.mark.parametrize("left_bytes", [0, 8_192, 20_000, 32_000])
def test_milvus_meets_a_full_disk_wherever_and_holds_everything_in_the_end(
    left_bytes: int,
    open_engine: OpenEngine,
    many_photos: Path,
    small_disk: Callable[[int], Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A failed flush followed by one that works is how Milvus Lite loses rows for good."""
    full = small_disk(24)
    monkeypatch.setattr(LibraryPaths, "milvus", property(lambda _: full.folder / "milvus.db"))
    monkeypatch.setattr("photofind.library.parts.open_milvus", lambda paths, _: StoreInThisProcess(paths.milvus))
    told: list[Event] = []
    full.fill(left_bytes)
    with open_engine(listen=told.append) as engine:
        engine.watch_folder(str(many_photos))
        wait_for(lambda: any("copied to Milvus" in e.sentence for e in told if isinstance(e, Notice)), "the notice")
        Image.new("RGB", (50, 50), (200, 100, 0)).save(many_photos / "while it is full.png")
        engine.watch_folder(str(many_photos))
        full.make_room()
        wait_for(lambda: len(read(engine, lambda reader: reader.ids_by_date())) == 21, "the last photo")
        assert_whole(engine, 21)
        key, content = engine.desk.current.info().key, read_journal(engine.desk.current.journal_path)
    assert_milvus_holds(full.folder / "milvus.db", key, content)


@pytest.mark.parametrize(
    ("store", "left_bytes"),
    [
        ("catalogue", 0),
        ("catalogue", 200_000),  # in the middle of some transaction
        ("thumbnails", 0),
        ("thumbnails", 300_000),
        ("vectors", 0),  # not even the journal's header
        ("vectors", 8_192),
        ("milvus", 2_500_000),
    ],
)
def test_a_full_disk_of_one_store_stops_everything_in_good_order_and_then_it_goes_on(
    store: str,
    left_bytes: int,
    open_engine: OpenEngine,
    many_photos: Path,
    small_disk: Callable[[int], Any],
    monkeypatch: pytest.MonkeyPatch,
    encoded_pictures: Callable[[], int],
    caplog: pytest.LogCaptureFixture,
) -> None:
    """The disk of the library has room, as it seems: each write meets the full disk for itself."""
    full = small_disk(24)
    name = {"catalogue": "catalogue.db", "thumbnails": "thumbnails.db", "vectors": "vectors", "milvus": "milvus.db"}[store]
    monkeypatch.setattr(LibraryPaths, store, property(lambda _: full.folder / name))
    told: list[Event] = []
    if store == "vectors":
        full.fill(left_bytes)
    not_yet = many_photos.rename(many_photos.with_name("elsewhere"))
    many_photos.mkdir()
    with open_engine(listen=told.append) as engine, caplog.at_level("WARNING"):
        engine.watch_folder(str(many_photos)).result(timeout=PATIENCE_S)
        full.fill(left_bytes)
        not_yet.rename(many_photos)
        engine.watch_folder(str(many_photos))
        if store == "milvus":
            wait_for(lambda: any("copied to Milvus" in e.sentence for e in told if isinstance(e, Notice)), "the notice")
            assert engine.progress.activity is not Activity.PAUSED_FOR_ROOM
        else:
            wait_for(lambda: engine.progress.activity is Activity.PAUSED_FOR_ROOM, "the pause")
            assert "The disk is full" in engine.progress.sentence
        full.make_room()
        wait_for(lambda: len(read(engine, lambda reader: reader.ids_by_date())) == 20, "all photos")
        wait_for(lambda: engine.progress.activity is Activity.IDLE, "the end of the pause")
        engine.indexer.when_done().result(timeout=PATIENCE_S)
        assert_whole(engine, 20)
        assert 20 <= encoded_pictures() <= 20 + 16  # what was under way, at most
    with open_engine() as engine:
        assert_whole(engine, 20)


PAUSED_PROGRAM = """
import sys, threading, time
from pathlib import Path
from photofind.config.resources import resource
from photofind.core.events import Activity
from photofind.encoders.shelf import Shelf
from photofind.library import room
from photofind.library.session import library_paths, open_library

room.RESERVE_BYTES = 0  # so that the writes themselves meet the full disk
library, photos = sys.argv[1:]
shelf = lambda endpoint: Shelf(Path(library) / "encoders", resource("shelf.json"), endpoint=endpoint)
if __name__ == "__main__":
    with open_library(library_paths(Path(library)), shelf, watch=False) as engine:
        engine.watch_folder(photos)
        while engine.progress.activity is not Activity.PAUSED_FOR_ROOM:
            time.sleep(0.01)
        print(engine.progress.sentence, flush=True)
        threading.Event().wait()
"""


@pytest.mark.parametrize("left_bytes", [400_000, 900_000, 1_400_000])
def test_killed_on_a_full_disk_and_started_with_room_nothing_is_lost_or_torn(
    left_bytes: int, open_engine: OpenEngine, library_folder: Path, many_photos: Path, disk: Any, tmp_path: Path
) -> None:
    with open_engine() as engine:  # the stores are there
        engine.watch_folder(str(many_photos.parent / "nothing yet"))
    disk.fill(left_bytes)
    script = tmp_path / "paused.py"
    script.write_text(PAUSED_PROGRAM)
    with subprocess.Popen([sys.executable, script, library_folder, many_photos], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline().startswith("The disk is full: photofind needs about ")
        program.kill()
    disk.make_room()
    with open_engine() as engine:
        engine.watch_folder(str(many_photos)).result(timeout=PATIENCE_S)
        engine.indexer.when_done().result(timeout=PATIENCE_S)
        assert_whole(engine, 20)

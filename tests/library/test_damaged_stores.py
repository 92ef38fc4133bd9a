"""A library whose files were damaged: opened again, it mends itself, says so, and nothing is encoded that need not be."""

import logging
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing
from pathlib import Path

import numpy as np
import pytest

from photofind.config.resources import resource
from photofind.core.events import Event, Notice
from photofind.core.question import Answer, Question
from photofind.encoders.shelf import Shelf
from photofind.library.engine import Engine
from photofind.library.index_run import run_index
from photofind.library.session import library_paths, open_library, write_to_library
from photofind.library.tagging import edit_photos
from photofind.library.tally import IndexReport
from photofind.store.milvus import MilvusStore
from photofind.store.vector_host import VectorHost
from photofind.store.vector_journal import VectorJournal, read_journal

OpenEngine = Callable[..., AbstractContextManager[Engine]]
Index = Callable[..., IndexReport]
Ask = Callable[[Engine, Question], Answer]
Damage = Callable[[Path], None]

COUNT = 6


@pytest.fixture(autouse=True)
def _damage_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.WARNING):
        yield


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, make_picture: Callable[..., Path], _home_of_the_run: None) -> Path:
    """A folder with six photos and their library, indexed and stored; one photo changed and was stored again since."""
    folder = tmp_path_factory.mktemp("sound")
    for number in range(COUNT):
        make_picture(folder / "photos" / f"{number}.jpg", (number * 40, 20, 200))

    def shelf(endpoint: str) -> Shelf:
        return Shelf(folder / "encoders", resource("shelf.json"), endpoint=endpoint)

    with open_library(library_paths(folder / "library"), shelf, watch=False) as engine:
        for again in (False, True):
            if again:
                make_picture(folder / "photos" / "0.jpg", (10, 200, 20))
            run_index(engine, [str(folder / "photos")], "", cancelled=threading.Event(), on_progress=lambda _: None)
    return folder


@pytest.fixture
def photos(sound: Path) -> Path:
    return sound / "photos"


@pytest.fixture
def library(sound: Path, library_folder: Path) -> Path:
    """A library that a test may damage."""
    return Path(shutil.copytree(sound / "library", library_folder))


def journal_of(library: Path) -> Path:
    (path,) = (library / "vectors").glob("*.journal")
    return path


def assert_all_agree(library: Path, engine: Engine) -> None:
    """Catalogue, journal and Milvus hold the same photos and vectors. The engine is closed by now."""
    with closing(sqlite3.connect(library / "catalogue.db")) as catalogue:
        encoded = [row[0] for row in catalogue.execute("SELECT photo_id FROM encoded WHERE stored = 1 ORDER BY 1")]
    assert len(encoded) == COUNT
    journal = read_journal(journal_of(library), keep=encoded)
    assert sorted(journal.ids.tolist()) == encoded
    assert journal.damaged == 0
    store = MilvusStore(host=VectorHost(library / "milvus.db"))
    try:
        collection = store.collection(journal.key, journal.dimension)
        assert collection.notice == ""
        assert collection.count() == COUNT
        found, vectors = collection.vectors_of(journal.ids)
    finally:
        store.close()
    assert np.array_equal(found, journal.ids)
    assert np.array_equal(vectors, journal.vectors)


def flip(path: Path, place: float, bits: int = 0x10) -> None:
    content = bytearray(path.read_bytes())
    content[int(place * len(content))] ^= bits
    path.write_bytes(content)


def flip_a_record(library: Path) -> None:
    flip(journal_of(library), 0.5)


def tear_the_journal(library: Path) -> None:
    os.truncate(journal_of(library), journal_of(library).stat().st_size - 100)


def cut_the_journal_in_half(library: Path) -> None:
    os.truncate(journal_of(library), journal_of(library).stat().st_size // 2)


def empty_the_journal(library: Path) -> None:
    os.truncate(journal_of(library), 0)


def scribble_over_the_journal(library: Path) -> None:
    journal_of(library).write_bytes(b"not vectors " * 4000)


def remove_the_journal(library: Path) -> None:
    journal_of(library).unlink()


def remove_milvus(library: Path) -> None:
    shutil.rmtree(library / "milvus.db")


def empty_milvus_data(library: Path) -> None:
    for data in (library / "milvus.db").rglob("data_*.parquet"):
        data.write_bytes(b"")


def remove_milvus_file_lists(library: Path) -> None:
    for path in (library / "milvus.db").rglob("manifest.json*"):
        path.unlink()


def remove_milvus_schema(library: Path) -> None:
    for path in (library / "milvus.db").rglob("schema.json"):
        path.unlink()


@pytest.mark.parametrize(
    "damage",
    [
        flip_a_record,
        tear_the_journal,
        cut_the_journal_in_half,
        empty_the_journal,
        scribble_over_the_journal,
        remove_the_journal,
        remove_milvus,
        empty_milvus_data,
        remove_milvus_file_lists,
        remove_milvus_schema,
    ],
)
def test_one_damaged_vector_store_is_mended_from_the_other_at_the_next_opening(
    damage: Damage,
    library: Path,
    open_engine: OpenEngine,
    index: Index,
    ask: Ask,
    encoded_pictures: Callable[[], int],
) -> None:
    damage(library)
    heard: list[Event] = []
    with open_engine(listen=heard.append) as engine:
        index(engine)  # nothing is new
        assert len(ask(engine, Question("blue")).ids) == COUNT
    assert encoded_pictures() == 0
    assert_all_agree(library, engine)
    sentences = [event.sentence for event in heard if isinstance(event, Notice)]
    if damage is not remove_milvus:  # of what is simply not there nobody needs to hear
        assert any("mended" in sentence or "kept as" in sentence for sentence in sentences)


def test_a_journal_that_lost_its_end_is_made_anew_where_no_other_store_can_tell_what_was_newest(
    library: Path, open_engine: OpenEngine, index: Index, encoded_pictures: Callable[[], int]
) -> None:
    with closing(VectorJournal.open(journal_of(library), "palette_1", read_journal(journal_of(library)).dimension)) as journal:
        journal.cut_to(COUNT - 1)
    shutil.rmtree(library / "milvus.db")
    with open_engine() as engine:
        index(engine)
    assert encoded_pictures() == COUNT
    assert_all_agree(library, engine)
    with open_engine() as engine:  # the catalogue counts on what is there now
        index(engine)
    assert encoded_pictures() == 0


def test_vectors_damaged_in_both_stores_are_made_again_and_only_those(
    library: Path, open_engine: OpenEngine, index: Index, ask: Ask, encoded_pictures: Callable[[], int]
) -> None:
    flip_a_record(library)
    empty_milvus_data(library)
    with open_engine() as engine:
        index(engine)
        assert len(ask(engine, Question("blue")).ids) == COUNT
    assert encoded_pictures() == 1
    assert_all_agree(library, engine)


def test_search_goes_on_during_a_pause_with_a_journal_that_cannot_be_read(
    library: Path, open_engine: OpenEngine, ask: Ask, encoded_pictures: Callable[[], int]
) -> None:
    with open_engine() as engine:
        engine.set_paused(True)
    scribble_over_the_journal(library)
    heard: list[Event] = []
    with open_engine(listen=heard.append) as engine:
        wait_for(lambda: any(isinstance(event, Notice) and "mended" in event.sentence for event in heard))
        assert len(ask(engine, Question("blue")).ids) == COUNT
    assert encoded_pictures() == 0


def wait_for(condition: Callable[[], bool], timeout_s: float = 60.0) -> None:
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, "waited too long"
        time.sleep(0.02)


def test_milvus_killed_in_its_work_is_verified_at_the_next_opening_though_nothing_waits(
    library: Path, open_engine: OpenEngine, index: Index
) -> None:
    lock = library / "milvus.db.lock"
    assert lock.read_bytes() == b""  # it ended well
    store = MilvusStore(host=VectorHost(library / "milvus.db"))
    journal = read_journal(journal_of(library))
    collection = store.collection(journal.key, journal.dimension)
    collection.delete(journal.ids[:2])
    assert store.host is not None
    store.host.kill()
    store.close()
    assert lock.read_bytes() != b""
    with open_engine() as engine:
        index(engine)
    assert_all_agree(library, engine)


def test_rows_that_a_kill_doubled_are_mended_at_the_next_opening(
    library: Path, open_engine: OpenEngine, index: Index, tmp_path: Path
) -> None:
    journal = read_journal(journal_of(library))
    store = MilvusStore(host=VectorHost(library / "milvus.db"))
    collection = store.collection(journal.key, journal.dimension)
    count = len(journal.ids)
    collection.upsert(journal.ids, journal.vectors, np.zeros(count, np.int64), [bytes(16)] * count)
    (log,) = (library / "milvus.db").rglob("wal_data_*.arrow")
    shutil.copy(log, tmp_path / "log")
    collection.flush()
    assert store.host is not None
    store.host.kill()
    shutil.copy(tmp_path / "log", log)  # as when the kill comes after the list of files and before the end of the log
    assert collection.count() == 2 * count
    store.host.kill()
    store.close()
    with open_engine() as engine:
        index(engine)
    assert_all_agree(library, engine)


def test_what_a_killed_program_wrote_and_did_not_confirm_is_taken_off_the_journal(
    library: Path, open_engine: OpenEngine, index: Index, encoded_pictures: Callable[[], int]
) -> None:
    """Else a photo that gets its old content back before the next start would keep the vector of the other one."""
    before = journal_of(library).read_bytes()
    content = read_journal(journal_of(library))
    journal = VectorJournal.open(journal_of(library), content.key, content.dimension)
    journal.append(content.ids[:2], content.vectors[2:4])
    journal.close()
    with open_engine() as engine:
        index(engine)
    assert journal_of(library).read_bytes() == before
    assert encoded_pictures() == 0
    assert_all_agree(library, engine)


# The catalogue


def scribble_over_the_catalogue(library: Path) -> None:
    (library / "catalogue.db").write_bytes(b"not a catalogue " * 4000)


def scribble_into_the_catalogue(library: Path) -> None:
    path = library / "catalogue.db"
    content = bytearray(path.read_bytes())
    for start in range(4096 * 3, len(content), 4096):
        content[start : start + 200] = b"\x55" * 200
    path.write_bytes(content)
    (library / "catalogue.db.in-doubt").touch()  # as whoever meets such damage leaves it


def take_tables_out_of_the_catalogue(library: Path) -> None:
    with closing(sqlite3.connect(library / "catalogue.db")) as catalogue:
        catalogue.execute("DROP TABLE tags")


def ids_by_name(library: Path) -> dict[str, int]:
    with closing(sqlite3.connect(library / "catalogue.db")) as catalogue:
        rows = catalogue.execute("SELECT CAST(name AS TEXT), id FROM photos WHERE gone_s IS NULL").fetchall()
    return dict(rows)


def kept_catalogues(library: Path) -> list[Path]:
    return [path for path in library.glob("catalogue.db.damaged-*") if not path.name.endswith(("-wal", "-shm"))]


@pytest.mark.parametrize(
    "damage", [scribble_over_the_catalogue, scribble_into_the_catalogue, take_tables_out_of_the_catalogue]
)
def test_a_damaged_catalogue_is_set_aside_and_made_again_with_what_the_user_had_said(
    damage: Damage, library: Path, photos: Path, open_engine: OpenEngine, index: Index, ask: Ask
) -> None:
    tag = lambda desk: edit_photos(desk, [str(photos / "1.jpg")], ["keep me"], [], None)  # noqa: E731
    write_to_library(library_paths(library), tag)  # which is backed up
    before = ids_by_name(library)
    damage(library)
    damaged = (library / "catalogue.db").read_bytes()
    heard: list[Event] = []
    with open_engine(listen=heard.append) as engine:
        index(engine, photos)
        ids = ask(engine, Question("blue")).ids
        assert len(ids) == COUNT
        for name, photo_id in ids_by_name(library).items():
            # no id is given to another photo: thumbnails and vectors of the old ones are there
            assert photo_id == before[name] or photo_id > COUNT
        assert all(engine.thumbnail(photo_id) for photo_id in ids)
    with closing(sqlite3.connect(library / "catalogue.db")) as catalogue:
        tagged = catalogue.execute(
            "SELECT CAST(p.name AS TEXT) FROM tags t JOIN photos p ON p.id = t.photo_id WHERE t.tag = 'keep me'"
        ).fetchall()
    assert tagged == [("1.jpg",)]
    assert_all_agree(library, engine)
    (aside,) = kept_catalogues(library)
    if damage is not take_tables_out_of_the_catalogue:  # which was written by SQLite
        assert aside.read_bytes() == damaged
    (sentence,) = [event.sentence for event in heard if isinstance(event, Notice) and "catalogue" in event.sentence]
    assert aside.name in sentence
    with open_engine(listen=heard.append) as engine:
        assert index(engine).unchanged == COUNT
    assert kept_catalogues(library) == [aside]


def take_the_catalogue_away(library: Path) -> None:
    for path in library.glob("catalogue.db*"):
        path.unlink()


def empty_the_catalogue(library: Path) -> None:
    take_the_catalogue_away(library)
    (library / "catalogue.db").touch()


@pytest.mark.parametrize("damage", [take_the_catalogue_away, empty_the_catalogue])
def test_a_lost_catalogue_is_made_again_with_what_the_user_had_said_and_no_id_is_given_twice(
    damage: Damage, library: Path, photos: Path, open_engine: OpenEngine, index: Index
) -> None:
    tag = lambda desk: edit_photos(desk, [str(photos / "1.jpg")], ["keep me"], [], 4)  # noqa: E731
    write_to_library(library_paths(library), tag)  # which is backed up
    damage(library)
    heard: list[Event] = []
    with open_engine(listen=heard.append) as engine:
        assert engine.folders() == [str(photos)]
        index(engine)
        (sentence,) = [event.sentence for event in heard if isinstance(event, Notice) and "catalogue" in event.sentence]
        assert "missing" in sentence
    assert min(ids_by_name(library).values()) > COUNT
    with closing(sqlite3.connect(library / "catalogue.db")) as catalogue:
        tagged = catalogue.execute(
            "SELECT CAST(p.name AS TEXT), p.user_rating FROM tags t JOIN photos p ON p.id = t.photo_id WHERE t.tag = 'keep me'"
        ).fetchall()
    assert tagged == [("1.jpg", 4)]


def test_words_found_damaged_are_indexed_anew_at_the_next_start(
    library: Path, open_engine: OpenEngine, ask: Ask
) -> None:
    with closing(sqlite3.connect(library / "catalogue.db", isolation_level=None)) as catalogue:
        catalogue.execute("UPDATE words_data SET block = zeroblob(9) WHERE id > 10")
    (library / "catalogue.db.in-doubt").touch()  # as whoever meets such damage leaves it
    heard: list[Event] = []
    with open_engine(listen=heard.append) as engine:
        assert len(ask(engine, Question("3")).ids) >= 1
    assert any(isinstance(event, Notice) and "words of 6 photos were indexed anew" in event.sentence for event in heard)
    assert not (library / "catalogue.db.in-doubt").exists()
    assert kept_catalogues(library) == []


def test_damage_that_is_met_in_the_middle_of_work_is_said_and_mended_at_the_next_start(
    library: Path, photos: Path, open_engine: OpenEngine, index: Index
) -> None:
    path = library / "catalogue.db"
    with closing(sqlite3.connect(path)) as catalogue:
        root = catalogue.execute("SELECT rootpage FROM sqlite_master WHERE name = 'tags'").fetchone()[0]
        size = catalogue.execute("PRAGMA page_size").fetchone()[0]
    content = bytearray(path.read_bytes())
    content[(root - 1) * size : root * size] = b"\x55" * size
    path.write_bytes(content)
    paths = library_paths(library)
    with pytest.raises(Exception, match="mended"):
        write_to_library(paths, lambda desk: edit_photos(desk, [str(photos / "1.jpg")], ["tag"], [], None))
    with open_engine() as engine:
        report = index(engine)
        assert (report.indexed + report.unchanged, report.problems) == (COUNT, ())
        engine.librarian.submit(lambda desk: edit_photos(desk, [str(photos / "1.jpg")], ["tag"], [], None)).result()
    assert list(library.glob("catalogue.db.damaged-*"))


def test_thumbnails_found_damaged_while_they_are_looked_at_are_made_again(
    library: Path, open_engine: OpenEngine, index: Index, ask: Ask, encoded_pictures: Callable[[], int]
) -> None:
    path = library / "thumbnails.db"
    with closing(sqlite3.connect(path)) as thumbnails:
        root = thumbnails.execute("SELECT rootpage FROM sqlite_master WHERE name = 'thumbnails'").fetchone()[0]
        size = thumbnails.execute("PRAGMA page_size").fetchone()[0]
    content = bytearray(path.read_bytes())
    content[(root - 1) * size : root * size] = b"\x55" * size  # the ids beside the pictures are as they were
    path.write_bytes(content)
    heard: list[Event] = []
    with open_engine(listen=heard.append) as engine:
        ids = list(ask(engine, Question()).ids)
        engine.thumbnail(ids[0])
        wait_for(lambda: all(engine.thumbnail(photo_id) for photo_id in ids))
    assert encoded_pictures() == 0
    assert any(isinstance(event, Notice) and "thumbnails.db.damaged-" in event.sentence for event in heard)

"""Photos on their way into the library, through real decoders, journal, catalogue and Milvus Lite."""

import logging
import os
import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photofind.core.events import Activity, Event, Progress
from photofind.core.question import Answer, Question
from photofind.library.engine import Engine
from photofind.library.librarian import Desk
from photofind.library.tally import IndexReport
from photofind.media.decoder import DecodeRequest
from photofind.store.milvus import MilvusStore
from photofind.store.vector_host import VectorHost
from photofind.store.vector_journal import read_journal

OpenEngine = Callable[..., AbstractContextManager[Engine]]
Index = Callable[..., IndexReport]
Ask = Callable[[Engine, Question], Answer]
MakePicture = Callable[..., Path]

RED, GREEN, BLUE = (220, 30, 30), (30, 160, 40), (30, 60, 220)


def all_ids(engine: Engine, ask: Ask) -> dict[str, int]:
    return {os.path.basename(row.path): row.id for row in engine.rows(list(ask(engine, Question()).ids))}


def counted(report: IndexReport) -> tuple[int, int, int, int, int]:
    return report.indexed, report.unchanged, report.moved, report.removed, len(report.problems)


def test_new_photos_are_indexed_shown_and_found(
    open_engine: OpenEngine, index: Index, ask: Ask, photos: Path, make_picture: MakePicture
) -> None:
    make_picture(photos / "poppies.jpg", RED)
    make_picture(photos / "meadow" / "grass.png", GREEN)
    with open_engine() as engine:
        report = index(engine, photos)
        assert counted(report) == (2, 0, 0, 0, 0)
        assert report.encoder == "palette"
        ids = all_ids(engine, ask)
        assert ids.keys() == {"poppies.jpg", "grass.png"}
        assert ask(engine, Question("green")).ids[0] == ids["grass.png"]
        assert all(engine.thumbnail(photo_id) for photo_id in ids.values())


def test_a_second_run_finds_everything_unchanged_and_encodes_nothing(
    open_engine: OpenEngine, index: Index, photos: Path, make_picture: MakePicture, encoded_pictures: Callable[[], int]
) -> None:
    for number in range(3):
        make_picture(photos / f"{number}.jpg", (number * 80, 20, 20))
    with open_engine() as engine:
        index(engine, photos)
        assert encoded_pictures() == 3
        assert counted(index(engine)) == (0, 3, 0, 0, 0)
        asked = engine.librarian.submit(lambda desk: statements_of_a_scan(engine, desk, photos)).result()
        assert all(statement.startswith("SELECT") for statement in asked)  # no write
        assert not any("name IN" in statement for statement in asked)  # no file is asked for by its name
    with open_engine() as engine:
        assert counted(index(engine, photos)) == (0, 3, 0, 0, 0)
    assert encoded_pictures() == 0


def statements_of_a_scan(engine: Engine, desk: Desk, folder: Path) -> list[str]:
    statements: list[str] = []
    desk.catalogue.connection.set_trace_callback(statements.append)
    for _ in engine.intake.scan(desk, str(folder)):
        pass
    desk.catalogue.connection.set_trace_callback(None)
    return statements


def test_a_renamed_photo_keeps_its_id_and_its_vector(
    open_engine: OpenEngine,
    index: Index,
    ask: Ask,
    photos: Path,
    make_picture: MakePicture,
    encoded_pictures: Callable[[], int],
) -> None:
    make_picture(photos / "before.jpg", RED)
    with open_engine() as engine:
        index(engine, photos)
        photo_id = all_ids(engine, ask)["before.jpg"]
    assert encoded_pictures() == 1
    (photos / "before.jpg").rename(photos / "after.jpg")
    with open_engine() as engine:
        assert counted(index(engine)) == (0, 0, 1, 0, 0)
        assert all_ids(engine, ask) == {"after.jpg": photo_id}
        assert list(ask(engine, Question("red")).ids) == [photo_id]
    assert encoded_pictures() == 0


def test_a_folder_that_moved_between_two_watched_ones_keeps_all_its_photos(
    open_engine: OpenEngine,
    index: Index,
    ask: Ask,
    tmp_path: Path,
    make_picture: MakePicture,
    encoded_pictures: Callable[[], int],
) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    second.mkdir()
    for number in range(4):
        make_picture(first / "trip" / f"{number}.jpg", (number * 60, 100, 10))
    with open_engine() as engine:
        index(engine, first, second)
        before = all_ids(engine, ask)
        encoded_pictures()
        (first / "trip").rename(second / "trip")
        (first / "something else.txt").write_text("so that the folder is not empty, as a drive that is away looks")
        assert counted(index(engine)) == (0, 0, 4, 0, 0)
        assert all_ids(engine, ask) == before
    assert encoded_pictures() == 0


def test_a_copy_has_a_row_of_its_own_and_the_same_vector(
    open_engine: OpenEngine,
    index: Index,
    ask: Ask,
    photos: Path,
    make_picture: MakePicture,
    encoded_pictures: Callable[[], int],
) -> None:
    make_picture(photos / "one.jpg", BLUE)
    with open_engine() as engine:
        index(engine, photos)
        encoded_pictures()
        shutil.copy2(photos / "one.jpg", photos / "copy with the same times.jpg")
        shutil.copy(photos / "one.jpg", photos / "copy.jpg")
        assert counted(index(engine)) == (2, 1, 0, 0, 0)
        answer = ask(engine, Question("blue"))
        assert len(set(answer.ids)) == 3
        assert len(set(answer.scores)) == 1
        assert all(engine.thumbnail(photo_id) for photo_id in answer.ids)
    assert encoded_pictures() == 0


def test_a_changed_photo_is_encoded_again_and_a_touched_one_is_not(
    open_engine: OpenEngine,
    index: Index,
    ask: Ask,
    photos: Path,
    make_picture: MakePicture,
    encoded_pictures: Callable[[], int],
) -> None:
    make_picture(photos / "changed.jpg", RED)
    make_picture(photos / "touched.jpg", GREEN)
    with open_engine() as engine:
        index(engine, photos)
        before = all_ids(engine, ask)
        encoded_pictures()
        make_picture(photos / "changed.jpg", BLUE, size=(80, 80))
        os.utime(photos / "touched.jpg", ns=(1, 1_000_000_000))
        assert counted(index(engine)) == (1, 1, 0, 0, 0)
        assert encoded_pictures() == 1
        assert all_ids(engine, ask) == before
        assert list(ask(engine, Question("blue", limit=1)).ids) == [before["changed.jpg"]]


def test_a_deleted_photo_goes_and_comes_back_as_itself(
    open_engine: OpenEngine,
    index: Index,
    ask: Ask,
    photos: Path,
    tmp_path: Path,
    make_picture: MakePicture,
    encoded_pictures: Callable[[], int],
) -> None:
    make_picture(photos / "stays.jpg", RED)
    make_picture(photos / "goes.jpg", GREEN)
    with open_engine() as engine:
        index(engine, photos)
        before = all_ids(engine, ask)
        encoded_pictures()
        shutil.move(photos / "goes.jpg", tmp_path / "elsewhere.jpg")
        assert counted(index(engine)) == (0, 1, 0, 1, 0)
        assert all_ids(engine, ask).keys() == {"stays.jpg"}
        assert before["goes.jpg"] not in ask(engine, Question("green")).ids
        shutil.move(tmp_path / "elsewhere.jpg", photos / "back under another name.jpg")
        assert counted(index(engine)) == (0, 1, 1, 0, 0)
        assert all_ids(engine, ask)["back under another name.jpg"] == before["goes.jpg"]
        assert before["goes.jpg"] in ask(engine, Question("green")).ids
    assert encoded_pictures() == 0


def test_a_file_that_cannot_be_read_is_a_problem_and_is_opened_once(
    open_engine: OpenEngine, index: Index, photos: Path, make_picture: MakePicture, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_picture(photos / "good.jpg", RED)
    (photos / "bad.jpg").write_bytes(b"\xff\xd8\xff\xe0 this is cut off")
    (photos / "text.png").write_text("this is no picture")
    with open_engine() as engine:
        report = index(engine, photos)
        assert counted(report) == (1, 0, 0, 0, 2)
        assert {os.path.basename(problem.path) for problem in report.problems} == {"bad.jpg", "text.png"}
        assert all(problem.reason.endswith(".") for problem in report.problems)
    with open_engine() as engine:
        opened: list[str] = []
        decoders = engine._parts.viewing._decoders
        decode = decoders.decode

        def noting(request: DecodeRequest) -> Any:
            opened.append(request.path)
            return decode(request)

        monkeypatch.setattr(decoders, "decode", noting)
        assert counted(index(engine)) == (0, 1, 0, 0, 2)
        assert opened == []
        make_picture(photos / "bad.jpg", BLUE)
        assert counted(index(engine)) == (1, 1, 0, 0, 1)


def test_a_missing_folder_is_offline_and_its_photos_stay_and_can_be_found(
    open_engine: OpenEngine, index: Index, ask: Ask, photos: Path, make_picture: MakePicture
) -> None:
    make_picture(photos / "one.jpg", RED)
    with open_engine() as engine:
        index(engine, photos)
    away = photos.with_name("away")
    photos.rename(away)
    with open_engine() as engine:
        report = index(engine)
        assert counted(report) == (0, 0, 0, 0, 0)
        assert "cannot be reached" in report.messages[0]
        (row,) = engine.rows(list(ask(engine, Question("red")).ids))
        assert row.offline
        photos.mkdir()  # a mount point whose drive is away
        index(engine)
        assert engine.rows([row.id])[0].offline
        photos.rmdir()
        away.rename(photos)
        assert counted(index(engine)) == (0, 1, 0, 0, 0)
        assert not engine.rows([row.id])[0].offline


def test_kinds_that_cannot_be_read_are_counted_and_the_rest_is_passed_over(
    open_engine: OpenEngine, index: Index, photos: Path, make_picture: MakePicture
) -> None:
    make_picture(photos / "one.jpg", RED)
    (photos / "film.mp4").write_bytes(b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom")
    (photos / "notes.txt").write_text("nothing to see")
    (photos / ".hidden.jpg").write_bytes((photos / "one.jpg").read_bytes())
    make_picture(photos / ".thumbnails" / "two.jpg", GREEN)
    make_picture(photos / "lost+found" / "three.jpg", BLUE)
    with open_engine() as engine:
        report = index(engine, photos)
        assert counted(report) == (1, 0, 0, 0, 0)
        assert report.other_files == 1


def test_a_picture_without_a_suffix_is_a_picture_and_one_with_a_wrong_suffix_too(
    open_engine: OpenEngine, index: Index, photos: Path, make_picture: MakePicture
) -> None:
    make_picture(photos / "a.png", RED).rename(photos / "no suffix")
    make_picture(photos / "b.png", GREEN).rename(photos / "wrong.jpg")
    with open_engine() as engine:
        assert counted(index(engine, photos)) == (2, 0, 0, 0, 0)


def test_names_of_any_bytes_are_indexed_and_come_back_as_they_are(
    open_engine: OpenEngine, index: Index, ask: Ask, photos: Path, make_picture: MakePicture
) -> None:
    names = [b"caf\xe9.jpg", "日落 \n ' \" %.jpg".encode(), b"M\xc3\xbcller.jpg"]
    picture = make_picture(photos.parent / "source.jpg", RED).read_bytes()
    for number, name in enumerate(names):
        (photos / os.fsdecode(name)).write_bytes(picture + bytes([number]))
    with open_engine() as engine:
        assert counted(index(engine, photos)) == (3, 0, 0, 0, 0)
        assert {os.fsencode(name) for name in all_ids(engine, ask)} == set(names)
        found = ask(engine, Question("日落"))
        assert found.literal == len(found.ids) == 1


def test_a_sidecar_that_comes_later_is_read_without_encoding_again(
    open_engine: OpenEngine, index: Index, photos: Path, make_picture: MakePicture, encoded_pictures: Callable[[], int]
) -> None:
    make_picture(photos / "one.jpg", RED)
    with open_engine() as engine:
        index(engine, photos)
        encoded_pictures()
        (photos / "one.xmp").write_text(
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            '<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmp:Rating="4"/></rdf:RDF></x:xmpmeta>'
        )
        index(engine)
        (row,) = engine.librarian.submit(lambda desk: desk.reader.rows(desk.reader.ids_at(str(photos)))).result()
        assert row.rating == 4
    assert encoded_pictures() == 0


def test_milvus_holds_what_the_journal_holds(
    open_engine: OpenEngine, index: Index, photos: Path, library_folder: Path, make_picture: MakePicture
) -> None:
    for number in range(5):
        make_picture(photos / f"{number}.jpg", (number * 50, 20, 200))
    with open_engine() as engine:
        index(engine, photos)
        (photos / "0.jpg").unlink()
        index(engine)
        info = engine.desk.current.info()
    journal = read_journal(library_folder / "vectors" / f"{info.key}.journal")
    store = MilvusStore(host=VectorHost(library_folder / "milvus.db"))
    try:
        ids, vectors = store.collection(info.key, info.dimension).vectors_of(journal.ids)
    finally:
        store.close()
    assert len(ids) == 4
    rows = {int(i): vector for i, vector in zip(journal.ids, journal.vectors, strict=True)}
    for i, vector in zip(ids.tolist(), vectors, strict=True):
        assert np.array_equal(rows[i], vector)


@pytest.mark.parametrize("lost", ["vectors", "milvus.db"])
def test_each_vector_store_is_refilled_from_the_other(
    lost: str,
    open_engine: OpenEngine,
    index: Index,
    ask: Ask,
    photos: Path,
    library_folder: Path,
    make_picture: MakePicture,
    encoded_pictures: Callable[[], int],
) -> None:
    for number in range(4):
        make_picture(photos / f"{number}.jpg", (number * 60, 20, 200))
    with open_engine() as engine:
        index(engine, photos)
        before = list(ask(engine, Question("blue")).ids)
        assert encoded_pictures() == 4
    shutil.rmtree(library_folder / lost)
    with open_engine() as engine:
        index(engine)
        assert list(ask(engine, Question("blue")).ids) == before
    assert encoded_pictures() == 0
    with open_engine() as engine:
        info = engine.desk.current.info()
        assert engine.librarian.submit(lambda desk: len(desk.reader.stored_ids(info.key))).result() == 4


def test_vectors_lost_from_both_stores_are_encoded_again(
    open_engine: OpenEngine,
    index: Index,
    photos: Path,
    library_folder: Path,
    make_picture: MakePicture,
    encoded_pictures: Callable[[], int],
) -> None:
    make_picture(photos / "one.jpg", RED)
    with open_engine() as engine:
        index(engine, photos)
    encoded_pictures()
    shutil.rmtree(library_folder / "vectors")
    shutil.rmtree(library_folder / "milvus.db")
    with open_engine() as engine:
        index(engine)
        assert engine.librarian.submit(lambda desk: desk.reader.counts(engine.desk.current.info().key)).result().waiting == 0
    assert encoded_pictures() == 1


def test_a_pause_holds_over_a_restart(
    open_engine: OpenEngine, photos: Path, make_picture: MakePicture
) -> None:
    make_picture(photos / "one.jpg", RED)
    seen: list[Event] = []
    with open_engine() as engine:
        engine.set_paused(True)
    with open_engine(listen=seen.append) as engine:
        engine.watch_folder(str(photos)).result(timeout=30)
        assert engine.settings.paused
        assert engine.progress.activity is Activity.PAUSED
        assert engine.librarian.submit(lambda desk: len(desk.reader.ids_by_date())).result() == 0
        engine.set_paused(False)
        engine.indexer.when_done().result(timeout=60)
        assert engine.librarian.submit(lambda desk: len(desk.reader.ids_by_date())).result() == 1
    assert any(isinstance(event, Progress) and event.activity is Activity.INDEXING for event in seen)


def test_a_folder_within_a_watched_one_is_not_watched_twice_and_a_folder_around_takes_it_in(
    open_engine: OpenEngine, index: Index, ask: Ask, photos: Path, make_picture: MakePicture
) -> None:
    make_picture(photos / "inner" / "one.jpg", RED)
    make_picture(photos / "two.jpg", GREEN)
    with open_engine() as engine:
        index(engine, photos / "inner")
        before = all_ids(engine, ask)
        index(engine, photos)
        assert engine.folders() == [str(photos)]
        assert all_ids(engine, ask)["one.jpg"] == before["one.jpg"]
        assert counted(index(engine, photos / "inner")) == (0, 1, 0, 0, 0)
        assert engine.folders() == [str(photos)]


def test_a_folder_no_longer_watched_takes_its_photos_away_and_brings_them_back(
    open_engine: OpenEngine,
    index: Index,
    ask: Ask,
    photos: Path,
    make_picture: MakePicture,
    encoded_pictures: Callable[[], int],
) -> None:
    make_picture(photos / "one.jpg", RED)
    with open_engine() as engine:
        index(engine, photos)
        before = all_ids(engine, ask)
        encoded_pictures()
        assert engine.unwatch_folder(str(photos))
        assert all_ids(engine, ask) == {}
        assert list(ask(engine, Question("red")).ids) == []
        assert not engine.unwatch_folder(str(photos))
        index(engine, photos)
        assert all_ids(engine, ask) == before
    assert encoded_pictures() == 0


def test_a_folder_that_cannot_be_listed_keeps_its_photos(
    open_engine: OpenEngine, index: Index, photos: Path, make_picture: MakePicture, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_picture(photos / "closed" / "one.jpg", RED)
    make_picture(photos / "two.jpg", GREEN)
    real_scandir = os.scandir

    def refuse(path: Any) -> Any:  # root may list everything, so the boundary is faked
        if str(path).endswith("closed"):
            raise PermissionError(13, "Permission denied", path)
        return real_scandir(path)

    with open_engine() as engine:
        index(engine, photos)
        monkeypatch.setattr(os, "scandir", refuse)
        report = index(engine)
        monkeypatch.undo()
        assert report.removed == 0
        assert any("closed" in message for message in report.messages)
        assert engine.librarian.submit(lambda desk: len(desk.reader.ids_by_date())).result() == 2


def test_a_broken_settings_file_is_said_and_costs_nothing_else(
    open_engine: OpenEngine, index: Index, photos: Path, library_folder: Path, make_picture: MakePicture
) -> None:
    make_picture(photos / "one.jpg", RED)
    with open_engine() as engine:
        index(engine, photos)
    (library_folder / "settings.json").write_text("{ broken")
    with open_engine() as engine:
        assert counted(index(engine)) == (0, 1, 0, 0, 0)
    assert list(library_folder.glob("settings.json.broken-*"))


def test_an_encoder_that_is_gone_leaves_the_library_usable(
    open_engine: OpenEngine, index: Index, ask: Ask, photos: Path, make_picture: MakePicture
) -> None:
    make_picture(photos / "one.jpg", RED)
    with open_engine() as engine:
        index(engine, photos)
        engine.librarian.submit(lambda desk: desk.catalogue.set_meta("encoder", "local-dir:/nowhere")).result()
    seen: list[Event] = []
    with open_engine(listen=seen.append) as engine:
        assert all_ids(engine, ask).keys() == {"one.jpg"}
        assert engine.desk.current.is_palette


def test_lost_thumbnails_are_made_again_without_encoding(
    open_engine: OpenEngine,
    index: Index,
    ask: Ask,
    photos: Path,
    library_folder: Path,
    make_picture: MakePicture,
    encoded_pictures: Callable[[], int],
    caplog: pytest.LogCaptureFixture,
) -> None:
    make_picture(photos / "one.jpg", RED)
    make_picture(photos / "twin.jpg", RED)
    with open_engine() as engine:
        index(engine, photos)
        before = all_ids(engine, ask)
        encoded_pictures()
        (photos / "twin.jpg").unlink()
        index(engine)
    for file in library_folder.glob("thumbnails.db*"):
        file.write_bytes(b"this is no database, it only was one once" * 100)
    with caplog.at_level(logging.WARNING), open_engine() as engine:
        index(engine)
        assert all_ids(engine, ask) == {"one.jpg": before["one.jpg"]}
        assert engine.thumbnail(before["one.jpg"])
    assert encoded_pictures() == 0

"""Every kind of damage: said in words, mended, and search works afterwards."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).parent))  # for damage

import damage
from silent_holder import silent_holder

from photofind.cli import main
from photofind.config.resources import resource
from photofind.config.settings import Settings
from photofind.core.errors import StoreFailed
from photofind.core.question import Question
from photofind.encoders.shelf import Shelf
from photofind.library.albums import keep_question
from photofind.library.doctor import watching_check
from photofind.library.engine import Engine
from photofind.library.front import LibraryFront
from photofind.library.instance import send_command
from photofind.library.session import library_paths, open_library, write_to_library
from photofind.store.catalogue_migrations import made_since
from photofind.store.catalogue_reader import CatalogueReader
from photofind.store.vector_journal_reader import read_journal

MakePicture = Callable[..., Path]
Run = Callable[..., tuple[int, Any, str]]
KEY = damage.KEY


@pytest.fixture(autouse=True)
def _no_idle_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photofind.library.index_run._LOOK_EVERY_S", 0.01)


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory, make_picture: MakePicture, _home_of_the_run: None) -> Path:
    """Holds ``photos`` and a ``library`` of them, with tags, ratings and two copies of one photo."""
    folder = tmp_path_factory.mktemp("healthy")
    for number in range(6):
        make_picture(folder / "photos" / "Wachau" / f"red {number}.jpg", (200 + 8 * number, 30, 30))
        make_picture(folder / "photos" / "Wachau" / f"blue {number}.jpg", (20, 30, 200 + 8 * number))
    shutil.copy(folder / "photos" / "Wachau" / "red 0.jpg", folder / "photos" / "a copy.jpg")
    library = ["--library", str(folder / "library")]
    assert main(["index", str(folder / "photos"), *library]) == 0
    assert main(["tag", str(folder / "photos" / "Wachau" / "red 1.jpg"), "--add", "Oma", "--rating", "5", *library]) == 0
    return folder


@pytest.fixture
def library(healthy: Path, tmp_path: Path) -> Path:
    shutil.copytree(healthy / "library", tmp_path / "library")
    return tmp_path / "library"


@pytest.fixture
def run(library: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """``run(*arguments)`` → (status, the JSON object on standard output, standard error)."""

    def run_(*arguments: str | Path) -> tuple[int, Any, str]:
        capfd.readouterr()
        status = main([*map(str, arguments), "--library", str(library), "--json"])
        out, err = capfd.readouterr()
        return status, json.loads(out.splitlines()[0]) if out else None, err

    return run_


def codes(reply: Any, *, but: tuple[str, ...] = ("fine",)) -> list[str]:
    return [one["code"] for one in reply["findings"] if one["severity"] not in but and not one["mended"]]


def assert_all_is_found(run: Run, healthy: Path, library: Path) -> None:
    """Search finds every photo, by what it shows and by its name and tag; the rating is there."""
    hits = run("search", "red", "--limit", "99")[1]["hits"]
    assert len({hit["path"] for hit in hits}) == len(hits) == 13
    red = str(healthy / "photos" / "Wachau" / "red 1.jpg")
    assert [hit["path"] for hit in run("search", "Oma")[1]["hits"]] == [red]
    assert len(run("search", "wachau")[1]["hits"]) == 12
    with closing(CatalogueReader(library / "catalogue.db")) as reader:
        assert {row.path: row.rating for row in reader.rows(list(reader.ids_by_date()))}[red] == 5


def test_a_healthy_library_is_fine_in_every_part(run: Run, healthy: Path, library: Path) -> None:
    status, reply, _ = run("doctor")
    assert (status, reply["well"], codes(reply)) == (0, True, [])
    assert {one["check"] for one in reply["findings"]} == {
        "disk", "catalogue", "thumbnails", "index", "journal", "milvus", "encoder", "folders", "watching", "backups",
    }  # fmt: skip
    before = {path: path.read_bytes() for path in library.rglob("*.journal")}
    assert run("doctor", "--repair")[0] == 0
    assert {path: path.read_bytes() for path in library.rglob("*.journal")} == before
    assert_all_is_found(run, healthy, library)


def test_albums_whose_table_is_lost_come_from_the_backup(
    run: Run, library: Path, caplog: pytest.LogCaptureFixture
) -> None:
    write_to_library(library_paths(library), lambda desk: keep_question(desk, "Wachau", Question("red")))
    assert codes(run("doctor")[1]) == []
    damage.change("catalogue.db", "DROP TABLE albums")(library)
    status, reply, _ = run("doctor")
    assert (status, codes(reply)) == (1, ["catalogue-incomplete"])
    with closing(CatalogueReader(library / "catalogue.db")) as reader, pytest.raises(sqlite3.OperationalError):
        reader.albums()
    with caplog.at_level("WARNING"):
        assert run("doctor", "--repair")[0] == 0
    with closing(CatalogueReader(library / "catalogue.db")) as reader:
        assert [album.text for album in reader.albums()] == ["red"]


def test_a_library_of_an_older_photofind_is_fine(run: Run, library: Path) -> None:
    older = ["DROP TABLE albums", "PRAGMA user_version = 2"]
    with closing(sqlite3.connect(library / "catalogue.db")) as connection:
        indexes = connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'").fetchall()
        older += [f"DROP INDEX {name}" for (name,) in indexes if name in made_since(2)]
    damage.change("catalogue.db", *older)(library)
    status, reply, _ = run("doctor")
    assert (status, codes(reply)) == (0, []), reply


DAMAGES: dict[str, tuple[tuple[str, ...], tuple[damage.Damage, ...]]] = {
    "rights, an index, a torn backup": (
        ("others-may-read", "rights-lost", "catalogue-indexes", "backup-damaged"),
        (damage.other_index, damage.torn_backup, damage.open_to_others, damage.closed_to_us),
    ),
    "a trigger, counts, words, stray rows": (
        ("catalogue-incomplete", "counts-wrong", "words-wrong", "rows-stray"),
        (
            damage.change("catalogue.db", "DROP TRIGGER vector_comes", "UPDATE folder_counts SET photos = photos + 3"),
            damage.change("catalogue.db", "DELETE FROM words WHERE rowid = 2"),
            damage.change("catalogue.db", "INSERT INTO words (rowid, text) VALUES (99, 'nobody')"),
            damage.change("catalogue.db", "PRAGMA foreign_keys = OFF", "INSERT INTO tags VALUES (77, 'lost', 'added')"),
        ),
    ),
    "words torn, two thumbnails, records of the journal": (
        ("words-wrong", "thumbnails-missing", f"journal-damaged:{KEY}", f"vectors-missing:{KEY}"),
        (
            damage.change("catalogue.db", "UPDATE words_data SET block = zeroblob(9) WHERE id > 10"),
            damage.change("thumbnails.db", "DELETE FROM thumbnails WHERE photo_id = 3"),
            damage.change("thumbnails.db", "UPDATE thumbnails SET jpeg = x'00' WHERE photo_id = 4"),
            damage.flipped_bit,
            damage.torn_end,
        ),
    ),
    "a page of facts": (("catalogue-damaged",), (damage.zero_page_of("catalogue.db", "facts"),)),
    "a page of photos": (("catalogue-damaged",), (damage.zero_page_of("catalogue.db", "photos"),)),
    "pages of tags, folders and vectors": (
        ("catalogue-damaged",), tuple(damage.zero_page_of("catalogue.db", name) for name in ("tags", "folders", "encoded")),
    ),
    "no database": (("catalogue-damaged",), (damage.overwrite("catalogue.db", 0, b"x" * 4096),)),
    "thumbnails are no database, no journal": (
        ("thumbnails-damaged", f"vectors-missing:{KEY}"),
        (damage.overwrite("thumbnails.db", 0, b"x" * 100), damage.no_journal),
    ),
    "a page of thumbnails, a copy's vector": (
        ("thumbnails-damaged", f"vectors-unlike:{KEY}"),
        (damage.zero_page_of("thumbnails.db", "thumbnails"), damage.twin_with_another_vector),
    ),
    "no thumbnails, no Milvus": (
        ("thumbnails-missing", "milvus-missing"), (damage.remove("thumbnails.db", "thumbnails.db-wal", "milvus.db"),),
    ),
    "rows of Milvus": (
        (f"milvus-differs:{KEY}",),
        (damage.in_milvus(damage.delete_two, damage.add_stranger, damage.exchange_vector),),
    ),
    "an empty file of Milvus": (("milvus-unreadable",), (damage.empty_data_file,)),
}  # fmt: skip


@pytest.mark.parametrize("name", DAMAGES)
def test_damage_is_said_mended_and_everything_is_found_again(
    name: str, run: Run, healthy: Path, library: Path, caplog: pytest.LogCaptureFixture
) -> None:
    expected, harms = DAMAGES[name]
    for harm in harms:
        harm(library)
    with caplog.at_level("WARNING"):
        status, reply, _ = run("doctor")
        assert (status, reply["well"]) == (1, False)
        assert set(expected) <= set(codes(reply))
        for one in reply["findings"]:
            if one["code"] in expected:
                assert one["sentence"] and one["meaning"] and "doctor --repair" in one["remedy"]
        status, reply, _ = run("doctor", "--repair")
        assert (status, codes(reply, but=("fine", "note"))) == (0, []), reply
        assert expected[0] in [one["code"] for one in reply["findings"] if one["mended"]]
        status, reply, _ = run("doctor")
        assert (status, codes(reply)) == (0, []), [one["sentence"] for one in reply["findings"]]
    assert_all_is_found(run, healthy, library)


def test_rows_that_a_kill_has_doubled_are_single_again(run: Run, healthy: Path, library: Path) -> None:
    """Milvus Lite may have put them together by itself when it was looked at and closed."""
    damage.doubled_rows(library)
    (found,) = [one for one in run("doctor")[1]["findings"] if one["check"] == "milvus"]
    assert "rows are there twice" in found["sentence"]
    assert run("doctor", "--repair")[0] == 0
    (found,) = [one for one in run("doctor")[1]["findings"] if one["check"] == "milvus"]
    assert found["sentence"].startswith("Milvus holds 13 vectors")
    assert_all_is_found(run, healthy, library)


def test_what_only_takes_room_is_a_note_and_goes_with_a_repair(run: Run, healthy: Path, library: Path) -> None:
    damage.orphan_vector(library)
    damage.change("thumbnails.db", "INSERT INTO thumbnails VALUES (987654, x'ffd8ffd9')")(library)
    status, reply, _ = run("doctor")
    assert (status, codes(reply)) == (0, ["thumbnails-orphaned", f"vectors-orphaned:{KEY}"])
    assert run("doctor", "--repair")[0] == 0
    assert codes(run("doctor")[1]) == []
    assert_all_is_found(run, healthy, library)


def test_vectors_come_back_from_milvus_and_a_damaged_catalogue_keeps_ids_and_vectors(
    run: Run, healthy: Path, library: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """Nothing is encoded again that one of the stores still holds; what is replaced is kept."""
    damage.no_journal(library)
    damage.zero_page_of("catalogue.db", "facts")(library)
    with caplog.at_level("WARNING"):
        reply = run("doctor", "--repair")[1]
    said = {one["code"]: one["mended"] for one in reply["findings"]}
    (aside,) = [path for path in library.glob("catalogue.db.damaged-*") if not path.name.endswith(("-wal", "-shm"))]
    assert "13 photos" in said["catalogue-damaged"] and aside.name in said["catalogue-damaged"]
    assert "13 vectors came back from Milvus; 0 photos" in said[f"vectors-missing:{KEY}"]
    assert "Photos" not in said.get("indexed", "")
    assert_all_is_found(run, healthy, library)


def test_a_catalogue_that_cannot_be_opened_for_another_reason_is_left_as_it_is(run: Run, library: Path) -> None:
    path = library / "catalogue.db"
    path.rename(library / "catalogue.kept")
    path.mkdir()  # a reason that not even an administrator's rights overcome
    for arguments in (["doctor"], ["doctor", "--repair"]):
        status, reply, _ = run(*arguments)
        (found,) = [one for one in reply["findings"] if one["check"] == "catalogue"]
        assert (status, found["code"], found["mended"]) == (1, "catalogue-closed", "")
        assert "rights" in found["remedy"]
    assert path.is_dir() and not list(library.glob("*.damaged-*"))


def test_a_journal_that_lost_its_end_does_not_make_an_older_vector_the_newest(
    run: Run, healthy: Path, library: Path, tmp_path: Path, make_picture: MakePicture, caplog: pytest.LogCaptureFixture
) -> None:
    photos = shutil.copytree(healthy / "photos", tmp_path / "photos")
    run("index", photos)
    changed = make_picture(photos / "Wachau" / "red 1.jpg", (20, 200, 20))
    run("index", photos)
    journal = damage.journal_of(library)
    newest = read_journal(journal).vectors[-1].copy()
    os.truncate(journal, journal.stat().st_size - 10)
    with caplog.at_level("WARNING"):
        assert run("doctor", "--repair")[0] == 0
    with closing(sqlite3.connect(library / "catalogue.db")) as connection:
        (photo_id,) = connection.execute(
            "SELECT p.id FROM photos p JOIN folders f ON f.id = p.folder_id WHERE p.name = ? AND f.path = ?",
            (b"red 1.jpg", os.fsencode(photos)),
        ).fetchone()
    content = read_journal(journal)
    (mended,) = content.vectors[content.ids == photo_id]
    assert np.array_equal(mended, newest)
    assert run("search", "green", "--limit", "1")[1]["hits"][0]["path"] == str(changed)
    assert codes(run("doctor")[1]) == []


def test_without_a_catalogue_the_edits_come_from_the_backup_and_ids_are_new(
    run: Run, healthy: Path, library: Path
) -> None:
    damage.remove("catalogue.db", "catalogue.db-wal", "catalogue.db-shm")(library)
    reply = run("doctor", "--repair")[1]
    (found,) = [one for one in reply["findings"] if one["code"] == "catalogue-missing"]
    assert "those of 1 wait for their photos" in found["mended"] and "1 folders are watched again" in found["mended"]
    with closing(sqlite3.connect(library / "catalogue.db")) as connection:
        assert connection.execute("SELECT min(id) FROM photos").fetchone()[0] > 13
    assert_all_is_found(run, healthy, library)


def test_a_folder_that_is_away_is_a_note_and_one_without_photos_is_no_library(
    run: Run, healthy: Path, library: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(library / "catalogue.db", isolation_level=None)) as connection:
        connection.execute("UPDATE folders SET path = ?", (b"/media/nowhere/Fotos",))
    status, reply, _ = run("doctor")
    assert status == 0
    (found,) = [one for one in reply["findings"] if one["check"] == "folders"]
    assert "cannot be reached now" in found["sentence"] and "stay in the library" in found["meaning"]
    assert main(["doctor", "--library", str(tmp_path / "nothing here")]) == 1
    assert not (tmp_path / "nothing here").exists()


def test_a_newer_catalogue_is_left_alone(run: Run, library: Path) -> None:
    damage.change("catalogue.db", "PRAGMA user_version = 99")(library)
    before = (library / "catalogue.db").read_bytes()
    status, reply, _ = run("doctor", "--repair")
    assert status == 1
    assert "catalogue-newer" in codes(reply)
    assert (library / "catalogue.db").read_bytes() == before


def test_little_room_and_none_are_said(run: Run, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(library)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=300 << 20))
    assert run("doctor")[0] == 0
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=3 << 20))
    status, reply, _ = run("doctor")
    assert (status, codes(reply)[0]) == (1, "no-room")


def test_limits_of_watching_and_network_drives_are_said(
    run: Run, healthy: Path, library: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "max_user_watches").write_text("1\n")
    (tmp_path / "max_user_instances").write_text("1\n")
    mounts = f"36 35 98:0 / / rw - ext4 /dev/sda rw\n37 36 0:50 / {healthy} rw - nfs4 server:/photos rw\n"
    (tmp_path / "mountinfo").write_text(mounts)
    monkeypatch.setattr(watching_check, "_INOTIFY", tmp_path)
    monkeypatch.setattr(watching_check, "_MOUNTS", tmp_path / "mountinfo")
    status, reply, _ = run("doctor")
    assert status == 0
    assert codes(reply) == ["too-few-watches", "too-few-instances", f"network-folder:{healthy / 'photos'}"]
    assert "sysctl" in reply["findings"][-4]["remedy"]


def test_watches_of_other_programs_are_counted(tmp_path: Path) -> None:
    """By a real process with real watches."""
    code = (
        "import sys; from watchdog.observers import Observer; from watchdog.events import FileSystemEventHandler;"
        f"o = Observer(); o.schedule(FileSystemEventHandler(), {str(tmp_path)!r}); o.start();"
        " print('watching', flush=True); sys.stdin.read(); o.stop(); o.join()"
    )
    for number in range(1):
        (tmp_path / str(number)).mkdir()
    watches, instances = watching_check.used_by_others(set())
    other = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert other.stdout is not None
    other.stdout.readline()
    more_watches, more_instances = watching_check.used_by_others(set())
    without = watching_check.used_by_others({other.pid})
    other.communicate("")
    assert more_watches > without[0] and more_instances > without[1]
    assert watches >= 0 and instances >= 0


@pytest.fixture
def encoder_folder(shared_data: Path, tmp_path: Path) -> Path:
    """A copy of a real encoder."""
    return Path(shutil.copytree(shared_data / "models" / "imagenet-mini", tmp_path / "my encoder"))


@pytest.mark.parametrize("what", ["gone", "cut short", "exchanged", "another description"])
def test_an_encoder_that_is_not_what_it_was_is_said(
    what: str, run: Run, library: Path, encoder_folder: Path, tmp_path: Path
) -> None:
    encoder_id = f"local-dir:{encoder_folder}"
    key = Shelf(tmp_path / "encoders", resource("shelf.json")).info(encoder_id).key
    with closing(sqlite3.connect(library / "catalogue.db", isolation_level=None)) as connection:
        connection.execute("INSERT OR REPLACE INTO meta VALUES ('encoder', ?), (?, ?)", (encoder_id, f"key of {encoder_id}", key))
    assert run("doctor")[0] == 0
    weights = encoder_folder / "open_clip_model.safetensors"
    if what == "gone":
        shutil.rmtree(encoder_folder)
    elif what == "cut short":
        weights.write_bytes(weights.read_bytes()[:-100])
    elif what == "exchanged":
        content = bytearray(weights.read_bytes())
        content[-50] ^= 1
        weights.write_bytes(content)
    else:
        config = json.loads((encoder_folder / "open_clip_config.json").read_text())
        config.setdefault("preprocess_cfg", {})["mean"] = [0.1, 0.2, 0.3]
        (encoder_folder / "open_clip_config.json").write_text(json.dumps(config))
    status, reply, _ = run("doctor")
    expected = {
        "gone": "encoder-missing", "cut short": "weights-damaged", "exchanged": "weights-changed",
        "another description": "description-changed",
    }[what]  # fmt: skip
    assert status == 1
    assert f"{expected}:{encoder_id}" in codes(reply)


def test_the_doctor_needs_neither_torch_nor_qt(library: Path) -> None:
    code = (
        f"import sys; from photofind.cli import main; status = main(['doctor', '--library', {str(library)!r}]);"
        "print([name for name in ('PySide6', 'torch', 'open_clip', 'pymilvus') if name in sys.modules], status)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[] 0"


# Beside an open library


@pytest.fixture
def engine(library: Path, tmp_path: Path) -> Iterator[Engine]:
    with open_library(
        library_paths(library), lambda _: Shelf(tmp_path / "encoders", resource("shelf.json")), watch=False
    ) as engine:
        engine.indexer.when_done().result(60)
        yield engine


def test_beside_an_open_library_the_program_that_holds_it_looks_and_mends(
    run: Run, healthy: Path, library: Path, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    assert run("doctor")[:2][0] == 0
    damage.change("thumbnails.db", "DELETE FROM thumbnails WHERE photo_id = 3")(library)
    damage.change("catalogue.db", "DELETE FROM words WHERE rowid = 2")(library)
    damage.flipped_bit(library)
    with caplog.at_level("WARNING"):
        status, reply, _ = run("doctor")
        assert status == 1
        assert set(codes(reply)) == {
            "thumbnails-missing", "words-wrong", f"journal-damaged:{KEY}", f"vectors-missing:{KEY}",
        }  # fmt: skip
        status, reply, _ = run("doctor", "--repair")
    assert (status, reply["well"]) == (0, True), reply
    engine.indexer.when_done().result(60)
    assert codes(run("doctor")[1]) == []
    assert_all_is_found(run, healthy, library)


def test_the_window_asks_for_a_check_up_and_a_report_the_same_way(
    healthy: Path, library: Path, engine: Engine, tmp_path: Path
) -> None:
    front = LibraryFront(Settings(), None)
    with pytest.raises(StoreFailed, match="still being opened"):
        front.check_up(repair=False)
    front.attach(engine)
    findings = front.check_up(repair=False)
    assert not [finding for finding in findings if finding.is_trouble]
    front.save_report(findings, str(tmp_path / "report.zip"))
    assert zipfile.is_zipfile(tmp_path / "report.zip")


def test_a_catalogue_that_is_damaged_under_an_open_window_is_not_mended_there(
    run: Run, library: Path, engine: Engine, caplog: pytest.LogCaptureFixture
) -> None:
    damage.zero_page_of("catalogue.db", "facts")(library)
    with caplog.at_level("WARNING"):
        status, reply, _ = run("doctor", "--repair")
    assert status == 1
    (found,) = [one for one in reply["findings"] if one["code"] == "catalogue-damaged"]
    assert found["remedy"].startswith("Close photofind's window") and not found["mended"]
    damage.overwrite("catalogue.db", 0, b"")(library)


def test_beside_a_program_that_does_not_answer_it_looks_at_what_it_can(
    run: Run, library: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.cli.handing_over.send_command", partial(send_command, timeout_s=0.3))
    with silent_holder(library):
        status, reply, _ = run("doctor")
    assert status == 1
    assert codes(reply) == ["milvus-not-looked-at", "window-silent"]

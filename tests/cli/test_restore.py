"""What the user said comes back: into the same library, into a fresh one, before and after its photos are known."""

import json
import os
import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from photofind.cli import main
from photofind.config.resources import resource
from photofind.config.settings import Settings, load, save
from photofind.core.question import Question
from photofind.encoders.shelf import Shelf
from photofind.library.albums import keep_question, question_of
from photofind.library.librarian import Desk
from photofind.library.session import library_paths, open_library, write_to_library
from photofind.store.catalogue_reader import CatalogueReader

MakePicture = Callable[..., Path]
Run = Callable[..., tuple[int, Any, str]]
COLOURS = {"red.jpg": (220, 30, 30), "green.jpg": (30, 160, 40), "blue.jpg": (30, 60, 220)}


@pytest.fixture(autouse=True)
def _no_idle_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photofind.library.index_run._LOOK_EVERY_S", 0.01)


@pytest.fixture
def photos(tmp_path: Path, make_picture: MakePicture) -> Path:
    for name, colour in COLOURS.items():
        make_picture(tmp_path / "photos" / "2020" / name, colour)
    return tmp_path / "photos"


@pytest.fixture
def run(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """``run(library's name, *arguments)`` → (status, the JSON object on standard output, standard error)."""

    def run_(library: str, *arguments: str | Path) -> tuple[int, Any, str]:
        capfd.readouterr()
        status = main([*map(str, arguments), "--library", str(tmp_path / library), "--json"])
        out, err = capfd.readouterr()
        return status, json.loads(out) if out else None, err

    return run_


@pytest.fixture
def backup(run: Run, photos: Path, tmp_path: Path) -> Path:
    """Of a library with all three photos, edited, and settings of its own."""
    run("old", "index", photos)
    folder = photos / "2020"
    run("old", "tag", folder / "red.jpg", "--add", "Oma", "--rating", "5")
    run("old", "tag", folder / "green.jpg", "--add", "Garten Müller")
    save(tmp_path / "old" / "settings.json", Settings(speed="gentle", milvus_token="secret"))
    run("old", "tag", folder / "blue.jpg", "--rating", "0")
    (newest, *_), damaged = (run("old", "restore", "--list")[1][key] for key in ("backups", "damaged"))
    assert (newest["photos"], newest["folders"], damaged) == (3, 1, [])
    return Path(newest["path"])


def said_of(library: Path) -> dict[str, tuple[list[str], int | None]]:
    """Tags and rating of each photo that has any, by its path."""
    with closing(CatalogueReader(library / "catalogue.db")) as reader:
        rows = reader.rows(list(reader.ids_by_date()))
        said = {row.path: (reader.tags(row.id), row.rating) for row in rows}
    return {path: words for path, words in said.items() if words != ([], None)}


def all_edits(folder: Path) -> dict[str, tuple[list[str], int | None]]:
    return {
        str(folder / "red.jpg"): (["Oma"], 5),
        str(folder / "green.jpg"): (["Garten Müller"], None),
        str(folder / "blue.jpg"): ([], 0),
    }


def test_a_fresh_library_gets_all_of_it_when_its_photos_are_read(
    run: Run, photos: Path, backup: Path, tmp_path: Path
) -> None:
    status, reply, _ = run("new", "restore", backup)
    assert (status, reply["restored"], reply["waiting"]) == (0, 0, 3)
    assert reply["folders"] == [str(photos)] and reply["settings"] == ["speed"]
    restored, _ = load(tmp_path / "new" / "settings.json")
    assert (restored.speed, restored.milvus_token) == ("gentle", "")
    assert run("new", "index")[1]["indexed"] == 3
    assert said_of(tmp_path / "new") == all_edits(photos / "2020")
    assert [hit["path"] for hit in run("new", "search", "muller")[1]["hits"]] == [str(photos / "2020" / "green.jpg")]
    assert not (tmp_path / "new" / "backups" / "waiting.edits").exists()


def test_albums_come_back_with_the_photos_they_name(run: Run, photos: Path, tmp_path: Path) -> None:
    run("old", "index", photos)

    def keep(desk: Desk) -> None:
        (photo_id,) = desk.reader.ids_at(str(photos / "2020" / "red.jpg"))
        keep_question(desk, "Like red", Question("warm", liked=(photo_id,)))

    write_to_library(library_paths(tmp_path / "old"), keep)
    newest = run("old", "restore", "--list")[1]["backups"][0]
    assert newest["albums"] == 1
    assert run("new", "restore", newest["path"], "--dry-run")[1]["albums"] == ["Like red"]
    assert run("new", "restore", newest["path"])[1]["albums"] == ["Like red"]
    assert run("new", "restore", newest["path"])[1]["albums"] == []
    run("new", "index")
    with closing(CatalogueReader(tmp_path / "new" / "catalogue.db")) as reader:
        (album,) = reader.albums()
        asked, missing = question_of(reader, album)
        assert ([row.path for row in reader.rows(asked.liked)], asked.text) == ([str(photos / "2020" / "red.jpg")], "warm")
        assert missing == 0


def test_photos_that_were_renamed_and_moved_are_known_by_their_content(
    run: Run, photos: Path, backup: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "another disk" / "pictures"
    shutil.copytree(photos, elsewhere)
    (elsewhere / "2020" / "red.jpg").rename(elsewhere / "renamed.jpg")
    (elsewhere / "2020").rename(elsewhere / "old years")
    shutil.rmtree(photos)
    run("new", "index", elsewhere)
    status, reply, _ = run("new", "restore", backup)
    assert (status, reply["restored"], reply["waiting"], reply["absent_folders"]) == (0, 3, 0, [str(photos)])
    expected = all_edits(elsewhere / "old years")
    expected[str(elsewhere / "renamed.jpg")] = expected.pop(str(elsewhere / "old years" / "red.jpg"))
    assert said_of(tmp_path / "new") == expected


def test_of_two_copies_each_gets_its_own_edits(
    run: Run, photos: Path, make_picture: MakePicture, tmp_path: Path
) -> None:
    make_picture(photos / "a copy.jpg", COLOURS["red.jpg"])
    run("old", "index", photos)
    run("old", "tag", photos / "a copy.jpg", "--add", "copy")
    run("old", "tag", photos / "2020" / "red.jpg", "--add", "first")
    newest = run("old", "restore", "--list")[1]["backups"][0]["path"]
    run("new", "index", photos)
    assert run("new", "restore", newest)[1]["restored"] == 2
    assert said_of(tmp_path / "new") == {
        str(photos / "a copy.jpg"): (["copy"], None), str(photos / "2020" / "red.jpg"): (["first"], None),
    }  # fmt: skip


def test_a_photo_whose_file_was_changed_since_is_known_by_its_place(
    run: Run, photos: Path, backup: Path, make_picture: MakePicture, tmp_path: Path
) -> None:
    make_picture(photos / "2020" / "red.jpg", (200, 0, 0))
    run("new", "index", photos)
    reply = run("new", "restore", backup)[1]
    assert (reply["restored"], reply["by_place"]) == (3, 1)
    assert said_of(tmp_path / "new") == all_edits(photos / "2020")


def test_what_the_library_says_stays_unless_told_otherwise(
    run: Run, photos: Path, backup: Path, tmp_path: Path
) -> None:
    red, green = photos / "2020" / "red.jpg", photos / "2020" / "green.jpg"
    run("old", "tag", red, "--remove", "Oma", "--add", "Opa", "--rating", "2")
    run("old", "tag", green, "--remove", "Garten Müller")
    before = said_of(tmp_path / "old")
    dry = run("old", "restore", backup, "--dry-run")[1]
    assert (dry["restored"], dry["unchanged"]) == (2, 1)
    assert said_of(tmp_path / "old") == before
    run("old", "restore", backup)
    merged = all_edits(photos / "2020") | {str(red): (["Oma", "Opa"], 2)}
    assert said_of(tmp_path / "old") == merged
    run("old", "restore", backup, "--overwrite")
    assert said_of(tmp_path / "old") == all_edits(photos / "2020")
    assert run("old", "restore", backup, "--overwrite")[1]["restored"] == 0


def test_edits_of_photos_that_never_appeared_are_in_later_backups_and_wait_on(
    run: Run, photos: Path, backup: Path, tmp_path: Path
) -> None:
    (photos / "2020" / "red.jpg").rename(tmp_path / "away.jpg")
    run("new", "index", photos)
    assert run("new", "restore", backup)[1]["waiting"] == 1
    newest = run("new", "restore", "--list")[1]["backups"][0]
    assert newest["photos"] == 3
    (tmp_path / "away.jpg").rename(photos / "back again.jpg")
    run("new", "index")
    assert said_of(tmp_path / "new")[str(photos / "back again.jpg")] == (["Oma"], 5)


def test_beside_an_open_library_the_program_that_holds_it_restores(
    run: Run, photos: Path, backup: Path, tmp_path: Path
) -> None:
    paths = library_paths(tmp_path / "new")
    with open_library(paths, lambda _: Shelf(tmp_path / "encoders", resource("shelf.json")), watch=False) as engine:
        status, reply, _ = run("new", "restore", backup)
        assert (status, reply["waiting"], reply["folders"]) == (0, 3, [str(photos)])
        assert engine.folders() == [str(photos)]
        assert engine.settings.speed == "gentle"
        assert run("new", "index")[0] == 0
        assert run("new", "restore", "--list")[0] == 0
    assert said_of(tmp_path / "new") == all_edits(photos / "2020")


def test_a_backup_that_is_not_there_or_damaged_is_said(run: Run, backup: Path, tmp_path: Path) -> None:
    assert run("new", "restore")[0] == 1
    assert "no backup" in run("new", "restore", "nonsense")[1]["error"]
    (tmp_path / "torn.edits").write_bytes(backup.read_bytes()[:-20])
    assert "damaged" in run("new", "restore", tmp_path / "torn.edits")[1]["error"]
    assert run("old", "restore", backup.stem)[0] == 0
    assert run("old", "restore", "--list", "x")[0] == 2


def test_names_that_are_no_utf_8_come_back(run: Run, photos: Path, make_picture: MakePicture, tmp_path: Path) -> None:
    odd = photos / os.fsdecode(b"caf\xe9\nline")
    odd.mkdir()
    make_picture(tmp_path / "tmp.jpg", (1, 200, 200)).rename(odd / "x.jpg")
    run("old", "index", photos)
    run("old", "tag", odd / "x.jpg", "--add", "odd")
    newest = run("old", "restore", "--list")[1]["backups"][0]["path"]
    run("new", "restore", newest)
    run("new", "index")
    assert said_of(tmp_path / "new") == {str(odd / "x.jpg"): (["odd"], None)}


def test_another_photo_of_the_same_name_in_another_folder_gets_nobody_s_edits(
    run: Run, photos: Path, backup: Path, make_picture: MakePicture, tmp_path: Path
) -> None:
    make_picture(tmp_path / "other camera" / "2020" / "red.jpg", (9, 9, 90))
    photos.rename(tmp_path / "away")
    run("new", "index", tmp_path / "other camera")
    reply = run("new", "restore", backup)[1]
    assert (reply["restored"], reply["waiting"]) == (0, 3)
    run("new", "index")
    assert said_of(tmp_path / "new") == {}

"""The command line, as scripts use it."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from photofind.cli import main

RED, GREEN, BLUE = (220, 30, 30), (30, 160, 40), (30, 60, 220)

MakePicture = Callable[..., Path]


@pytest.fixture
def library(tmp_path: Path) -> Path:
    return tmp_path / "a new folder" / "library"


@pytest.fixture(autouse=True)
def _no_idle_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photofind.library.index_run._LOOK_EVERY_S", 0.01)


@pytest.fixture
def run(library: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any, str]]:
    """``run(*arguments)`` → (status, the JSON object on standard output, standard error)."""

    return lambda *arguments: _run(capfd, library, *arguments)


def _run(capfd: pytest.CaptureFixture[str], library: Path, *arguments: str | Path) -> tuple[int, Any, str]:
    capfd.readouterr()
    status = main([str(argument) for argument in arguments] + ["--library", str(library), "--json"])
    out, err = capfd.readouterr()
    assert out.isascii()
    return status, json.loads(out) if out else None, err


def _make_photos(folder: Path, make_picture: MakePicture) -> Path:
    make_picture(folder / "poppy.jpg", RED)
    make_picture(folder / "leaf.png", GREEN)
    make_picture(folder / "sea.webp", BLUE)
    return folder


@pytest.fixture
def photos(tmp_path: Path, make_picture: MakePicture) -> Path:
    return _make_photos(tmp_path / "photos", make_picture)


@pytest.fixture(scope="module")
def indexed_folder(
    tmp_path_factory: pytest.TempPathFactory, make_picture: MakePicture, _home_of_the_run: None
) -> Path:
    """Holds ``photos`` and the ``library`` that was made of them."""
    folder = tmp_path_factory.mktemp("indexed")
    photos = _make_photos(folder / "photos", make_picture)
    assert main(["index", str(photos), "--library", str(folder / "library")]) == 0
    return folder


@pytest.fixture
def indexed_photos(indexed_folder: Path) -> Path:
    """The photos of a library that tests share which only ask; ask it with ``search``."""
    return indexed_folder / "photos"


@pytest.fixture
def search(indexed_folder: Path, capfd: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, Any, str]]:
    """``search(*arguments)`` in the library of ``indexed_photos``, with the answer of ``run``."""
    return lambda *arguments: _run(capfd, indexed_folder / "library", "search", *arguments)


Run = Callable[..., tuple[int, Any, str]]


def test_index_search_and_status_tell_the_whole_story(run: Run, photos: Path) -> None:
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff broken")
    status, report, _ = run("index", photos)
    assert status == 0
    assert list(report) == [
        "indexed", "unchanged", "moved", "removed", "problems", "other_files", "photos_per_second", "encoder", "seconds",
    ]  # fmt: skip
    assert (report["indexed"], report["unchanged"], report["moved"], report["removed"]) == (3, 0, 0, 0)
    assert [problem["path"] for problem in report["problems"]] == [str(photos / "broken.jpg")]
    assert report["encoder"] == "palette"
    assert report["photos_per_second"] > 0

    status, found, _ = run("search", "green")
    assert status == 0
    assert found["query"] == "green" and found["encoder"] == "palette"
    assert found["hits"][0]["path"] == str(photos / "leaf.png")
    assert len(found["hits"]) == 3
    assert [hit["score"] for hit in found["hits"]] == sorted((hit["score"] for hit in found["hits"]), reverse=True)

    status, summary, _ = run("status")
    assert summary["counts"] == {
        "photos": 4, "indexed": 3, "waiting": 0, "problems": 1, "offline": 0, "other_files": 0,
    }  # fmt: skip
    assert summary["folders"] == [{"path": str(photos), "photos": 4, "offline": False}]
    assert summary["versions"]["photofind"]


def test_a_search_gives_as_many_hits_as_asked_for_and_each_photo_once(search: Run) -> None:
    for limit in (1, 2, 3, 50):
        hits = search("red", "--limit", str(limit))[1]["hits"]
        assert len({hit["id"] for hit in hits}) == len(hits) == min(limit, 3)


def test_a_picture_can_be_asked_about_alone_and_with_words(
    search: Run, indexed_photos: Path, make_picture: MakePicture, tmp_path: Path
) -> None:
    outside = make_picture(tmp_path / "blue things ä.jpg", (40, 70, 210), size=(300, 200))
    assert search("--image", outside)[1]["hits"][0]["path"] == str(indexed_photos / "sea.webp")
    assert search("", "--image", outside)[1]["hits"][0]["path"] == str(indexed_photos / "sea.webp")
    assert len(search("red", "--image", outside)[1]["hits"]) == 3


def test_a_picture_that_cannot_be_read_fails_with_a_sentence(search: Run, indexed_photos: Path) -> None:
    status, answer, err = search("--image", indexed_photos / "nowhere.jpg")
    assert status == 1
    assert answer["error"] in err


@pytest.mark.parametrize("arguments", [[], [""], ["  "]])
def test_a_search_for_nothing_is_wrong_usage(arguments: list[str], search: Run) -> None:
    assert search(*arguments)[0] == 2


def test_a_query_may_start_with_a_dash(search: Run) -> None:
    status, found, _ = search("-red", "--limit", "2")
    assert (status, found["query"], len(found["hits"])) == (0, "-red", 2)


def test_words_that_palette_has_no_vector_for_are_looked_up_and_it_says_so(search: Run, indexed_photos: Path) -> None:
    status, found, err = search("poppy")
    assert (status, [hit["path"] for hit in found["hits"]]) == (0, [str(indexed_photos / "poppy.jpg")])
    assert "Only colours and names can be searched" in err
    assert search("zebra")[:2][0] == 0
    assert search("zebra")[1]["hits"] == []


def test_plain_output_is_one_path_a_line_and_nul_with_0(
    photos: Path, library: Path, capfdbinary: pytest.CaptureFixture[bytes], make_picture: MakePicture
) -> None:
    odd = photos / os.fsdecode(b"caf\xe9\nline.jpg")
    make_picture(photos / "tmp.jpg", (230, 20, 20)).rename(odd)
    assert main(["index", str(photos), "--library", str(library)]) == 0
    capfdbinary.readouterr()
    assert main(["search", "red", "-0", "--library", str(library)]) == 0
    paths = capfdbinary.readouterr().out.split(b"\0")
    assert os.fsencode(odd) in paths and len(paths) == 5
    assert main(["search", "red", "--limit", "1", "--library", str(library)]) == 0
    assert capfdbinary.readouterr().out.endswith(b".jpg\n")


def test_undecodable_names_come_as_lone_surrogates(
    library: Path, photos: Path, capfd: pytest.CaptureFixture[str], make_picture: MakePicture
) -> None:
    make_picture(photos / "tmp.jpg", (230, 20, 20)).rename(photos / os.fsdecode(b"caf\xe9.jpg"))
    main(["index", str(photos), "--library", str(library)])
    capfd.readouterr()
    main(["search", "red", "--json", "--library", str(library)])
    hits = json.loads(capfd.readouterr().out)["hits"]
    assert any(os.fsencode(hit["path"]).endswith(b"/caf\xe9.jpg") for hit in hits)


def test_folders_are_added_listed_and_removed(run: Run, photos: Path, library: Path) -> None:
    assert run("folders", "add", photos)[:2] == (0, {"folders": [str(photos)]})
    assert oct(library.stat().st_mode & 0o777) == "0o700"
    assert run("folders")[1]["folders"] == [{"path": str(photos), "photos": 0, "offline": False}]
    assert run("index")[1]["indexed"] == 3
    assert run("folders", "remove", photos)[0] == 0
    assert run("folders", "list")[1] == {"folders": []}
    assert run("folders", "remove", photos)[0] == 1
    assert run("folders", "add", photos / "nowhere")[0] == 1
    assert run("folders", "add")[0] == 2


def test_tags_and_ratings_are_written_and_found(run: Run, photos: Path) -> None:
    run("index", photos)
    status, reply, _ = run("tag", photos / "poppy.jpg", "--add", "Garten Müller", "--add", "best", "--rating", "5")
    assert status == 0
    assert reply["photos"][0]["tags"] == ["Garten Müller", "best"]
    assert reply["photos"][0]["rating"] == 5
    assert [hit["path"] for hit in run("search", "muller")[1]["hits"]] == [str(photos / "poppy.jpg")]
    assert run("tag", photos / "poppy.jpg", "--remove", "best")[1]["photos"][0]["tags"] == ["Garten Müller"]
    assert len(run("tag", photos, "--add", "all")[1]["photos"]) == 3
    assert run("tag", photos / "nowhere.jpg", "--add", "x")[0] == 2
    assert run("tag", photos / "poppy.jpg", "--rating", "9")[0] == 2


def test_a_library_that_is_not_there_is_said_by_reading_commands(run: Run, library: Path) -> None:
    for command in (["status"], ["search", "red"], ["folders"], ["tag", "x.jpg", "--add", "y"]):
        status, answer, err = run(*command)
        assert status == 1
        assert "photofind index" in err and answer["error"] in err
    assert not library.exists()


def test_a_folder_that_is_not_there_fails_with_a_sentence(run: Run, photos: Path) -> None:
    status, answer, _ = run("index", photos / "nowhere")
    assert (status, answer["error"]) == (1, f"There is no folder {photos / 'nowhere'}.")


def test_an_encoder_that_is_not_there_fails_with_a_sentence(run: Run, photos: Path) -> None:
    status, answer, _ = run("index", photos, "--encoder", "no such encoder")
    assert status == 1
    assert "palette" in answer["error"]
    status, answer, _ = run("index", photos, "--encoder", "light")
    assert status == 1
    assert "encoders install" in answer["error"]


def test_wrong_options_are_wrong_usage(run: Run, photos: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert main(["search", "red", "--limit", "0"]) == 2
    assert main(["search", "red", "--limt", "3"]) == 2
    assert main(["nonsense"]) == 2
    assert main([]) == 2
    capfd.readouterr()


def test_the_shelf_is_listed_with_licences_and_sizes(run: Run) -> None:
    status, shelf, _ = run("encoders")
    assert status == 0
    light = next(entry for entry in shelf["encoders"] if entry["short"] == "light")
    assert light["licence"] == "MIT" and light["size_bytes"] > 5e8 and not light["installed"]
    assert shelf["default"] == "palette"


def test_an_install_needs_a_yes_that_names_size_and_licence(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    with open(os.devnull) as nobody:
        monkeypatch.setattr("sys.stdin", nobody)
        status, answer, _ = run("encoders", "install", "light")
    assert status == 1
    assert "MIT" in answer["error"] and "MB" in answer["error"] and "--yes" in answer["error"]


def test_a_library_path_of_200_characters_works(
    tmp_path: Path, photos: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    library = tmp_path / ("a long name, ä " * 20)[: 199 - len(str(tmp_path))].replace(" ", "_")
    assert len(str(library)) == 200
    assert main(["index", str(photos), "--library", str(library), "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["indexed"] == 3

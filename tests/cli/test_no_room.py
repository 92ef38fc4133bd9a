"""The command line on disks that are full, or that cannot be written."""

import hashlib
import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

MakePicture = Callable[..., Path]


def run(library: Path, *arguments: str | Path, stdout: Any = subprocess.PIPE) -> tuple[int, Any, str]:
    """(status, the JSON object, standard error) of a program of its own."""
    command = [sys.executable, "-m", "photofind", *map(str, arguments), "--library", str(library), "--json"]
    done = subprocess.run(command, stdout=stdout, stderr=subprocess.PIPE, text=True, timeout=90, check=False)
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr


def hits(answer: Any) -> list[str]:
    return [os.path.basename(hit["path"]) for hit in answer["hits"]]


def hashes(folder: Path) -> dict[str, str]:
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def photos(tmp_path: Path, make_picture: MakePicture) -> Path:
    folder = tmp_path / "photos"
    for name, colour in (("poppy.jpg", (220, 30, 30)), ("leaf.png", (30, 160, 40)), ("sea.webp", (30, 60, 220))):
        make_picture(folder / name, colour)
    return folder


@pytest.fixture
def disk(small_disk: Callable[[int], Any]) -> Any:
    return small_disk(48)


def test_a_library_on_a_read_only_drive_is_searched_and_nothing_is_saved(disk: Any, photos: Path) -> None:
    library = disk.folder / "library"
    assert run(library, "index", photos)[1]["indexed"] == 3
    disk.set_read_only(True)
    before = hashes(library)
    status, answer, err = run(library, "search", "green")
    assert (status, hits(answer)[0]) == (0, "leaf.png")
    assert err == f"The library in {library} is read-only: you can look at photos and search, and nothing is saved.\n"
    assert run(library, "status")[1]["counts"]["indexed"] == 3
    for command in (("tag", photos / "sea.webp", "--add", "x"), ("index", photos)):
        status, reply, err = run(library, *command)
        assert (status, reply["status"]) == (1, 1)
        assert err.count("\n") == 1 and "Read-only file system" in err
    assert hashes(library) == before
    disk.set_read_only(False)
    assert run(library, "tag", photos / "sea.webp", "--add", "x")[0] == 0


def test_on_a_full_disk_photos_are_found_and_a_tag_is_refused_and_changes_nothing(disk: Any, photos: Path) -> None:
    library = disk.folder / "library"
    run(library, "index", photos)
    run(library, "tag", photos / "sea.webp", "--add", "before")
    disk.fill()
    status, answer, err = run(library, "search", "green")
    assert (status, hits(answer)[0], err) == (0, "leaf.png", "")
    status, reply, err = run(library, "tag", photos / "sea.webp", "--add", "holiday", "--rating", "5")
    assert status == 1
    assert err.count("\n") == 1 and "is full and nothing was changed" in err and err.strip().endswith(reply["error"])
    status, reply, err = run(library, "index", photos)
    assert status == 1 and err.count("\n") == 1 and "room" in err
    disk.make_room()
    assert hits(run(library, "search", "before")[1]) == ["sea.webp"]
    assert hits(run(library, "search", "holiday")[1]) == []
    status, reply, _ = run(library, "tag", photos / "sea.webp", "--add", "holiday", "--rating", "5")
    assert (status, reply["photos"][0]["tags"], reply["photos"][0]["rating"]) == (0, ["before", "holiday"], 5)
    assert run(library, "index", photos)[1]["unchanged"] == 3
    with closing(sqlite3.connect(library / "catalogue.db")) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_tags_can_be_written_while_indexing_waits_for_room(disk: Any, photos: Path, make_picture: MakePicture) -> None:
    library = disk.folder / "library"
    run(library, "index", photos)
    disk.fill(leave_bytes=4_000_000)  # below what indexing leaves to others
    make_picture(photos / "new.jpg", (90, 90, 90))
    status, reply, err = run(library, "index", photos)
    assert status == 1
    assert "The disk is full: photofind needs about" in reply["error"] and "goes on from there" in reply["error"]
    assert err == f"photofind: {reply['error']}\n"
    assert run(library, "tag", photos / "sea.webp", "--add", "holiday")[0] == 0
    disk.make_room()
    assert run(library, "index", photos)[1]["indexed"] == 1
    assert hits(run(library, "search", "holiday")[1]) == ["sea.webp"]


def test_an_answer_that_cannot_be_printed_is_one_sentence(disk: Any, photos: Path) -> None:
    library = disk.folder / "library"
    run(library, "index", photos)
    with Path("/dev/full").open("w") as full:
        for command in (("search", "green"), ("status",), ("folders",)):
            status, _, err = run(library, *command, stdout=full)
            assert (status, err) == (1, "photofind: The answer could not be printed (No space left on device).\n")
        plain = [sys.executable, "-m", "photofind", "status", "--library", library]
        done = subprocess.run(plain, stdout=full, stderr=subprocess.PIPE, text=True, timeout=90, check=False)
        assert (done.returncode, done.stderr.count("\n")) == (1, 1)


def test_a_limit_on_the_size_of_files_stops_indexing_with_one_sentence_and_tears_nothing(
    tmp_path: Path, photos: Path, make_picture: MakePicture
) -> None:
    library = tmp_path / "library"
    run(library, "index", photos)
    for number in range(120):
        make_picture(photos / f"{number}.png", (number, 2 * number, 90), size=(640, 480))
    command = [sys.executable, "-m", "photofind", "index", photos, "--library", library, "--json"]
    limited = ["prlimit", "--fsize=200000:200000", *command]  # Python ignores SIGXFSZ: writing is refused, that is all
    done = subprocess.run(limited, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 1
    assert len(set(done.stderr.splitlines())) == 1 and "disk I/O error" in done.stderr
    report = run(library, "index", photos)[1]
    assert report["problems"] == [] and report["indexed"] + report["unchanged"] == 123
    for name in ("catalogue.db", "thumbnails.db"):
        with closing(sqlite3.connect(library / name)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]

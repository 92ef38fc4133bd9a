"""The program as a user who may not do everything: real rights, also where the tests run as root."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

MakePicture = Callable[..., Path]
Run = Callable[..., tuple[int, Any, str]]

# Root may read and write everything by these two powers; without them rights hold for root as for anybody.
_WITHOUT_POWERS = ("setpriv", "--inh-caps=-all", "--bounding-set=-dac_override,-dac_read_search")


def without_powers(*command: str | Path) -> list[str]:
    """The command, run so that the rights of files hold for it."""
    if os.geteuid() != 0:
        return [str(part) for part in command]
    if shutil.which("setpriv") is None:
        pytest.skip("root may read and write everything, and there is no setpriv to take that away")
    return [*_WITHOUT_POWERS, *map(str, command)]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """``run(*arguments)`` → (status, the JSON object, standard error), by a program that rights hold for."""

    def run_(*arguments: str | Path) -> tuple[int, Any, str]:
        command = [sys.executable, "-m", "photofind", *map(str, arguments), "--library", str(tmp_path / "library"), "--json"]
        done = subprocess.run(without_powers(*command), capture_output=True, text=True, timeout=90, check=False)
        return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr

    return run_


@pytest.fixture
def photos(tmp_path: Path, make_picture: MakePicture) -> Iterator[Path]:
    folder = tmp_path / "photos"
    for name, colour in (("poppy.jpg", (220, 30, 30)), ("closed/leaf.png", (30, 160, 40)), ("sea.webp", (30, 60, 220))):
        make_picture(folder / name, colour)
    yield folder
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)


def hashes(folder: Path) -> dict[str, str]:
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


def test_folders_and_files_without_rights_cost_themselves_only_and_come_back(run: Run, photos: Path) -> None:
    before = hashes(photos)
    assert run("index", photos)[1]["indexed"] == 3

    (photos / "closed").chmod(0o000)
    status, report, err = run("index", photos)
    assert status == 0
    assert (report["removed"], report["unchanged"]) == (0, 2)
    assert err.count("cannot be read") == 1 and str(photos / "closed") in err
    assert len(run("search", "green")[1]["hits"]) == 3

    (photos / "closed").chmod(0o400)  # its names may be read, and nothing else
    assert run("index", photos)[1]["removed"] == 0
    (photos / "closed").chmod(0o755)

    (photos / "secret.png").write_bytes((photos / "closed" / "leaf.png").read_bytes() + b" ")
    (photos / "secret.png").chmod(0o000)
    status, report, _ = run("index", photos)
    assert status == 0
    (problem,) = report["problems"]
    assert problem["path"] == str(photos / "secret.png") and "permissions forbid it" in problem["reason"]
    assert report["unchanged"] == 3

    (photos / "secret.png").chmod(0o600)
    status, report, _ = run("index", photos)
    assert (report["problems"], report["indexed"], report["unchanged"]) == ([], 1, 3)
    assert {path: found for path, found in hashes(photos).items() if not path.endswith("secret.png")} == before


def test_read_only_photos_work_like_any_other(run: Run, photos: Path) -> None:
    for path in sorted(photos.rglob("*"), reverse=True):
        path.chmod(0o555 if path.is_dir() else 0o444)
    photos.chmod(0o555)
    before = hashes(photos)
    status, report, err = run("index", photos)
    assert (status, report["indexed"], report["problems"], err) == (0, 3, [], "")
    assert run("tag", photos / "sea.webp", "--add", "holiday")[0] == 0
    assert run("search", "holiday")[1]["hits"][0]["path"] == str(photos / "sea.webp")
    assert hashes(photos) == before


def hits(answer: Any) -> list[str]:
    return [os.path.basename(hit["path"]) for hit in answer["hits"]]


def test_a_library_without_rights_to_write_is_searched_and_nothing_is_saved(
    run: Run, photos: Path, tmp_path: Path
) -> None:
    library = tmp_path / "library"
    run("index", photos)
    below = sorted(library.rglob("*"), reverse=True)
    for path in (*below, library):
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        before = hashes(library)
        status, answer, err = run("search", "green")
        assert (status, hits(answer)[0]) == (0, "leaf.png")
        assert err == f"The library in {library} is read-only: you can look at photos and search, and nothing is saved.\n"
        assert run("status")[1]["counts"]["photos"] == 3
        for command in (("tag", photos / "sea.webp", "--add", "x"), ("index", photos), ("folders", "remove", photos)):
            status, _, err = run(*command)
            assert status == 1
            assert err.count("\n") == 1 and "cannot be used (Permission denied)" in err
        assert hashes(library) == before
    finally:
        for path in (library, *reversed(below)):
            path.chmod(0o700 if path.is_dir() else 0o600)
    assert run("tag", photos / "sea.webp", "--add", "x")[0] == 0

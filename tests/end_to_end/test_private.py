"""Nothing is sent anywhere, no port is open, and nobody else may look into the library: the whole program, from outside."""

import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

WITNESS = Path(__file__).with_name("network_witness.py")


def account(plan: list[dict[str, Any]]) -> dict[str, Any]:
    """What a network namespace of its own saw while the plan was carried out; skipped where there can be none."""
    for unshare in (["unshare", "--net"], ["unshare", "--net", "--map-root-user"]):
        if shutil.which("unshare") and subprocess.run([*unshare, "true"], capture_output=True, check=False).returncode == 0:
            break
    else:
        pytest.skip("needs a network namespace, and this user may make none")
    done = subprocess.run(
        [*unshare, sys.executable, str(WITNESS)], input=json.dumps(plan), capture_output=True, text=True, check=True
    )
    said: dict[str, Any] = json.loads(done.stdout)
    return said


def test_the_witness_sees_what_must_not_happen() -> None:
    said = account([])
    assert all(said["counted"].values()), said
    assert any(line.startswith("tcp ") and line.endswith(" 0A") for line in said["sockets"]), "a port that listened"


def test_indexing_searching_and_the_window_open_no_port_and_speak_with_no_other_machine(
    tmp_path: Path, shared_data: Path, own_home: Path
) -> None:
    """Every attempt to connect, and every look-up of a name, is counted by the kernel, whichever library makes it."""
    photos = Path(shutil.copytree(shared_data / "photos" / "formats" / "webp", tmp_path / "photos"))
    encoder = shared_data / "models" / "imagenet-mini"

    def photofind(*arguments: str | Path) -> list[str]:
        return [sys.executable, "-m", "photofind", *map(str, arguments)]

    picture = next(photos.rglob("*.webp"))
    new = next((shared_data / "photos" / "camera").rglob("*.[jJ][pP]*"))
    previous = os.umask(0)  # of somebody careless
    try:
        said = account(
            [
                {"commands": [photofind("index", photos, "--encoder", f"local-dir:{encoder}")]},
                {
                    "commands": [
                        ["cp", str(new), str(photos)],
                        photofind("index", "--json"),  # has the window do it
                        photofind("search", "a boat", "--image", picture, "--json"),
                        photofind("tag", picture, "--add", "boat"),
                    ],
                    "beside": photofind(),
                },
                {"commands": [photofind("doctor", "--bundle", tmp_path / "report.zip")]},
            ]
        )
    finally:
        os.umask(previous)
    assert [one["status"] for one in said["done"]] == [0] * 7, said["done"]
    done = json.loads(said["done"][2]["out"])
    assert done["indexed"] + done["unchanged"] == len(list(photos.rglob("*.*")))
    assert json.loads(said["done"][3]["out"])["hits"]
    assert said["sockets"] == []
    assert not any(said["counted"].values()), said["counted"]
    assert_private(own_home, tmp_path / "report.zip")


def assert_private(*places: Path) -> None:
    """Nobody else may read, write or even list anything at and below these places."""
    open_to_others = [
        f"{stat.filemode(path.lstat().st_mode)} {path}"
        for place in places
        for path in (place, *place.rglob("*"))
        if path.lstat().st_mode & 0o077
    ]
    assert open_to_others == []

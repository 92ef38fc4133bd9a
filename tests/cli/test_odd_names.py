"""Names of any bytes: through index, search and tag and back, and harmless on a terminal."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from photofind.cli import main

sys.path.insert(0, str(Path(__file__).parents[1] / "endurance"))  # for the names

from hostile_places import odd_names

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux")


@pytest.fixture
def odd(tmp_path: Path) -> set[str]:
    """Photos whose names nothing can show, below ``photos``."""
    made = set()
    for sample in odd_names():
        path = tmp_path / "photos" / sample.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(sample.data)
        made.add(str(path))
    return made


def test_every_name_comes_back_byte_for_byte(
    odd: set[str], tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.library.index_run._LOOK_EVERY_S", 0.01)
    library = ["--library", str(tmp_path / "library")]
    assert main(["index", str(tmp_path / "photos"), *library, "--json"]) == 0
    report = json.loads(capfdbinary.readouterr().out)
    assert (report["indexed"], report["problems"]) == (len(odd), [])
    assert main(["search", "red", "--limit", "1000", *library, "--json"]) == 0
    assert {hit["path"] for hit in json.loads(capfdbinary.readouterr().out)["hits"]} == odd
    assert main(["search", "red", "--limit", "1000", "-0", *library]) == 0
    assert set(capfdbinary.readouterr().out.split(b"\0")) - {b""} == {os.fsencode(path) for path in odd}
    assert main(["search", "--image", max(odd, key=len), "--limit", "1", *library, "--json"]) == 0
    capfdbinary.readouterr()
    assert main(["tag", *odd, "--add", "odd", *library, "--json"]) == 0
    capfdbinary.readouterr()


def test_a_terminal_is_given_nothing_that_it_would_obey() -> None:
    program = (
        "from photofind.cli.output import print_line, print_paths, tell;"
        "name = '/photos/bell \\x07\\x1b[31m\\udcff.jpg'; print_paths([name]); print_line(name); tell(name)"
    )
    ours, theirs = os.openpty()
    try:
        subprocess.run([sys.executable, "-c", program], stdout=theirs, stderr=theirs, stdin=theirs, timeout=30, check=True)
        shown = os.read(ours, 10_000)
    finally:
        os.close(ours)
        os.close(theirs)
    assert shown.count(b"/photos/bell ") == 3
    assert b"\x1b" not in shown and b"\x07" not in shown


def test_a_pipe_is_given_names_as_they_are() -> None:
    program = "from photofind.cli.output import print_paths; print_paths(['/photos/bell \\x07\\x1b[31m\\udcff.jpg'])"
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, timeout=30, check=True)
    assert ran.stdout == b"/photos/bell \x07\x1b[31m\xff.jpg\n"

"""The command line as a process of its own, beside others."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import pytest
from silent_holder import silent_holder

from photofind.cli import main
from photofind.library.instance import send_command

MakePicture = Callable[..., Path]


def command(library: Path, *arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "photofind", *map(str, arguments), "--library", str(library), "--json"]


def run(library: Path, *arguments: str | Path, timeout_s: float = 90) -> tuple[int, Any]:
    done = subprocess.run(command(library, *arguments), capture_output=True, text=True, timeout=timeout_s, check=False)
    return done.returncode, json.loads(done.stdout) if done.stdout else done.stderr


def wait_for(condition: Callable[[], bool], timeout_s: float = 60) -> None:
    deadline_s = time.monotonic() + timeout_s
    while not condition():
        assert time.monotonic() < deadline_s, "waited too long"
        time.sleep(0.02)


def encoded_in(library: Path) -> int:
    """How many photos the catalogue says are encoded."""
    try:
        with contextlib.closing(sqlite3.connect(f"{(library / 'catalogue.db').as_uri()}?mode=ro", uri=True)) as catalogue:
            return int(catalogue.execute("SELECT count(*) FROM encoded").fetchone()[0])
    except sqlite3.Error:  # not made yet
        return 0


@pytest.fixture(scope="module")
def many_photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """So many that an indexing run can be met half way; all with another content."""
    import numpy as np
    from PIL import Image

    random = np.random.default_rng(1)
    folder = tmp_path_factory.mktemp("many")
    for number in range(160):
        coarse = Image.fromarray(random.integers(0, 255, (6, 8, 3), np.uint8))
        coarse.resize((1600, 1200), Image.Resampling.NEAREST).save(folder / f"{number:03}.png", compress_level=1)
    return folder


@pytest.fixture
def indexing(tmp_path: Path, many_photos: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """An ``index`` of many photos that has written some vectors and is not done."""
    library = tmp_path / "library"
    process = subprocess.Popen(
        ["env", "--default-signal=INT", *command(library, "index", many_photos)],  # tests in the background ignore it
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        wait_for(lambda: encoded_in(library) > 0 or process.poll() is not None)
        assert process.poll() is None
        yield process, library
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def helpers_of(process: psutil.Process) -> list[psutil.Process]:
    return process.children(recursive=True)


def test_reading_commands_work_while_an_index_runs(indexing: tuple[subprocess.Popen[str], Path]) -> None:
    process, library = indexing
    status, summary = run(library, "status")
    assert status == 0
    assert summary["counts"]["photos"] == summary["counts"]["indexed"] + summary["counts"]["waiting"] > 0
    status, found = run(library, "search", "red", "--limit", "5")
    assert status == 0
    assert 0 < len(found["hits"]) <= 5
    process.send_signal(signal.SIGINT)


def test_the_doctor_has_the_indexing_program_look_and_that_goes_on_afterwards(
    indexing: tuple[subprocess.Popen[str], Path],
) -> None:
    process, library = indexing
    status, reply = run(library, "doctor", "--repair")
    assert status == 0, reply
    assert {"journal", "milvus"} <= {finding["check"] for finding in reply["findings"]}
    out, _ = process.communicate(timeout=90)
    assert (process.returncode, json.loads(out)["indexed"]) == (0, 160)


def test_an_index_beside_another_hands_its_folders_over(
    indexing: tuple[subprocess.Popen[str], Path], tmp_path: Path, make_picture: MakePicture
) -> None:
    process, library = indexing
    make_picture(tmp_path / "late" / "one.jpg", (200, 10, 10))
    status, folders = run(library, "folders", "add", tmp_path / "late")
    assert status == 0
    assert str(tmp_path / "late") in folders["folders"]
    status, report = run(library, "index", tmp_path / "late")
    assert status == 0, report
    assert report["indexed"] + report["unchanged"] == 1
    process.communicate(timeout=90)


def test_ctrl_c_stops_cleanly_and_the_next_run_goes_on(
    indexing: tuple[subprocess.Popen[str], Path], many_photos: Path
) -> None:
    process, library = indexing
    helpers = helpers_of(psutil.Process(process.pid))
    assert helpers
    process.send_signal(signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == 130
    assert "Traceback" not in err
    psutil.wait_procs(helpers, timeout=20)
    assert not any(helper.is_running() for helper in helpers)
    already = run(library, "status")[1]["counts"]["indexed"]
    assert already > 0
    status, report = run(library, "index", many_photos)
    assert (status, report["indexed"] + report["unchanged"], report["unchanged"]) == (0, 160, already)


def test_kill_9_loses_nothing_that_was_on_disk_and_leaves_no_helper(
    indexing: tuple[subprocess.Popen[str], Path], many_photos: Path
) -> None:
    process, library = indexing
    helpers = helpers_of(psutil.Process(process.pid))
    process.kill()
    process.communicate()
    psutil.wait_procs(helpers, timeout=20)
    assert not any(helper.is_running() for helper in helpers)
    already = run(library, "status")[1]["counts"]["indexed"]
    assert already > 0
    report = run(library, "index", many_photos)[1]
    assert (report["indexed"], report["unchanged"]) == (160 - already, already)
    found = run(library, "search", "blue", "--limit", "500")[1]["hits"]
    assert len({hit["id"] for hit in found}) == len(found) == 160


def test_a_library_held_by_something_that_does_not_answer_is_status_3(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("photofind.cli.handing_over.send_command", partial(send_command, timeout_s=0.3))
    library = tmp_path / "library"
    library.mkdir(mode=0o700)
    with silent_holder(library):
        assert main(["folders", "add", str(tmp_path), "--library", str(library), "--json"]) == 3
    assert "does not answer" in json.loads(capfd.readouterr().out)["error"]


def test_the_command_line_imports_no_qt_and_no_torch(tmp_path: Path) -> None:
    code = (
        "import sys; from photofind.cli import main; main(['status', '--library', '/nowhere']);"
        "print([name for name in ('PySide6', 'torch', 'open_clip', 'pymilvus', 'transformers') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=dict(os.environ))
    assert done.stdout.strip() == "[]"


def test_the_reader_of_the_output_may_hang_up(tmp_path: Path, make_picture: MakePicture) -> None:
    make_picture(tmp_path / "photos" / "one.jpg", (200, 10, 10))
    library = tmp_path / "library"
    run(library, "index", tmp_path / "photos")
    line = f"{sys.executable} -m photofind search red --library '{library}' | true"
    done = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert "Traceback" not in done.stderr

"""Hostile files end nothing, hang nothing, and are each an ordinary photo or a problem with a sentence."""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from decoder_watch import Memory
from hostile_sample import Outcome
from hostile_trial import Indexed, Reading, broken_promises

_MOST_MEMORY_MB = 600  # of a decoder, with files that claim up to 4,300 megapixels
_TIMEOUT_S = 20.0


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.skipif(sys.platform != "linux", reason="the command reads /proc")
def test_every_hostile_file_is_a_photo_or_a_problem_and_no_original_is_changed(tmp_path: Path) -> None:
    figures = tmp_path / "figures.json"
    command = [sys.executable, str(Path(__file__).with_name("hostile_files.py")), "--quick", "--json", str(figures)]
    if "PHOTOFIND_TEST_DATA" in os.environ:
        command += ["--photos", str(Path(os.environ["PHOTOFIND_TEST_DATA"], "photos"))]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    found = json.loads(figures.read_text())
    assert found["broken"] == []
    nothing = ("crashes_of_the_program", "hangs", "decoders_that_died", "decoders_ended_at_the_time-out", "originals_changed")
    assert [found[what] for what in nothing] == [0] * len(nothing)
    assert found["indexed"] > 150 and found["refused"] > 100
    assert found["peak_memory_of_a_decoder_(MB)"] < _MOST_MEMORY_MB


EXPECTED = {"/sound.jpg": Outcome.READS, "/bad.jpg": Outcome.REFUSED, "/notes.txt": Outcome.PASSED_OVER}
READINGS = [Reading("/sound.jpg", 0.1, ""), Reading("/bad.jpg", 0.1, "This JPEG is damaged.")]
INDEXED = Indexed(0, 1.0, "", Memory(), {"/sound.jpg": None, "/bad.jpg": "This JPEG is damaged."})


def test_the_judge_finds_nothing_where_nothing_is_wrong() -> None:
    assert broken_promises(EXPECTED, READINGS, INDEXED, _TIMEOUT_S) == []


@pytest.mark.parametrize(
    "indexed",
    [
        replace(INDEXED, status=-11),
        replace(INDEXED, complaints="Traceback (most recent call last)"),
        replace(INDEXED, orphans=["4711: a decoder"]),
        replace(INDEXED, photos={}),
        replace(INDEXED, photos={"/sound.jpg": "This JPEG is damaged.", "/bad.jpg": "This JPEG is damaged."}),
        replace(INDEXED, photos={"/sound.jpg": None, "/bad.jpg": None}),
        replace(INDEXED, photos={"/sound.jpg": None, "/bad.jpg": "ValueError: bad magic"}),
        replace(INDEXED, photos=INDEXED.photos | {"/notes.txt": "This is no picture."}),
    ],
)
def test_the_judge_notices(indexed: Indexed) -> None:
    assert broken_promises(EXPECTED, READINGS, indexed, _TIMEOUT_S)


def test_the_judge_notices_a_file_that_took_too_long() -> None:
    slow = [*READINGS, Reading("/slow.jpg", _TIMEOUT_S + 10, "This picture was given up.")]
    assert broken_promises(EXPECTED, slow, INDEXED, _TIMEOUT_S)


def test_the_judge_notices_a_sound_picture_that_one_decoder_refuses() -> None:
    refused = [Reading("/sound.jpg", 0.1, "This JPEG is damaged.")]
    assert broken_promises(EXPECTED, refused, INDEXED, _TIMEOUT_S)

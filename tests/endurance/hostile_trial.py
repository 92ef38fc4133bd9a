"""Gives photofind the hostile files, first one by one to a decoder and then all to a library, and says what came of it."""

import json
import os
import sqlite3
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from decoder_watch import Memory, MemoryWatch
from hostile_sample import Outcome, encoded
from meanwhile import Meanwhile
from processes import Stage

from photofind.core.errors import UnreadablePicture
from photofind.core.pixels import InputSpec
from photofind.media.decoder import DecodeRequest
from photofind.media.decoder_pool import DecoderPool

_INPUT_PX = 64
_THUMBNAIL_PX = 384
_GRACE_S = 3.0  # beyond the time-out: a decoder is ended, another one starts, and the machine may be busy
_PROGRAM_S = 480.0
CRASHED, TOO_SLOW = "made its decoder crash", "could not be read within"


@dataclass(frozen=True, slots=True)
class Reading:
    """What one decoder made of one file; ``sentence`` is empty where it gave a picture."""

    path: str
    seconds: float
    sentence: str


@dataclass(slots=True)
class Indexed:
    """What a library holds afterwards: for each path the sentence of its problem, None for an ordinary photo."""

    status: int
    seconds: float
    complaints: str
    memory: Memory
    photos: dict[str, str | None] = field(default_factory=dict)
    orphans: list[str] = field(default_factory=list)


def read_each(paths: list[str], timeout_s: float) -> tuple[list[Reading], Memory]:
    """One file after the other through a real decoder pool of one process."""
    readings: list[Reading] = []
    with MemoryWatch(os.getpid()) as watch:
        pool = DecoderPool(1, timeout_s=timeout_s)
        try:
            for path in paths:
                began_s = time.monotonic()
                sentence = ""
                try:
                    pool.decode(DecodeRequest(path, InputSpec(_INPUT_PX), _THUMBNAIL_PX)).result()
                except UnreadablePicture as error:
                    sentence = str(error)
                readings.append(Reading(path, time.monotonic() - began_s, sentence))
        finally:
            pool.stop()
    return readings, watch.memory


def index(stage: Stage, library: Path, folder: Path, timeout_s: float) -> Indexed:
    """``photofind index``, a program of its own."""
    library.mkdir(mode=0o700, parents=True)
    (library / "settings.json").write_text(json.dumps({"decode_timeout_s": timeout_s}))
    began_s = time.monotonic()
    program = stage.photofind(library, "index", folder)
    with MemoryWatch(program.pid) as watch:
        try:
            _, complaints = program.communicate(timeout=_PROGRAM_S)
        except subprocess.TimeoutExpired:
            program.kill()
            _, complaints = program.communicate()
    outcome = Indexed(program.returncode, time.monotonic() - began_s, complaints, watch.memory)
    outcome.orphans = stage.orphans()
    outcome.photos = _photos_of(library)
    return outcome


def _photos_of(library: Path) -> dict[str, str | None]:
    """Read without photofind's own code."""
    with closing(sqlite3.connect(f"file:{library / 'catalogue.db'}?mode=ro", uri=True)) as catalogue:
        rows = catalogue.execute("SELECT directory, name, problem, to_read FROM photos WHERE gone_s IS NULL")
        return {
            os.fsdecode(os.path.join(directory, name)): problem or ("never read" if to_read else None)
            for directory, name, problem, to_read in rows
        }


class ChangingFile(Meanwhile):
    """A photo that is written again and again while the ``with`` block runs, and is whole in the end."""

    def __init__(self, path: Path) -> None:
        super().__init__("changing-file", 0.002)
        self._path = path
        self._data = encoded("JPEG", quality=33)
        self._length = 1
        self._path.write_bytes(self._data)

    def __exit__(self, *error: Any) -> None:
        super().__exit__(*error)
        self._path.write_bytes(self._data)

    def step(self) -> None:
        self._length = self._length * 7 % len(self._data)
        self._path.write_bytes(self._data[: self._length + 1])



def broken_promises(expected: dict[str, Outcome], readings: list[Reading], indexed: Indexed, timeout_s: float) -> list[str]:
    """One line for each; names in them are made printable."""
    lines = [f"took {one.seconds:.1f} s: {one.path!a}" for one in readings if one.seconds > timeout_s + _GRACE_S]
    lines += [_unexpected(path, outcome, indexed) for path, outcome in expected.items()]
    lines += [
        f"is a sound picture, and is refused when read alone: {one.path!a}: {one.sentence}"
        for one in readings
        if one.sentence and expected.get(one.path) is Outcome.READS
    ]
    lines += [f"problem without a sentence: {path!a}" for path, problem in indexed.photos.items() if not _is_said(problem)]
    if indexed.status != 0 or "Traceback" in indexed.complaints:
        lines.append(f"the program ended with {indexed.status}: {indexed.complaints[-2000:]}")
    lines += [f"left running: {orphan}" for orphan in indexed.orphans]
    return [line for line in lines if line]


def _unexpected(path: str, outcome: Outcome, indexed: Indexed) -> str:
    is_known = path in indexed.photos
    problem = indexed.photos.get(path)
    match outcome:
        case Outcome.PASSED_OVER:
            return f"should be passed over, and is not: {path!a}" if is_known else ""
        case _ if not is_known:
            return f"neither a photo nor a problem: {path!a}"
        case Outcome.READS if problem is not None:
            return f"is a sound picture, and is refused: {path!a}: {problem}"
        case Outcome.REFUSED if problem is None:
            return f"is taken for a photo: {path!a}"
    return ""


def _is_said(problem: str | None) -> bool:
    """A sentence for people: no name of an exception in it."""
    return problem is None or (problem[0].isupper() and problem.endswith(".") and "Error" not in problem)

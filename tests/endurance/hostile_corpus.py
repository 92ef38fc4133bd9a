"""Everything that a folder of photos could be given to bring photofind down; the same each time it is made."""

import hashlib
import os
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path

from hostile_bombs import bombs
from hostile_cuts import cut_files, heic_of, misnamed_files
from hostile_metadata import broken_heic, broken_metadata
from hostile_places import make_places, odd_names
from hostile_sample import Outcome, Sample

_HASHED_BYTES = 1 << 20


def make_corpus(folder: Path, photos: Path | None, *, large: bool) -> dict[str, Outcome]:
    """Make it below ``folder``. Returns for each path what photofind has to make of it.

    ``photos`` is the folder with real photos, of which those under ``broken`` are taken along; ``large`` adds what takes
    seconds, and hundreds of megabytes of disk.
    """
    expected: dict[str, Outcome] = {}
    for sample in _samples(photos, large=large):
        expected[str(sample.write_below(folder))] = sample.outcome
    for sample in make_places(folder, large=large):
        expected[os.path.join(folder, sample.name)] = sample.outcome
    return expected


def _samples(photos: Path | None, *, large: bool) -> Iterator[Sample]:
    yield from misnamed_files()
    yield from odd_names()
    yield from cut_files(photos, large=large)
    yield from broken_metadata(large=large)
    yield from bombs(large=large)
    if photos is not None:
        yield from broken_heic(heic_of(photos))
        yield from _broken_photos(photos / "broken")


def _broken_photos(folder: Path) -> Iterator[Sample]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            # Fuzzed files differ by the libraries that read them; those with broken EXIF are pictures in any of them.
            outcome = Outcome.READS if path.parent.name == "exif" else Outcome.EITHER
            yield Sample(f"broken/{path.relative_to(folder)}", path.read_bytes(), outcome)


def states_of(paths: Iterable[str]) -> dict[str, tuple[object, ...]]:
    """What each original is: kind, rights, owner, size, time, and a hash of its content, of huge ones of both ends."""
    return {path: _state_of(path) for path in paths}


def _state_of(path: str) -> tuple[object, ...]:
    status = os.lstat(path)
    state = (status.st_mode, status.st_uid, status.st_size, status.st_mtime_ns)
    if stat.S_ISLNK(status.st_mode):
        return (*state, os.readlink(path))
    if not stat.S_ISREG(status.st_mode) or not os.access(path, os.R_OK):
        return state
    digest = hashlib.blake2b()
    with Path(path).open("rb") as file:
        if status.st_size > 1 << 32:  # sparse
            digest.update(file.read(_HASHED_BYTES))
            file.seek(-_HASHED_BYTES, os.SEEK_END)
        while part := file.read(_HASHED_BYTES):
            digest.update(part)
    return (*state, digest.hexdigest())

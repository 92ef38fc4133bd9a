"""Libraries as large as those of users, made once through the program's own stores and kept.

.venv/bin/python tests/benchmarks/large_library.py CACHE [COUNT]

Rows, thumbnails of the usual size, words and vectors are real; the photo files are sparse files of the right length and
time (nothing reads them: they are in the library), 500 in a folder. The encoder is ViT-B-32-256 with random weights.
Each photo has a made-up camera, date, and tags: ``half``, ``hundredth``, ``thousandth`` are on as many photos.
"""

import argparse
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
from camera_photos import shared_folder
from PIL import Image
from random_encoder import random_encoder

from photofind.config.paths import LibraryPaths
from photofind.config.resources import resource
from photofind.core.photo import Facts
from photofind.encoders.shelf import Shelf
from photofind.library.parts import THUMBNAIL_PX
from photofind.media import scaling
from photofind.store.catalogue import Catalogue, FileStat, ReadPicture
from photofind.store.thumbnails import Thumbnails
from photofind.store.vector_journal import VectorJournal
from photofind.store.vector_records import round_vectors

TAGGED = {"half": 2, "hundredth": 100, "thousandth": 1000}
_LARGEST_WITH_USUAL_THUMBNAILS = 200_000  # 3 GB at 100,000
_IN_A_FOLDER = 500
_AT_ONCE = 5000
_CAMERAS = ("X100V", "EOS R6", "Z 6", "iPhone 15", "Pixel 8", "ILCE-7M4", "DMC-LX100", "PEN-F")
_FIRST_DAY = datetime(2008, 1, 1)
_CENTRES = 400  # groups of photos that look alike
_SPREAD = 0.7


@dataclass(frozen=True)
class LargeLibrary:
    """Where a made library is."""

    folder: Path
    """For ``--library``."""
    photos: Path
    """The watched folder."""
    encoder: Path
    """For ``local-dir:``."""
    count: int

    @property
    def encoder_id(self) -> str:
        return f"local-dir:{self.encoder}"

    def copy(self, target: Path) -> "LargeLibrary":
        """A library of its own to write into, on the same photos (some seconds: thumbnails are 1 GB at 100,000)."""
        subprocess.run(["cp", "-a", "--reflink=auto", str(self.folder), str(target)], check=True)
        return LargeLibrary(target, self.photos, self.encoder, self.count)


def large_library(cache: Path, count: int, *, milvus: bool = True) -> LargeLibrary:
    """The library of ``count`` photos under ``cache``, made where it is missing: minutes for 100,000.

    ``milvus``: the vectors are in Milvus, too, so that a start has nothing to do; else a start begins to fill it.
    """
    home = cache.absolute() / f"library-{count}{'' if milvus else '-without-milvus'}"
    made = LargeLibrary(home / "library", home / "photos", random_encoder(cache.absolute()), count)
    if not (home / "whole").exists():
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)
        _fill(made)
        if milvus:
            _store_in_milvus(made)
        (home / "whole").touch()
    return made


def _fill(made: LargeLibrary) -> None:
    paths = LibraryPaths(made.folder)
    paths.make_folder()
    shelf = Shelf(made.folder.parent / "encoders", resource("shelf.json"))
    info = shelf.info(shelf.resolve(made.encoder_id))
    jpegs = list(_thumbnails(THUMBNAIL_PX if made.count <= _LARGEST_WITH_USUAL_THUMBNAILS else THUMBNAIL_PX // 2))
    chance = np.random.default_rng(0)
    centres = chance.standard_normal((_CENTRES, info.dimension), np.float32)
    catalogue = Catalogue(paths.catalogue)
    paths.vectors.mkdir(mode=0o700, exist_ok=True)
    journal = VectorJournal.open(paths.vectors / f"{info.key}.journal", info.key, info.dimension)
    with Thumbnails(paths.thumbnails) as thumbnails:
        folder_id = catalogue.watch_folder(str(made.photos))
        for first in range(0, made.count, _AT_ONCE):
            numbers = range(first, min(first + _AT_ONCE, made.count))
            with catalogue.transaction():
                contents = [_add(catalogue, folder_id, made.photos, number) for number in numbers]
                for (photo_id, _), number in zip(contents, numbers, strict=True):
                    tags = [tag for tag, each in TAGGED.items() if number % each == 0]
                    catalogue.edit_tags(photo_id, tags, [])
                catalogue.mark_encoded(info.key, contents)
            ids = np.array([photo_id for photo_id, _ in contents], np.int64)
            thumbnails.put([(photo_id, jpegs[photo_id % len(jpegs)]) for photo_id, _ in contents])
            noise = chance.standard_normal((len(ids), info.dimension), np.float32)
            journal.append(ids, round_vectors(centres[ids % _CENTRES] + _SPREAD * noise))
        for key, value in (("encoder", info.id), ("encoder_chosen", "yes"), (f"key of {info.id}", info.key)):
            catalogue.set_meta(key, value)
    journal.sync()
    journal.close()
    catalogue.close()


def _add(catalogue: Catalogue, folder_id: int, photos: Path, number: int) -> tuple[int, bytes]:
    directory, name = photos / f"{number // _IN_A_FOLDER:05}", f"IMG_{number:07}.jpg"
    directory.mkdir(parents=True, exist_ok=True)
    taken = _FIRST_DAY + timedelta(seconds=number * 4001)
    size_bytes, mtime_ns = 2_500_000 + number * 37 % 1_000_000, int(taken.timestamp()) * 10**9
    descriptor = os.open(directory / name, os.O_CREAT | os.O_WRONLY, 0o644)
    os.truncate(descriptor, size_bytes)
    os.close(descriptor)
    os.utime(directory / name, ns=(mtime_ns, mtime_ns))
    photo_id, _ = catalogue.add_file(folder_id, str(directory), FileStat(name, size_bytes, mtime_ns))
    content_hash = (number + 1).to_bytes(16, "big")
    facts = Facts(taken=taken.isoformat(), camera_make="Made", camera_model=_CAMERAS[number // 1000 % len(_CAMERAS)])
    picture = ReadPicture(content_hash, size_bytes, mtime_ns, "JPEG", 4000, 3000, number * 2654435761 & 0xFFFFFF, facts)
    catalogue.record_read(photo_id, picture)
    return photo_id, content_hash


def _thumbnails(longest_px: int) -> Iterator[bytes]:
    """JPEGs of real photos."""
    for path in sorted((shared_folder() / "photos" / "labelled").iterdir()):
        with Image.open(path) as image:
            picture = image.convert("RGB")
        scale = longest_px / max(picture.size)
        size = (round(picture.width * scale), round(picture.height * scale))
        yield scaling.as_jpeg(picture.resize(size))


def _store_in_milvus(made: LargeLibrary) -> None:
    command = [sys.executable, "-m", "photofind", "index", "--library", str(made.folder)]
    command += [str(made.photos), "--encoder", made.encoder_id, "--json"]
    environment = {**os.environ, "PHOTOFIND_DATA": str(made.folder.parent / "data")}
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


def asked_for(description: str | None) -> LargeLibrary:
    """The library that this program's arguments name."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cache", type=Path)
    parser.add_argument("count", type=int, nargs="?", default=100_000)
    parser.add_argument("--without-milvus", action="store_true")
    given = parser.parse_args()
    return large_library(given.cache, given.count, milvus=not given.without_milvus)


def main() -> None:
    sys.stdout.write(f"{asked_for(__doc__)}\n")


if __name__ == "__main__":
    main()

"""What a tormented library should hold: pictures on disk, and what was said about them. It knows nothing of photofind."""

import hashlib
import os
import random
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

_FOLDERS = ("", "Summer", "Summer/beach", "Wedding & friends", "été", "old")
_KINDS = ((".jpg", {"quality": 80}), (".png", {"compress_level": 1}))


@dataclass(slots=True)
class Photo:
    """One photo: where it is, what is in the file, and what the user was told is kept about it."""

    path: Path
    content: str
    photo_id: int = 0
    tags: set[str] = field(default_factory=set)
    rating: int | None = None
    # Said by a command that was killed before it answered: kept or not, each is right.
    uncertain: list[tuple[set[str], int | None]] = field(default_factory=list)


class PhotoWorld:
    """Does to the photo folders what users do; each content is there once, so that it names its photo."""

    def __init__(self, folder: Path, randomness: random.Random) -> None:
        self.folder = folder
        self.photos: list[Photo] = []
        self._random = randomness
        self._number = 0
        folder.mkdir(parents=True)

    def add(self, count: int) -> None:
        """New photos in any of the folders."""
        for _ in range(count):
            suffix, options = self._random.choice(_KINDS)
            path = self._free_path(suffix)
            self.photos.append(Photo(path, self._write(path, options)))

    def change(self, count: int) -> None:
        """Other pictures under the same names, each by way of a rename, as programs save."""
        for photo in self._some(count):
            options = next(options for suffix, options in _KINDS if suffix == photo.path.suffix)
            photo.content = self._write(photo.path, options)

    def delete(self, count: int) -> None:
        for photo in self._some(count):
            photo.path.unlink()
            self.photos.remove(photo)

    def rename(self, count: int) -> None:
        """Files get other names, in their folder or in another."""
        for photo in self._some(count):
            target = self._free_path(photo.path.suffix)
            photo.path.rename(target)
            photo.path = target

    def rename_folder(self) -> None:
        """One folder gets another name, with all that it holds."""
        folders = sorted({photo.path.parent for photo in self.photos} - {self.folder})
        if not folders:
            return
        source = self._random.choice(folders)
        self._number += 1
        target = self.folder / f"folder {self._number}"
        source.rename(target)
        for photo in self.photos:
            if photo.path.is_relative_to(source):
                photo.path = target / photo.path.relative_to(source)

    def swap(self) -> None:
        """Two files trade their names."""
        for one, other in [self._some(2)] if len(self.photos) > 1 else []:
            if one.path.suffix == other.path.suffix:
                aside = one.path.with_name(f".{one.path.name}.swap")
                one.path.rename(aside)
                other.path.rename(one.path)
                aside.rename(other.path)
                one.path, other.path = other.path, one.path

    def known(self) -> list[Photo]:
        """Photos that the library is known to have."""
        return [photo for photo in self.photos if photo.photo_id]

    def _some(self, count: int) -> list[Photo]:
        return self._random.sample(self.photos, min(count, len(self.photos)))

    def _free_path(self, suffix: str) -> Path:
        self._number += 1
        folder = self.folder / self._random.choice(_FOLDERS)
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{self._random.choice(('IMG_', 'DSC', 'Bild '))}{self._number:05}{suffix}"

    def _write(self, path: Path, options: dict[str, int]) -> str:
        numbers = np.random.default_rng(self._random.getrandbits(64))
        picture = Image.fromarray(numbers.integers(0, 255, (6, 8, 3), np.uint8))
        unfinished = path.with_name(f".{path.name}.part")
        picture.resize((240, 180), Image.Resampling.BILINEAR).save(unfinished, format=_format(path), **options)
        unfinished.replace(path)
        return content_of(path)


def content_of(path: Path) -> str:
    """The BLAKE2b of a file in 16 bytes, as hexadecimal digits."""
    return hashlib.blake2b(path.read_bytes(), digest_size=16).hexdigest()


def files_below(folder: Path) -> set[Path]:
    """All files there are, whatever they are."""
    return {Path(parent, name) for parent, _, names in os.walk(folder) for name in names}


def _format(path: Path) -> str:
    return "JPEG" if path.suffix == ".jpg" else "PNG"

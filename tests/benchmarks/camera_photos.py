"""Camera photos that no program has seen: crops of the originals, each another one, saved at the source's own quality."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image, JpegImagePlugin

_LEAST_PIXELS = 7_900_000
_WANTED_PIXELS = 10_000_000
_KEPT_SHARE = 0.96  # of an original's pixels at most, so that crops of small ones differ, too


def make_photos(folder: Path, count: int, seed: int) -> float:
    """Write ``count`` JPEGs into ``folder``; returns their mean megapixels.

    Quantisation tables and subsampling are the source's own, which is what quality means in a JPEG; EXIF and colour
    profile are kept. No two have a pixel at the same place of the same original.
    """
    folder.mkdir(parents=True)
    chance = np.random.default_rng(seed)
    originals = list(_originals())
    pixels = 0
    for position, path in enumerate(originals):
        with Image.open(path) as image:
            image.load()
            assert isinstance(image, JpegImagePlugin.JpegImageFile)
            share = min(_KEPT_SHARE, _WANTED_PIXELS / (image.width * image.height)) ** 0.5
            width, height = round(image.width * share), round(image.height * share)
            mine = range(position, count, len(originals))
            places = chance.choice((image.width - width) * (image.height - height), len(mine), replace=False)
            for number, place in zip(mine, places.tolist(), strict=True):
                top, left = divmod(place, image.width - width)
                image.crop((left, top, left + width, top + height)).save(
                    folder / f"IMG_{number:04}.jpg",
                    "JPEG",
                    qtables=image.quantization,
                    subsampling=JpegImagePlugin.get_sampling(image),
                    exif=image.info.get("exif", b""),
                    icc_profile=image.info.get("icc_profile"),
                )
                pixels += width * height
    return pixels / count / 1e6


def shared_folder() -> Path:
    """Photos and models that are no part of the repository: beside it, or where $PHOTOFIND_TEST_DATA says."""
    return Path(os.environ.get("PHOTOFIND_TEST_DATA") or Path(__file__).parents[3] / "shared")


def warm_up_cache(folder: Path) -> None:
    """Every goal is for files that the system holds in memory."""
    for path in folder.iterdir():
        path.read_bytes()


def _originals() -> Iterator[Path]:
    for path in sorted((shared_folder() / "photos" / "camera").rglob("*")):
        if path.suffix.lower() in (".jpg", ".jpeg"):
            with Image.open(path) as image:
                large_enough = image.format == "JPEG" and image.width * image.height >= _LEAST_PIXELS
            if large_enough:
                yield path

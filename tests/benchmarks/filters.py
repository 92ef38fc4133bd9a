"""How long filters, literal hits and the values for completion take in a library of 100,000 photos.

.venv/bin/python tests/benchmarks/filters.py [--quick] [--cache FOLDER] [--json FILE]

The catalogue is real, its photos are made up: 60 cameras and lenses, 2,000 folders, 3,000 tags, half of the photos with a
place, a third rated, a fiftieth there twice. Each figure is the median of several runs in this process, and its worst.
"""

import random
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from report import Row, benchmark_options, hand_in

from photofind.core.photo import Facts
from photofind.core.query.parts import (
    DateFilter,
    Filter,
    Literal,
    NearFilter,
    NumberField,
    NumberFilter,
    TextField,
    TextFilter,
    Trait,
    TraitFilter,
)
from photofind.store.catalogue import Catalogue, FileStat, ReadPicture
from photofind.store.catalogue_reader import CatalogueReader

_PHOTOS, _FEW_PHOTOS = 100_000, 10_000
_AT_ONCE = 5000
_FIRST_DAY = datetime(2005, 1, 1)
_WANTED_MS, _WANTED_OF_COMMON_MS, _WANTED_OF_VALUES_MS = 60, 20, 50
_COMMON = {"camera:", "date:", "rating:", "tag:", "folder:", "name:IMG_0012345"}

_FILTERS: dict[str, list[Filter | Literal]] = {
    "camera:": [TextFilter(TextField.CAMERA, "nikon d8")],
    "-camera:": [TextFilter(TextField.CAMERA, "nikon", negated=True)],
    "lens:": [TextFilter(TextField.LENS, "50mm")],
    "folder:": [TextFilter(TextField.FOLDER, "2012/trip 7")],
    "folder: of all photos": [TextFilter(TextField.FOLDER, "pictures")],
    "name:IMG_0012345": [TextFilter(TextField.NAME, "IMG_0012345")],
    "name:dsc, a tenth of the photos": [TextFilter(TextField.NAME, "dsc")],
    "name:img, nearly all photos": [TextFilter(TextField.NAME, "img")],
    "type:jpg": [TextFilter(TextField.TYPE, "jpg")],
    "type:png": [TextFilter(TextField.TYPE, "png")],
    "tag:": [TextFilter(TextField.TAG, "person 17")],
    "tag: of a third of the photos": [TextFilter(TextField.TAG, "place")],
    "rating:>=4": [NumberFilter(NumberField.RATING, least=4)],
    "rating:": [NumberFilter(NumberField.RATING, least=5, most=5)],
    "rating:0": [NumberFilter(NumberField.RATING, least=0, most=0)],
    "size:>10MP": [NumberFilter(NumberField.MEGAPIXELS, least=10, least_excluded=True)],
    "iso:": [NumberFilter(NumberField.ISO, least=800)],
    "date:": [DateFilter(date(2010, 6, 1), date(2010, 8, 31))],
    "near: 5 km": [NearFilter(48.2, 16.4, 5)],
    "near: 5,000 km": [NearFilter(48.2, 16.4, 5000)],
    **{trait.value: [TraitFilter(trait)] for trait in Trait},
    "quoted, few photos": [Literal("trip 7")],
    "quoted, nearly all photos": [Literal("img")],
    "camera: date: rating: tag: together": [
        TextFilter(TextField.CAMERA, "nikon"), DateFilter(date(2010, 1, 1), None), NumberFilter(NumberField.RATING, least=3),
        TextFilter(TextField.TAG, "place"),
    ],
}  # fmt: skip
_LITERAL_TEXTS = {
    "IMG_0012345": "IMG_0012345", "trip 7": "trip 7", "person 17": "person 17", "Country 3 nikon": "two words",
    "nikon trip": "words of half of all photos", "img": "a word of nearly all photos",
}  # fmt: skip


def _fill(path: Path, count: int) -> None:
    chance = random.Random(1)
    series = (("Nikon", "D"), ("Canon", "EOS "))
    cameras = [(make, f"{make} {model}{number}") for make, model in series for number in range(800, 830)]
    lenses = [f"{make} {focal}mm f/1.8" for make in ("Nikkor", "EF") for focal in range(20, 80, 2)]
    with closing(Catalogue(path)) as catalogue:
        folder_id = catalogue.watch_folder("/home/anna/Pictures")
        for first in range(0, count, _AT_ONCE):
            with catalogue.transaction():
                for number in range(first, first + _AT_ONCE):
                    _add(catalogue, folder_id, number, chance, cameras, lenses)


def _add(
    catalogue: Catalogue, folder_id: int, number: int, chance: random.Random, cameras: list[tuple[str, str]], lenses: list[str]
) -> None:
    directory = f"/home/anna/Pictures/{2005 + number // 50 % 2000 // 100}/trip {number // 50 % 100}"
    name = f"{'DSC' if number % 10 == 0 else 'IMG'}_{number:07}.{'png' if number % 20 == 1 else 'jpg'}"
    photo_id, _ = catalogue.add_file(folder_id, directory, FileStat(name, number, number))
    make, model = chance.choice(cameras)
    place = (chance.uniform(35, 60), chance.uniform(-10, 30)) if number % 2 else (None, None)
    tags = tuple(f"person {chance.randrange(3000)}" for _ in range(chance.randrange(3)))
    facts = Facts(
        taken=(_FIRST_DAY + timedelta(seconds=number * 6007)).isoformat(), camera_make=make, camera_model=model,
        lens=chance.choice(lenses), iso=chance.choice((100, 200, 800, 3200)), latitude=place[0], longitude=place[1],
        rating=chance.choice((None, None, 1, 3, 5, None)), keywords=tags,
        hierarchy=(f"Place|Country {chance.randrange(40)}",) if number % 3 == 0 else (),
    )  # fmt: skip
    content_hash = (number - 1 if number % 50 == 1 else number).to_bytes(16, "big")
    size = chance.choice(((4000, 3000), (3000, 4000), (2000, 2000)))
    catalogue.record_read(
        photo_id, ReadPicture(content_hash, number, number, "PNG" if name.endswith("png") else "JPEG", *size, 0, facts)
    )
    if number % 40 == 0:
        catalogue.set_rating(photo_id, 4)


def _times_ms(work: Callable[[], Any], repeats: int) -> tuple[float, float, Any]:
    """Median and worst of ``repeats`` runs, and what came of the last one."""
    times = []
    for _ in range(repeats):
        began_s = time.perf_counter()
        came = work()
        times.append((time.perf_counter() - began_s) * 1000)
    return statistics.median(times), max(times), came


def _row(what: str, work: Callable[[], Any], repeats: int, wanted_ms: int) -> Row:
    median_ms, worst_ms, came = _times_ms(work, repeats)
    found = f", {len(came):,} photos" if hasattr(came, "__len__") else ""
    ours = f"{median_ms:.1f} ms (worst {worst_ms:.1f}){found}"
    if "all photos" in what:  # which no filter that is worth anything leaves
        return Row("", what, "", ours, "", "", None)
    return Row("", what, "", ours, "", f"≤ {wanted_ms} ms", median_ms <= wanted_ms)


def _rows(path: Path, repeats: int) -> list[Row]:
    rows = []
    with closing(CatalogueReader(path)) as reader:
        for what, parts in _FILTERS.items():
            filters = [part for part in parts if not isinstance(part, Literal)]
            literals = [part for part in parts if isinstance(part, Literal)]
            wanted_ms = _WANTED_OF_COMMON_MS if what in _COMMON else _WANTED_MS
            rows.append(_row(what, lambda f=filters, q=literals: reader.filtered_ids(f, q), repeats, wanted_ms))  # type: ignore[misc]
        for text, what in _LITERAL_TEXTS.items():
            rows.append(_row(f"literal hits of {what}", lambda text=text: reader.literal_hits(text), repeats, _WANTED_MS))  # type: ignore[misc]
        rows.append(_row("values for completion", reader.known_values, repeats, _WANTED_OF_VALUES_MS))
    return rows


def main() -> None:
    options = benchmark_options(__doc__).parse_args()
    count = _FEW_PHOTOS if options.quick else _PHOTOS
    with tempfile.TemporaryDirectory() as folder:
        path = (options.cache or Path(folder)) / f"filters-{count}.db"
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.exists():
            unfinished = path.with_suffix(".new")
            unfinished.unlink(missing_ok=True)
            _fill(unfinished, count)
            unfinished.rename(path)
        with closing(sqlite3.connect(path)) as connection:
            photos = connection.execute("SELECT count(*) FROM photos").fetchone()[0]
        print(f"{photos:,} photos in {path.stat().st_size / 2**20:.0f} MiB, SQLite {sqlite3.sqlite_version}")
        hand_in(_rows(path, 3 if options.quick else 9), options.json)


if __name__ == "__main__":
    main()

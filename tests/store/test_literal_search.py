"""What photos say themselves is found however it is written, the best first, and never everything."""

from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from photofind.core.photo import Facts
from photofind.core.query.parts import Literal, TextField, TextFilter
from photofind.store.catalogue import Catalogue, FileStat, ReadPicture
from photofind.store.catalogue_reader import CatalogueReader

FIRST_DAY = datetime(2019, 5, 3, 14, 2, 11)
PHOTOS = (
    ("2019/Vienna", "IMG_2034.JPG", Facts(camera_make="FUJIFILM", camera_model="X100V", caption="Oma at the sea")),
    ("2019/Vienna", "海边日落照片.jpg", Facts(title="Sunset")),
    ("Hochzeit Müller", "a.jpg", Facts(keywords=("red car",))),
    ("2020/sunset beach", "b.jpg", Facts(keywords=("Places|Austria",))),
    ("2020", "sunset 2.jpg", Facts()),
    ("2020", "Café Central.jpg", Facts(caption="a sunset over the café, in the evening")),
    ("2020", "c.jpg", Facts(keywords=("Sunset",))),
)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with closing(Catalogue(tmp_path / "catalogue.db")) as catalogue:
        folder = catalogue.watch_folder("/home/anna/Pictures")
        for number, (directory, name, facts) in enumerate(PHOTOS):
            taken = (FIRST_DAY + timedelta(days=number)).isoformat()
            photo_id, _ = catalogue.add_file(folder, f"/home/anna/Pictures/{directory}", FileStat(name, number, number))
            content = number.to_bytes(16, "big")
            values = {each: getattr(facts, each) for each in ("camera_make", "camera_model", "caption", "title", "keywords")}
            catalogue.record_read(photo_id, ReadPicture(content, number, number, "JPEG", 4, 3, 0, Facts(taken=taken, **values)))
        yield catalogue


@pytest.fixture
def reader(catalogue: Catalogue) -> CatalogueReader:
    return CatalogueReader(catalogue.connection)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("日落", [2]), ("muller", [3]), ("Müller", [3]), ("IMG_2034", [1]), ("img 20", [1]), ("cafe", [6]), ("café cen", [6]),
        ("oma", [1]), ("x100v", [1]), ("fuji", [1]), ("austria", [4]), ("places austria", [4]), ("2019-05-03", [1]),
        ("vienna img", [1]), ("vienn", [2, 1]), ("red car", [3]), ("the sea", [1]), ("oma by the sea", [1]), ("oma evening", []),
    ],
)  # fmt: skip
def test_names_folders_captions_tags_cameras_and_dates_are_found(
    reader: CatalogueReader, text: str, found: list[int]
) -> None:
    assert list(reader.literal_hits(text)) == found


@pytest.mark.parametrize("text", ["a", "the", "in", "in the", "p", "e", "", "…", "home", "anna", "home pictures", "/home/anna"])
def test_what_would_say_nothing_of_a_photo_finds_none(reader: CatalogueReader, text: str) -> None:
    assert list(reader.literal_hits(text)) == []


def test_the_name_of_the_watched_folder_counts_as_that_of_every_other(reader: CatalogueReader) -> None:
    assert len(reader.literal_hits("pictures")) == len(PHOTOS)


def test_names_and_tags_come_before_folders_and_captions_and_then_the_newest(reader: CatalogueReader) -> None:
    assert list(reader.literal_hits("sunset")) == [7, 5, 6, 4, 2]
    assert list(reader.literal_hits("sunset 2020")) == [7, 5, 6, 4]


def test_whole_words_come_before_words_that_only_begin_so(catalogue: Catalogue, reader: CatalogueReader) -> None:
    for number, (name, caption) in enumerate([("carpenter", None), ("d", "by car"), ("carbonara", None)]):
        photo_id, _ = catalogue.add_file(1, "/home/anna/Pictures/x", FileStat(f"{name}.jpg", 90 + number, 90))
        facts = Facts(taken=FIRST_DAY.isoformat(), caption=caption)
        catalogue.record_read(photo_id, ReadPicture(bytes(16), 9, 9, "JPEG", 4, 3, 0, facts))
    assert list(reader.literal_hits("car")) == [3, 9, 10, 8]


def test_a_word_that_must_be_whole_is_no_beginning(reader: CatalogueReader) -> None:
    assert list(reader.literal_hits("vienn")) == [2, 1]
    assert list(reader.literal_hits("vienn", whole_words=True)) == []
    assert list(reader.literal_hits("oma", whole_words=True)) == [1]


def test_only_photos_that_are_allowed_count(reader: CatalogueReader) -> None:
    assert list(reader.literal_hits("sunset", np.array([2, 4, 5]))) == [5, 4, 2]
    assert list(reader.literal_hits("sunset", np.array([], np.int64))) == []


def test_a_tag_that_was_removed_is_found_no_more(catalogue: Catalogue, reader: CatalogueReader) -> None:
    catalogue.edit_tags(3, [], ["red car"])
    assert list(reader.literal_hits("red car")) == []
    catalogue.mark_gone([7])
    assert 7 not in reader.literal_hits("sunset")


def test_folders_above_watched_ones_say_nothing_wherever_those_lie(catalogue: Catalogue, reader: CatalogueReader) -> None:
    other = catalogue.watch_folder("/mnt/anna")
    photo_id, _ = catalogue.add_file(other, "/mnt/anna/home", FileStat("d.jpg", 9, 9))
    catalogue.record_read(photo_id, ReadPicture(bytes(16), 9, 9, "JPEG", 4, 3, 0, Facts()))
    assert list(reader.literal_hits("anna")) == [photo_id]
    assert list(reader.literal_hits("home")) == [photo_id]
    assert list(reader.literal_hits("mnt")) == []


@pytest.mark.parametrize(
    "text",
    [
        "sunset " * 5000, " ".join(f"word{number}" for number in range(5000)), "x" * 100_000, "日" * 20_000,
        'a"b*c(d)^:e OR NEAR -{', "sun\0set",
    ],
)  # fmt: skip
def test_no_text_is_too_long_or_too_odd(reader: CatalogueReader, text: str) -> None:
    assert set(reader.literal_hits(text)) <= {2, 4, 5, 6, 7}
    assert reader.filtered_ids([], [Literal(text)]).tolist() == []
    for kind in TextField:
        assert reader.filtered_ids([TextFilter(kind, text)]).tolist() == []

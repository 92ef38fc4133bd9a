"""Each filter, alone, negated and with others, leaves exactly the photos that a plain look at all of them leaves."""

import math
import random
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

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
from photofind.core.words import search_words
from photofind.store.catalogue import Catalogue, FileStat, ReadPicture
from photofind.store.catalogue_reader import CatalogueReader

ROOTS = ("/home/anna/Pictures", "/home/anna/Pictures/usb drive", "/mnt/海边")
DIRECTORIES = (
    ROOTS[0], f"{ROOTS[0]}/2019/Vienna Trip", f"{ROOTS[0]}/2019/05", f"{ROOTS[0]}/2020/Café", f"{ROOTS[1]}/2019",
    f"{ROOTS[2]}/日落", f"{ROOTS[2]}/caf\udce9",
)  # fmt: skip
NAMES = (
    "IMG_2034.JPG", "海边日落照片.jpg", "Müller-Hochzeit.tiff", "red car.heic", "redcarpet.png", "…", "a\udcff.jpe", "a b.JPEG",
)  # fmt: skip
CAMERAS = ((None, None), ("NIKON CORPORATION", "NIKON D850"), ("Canon", "Canon EOS R6"), ("FUJIFILM", "X100V"), (None, "Z 6"))
LENSES = (None, "EF50mm f/1.8 STM", "Canon EF 24-70mm", "NIKKOR Z 50mm")
FORMATS = ("JPEG", "PNG", "TIFF", "HEIC", "WEBP")
TAGS = ("Oma", "Places|Austria|Vienna", "red car", "car", "Müller", "日落", "Places")
TITLES = (None, "Red car at the sea", "the car, red", "海边日落")
PLACES = (None, (48.2, 16.37), (0.0, 179.9), (0.0, -179.9), (89.5, 10.0), (89.5, -170.0), (-90.0, 0.0), (48.21, 16.4), (10.0, 0.0))
SIZES = ((4000, 3000), (3000, 4000), (1000, 1000), (800, 600), (5000, 2000))
RATINGS = (None, None, -1, 0, 3, 4, 5)
VALUES = (
    "nikon", "canon r6", "NIKON d8", "x100", "z", "50mm", "ef 50", "vienna", "2019/vienna", "2019 / 05", "pictures", "anna",
    "/2019/", "usb/2019", "usb drive", "cafe", "日落", "海边/日", "img_2034", "2034", "muller", "red car", "redc", "jpg", "JPEG",
    ".tif", "heif", "png", "webp", "oma", "places|austria", "austria", "austria|vienna", "car", "…", "", "img 2034 jpg", "hochzeit",
)  # fmt: skip
LITERALS = (
    "red car", "car red", "red", "re", "日落", "海边日", "IMG_2034", "muller", "2019-05-03", "2019", "anna", "home", "pictures",
    "oma", "jpg canon", "vienna trip", "…", "eos r6", "the sea", "car at",
)  # fmt: skip
SAME_FORMATS = (("jpg", "jpeg", "jpe", "jfif"), ("tif", "tiff"), ("heic", "heif", "hif"))
SECONDS = (0, -1, 86_399, 86_400, -2 * 10**9)  # from the beginning of a day


@dataclass
class Made:
    """A photo, and what is known of it."""

    directory: str
    name: str
    folder: str
    camera: tuple[str | None, str | None]
    lens: str | None
    format: str
    size: tuple[int, int]
    taken: datetime
    place: tuple[float, float] | None
    rating: int | None
    user_rating: int | None
    iso: int | None
    title: str | None
    content: bytes
    tags: set[str] = field(default_factory=set)
    is_shown: bool = True
    is_offline: bool = False


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[CatalogueReader, dict[int, Made]]]:
    """A real catalogue of 200 photos, some of them gone, some not read."""
    chance, made = random.Random(5), {}
    with closing(Catalogue(tmp_path_factory.mktemp("filters") / "catalogue.db")) as catalogue:
        with catalogue.transaction():
            ids = {root: catalogue.watch_folder(root) for root in ROOTS}
            catalogue.set_offline(ids[ROOTS[2]], True)
            for number in range(200):
                one = _made(chance, number)
                made[_add(catalogue, ids[one.folder], one, number, chance)] = one
        yield CatalogueReader(catalogue.connection), made


def _made(chance: random.Random, number: int) -> Made:
    directory = chance.choice(DIRECTORIES)
    folder = max((root for root in ROOTS if directory.startswith(root)), key=len)
    taken = datetime(2019, 5, 3) + timedelta(seconds=chance.choice((*SECONDS, chance.randrange(10**8))))
    return Made(
        directory, f"{number} {chance.choice(NAMES)}", folder, chance.choice(CAMERAS), chance.choice(LENSES),
        chance.choice(FORMATS), chance.choice(SIZES), taken, chance.choice(PLACES), chance.choice(RATINGS),
        chance.choice((None, None, None, 0, 2, 5)), chance.choice((None, 100, 400, 6400)), chance.choice(TITLES),
        bytes([chance.randrange(120)]) * 16, is_offline=folder == ROOTS[2],
    )  # fmt: skip


def _add(catalogue: Catalogue, folder_id: int, one: Made, number: int, chance: random.Random) -> int:
    photo_id, _ = catalogue.add_file(folder_id, one.directory, FileStat(one.name, number, number))
    of_file = chance.sample(TAGS, chance.randrange(3))
    latitude, longitude = one.place or (None, None)
    facts = Facts(
        taken=one.taken.isoformat(), camera_make=one.camera[0], camera_model=one.camera[1], lens=one.lens, iso=one.iso,
        latitude=latitude, longitude=longitude, rating=one.rating, title=one.title,
        keywords=tuple(tag for tag in of_file if "|" not in tag), hierarchy=tuple(tag for tag in of_file if "|" in tag),
    )  # fmt: skip
    catalogue.record_read(photo_id, ReadPicture(one.content, number, number, one.format, *one.size, 0, facts))
    added, removed = chance.sample(TAGS, chance.randrange(2)), of_file[: chance.randrange(2)]
    catalogue.edit_tags(photo_id, added, removed)
    one.tags = (set(of_file) | set(added)) - set(removed)
    catalogue.set_rating(photo_id, one.user_rating)
    if number % 11 == 0:
        one.is_shown = False
        if number % 2:
            catalogue.mark_gone([photo_id])
        else:
            catalogue.forget_thumbnails([photo_id])
    return photo_id


# What a filter means, written down once more in the plainest way


def has(text: str, phrase: str, *, is_open: bool = True) -> bool:
    """Whether the phrase's words stand next to each other in the text, the last one perhaps only begun."""
    words, wanted = search_words(text), search_words(phrase)
    for start in range(len(words) - len(wanted) + 1):
        *first, last = words[start : start + len(wanted)] or [""]
        if wanted and first == wanted[:-1] and (last == wanted[-1] or (is_open and last.startswith(wanted[-1]))):
            return True
    return False


def has_in_a_row(levels: list[str], wanted: list[str]) -> bool:
    wanted = [each for each in wanted if search_words(each)]
    starts = range(len(levels) - len(wanted) + 1)
    return bool(wanted) and any(all(has(levels[i + j], each) for j, each in enumerate(wanted)) for i in starts)


def folders_below(one: Made) -> list[str]:
    return [ROOTS[2].split("/")[-1] if one.folder == ROOTS[2] else "Pictures", *_rest(one).split("/")[1:]]


def _rest(one: Made) -> str:
    return one.directory.removeprefix(ROOTS[2] if one.folder == ROOTS[2] else ROOTS[0])


def text_holds(one: Made, asked: TextFilter) -> bool:
    value = asked.value
    parts = [part for part in value.split() if search_words(part)]
    match asked.field:
        case TextField.CAMERA:
            return bool(parts) and all(has(" ".join(filter(None, one.camera)), part) for part in parts)
        case TextField.LENS:
            return bool(parts) and all(has(one.lens or "", part) for part in parts)
        case TextField.FOLDER:
            return has_in_a_row(folders_below(one), value.split("/"))
        case TextField.NAME:
            return has(one.name, value)
        case TextField.TYPE:
            kind = value.lower().strip(".")
            same = next((each for each in SAME_FORMATS if kind in each), (kind,))
            ending = one.name.lower().rpartition(".")[2] if "." in one.name else ""
            return bool(search_words(value)) and (one.format.lower() in same or ending in same)
        case TextField.TAG:
            return any(has_in_a_row(tag.split("|"), value.split("|")) for tag in one.tags)


def number_holds(one: Made, asked: NumberFilter) -> bool:
    rating = one.user_rating if one.user_rating is not None else one.rating
    number = {
        NumberField.RATING: rating or 0,
        NumberField.ISO: one.iso,
        NumberField.MEGAPIXELS: one.size[0] * one.size[1] / 1e6,
    }[asked.field]
    if number is None:
        return False
    above = asked.least is None or (number > asked.least if asked.least_excluded else number >= asked.least)
    below = asked.most is None or (number < asked.most if asked.most_excluded else number <= asked.most)
    return above and below


def trait_holds(one: Made, trait: Trait, shown: list[Made]) -> bool:
    width, height = one.size
    return {
        Trait.FAVOURITE: (one.user_rating if one.user_rating is not None else one.rating) == 5,
        Trait.PORTRAIT: height > width,
        Trait.LANDSCAPE: width > height,
        Trait.SQUARE: width == height,
        Trait.OFFLINE: one.is_offline,
        Trait.DUPLICATE: sum(other.content == one.content for other in shown) > 1,
        Trait.GPS: one.place is not None,
    }[trait]


def km_between(a: tuple[float, float], b: tuple[float, float]) -> float:
    """By the angle between two vectors from the earth's centre: another formula than the one that is tested."""
    vectors = []
    for latitude, longitude in (a, b):
        theta, phi = math.radians(latitude), math.radians(longitude)
        vectors.append((math.cos(theta) * math.cos(phi), math.cos(theta) * math.sin(phi), math.sin(theta)))
    (ax, ay, az), (bx, by, bz) = vectors
    across = math.hypot(ay * bz - az * by, az * bx - ax * bz, ax * by - ay * bx)
    return 6371.0088 * math.atan2(across, ax * bx + ay * by + az * bz)


def literal_holds(one: Made, text: str) -> bool:
    said = [" ".join(folders_below(one)), one.name, *one.camera, one.lens, one.taken.isoformat(), one.title, *one.tags]
    return any(has(each or "", text, is_open=False) for each in said)


def holds(one: Made, part: Filter | Literal, shown: list[Made]) -> bool:
    match part:
        case TextFilter():
            plain = text_holds(one, part)
        case NumberFilter():
            plain = number_holds(one, part)
        case DateFilter(first=first, last=last):
            plain = (first is None or one.taken.date() >= first) and (last is None or one.taken.date() <= last)
        case TraitFilter():
            plain = trait_holds(one, part.trait, shown)
        case NearFilter():
            plain = one.place is not None and km_between(one.place, (part.latitude, part.longitude)) <= part.radius_km
        case Literal():
            plain = literal_holds(one, part.text)
    return plain != part.negated


numbers = st.none() | st.sampled_from([0.0, 3.0, 4.5, 5.0, -1.0, 100.0, 400.0, 0.48, 1.0, 12.0]) | st.floats(-2, 50)
days = st.none() | st.dates() | st.sampled_from([date(2019, 5, 2), date(2019, 5, 3), date(2019, 5, 4), date.min, date.max])
filters = st.one_of(
    st.builds(TextFilter, st.sampled_from(TextField), st.sampled_from(VALUES) | st.text(max_size=4), st.booleans()),
    st.builds(NumberFilter, st.sampled_from(NumberField), numbers, numbers, st.booleans(), st.booleans(), st.booleans()),
    st.builds(DateFilter, days, days, st.booleans()),
    st.builds(TraitFilter, st.sampled_from(Trait), st.booleans()),
    st.builds(
        NearFilter,
        st.sampled_from([48.2, 0.0, 90.0, -90.0, 89.9]) | st.floats(-90, 90),
        st.sampled_from([16.4, 180.0, -180.0, 179.95]) | st.floats(-180, 180),
        st.sampled_from([0.5, 5.0, 50.0, 9_000.0, 11_000.0, 20_100.0]) | st.floats(0.1, 20_000),
        st.booleans(),
    ),
)
literals = st.builds(Literal, st.sampled_from(LITERALS) | st.text(max_size=3), st.booleans())


@settings(max_examples=400, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(asked=st.lists(filters, max_size=3), quoted=st.lists(literals, max_size=2))
@example(asked=[TraitFilter(Trait.DUPLICATE)], quoted=[])
@example(asked=[NearFilter(0.0, 180.0, 50.0)], quoted=[])
@example(asked=[NearFilter(89.9, -170.0, 100.0)], quoted=[])
@example(asked=[TextFilter(TextField.CAMERA, "nikon", negated=True)], quoted=[Literal("red car")])
def test_what_is_left_is_what_a_plain_look_at_each_photo_leaves(
    library: tuple[CatalogueReader, dict[int, Made]], asked: list[Filter], quoted: list[Literal]
) -> None:
    reader, made = library
    shown = {photo_id: one for photo_id, one in made.items() if one.is_shown}
    expected = [
        photo_id for photo_id, one in shown.items() if all(holds(one, part, list(shown.values())) for part in (*asked, *quoted))
    ]
    assert reader.filtered_ids(asked, quoted).tolist() == expected


@pytest.mark.parametrize("field", TextField)
@pytest.mark.parametrize("value", VALUES)
def test_each_text_field_with_each_value(
    library: tuple[CatalogueReader, dict[int, Made]], field: TextField, value: str
) -> None:
    reader, made = library
    one = TextFilter(field, value)
    expected = [photo_id for photo_id, each in made.items() if each.is_shown and text_holds(each, one)]
    assert reader.filtered_ids([one]).tolist() == expected


@pytest.mark.parametrize("text", LITERALS)
def test_quoted_text_is_words_next_to_each_other_in_one_field_below_the_watched_folder(
    library: tuple[CatalogueReader, dict[int, Made]], text: str
) -> None:
    reader, made = library
    expected = [photo_id for photo_id, one in made.items() if one.is_shown and literal_holds(one, text)]
    assert reader.filtered_ids([], [Literal(text)]).tolist() == expected


def test_a_whole_path_is_that_very_folder_and_all_below_it(library: tuple[CatalogueReader, dict[int, Made]]) -> None:
    reader, made = library
    folder = next(one.directory for one in made.values() if one.is_shown and _rest(one).count("/") == 1)
    expected = [i for i, one in made.items() if one.is_shown and f"{one.directory}/".startswith(f"{folder}/")]
    for value in (folder, f"{folder}/"):
        assert reader.filtered_ids([TextFilter(TextField.FOLDER, value)]).tolist() == expected


def test_the_made_up_photos_put_every_kind_of_filter_to_the_test(
    library: tuple[CatalogueReader, dict[int, Made]],
) -> None:
    """Else an oracle and a filter that both find nothing would agree."""
    reader, made = library
    some: list[Filter] = [
        TextFilter(TextField.CAMERA, "canon r6"), TextFilter(TextField.LENS, "50mm"), TextFilter(TextField.FOLDER, "2019/vienna"),
        TextFilter(TextField.NAME, "img_20"), TextFilter(TextField.TYPE, "jpg"), TextFilter(TextField.TAG, "austria|vienna"),
        NumberFilter(NumberField.RATING, 4), NumberFilter(NumberField.MEGAPIXELS, 10), NumberFilter(NumberField.ISO, 100, 400),
        DateFilter(date(2019, 5, 3), date(2019, 5, 3)), NearFilter(48.2, 16.4, 5), NearFilter(0, 180, 50), NearFilter(90, 0, 100),
        *map(TraitFilter, Trait),
    ]  # fmt: skip
    for one in some:
        assert 0 < len(reader.filtered_ids([one])) < sum(each.is_shown for each in made.values()), one


def test_values_for_completion_are_those_of_the_library_and_each_finds_its_photos(
    library: tuple[CatalogueReader, dict[int, Made]],
) -> None:
    reader, made = library
    known = reader.known_values()
    assert {"Oma", "Austria", "Vienna", "red car"} <= set(known.tags)
    assert set(known.cameras) == {"NIKON D850", "Canon EOS R6", "FUJIFILM X100V", "Z 6"}
    assert set(known.formats) == {name.lower() for name in FORMATS}
    assert known.folders[0] == "Pictures" and "Vienna Trip" in known.folders and "home" not in known.folders
    years = [f"{one.taken.year}" for one in made.values() if one.is_shown]
    assert list(known.years) == sorted(set(years), key=lambda year: (-years.count(year), year))
    for kind, values in (
        (TextField.TAG, known.tags), (TextField.CAMERA, known.cameras), (TextField.LENS, known.lenses),
        (TextField.FOLDER, [name for name in known.folders if search_words(name)]), (TextField.TYPE, known.formats),
    ):  # fmt: skip
        found = [len(reader.filtered_ids([TextFilter(kind, value)])) for value in values]
        assert all(found), (kind, values, found)
    counts = [sum(one.is_shown and one.format.lower() == name for one in made.values()) for name in known.formats]
    assert all(more >= less for more, less in pairwise(counts))


def test_an_empty_catalogue_knows_and_leaves_nothing(tmp_path: Path) -> None:
    with closing(Catalogue(tmp_path / "catalogue.db")) as catalogue:
        reader = CatalogueReader(catalogue.connection)
        assert reader.filtered_ids([TraitFilter(Trait.GPS, negated=True)]).tolist() == []
        assert reader.filtered_ids([], [Literal("a")]).tolist() == []
        assert not any((reader.known_values().tags, reader.known_values().years, reader.known_values().folders))

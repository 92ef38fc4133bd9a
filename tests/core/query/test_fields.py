from datetime import date

import pytest

from photofind.core.query import parse
from photofind.core.query.field_names import NAMES, field_named, folded
from photofind.core.query.parts import (
    DateFilter,
    Filter,
    NearFilter,
    NumberField,
    NumberFilter,
    TextField,
    TextFilter,
    Trait,
    TraitFilter,
)

TODAY = date(2026, 11, 27)  # a Friday


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("camera:nikon", TextFilter(TextField.CAMERA, "nikon")),
        ("-camera:nikon", TextFilter(TextField.CAMERA, "nikon", negated=True)),
        ("without camera:nikon", TextFilter(TextField.CAMERA, "nikon", negated=True)),
        ("camera: nikon", TextFilter(TextField.CAMERA, "nikon")),
        ("Kamera:nikon", TextFilter(TextField.CAMERA, "nikon")),
        ("相机：nikon", TextFilter(TextField.CAMERA, "nikon")),
        ('camera:"NIKON Z 6"', TextFilter(TextField.CAMERA, "NIKON Z 6")),
        ("lens:50mm", TextFilter(TextField.LENS, "50mm")),
        ("ordner:„Urlaub 2020“", TextFilter(TextField.FOLDER, "Urlaub 2020")),
        (r'folder:"C:\Photos\"', TextFilter(TextField.FOLDER, "C:\\Photos\\")),
        ("name:IMG_2034", TextFilter(TextField.NAME, "IMG_2034")),
        ("type:jpg,", TextFilter(TextField.TYPE, "jpg")),
        ("étiquette:Noël", TextFilter(TextField.TAG, "Noël")),
        ('tag:"the ""old"" one"', TextFilter(TextField.TAG, 'the "old" one')),
        ("rating:>=4", NumberFilter(NumberField.RATING, 4)),
        ("rating:≥4", NumberFilter(NumberField.RATING, 4)),
        ("rating:4+", NumberFilter(NumberField.RATING, 4)),
        ("rating:★★★", NumberFilter(NumberField.RATING, 3, 3)),
        ("rating:4", NumberFilter(NumberField.RATING, 4, 4)),
        ("rating:3..5", NumberFilter(NumberField.RATING, 3, 5)),
        ("rating:5..3", NumberFilter(NumberField.RATING, 3, 5)),
        ("rating:3-5", NumberFilter(NumberField.RATING, 3, 5)),
        ("rating:3..", NumberFilter(NumberField.RATING, 3)),
        ("-rating:<2", NumberFilter(NumberField.RATING, None, 2, most_excluded=True, negated=True)),
        ("size:>10MP", NumberFilter(NumberField.MEGAPIXELS, 10, least_excluded=True)),
        ("size:> 10 MP", NumberFilter(NumberField.MEGAPIXELS, 10, least_excluded=True)),
        ("größe:2,5..12,5mp", NumberFilter(NumberField.MEGAPIXELS, 2.5, 12.5)),
        ("iso:..1,600", NumberFilter(NumberField.ISO, None, 1600)),
        ("iso:>100..<400", NumberFilter(NumberField.ISO, 100, 400, True, True)),
        ("is:favourite", TraitFilter(Trait.FAVOURITE)),
        ("is:favorite", TraitFilter(Trait.FAVOURITE)),
        ("ist:hochformat", TraitFilter(Trait.PORTRAIT)),
        ("is:landscape", TraitFilter(Trait.LANDSCAPE)),
        ("est:carré", TraitFilter(Trait.SQUARE)),
        ("-is:offline", TraitFilter(Trait.OFFLINE, negated=True)),
        ("is:duplicate", TraitFilter(Trait.DUPLICATE)),
        ("has:gps", TraitFilter(Trait.GPS)),
        ("near:48.2,16.4,5km", NearFilter(48.2, 16.4, 5)),
        ("near:48.2,16.4,800m", NearFilter(48.2, 16.4, 0.8)),
        ("near:48.2, -16.4, 800 m", NearFilter(48.2, -16.4, 0.8)),
        ("near:48.2,16.4", NearFilter(48.2, 16.4, 1)),
        ("附近：48.2，16.4，2公里", NearFilter(48.2, 16.4, 2)),
    ],
)
def test_a_field_is_read(text: str, part: Filter) -> None:
    query = parse(text, TODAY)
    assert query.parts == (part,)
    assert query.mistakes == ()


@pytest.mark.parametrize(
    ("value", "first", "last"),
    [
        ("2019", date(2019, 1, 1), date(2019, 12, 31)),
        ("2019-05", date(2019, 5, 1), date(2019, 5, 31)),
        ("2019-05-03", date(2019, 5, 3), date(2019, 5, 3)),
        ("3.5.2019", date(2019, 5, 3), date(2019, 5, 3)),
        ("2019..2021", date(2019, 1, 1), date(2021, 12, 31)),
        ("2021..2019", date(2019, 1, 1), date(2021, 12, 31)),
        ("2019-2021", date(2019, 1, 1), date(2021, 12, 31)),
        ("2019..", date(2019, 1, 1), None),
        ("..2019-02", None, date(2019, 2, 28)),
        (">=2019", date(2019, 1, 1), None),
        ("> 2019", date(2020, 1, 1), None),
        ("<2019-05", None, date(2019, 4, 30)),
        ("<=2019", None, date(2019, 12, 31)),
        ("summer 2020", date(2020, 6, 1), date(2020, 8, 31)),
        ("2020 Summer", date(2020, 6, 1), date(2020, 8, 31)),
        ("winter 2020", date(2020, 12, 1), date(2021, 2, 28)),
        ("may 2020..june 2020", date(2020, 5, 1), date(2020, 6, 30)),
        ("3 May 2020", date(2020, 5, 3), date(2020, 5, 3)),
        ("May 3, 2020", date(2020, 5, 3), date(2020, 5, 3)),
        ("3. März 2020", date(2020, 3, 3), date(2020, 3, 3)),
        ("Sommer 2020", date(2020, 6, 1), date(2020, 8, 31)),
        ("otoño de 2019", date(2019, 9, 1), date(2019, 11, 30)),
        ("enero 2019", date(2019, 1, 1), date(2019, 1, 31)),
        ("août 2019", date(2019, 8, 1), date(2019, 8, 31)),
        ("été 2019", date(2019, 6, 1), date(2019, 8, 31)),
        ("2020年", date(2020, 1, 1), date(2020, 12, 31)),
        ("2020年5月", date(2020, 5, 1), date(2020, 5, 31)),
        ("2020年十二月", date(2020, 12, 1), date(2020, 12, 31)),
        ("2020年5月3日", date(2020, 5, 3), date(2020, 5, 3)),
        ("2020年夏天", date(2020, 6, 1), date(2020, 8, 31)),
        ("去年夏天", date(2025, 6, 1), date(2025, 8, 31)),
        ("上个月", date(2026, 10, 1), date(2026, 10, 31)),
        ("今天", TODAY, TODAY),
        ("today", TODAY, TODAY),
        ("yesterday", date(2026, 11, 26), date(2026, 11, 26)),
        ("aujourd'hui", TODAY, TODAY),
        ("last week", date(2026, 11, 16), date(2026, 11, 22)),
        ("diese Woche", date(2026, 11, 23), date(2026, 11, 29)),
        ("last month", date(2026, 10, 1), date(2026, 10, 31)),
        ("el año pasado", date(2025, 1, 1), date(2025, 12, 31)),
        ("last summer", date(2026, 6, 1), date(2026, 8, 31)),
        ("last winter", date(2025, 12, 1), date(2026, 2, 28)),
        ("last autumn", date(2025, 9, 1), date(2025, 11, 30)),
        ("autumn", date(2026, 9, 1), date(2026, 11, 30)),
        ("december", date(2025, 12, 1), date(2025, 12, 31)),
        ("l'été dernier", date(2026, 6, 1), date(2026, 8, 31)),
        ("9999-12", date(9999, 12, 1), date.max),
    ],
)
def test_a_date_is_read_quoted_or_not(value: str, first: date | None, last: date | None) -> None:
    assert parse(f'date:"{value}"', TODAY).parts == (DateFilter(first, last),)
    assert parse(f"-date:{value}", TODAY).parts == (DateFilter(first, last, negated=True),)


@pytest.mark.parametrize(
    ("value", "today", "first"),
    [
        ("summer", date(2026, 6, 1), date(2026, 6, 1)),
        ("summer", date(2026, 5, 31), date(2025, 6, 1)),
        ("last may", date(2026, 6, 1), date(2026, 5, 1)),
        ("last may", date(2026, 5, 31), date(2025, 5, 1)),
        ("last winter", date(2026, 1, 31), date(2024, 12, 1)),
        ("last month", date(2026, 1, 31), date(2025, 12, 1)),
        ("last week", date(2026, 1, 5), date(2025, 12, 29)),
    ],
)
def test_a_date_that_counts_from_today_knows_what_has_begun_and_what_is_over(value: str, today: date, first: date) -> None:
    (found,) = parse(f'date:"{value}"', today).parts
    assert isinstance(found, DateFilter)
    assert found.first == first


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("before:2019", DateFilter(None, date(2018, 12, 31))),
        ("after:2019", DateFilter(date(2020, 1, 1), None)),
        ('after:"summer 2020"', DateFilter(date(2020, 9, 1), None)),
        ("vor:2019-05-03", DateFilter(None, date(2019, 5, 2))),
        ("-before:2019", DateFilter(None, date(2018, 12, 31), negated=True)),
    ],
)
def test_before_and_after_leave_the_named_days_out(text: str, part: Filter) -> None:
    assert parse(text, TODAY).parts == (part,)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("camra:nikon", "There is no field “camra”. Did you mean camera:?"),
        ("-raiting:5", "There is no field “raiting”. Did you mean rating:?"),
        ('foldr:"New York"', "There is no field “foldr”. Did you mean folder:?"),
        ("rating:7", "rating: takes 0 to 5, as in rating:>=4."),
        ("rating:good", "rating: takes 0 to 5, as in rating:>=4."),
        ("size:2MB", "size: takes megapixels, as in size:>10MP."),
        ("iso:..", "iso: takes a number, as in iso:100..400."),
        ("camera:", "camera: takes a word, as in camera:nikon."),
        ("date:2019-02-30", 'date: takes a date, as in date:2019..2021 or date:"summer 2020".'),
        ("date:..", 'date: takes a date, as in date:2019..2021 or date:"summer 2020".'),
        ("before:0001", "before: takes a date, as in before:2019."),
        ("after:9999", "after: takes a date, as in after:2019."),
        (
            "is:gps",
            "is: takes favourite, portrait, landscape, square, offline or duplicate, as in is:favourite.",
        ),
        ("has:portrait", "has: takes gps, as in has:gps."),
        ("near:91,0", "near: takes a latitude, a longitude and a distance, as in near:48.2,16.4,5km."),
        ("near:48.2,16.4,0km", "near: takes a latitude, a longitude and a distance, as in near:48.2,16.4,5km."),
        ("0:beach", "A weight is a number above 0, as in 2:beach."),
    ],
)
def test_what_makes_no_sense_is_said_in_its_place_and_left_out(text: str, sentence: str) -> None:
    query = parse(f"dog {text} -cat", TODAY)
    assert [mistake.sentence for mistake in query.mistakes] == [sentence]
    assert [part.text for part in query.words] == ["dog", "cat"]
    assert query.filters == ()
    assert (query.mistakes[0].start, query.mistakes[0].end) == (4, 4 + len(text))


@pytest.mark.parametrize("text", ["foo:bar", "http://x.org", "12:30", "16:9", r"c:\x", "time:12:30", ":", "a:", "page:3"])
def test_a_colon_alone_makes_no_field(text: str) -> None:
    query = parse(text, TODAY)
    assert [part.text for part in query.words] == [text]
    assert query.mistakes == ()


def test_a_name_means_one_field_only() -> None:
    names = [(folded(name), field) for field, names in NAMES.items() for name in names]
    assert len(dict(names)) == len(set(names))
    assert all(field_named(name) is field for name, field in [(n, f) for f, ns in NAMES.items() for n in ns])

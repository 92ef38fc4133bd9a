"""The language of the search box: what each text is understood as."""

from datetime import date

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from photofind.core.query import explain, label, parse, part_text, to_text, without_part
from photofind.core.query.parts import (
    DateFilter,
    Filter,
    Literal,
    NearFilter,
    NumberField,
    NumberFilter,
    Part,
    Query,
    TextField,
    TextFilter,
    Trait,
    TraitFilter,
    Words,
)

TODAY = date(2026, 11, 27)  # a Friday


def no(text: str) -> Words:
    return Words(text, negated=True)


def days(first: str, last: str) -> DateFilter:
    return DateFilter(date.fromisoformat(first), date.fromisoformat(last))


SENTENCES: list[tuple[str, list[Part]]] = [
    ("", []),
    ("   \u3000 ", []),
    ("a white dog in the snow", [Words("a white dog in the snow")]),
    ("dog -poodle", [Words("dog"), no("poodle")]),
    ("dog without a red roof at night", [Words("dog at night"), no("red roof")]),
    ("beach, no people", [Words("beach"), no("people")]),
    ("no people", [no("people")]),
    ("Haus ohne Dach und Garten", [Words("Haus und Garten"), no("Dach")]),
    ("Strand, keine Menschen", [Words("Strand"), no("Menschen")]),
    ("un perro sin collar", [Words("un perro"), no("collar")]),
    ("un chat sans collier", [Words("un chat"), no("collier")]),
    ("plage pas de monde", [Words("plage"), no("monde")]),
    ("海边不要人", [no("人"), Words("海边")]),
    ("没有人的海滩", [no("人"), Words("海滩")]),
    ("日落 没有船", [Words("日落"), no("船")]),
    ("no parking sign", [Words("no parking sign")]),
    ("no man's land", [Words("no man's land")]),
    ("sin city", [Words("sin city")]),
    ("a page in comic sans", [Words("a page in comic sans")]),
    ("无人机", [Words("无人机")]),
    ("yes or no", [Words("yes or no")]),
    ('"without a dog"', [Literal("without a dog")]),
    ("t-shirt", [Words("t-shirt")]),
    ("-5 degrees", [Words("-5 degrees")]),
    ("rock - paper", [Words("rock - paper")]),
    ("2:beach sunset", [Words("beach", 2.0), Words("sunset")]),
    ('0.5:"old car" street', [Words("old car", 0.5), Words("street")]),
    ("-2:dog", [Words("dog", 2.0, negated=True)]),
    ("-(red roof) house", [no("red roof"), Words("house")]),
    ('"IMG_2034"', [Literal("IMG_2034")]),
    ("“red car” -„blue car“", [Literal("red car"), Literal("blue car", negated=True)]),
    ("「日落」", [Literal("日落")]),
    ('"not finished', [Literal("not finished")]),
    ("http://example.org/a.jpg", [Words("http://example.org/a.jpg")]),
    ("half past 12:30", [Words("half past 12:30")]),
    ("c:\\photos", [Words("c:\\photos")]),
    ("es: una casa", [Words("es: una casa")]),
    ("foo:bar", [Words("foo:bar")]),
]


@pytest.mark.parametrize(("text", "parts"), SENTENCES, ids=[text for text, _ in SENTENCES])
def test_sentences(text: str, parts: list[Part]) -> None:
    assert list(parse(text, TODAY).parts) == parts
    assert not parse(text, TODAY).mistakes


FIELDS: list[tuple[str, Filter]] = [
    ("camera:nikon", TextFilter(TextField.CAMERA, "nikon")),
    ('-camera:"canon  eos"', TextFilter(TextField.CAMERA, "canon eos", negated=True)),
    ("Kamera:sony", TextFilter(TextField.CAMERA, "sony")),
    ("cámara:sony", TextFilter(TextField.CAMERA, "sony")),
    ("相机：佳能", TextFilter(TextField.CAMERA, "佳能")),
    ("lens:50mm", TextFilter(TextField.LENS, "50mm")),
    ("folder:2019/rome", TextFilter(TextField.FOLDER, "2019/rome")),
    ("name:IMG_2", TextFilter(TextField.NAME, "IMG_2")),
    ("type:png", TextFilter(TextField.TYPE, "png")),
    ("tag:Müller", TextFilter(TextField.TAG, "Müller")),
    ("rating:>=4", NumberFilter(NumberField.RATING, 4)),
    ("rating:3", NumberFilter(NumberField.RATING, 3, 3)),
    ("rating:<2", NumberFilter(NumberField.RATING, None, 2, most_excluded=True)),
    ("size:>10MP", NumberFilter(NumberField.MEGAPIXELS, 10, least_excluded=True)),
    ("size:1,5..3", NumberFilter(NumberField.MEGAPIXELS, 1.5, 3)),
    ("iso:400..100", NumberFilter(NumberField.ISO, 100, 400)),
    ("iso:800..", NumberFilter(NumberField.ISO, 800)),
    ("date:2019", days("2019-01-01", "2019-12-31")),
    ("date:2019-02", days("2019-02-01", "2019-02-28")),
    ("date:3.5.2019", days("2019-05-03", "2019-05-03")),
    ("date:2019..2021", days("2019-01-01", "2021-12-31")),
    ("date:2019..", DateFilter(date(2019, 1, 1), None)),
    ('date:"summer 2020"', days("2020-06-01", "2020-08-31")),
    ('date:"Sommer 2020"', days("2020-06-01", "2020-08-31")),
    ('date:"hiver 2020"', days("2020-12-01", "2021-02-28")),
    ('date:"März 2020"', days("2020-03-01", "2020-03-31")),
    ('date:"mayo de 2020"', days("2020-05-01", "2020-05-31")),
    ("date:2020年5月", days("2020-05-01", "2020-05-31")),
    ("日期:2020年夏天", days("2020-06-01", "2020-08-31")),
    ("date:yesterday", days("2026-11-26", "2026-11-26")),
    ('date:"last week"', days("2026-11-16", "2026-11-22")),
    ('date:"letzten Monat"', days("2026-10-01", "2026-10-31")),
    ("date:去年", days("2025-01-01", "2025-12-31")),
    ('date:"last summer"', days("2026-06-01", "2026-08-31")),
    ('date:"last autumn"', days("2025-09-01", "2025-11-30")),
    ('date:"this autumn"', days("2026-09-01", "2026-11-30")),
    ("before:2019", DateFilter(None, date(2018, 12, 31))),
    ("after:2019-05", DateFilter(date(2019, 6, 1), None)),
    ("is:Favorite", TraitFilter(Trait.FAVOURITE)),
    ("-is:portrait", TraitFilter(Trait.PORTRAIT, negated=True)),
    ("ist:hochformat", TraitFilter(Trait.PORTRAIT)),
    ("has:gps", TraitFilter(Trait.GPS)),
    ("near:48.2,16.4,5km", NearFilter(48.2, 16.4, 5)),
    ("near:-33.9,151.2,800m", NearFilter(-33.9, 151.2, 0.8)),
    ("near:48.2,16.4", NearFilter(48.2, 16.4, 1)),
]


@pytest.mark.parametrize(("text", "part"), FIELDS, ids=[text for text, _ in FIELDS])
def test_fields(text: str, part: Filter) -> None:
    assert parse(text, TODAY) == Query((part,))
    assert list(parse(f"a {text} dog", TODAY).parts) == [Words("a dog"), part]
    assert label(part)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("camra:nikon", "There is no field “camra”. Did you mean camera: ?"),
        ("rating:7", "rating: takes a number from 0 to 5, as in rating:>=4."),
        ("rating:many", "rating: takes a number from 0 to 5, as in rating:>=4."),
        ("iso:", "iso: needs a value, as in iso:100..400."),
        ("date:2019-02-30", "date: does not know the day “2019-02-30”. Write it as in date:2019..2021 or date:\"summer 2020\"."),
        ("before:0001", "before: does not know the day “0001”. Write it as in before:2019."),
        ("is:blue", "is: takes favourite, portrait, landscape, square, offline, duplicate."),
        ("near:91,0,5km", "near: takes latitude, longitude and a distance, as in near:48.2,16.4,5km."),
        ('tag:"!!"', "tag: needs a word, as in tag:beach."),
    ],
)
def test_a_mistake_is_one_sentence_and_left_out_of_the_search(text: str, sentence: str) -> None:
    query = parse(f"dog {text} x")
    assert [mistake.sentence for mistake in query.mistakes] == [sentence]
    assert [(mistake.start, mistake.end) for mistake in query.mistakes] == [(4, 4 + len(text))]
    assert query.parts == (Words("dog x"),)


_SIGNS = st.sampled_from(
    [*'"“”„«»「」-−():：.,;， \t\\!?没有不要无的', "no", "without", "pas", "de", "sin", "sans", "camera:", "date:", "rating:>=", "is:",
     "near:", "2:", "0.5:", "..", "2019", "dog", "\u3000", "\ud800"]
)  # fmt: skip
TYPED = st.one_of(st.text(), st.lists(st.one_of(_SIGNS, st.text(max_size=3)), max_size=12).map("".join))


@given(TYPED)
@example("no without a and dog")
@example("1:no x no")
def test_any_text_is_a_question_and_is_printed_as_one_that_means_the_same(text: str) -> None:
    query = parse(text, TODAY)
    printed = to_text(query)
    assert parse(printed, TODAY) == Query(query.parts)
    assert to_text(parse(printed, TODAY)) == printed
    assert bool(explain(query)) == bool(query.parts)
    for mistake in query.mistakes:
        assert 0 <= mistake.start < mistake.end <= len(text)
    for part in query.parts:
        assert parse(part_text(part), TODAY).parts == (part,) and label(part)
        assert len(parse(without_part(query, part), TODAY).parts) == len(query.parts) - 1


_WORDS = st.lists(st.text(min_size=1, max_size=5).filter(lambda text: text.split() == [text]), min_size=1, max_size=4).map(" ".join)


@given(_WORDS, st.sampled_from([0.25, 1.0, 2.0, 12.5]), st.booleans())
@example("pas de (x)", 1.0, False)
@example('"a\\', 1.0, False)
def test_any_words_can_be_asked_for_or_against(text: str, weight: float, negated: bool) -> None:
    words = Words(text, weight, negated)
    assert parse(to_text(Query((words,)))).parts == (words,)


def test_a_question_is_explained_in_one_line() -> None:
    assert explain(parse("dog -snow date:2019..2021 -camera:nikon rating:>=4 \"rex\"")) == (
        "Looks like “dog”, not like “snow”; taken from 2019-01-01 to 2021-12-31; not camera “nikon”; rated at least 4; says “rex”"
    )

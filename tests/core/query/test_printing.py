from datetime import date

import pytest

from photofind.core.query import parse, part_text, to_text, without_part

TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("Kamera:nikon  a dog", "camera:nikon a dog"),
        ("beach without people at sunset", "beach at sunset -people"),
        ("street without parked cars", 'street -1:"parked cars"'),
        ("1:dog 1:cat", "1:dog 1:cat"),
        ("date:last summer", "date:2026-06..2026-08"),
        ("before:2019 after:2019-05-03", "date:..2018 date:2019-05-04.."),
        ("size:> 10 MP iso:..800 rating:5", "size:>10 iso:<=800 rating:5"),
        ("near:48.2,16.4,800m", "near:48.2,16.4,0.8km"),
        ("camra:x dog", "dog"),
    ],
)
def test_a_question_is_printed_in_its_own_language(text: str, printed: str) -> None:
    assert to_text(parse(text, TODAY)) == printed


@pytest.mark.parametrize(
    ("text", "gone", "left"),
    [
        ("Kamera:nikon  a dog", "camera:nikon", "a dog"),
        ("beach without snow camera:nikon", "camera:nikon", "beach without snow"),
        ("beach without people at sunset", "-people", "beach at sunset"),
        ("a dog camera:nikon on grass", "1:\"a dog on grass\"", "camera:nikon"),
        ("dog date: summer 2020 rating:9", "date:2020-06..2020-08", "dog rating:9"),
        ("海滩没有人", "-人", "海滩"),
        ('no "dog" people', '-"dog"', "people"),
        ("dog", "cat", "dog"),
    ],
)
def test_a_part_is_taken_out_of_the_text_and_the_rest_stays_as_typed(text: str, gone: str, left: str) -> None:
    part = parse(gone, TODAY).parts[0]
    assert without_part(text, part, TODAY) == left


def test_where_taking_a_part_out_would_change_the_rest_it_is_printed_anew() -> None:
    text = 'sunset without -"old" "car"'
    query = parse(text)
    assert [part_text(part) for part in query.parts] == ['1:"sunset without"', '-"old"', '"car"']
    assert without_part(text, query.parts[1]) == '1:"sunset without" "car"'

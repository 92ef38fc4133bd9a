from datetime import date

import pytest

from photofind.core.query import explain, label, parse

TODAY = date(2026, 11, 27)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", ""),
        (
            "a dog -snow date:2019..2021 camera:nikon",
            "Looks like “a dog”, not like “snow”; taken from 2019 to 2021; camera holds “nikon”.",
        ),
        ("-dog -cat", "Does not look like “dog” or “cat”."),
        ("2:beach 0.5:sea", "Looks like “beach” (weight 2) and “sea” (weight 0.5)."),
        ('"old" "car"', "“old” and “car” stand in the words of the photo."),
        ('"old" -"car"', "“old” stands in the words of the photo, “car” does not."),
        ('-"car"', "“car” does not stand in the words of the photo."),
        ("-tag:x rating:>=4 -is:square", "Tag does not hold “x”; rating 4 or more; not square format."),
        ("date:2020-01", "Taken in January 2020."),
        ("date:2020-05..2021", "Taken from May 2020 to December 2021."),
        ("date:2020-05-03..2020-06", "Taken from 3 May 2020 to 30 June 2020."),
        ("-date:2020-05-03", "Not taken on 3 May 2020."),
        ("before:2019", "Taken before 2019."),
        ("after:2019-05-03", "Taken after 3 May 2019."),
        ("near:48.2,16.4,800m", "Taken within 800 m of 48.2, 16.4."),
    ],
)
def test_a_question_is_explained_in_a_sentence(text: str, sentence: str) -> None:
    assert explain(parse(text, TODAY)) == sentence


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("dog", "dog"),
        ("-snow", "Not snow"),
        ("2:beach", "2 × beach"),
        ('-"old car"', "Not “old car”"),
        ("camera:nikon", "Camera: nikon"),
        ("-camera:nikon", "Not camera: nikon"),
        ("rating:>=4", "Rating 4 or more"),
        ("rating:5", "Rating 5"),
        ("size:>10MP", "Size above 10 MP"),
        ("size:5..<10", "Size 5 MP or more and below 10 MP"),
        ("iso:100..400", "ISO 100 to 400"),
        ("date:2019..2021", "2019 to 2021"),
        ("date:2020-05", "May 2020"),
        ("before:2019", "Before 2019"),
        ("is:favourite", "Favourite"),
        ("has:gps", "Place known"),
        ("near:48.2,16.4", "Within 1 km of 48.2, 16.4"),
    ],
)
def test_a_chip_has_a_few_words(text: str, words: str) -> None:
    assert label(parse(text, TODAY).parts[0]) == words

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.core.literal_finds import PhotoText, TextPlace, literal_finds
from photofind.core.query.parts import Literal, Part, Query, TextField, TextFilter, Words
from photofind.core.words import asked_phrases

TEXTS = [
    PhotoText(TextPlace.FOLDER, "/photos/2019 India"),
    PhotoText(TextPlace.NAME, "IMG_2034 Müller.jpg"),
    PhotoText(TextPlace.CAMERA, "NIKON CORPORATION"),
    PhotoText(TextPlace.CAMERA, "NIKON D750"),
    PhotoText(TextPlace.CAPTION, "海边日落照片 in the evening"),
    PhotoText(TextPlace.TAG, "Places|Austria|Vienna"),
]


def found(*parts: Part) -> list[str]:
    return [text.text for text in literal_finds(Query(parts), TEXTS)]


@pytest.mark.parametrize(
    ("part", "texts"),
    [
        (Words("muller"), ["IMG_2034 Müller.jpg"]),
        (Words("IMG_2034"), ["IMG_2034 Müller.jpg"]),
        (Words("vien"), ["Places|Austria|Vienna"]),
        (Words("日落"), ["海边日落照片 in the evening"]),
        (Words("ind"), ["/photos/2019 India"]),
        (Words("in"), []),  # says nothing of a picture
        (Words("evening in Vienna"), ["海边日落照片 in the evening", "Places|Austria|Vienna"]),
        (Words("a dog in the snow"), []),  # not all of it stands there
        (Words("nikon", negated=True), []),
        (Words("…!?"), []),
        (Literal("in the evening"), ["海边日落照片 in the evening"]),
        (Literal("in the even"), []),
        (Literal("evening in the"), []),
        (Literal("India", negated=True), []),
        (TextFilter(TextField.CAMERA, "d750"), ["NIKON D750"]),
        (TextFilter(TextField.CAMERA, "corporation nikon"), ["NIKON CORPORATION", "NIKON D750"]),
        (TextFilter(TextField.NAME, "nikon"), []),
        (TextFilter(TextField.TAG, "Austria|Vie"), ["Places|Austria|Vienna"]),
        (TextFilter(TextField.TAG, "…"), []),
        (TextFilter(TextField.TAG, "Austria"), ["Places|Austria|Vienna"]),
        (TextFilter(TextField.TYPE, "jpg"), []),  # the format is no text that is searched
        (TextFilter(TextField.CAMERA, "d750", negated=True), []),
    ],
)
def test_the_texts_that_hold_something_of_the_question_are_named(part: Part, texts: list[str]) -> None:
    assert found(part) == texts


def test_words_filters_and_quoted_text_are_looked_for_together() -> None:
    assert found(Words("a white dog"), TextFilter(TextField.CAMERA, "nikon"), Literal("2019")) == [
        "/photos/2019 India", "NIKON CORPORATION", "NIKON D750",
    ]  # fmt: skip


@given(st.text(), st.lists(st.text(), max_size=4))
def test_any_text_is_found_in_itself_if_it_has_words_and_only_texts_that_are_there(asked: str, others: list[str]) -> None:
    texts = [PhotoText(TextPlace.CAPTION, text) for text in (*others, asked)]
    finds = literal_finds(Query((Words(asked),)), texts)
    assert set(finds) <= set(texts)
    assert (texts[-1] in finds) == bool(asked_phrases(asked))

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.encoders.palette_colours import NAMES
from photofind.encoders.palette_text import wishes_in
from photofind.encoders.palette_words import TONES

TOP, BOTTOM, LEFT = (0, 1, 2), (6, 7, 8), (0, 3, 6)


@pytest.mark.parametrize(
    ("text", "colour"),
    [
        *[
            (text, "red")
            for text in ("red", "Rot", "ein rotes Auto", "coche rojo", "roja", "voitures rouges", "红色", "红车")
        ],
        *[
            (text, "dark green")
            for text in ("dark green", "dunkelgrün", "dunkelgrüner Wald", "verde oscuro", "vert foncé")
        ],
        *[(text, "dark green") for text in ("深绿色", "deep green", "DARK GREEN", "dark-green", "dunkel grün")],
        *[
            (text, "light blue")
            for text in ("light blue", "hellblau", "azul claro", "bleu clair", "浅蓝色", "sky blue")
        ],
        *[(text, "white") for text in ("weiße Katze", "blanche neige", "白色", "weiss")],
        *[(text, "lilac") for text in ("lavender", "Flieder", "lavanda")],
    ],
)
def test_a_colours_word_is_known_in_five_languages(text: str, colour: str) -> None:
    (wish,) = wishes_in(text)
    assert max(wish.colours, key=lambda name: wish.colours[name]) == colour
    assert wish.fields == ()


@pytest.mark.parametrize(
    ("text", "colour", "fields"),
    [
        ("blue at the top", "blue", TOP),
        ("blau oben", "blue", TOP),
        ("azul arriba", "blue", TOP),
        ("bleu en haut", "blue", TOP),
        ("上面是蓝色", "blue", TOP),
        ("red, on the left side", "red", LEFT),
        ("green at the bottom left", "green", (6,)),
        ("red at the top and bottom", "red", (*TOP, *BOTTOM)),
        ("yellow in the middle", "yellow", (4,)),
    ],
)
def test_a_place_belongs_to_its_colour(text: str, colour: str, fields: tuple[int, ...]) -> None:
    (wish,) = wishes_in(text)
    assert max(wish.colours, key=lambda name: wish.colours[name]) == colour
    assert wish.fields == fields


def test_each_colour_has_its_own_place() -> None:
    for text in ("blue at the top and green at the bottom", "blue top green bottom", "上面是蓝色，下面是绿色"):
        first, second = wishes_in(text)
        assert (first.fields, second.fields) == (TOP, BOTTOM), text
        assert "blue" in first.colours
        assert "green" in second.colours


@pytest.mark.parametrize(
    ("text", "tone", "sign"),
    [
        *[
            (text, "grey", 1)
            for text in ("black and white", "B&W", "schwarz-weiß", "blanco y negro", "noir et blanc", "黑白照片")
        ],
        *[(text, "bright", 1) for text in ("bright", "luminoso", "明亮")],
        *[(text, "bright", -1) for text in ("dark", "a dark street", "dunkel", "oscuro", "sombre", "昏暗")],
        *[(text, "colourful", 1) for text in ("colorful", "bunte Häuser", "colorido", "彩色")],
        *[(text, "warm", 1) for text in ("warm colours", "warme Farben", "暖色")],
    ],
)
def test_tones_have_words(text: str, tone: str, sign: int) -> None:
    (wish,) = wishes_in(text)
    assert wish.tones[tone] * sign > 0
    assert not wish.colours


NO_COLOURS = (
    "|   |a dog|Hund|el perro|chien|狗|白天|月亮|上海|tank top|he left|warm coat|light|redes sociales|brot|grand canyon 2019"
    "|!?|IMG_1234.jpg|the right answer|\ud83d\ude00"
)


@pytest.mark.parametrize("text", NO_COLOURS.split("|"))
def test_a_text_of_other_things_wants_nothing(text: str) -> None:
    assert wishes_in(text) == []


def test_a_place_alone_wants_detail_there() -> None:
    (wish,) = wishes_in("on the left")
    assert (wish.fields, dict(wish.colours), dict(wish.tones)) == (LEFT, {}, {})


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    for wish in wishes_in(text):
        assert set(wish.colours) <= set(NAMES)
        assert set(wish.tones) <= set(TONES)
        assert set(wish.fields) <= set(range(9))
        assert wish.colours or wish.tones or wish.fields

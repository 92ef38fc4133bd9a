"""The theme's promises: texts can be read, greys are neutral."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.gui.style import Tokens, contrast, style_sheet, tokens_for

colours = st.integers(0, 0xFFFFFF)


@given(accent=colours, dark=st.booleans(), high=st.booleans())
def test_texts_can_be_read_with_any_accent_colour(accent: int, dark: bool, high: bool) -> None:
    tokens = tokens_for(dark=dark, accent=accent, high_contrast=high)
    for ground in (tokens.window, tokens.panel, tokens.control):
        for text in (tokens.text, tokens.quiet, tokens.accent_text):
            assert contrast(text, ground) >= 4.5
    for ground in (tokens.window, tokens.panel):
        assert contrast(tokens.warning, ground) >= 4.5
    assert contrast(tokens.text, tokens.hover) >= 4.5
    assert contrast(tokens.on_accent, tokens.accent) >= 4.5
    assert contrast(tokens.accent, tokens.window) >= 3, "a ring round a photo"


@pytest.mark.parametrize("dark", [True, False])
def test_grounds_are_neutral_greys(dark: bool) -> None:
    tokens = tokens_for(dark=dark, accent=0x308CC6)
    for name in ("window", "panel", "control", "hover", "line", "text", "quiet"):
        colour = getattr(tokens, name)
        assert colour >> 16 == colour >> 8 & 255 == colour & 255, name


def test_contrast_agrees_with_the_examples_of_its_definition() -> None:
    assert contrast(0x000000, 0xFFFFFF) == pytest.approx(21)
    assert contrast(0x777777, 0xFFFFFF) == pytest.approx(4.478, abs=0.001)


def test_the_style_sheet_names_no_colour_that_is_not_in_the_theme() -> None:
    tokens = Tokens(*(0x010203 for _ in Tokens.__slots__))
    sheet = style_sheet(tokens)
    assert {word.strip(";") for word in sheet.split() if word.startswith("#")} == {"#010203"}

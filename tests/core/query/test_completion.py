"""What is offered while a question is typed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.core.query import KnownValues, completions, parse

KNOWN = KnownValues(
    tags=("beach", "Café Müller", "summer"), cameras=("Canon EOS 5D", "NIKON D70"), lenses=("50mm",), folders=("rome",),
    years=("2020", "2019"), formats=("jpeg", "png"),
)  # fmt: skip


def offered(text: str, cursor: int | None = None) -> list[str]:
    cursor = len(text) if cursor is None else cursor
    return [text[: one.start] + one.text + text[one.end :] for one in completions(text, cursor, KNOWN)]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("a dog", []),
        ("", []),
        ("dog ca", ["dog camera:"]),
        ("-fo", ["-folder:"]),
        ("tag:", ["tag:beach ", 'tag:"Café Müller" ', "tag:summer "]),
        ("tag:mul", ['tag:"Café Müller" ']),
        ('tag:"cafe mu', ['tag:"Café Müller" ']),
        ("dog -camera:5d", ['dog -camera:"Canon EOS 5D" ']),
        ("kamera:nik", ['camera:"NIKON D70" ']),
        ("is:s", ["is:square "]),
        ("date:20", ["date:2020 ", "date:2019 "]),
        ("foo:x", []),
        ("rating:", []),
    ],
)
def test_fields_and_then_what_the_library_knows_is_offered(text: str, wanted: list[str]) -> None:
    assert offered(text) == wanted
    for completed in wanted:
        assert not parse(completed.rstrip(":")).mistakes


def test_the_piece_under_the_cursor_is_completed_wherever_it_stands() -> None:
    assert offered("a ca in rome", 4) == ["a camera: in rome"]
    assert offered('x tag:"cafe y', 8)[0].startswith('x tag:"Café Müller" ')


@given(st.text(), st.integers(0, 30))
def test_no_text_breaks_it(text: str, cursor: int) -> None:
    for one in completions(text, min(cursor, len(text)), KNOWN):
        assert 0 <= one.start <= min(cursor, len(text)) <= one.end <= len(text) and one.description

"""An album as a file comes back as it was, and whatever else lies in a file is refused in a sentence."""

import json
import string
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.core.album import MOST_PHOTOS, Album, BadAlbum, clean_name, from_json, kept_album
from photofind.core.question import Order

BEACH = Album("Beach", "beach -people", (b"\1" * 16,), (2.0,), (b"\2" * 16,), (b"\3" * 16,), Order.DATE, 1_700_000_000)

hashes = st.lists(st.binary(min_size=1, max_size=64), max_size=3).map(tuple)
letters = st.text(st.characters(codec="utf-8"), max_size=30)


@st.composite
def albums(draw: st.DrawFn) -> Album:
    pictures = draw(hashes)
    weight = st.floats(min_value=0, exclude_min=True, allow_infinity=False)
    return Album(
        clean_name("x" + draw(st.text(string.printable, max_size=20).map(lambda text: "".join(filter(str.isprintable, text))))),
        draw(st.text(st.characters(codec=None), max_size=40)),
        pictures,
        draw(st.just(()) | st.lists(weight, min_size=len(pictures), max_size=len(pictures)).map(tuple)),
        draw(hashes),
        draw(hashes),
        draw(st.sampled_from(Order)),
        draw(st.integers(0, 1 << 40)),
    )


@given(album=albums())
def test_an_album_is_read_as_it_was_written(album: Album) -> None:
    assert from_json(album.to_json()) == from_json(album.to_json().encode()) == album
    assert kept_album(album.name, album.question_json, album.created_s) == album


values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | letters,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(letters, inner, max_size=3),
    max_leaves=6,
)


@given(field=st.sampled_from([*json.loads(BEACH.to_json()), "a later field"]), value=values)
def test_whatever_stands_in_a_field_it_is_an_album_or_refused(field: str, value: object) -> None:
    text = json.dumps({**json.loads(BEACH.to_json()), field: value})
    try:
        album = from_json(text)
    except BadAlbum as error:
        assert str(error).endswith(".")
    else:
        assert from_json(album.to_json()) == album


@given(st.binary(max_size=200) | letters | values.map(json.dumps))
def test_what_is_no_album_is_refused(content: bytes | str) -> None:
    with pytest.raises(BadAlbum, match="no album of photofind"):
        from_json(content)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 0}, {"version": True}, {"version": "1"}, {"file": "photofind edits"}, {"pictures": ["x"]},
        {"pictures": ["01 02"]}, {"pictures": ["0"]}, {"pictures": [""]}, {"pictures": []}, {"weights": [0.0]},
        {"weights": [float("nan")]}, {"weights": [float("inf")]}, {"weights": [10**400]}, {"weights": [True]},
        {"weights": [1.0, 1.0]}, {"order": "random"}, {"order": []}, {"liked": "01"}, {"liked": ["01"] * 5001},
        {"text": "x" * 10_001}, {"text": 7}, {"created_s": -1}, {"created_s": 1.5}, {"name": None},
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(BadAlbum, match="no album of photofind"):
        from_json(json.dumps({**json.loads(BEACH.to_json()), **change}))


def test_endless_brackets_and_endless_files_are_refused() -> None:
    for text in ("[" * 100_000, "1" * 5000, '{"a":' * 50_000, " " * (5 << 20)):
        with pytest.raises(BadAlbum, match="no album of photofind"):
            from_json(text)


def test_an_album_of_a_newer_program_says_so_and_what_a_later_version_adds_is_passed_over() -> None:
    value = json.loads(BEACH.to_json())
    with pytest.raises(BadAlbum, match="newer photofind"):
        from_json(json.dumps({**value, "version": 2}))
    assert from_json(json.dumps({**value, "colour": "red"})) == BEACH
    assert from_json(json.dumps({"file": value["file"], "version": 1, "name": "Only a name"})) == Album("Only a name")


@pytest.mark.parametrize("name", ["", "  ", "a\tb\x00", "\x1b[31m", "x" * 201])
def test_a_name_has_letters_and_an_end(name: str) -> None:
    with pytest.raises(BadAlbum, match="name"):
        clean_name(name)
    assert clean_name("  Our \n  house ") == "Our house"


def test_names_may_have_signs_that_join_others() -> None:
    assert clean_name("👨‍👩‍👧 می‌خواهم") == "👨‍👩‍👧 می‌خواهم"
    with pytest.raises(BadAlbum):
        clean_name("\u200d")


def test_an_album_too_large_for_a_line_of_a_backup_is_refused() -> None:
    most = Album("Beach", "x", liked=tuple(number.to_bytes(16, "big") for number in range(MOST_PHOTOS)))
    assert from_json(most.to_json()) == most and len(most.question_json) < 1 << 20
    long_hashes = tuple(number.to_bytes(64, "big") for number in range(MOST_PHOTOS))
    with pytest.raises(BadAlbum):
        from_json(Album("Beach", "x", long_hashes, (), long_hashes, long_hashes).to_json())

"""Bursts and copies: which photo stands for which."""

from array import array

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.library.stacking import leaders
from photofind.store.stack_facts import StackFacts

COPY, BURST = 0.97, 0.6


def stacked(photos: list[tuple[str, int | None, float]], groups: list[int] | None = None) -> list[int]:
    """Photos as (content, second taken, direction in degrees): cosines are those of the directions."""
    angles = np.radians([angle for _, _, angle in photos])
    cosines = np.cos(angles[:, None] - angles).astype(np.float32)
    facts = {number: StackFacts(content.encode() or None, second) for number, (content, second, _) in enumerate(photos)}
    numbers = np.array(groups or [0] * len(photos))
    return leaders(cosines, numbers, facts, np.arange(len(photos)), copy=COPY, burst=BURST)


@pytest.mark.parametrize(
    ("photos", "expected"),
    [
        ([("a", None, 0), ("b", None, 90), ("a", None, 0)], [0, 1, 0]),  # one file twice
        ([("a", None, 0), ("b", None, 5), ("c", None, 30)], [0, 0, 2]),  # another size of it
        ([("a", 10, 0), ("b", 12, 40), ("c", 15, 20)], [0, 0, 0]),  # a burst; c is 5 s from a, and 3 s from b
        ([("a", 10, 0), ("b", 12, 90)], [0, 1]),  # the same second, another thing
        ([("a", 10, 0), ("b", 14, 30)], [0, 1]),  # alike, and too late
        ([("a", None, 0), ("b", None, 30), ("c", 0, 30)], [0, 1, 1]),  # no camera's clock
        ([("", None, 0), ("", None, 90)], [0, 1]),  # contents that are not known are not the same
        ([(str(n), n, 25 * n) for n in range(6)], [0, 0, 0, 3, 3, 3]),  # a party does not become one photo
    ],
)
def test_alike_photos_stand_behind_the_first_of_them(photos: list[tuple[str, int | None, float]], expected: list[int]) -> None:
    assert stacked(photos) == expected


def test_no_photo_stands_behind_one_of_another_group() -> None:
    assert stacked([("a", 1, 0), ("a", 1, 0), ("a", 1, 0)], [0, 1, 1]) == [0, 1, 1]


PHOTO = st.tuples(st.sampled_from(["", "a", "b"]), st.none() | st.integers(0, 20), st.floats(0, 180))


@given(st.lists(st.tuples(PHOTO, st.integers(0, 2)), min_size=1, max_size=25))
def test_whatever_they_are_each_stands_behind_one_that_stands_for_itself_in_its_group(
    photos: list[tuple[tuple[str, int | None, float], int]],
) -> None:
    groups = sorted(group for _, group in photos)
    found = stacked([photo for photo, _ in photos], groups)
    assert all(first <= place and found[first] == first for place, first in enumerate(found))
    assert all(groups[place] == groups[first] for place, first in enumerate(found))
    assert array("i", found)

"""Thumbs make a question better, and a few of them cannot wreck it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from photofind.library.feedback import refined

NONE = np.empty((0, 32), np.float32)


def unit(seed: int, count: int = 1, dimension: int = 32) -> NDArray[np.float32]:
    vectors = np.random.default_rng(seed).normal(size=(count, dimension))
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


def test_it_turns_towards_what_is_liked_and_away_from_what_is_not() -> None:
    asked, photos = unit(1)[0], unit(2, 6)
    better = refined(asked, photos[:3], photos[3:])
    assert np.all(photos[:3] @ better > photos[:3] @ asked)
    assert np.all(photos[3:] @ better < photos[3:] @ asked)
    assert refined(asked, NONE, NONE).tolist() == asked.tolist()


def test_one_wrong_click_does_not_wreck_the_question() -> None:
    asked = unit(1)[0]
    for seed in range(20):
        assert refined(asked, unit(seed + 50), NONE) @ asked > 0.85
        assert refined(asked, NONE, unit(seed + 50)) @ asked > 0.85


@given(st.integers(0, 30), st.integers(0, 30), st.integers(0, 1000))
def test_it_is_a_unit_vector_and_the_same_each_time(liked: int, disliked: int, seed: int) -> None:
    asked, photos = unit(seed)[0], unit(seed + 1, liked + disliked + 1)
    one = refined(asked, photos[:liked], photos[liked : liked + disliked])
    assert np.linalg.norm(one) == pytest.approx(1, abs=1e-4)
    assert one.tolist() == refined(asked, photos[:liked], photos[liked : liked + disliked]).tolist()


def test_the_same_photo_liked_and_disliked_changes_nothing_much() -> None:
    asked, photo = unit(1)[0], unit(9)
    assert refined(asked, photo, photo) @ asked == pytest.approx(1, abs=1e-3)


def test_the_question_itself_disliked_still_has_a_direction() -> None:
    asked = unit(1)[0]
    assert np.isfinite(refined(asked, NONE, np.repeat(asked[None], 40, axis=0))).all()

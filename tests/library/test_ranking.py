"""Relevance from scores alone: what holds for every encoder and every library."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from photofind.library.ranking import are_copies, relevance, usual_curve

SCORES = st.lists(st.floats(-1, 1, width=32), max_size=60).map(lambda values: np.array(values, np.float32))


def bulk_with(*hits: float, count: int = 2000, middle: float = 0.2, spread: float = 0.02) -> NDArray[np.float32]:
    """Photos that have nothing to do with the question, and some that stand ``hits`` spreads out of them."""
    noise = np.random.default_rng(3).normal(middle, spread, count)
    return np.concatenate([[middle + hit * spread for hit in hits], noise]).astype(np.float32)


@given(SCORES)
def test_probabilities_are_probabilities_and_rise_with_the_score(scores: NDArray[np.float32]) -> None:
    judged = relevance(scores)
    assert judged.probabilities.shape == scores.shape
    assert np.all((judged.probabilities >= 0) & (judged.probabilities <= 1))
    in_order = judged.probabilities[np.argsort(scores, kind="stable")]
    assert np.all(np.diff(in_order) >= -1e-6)
    assert 0 < judged.likely_from <= judged.strong_from <= 1


@pytest.mark.parametrize(("scale", "shift"), [(0.08, 0.2), (0.5, -0.05), (1.4, 0.02)])
def test_a_scale_and_an_offset_of_all_scores_change_nothing(scale: float, shift: float) -> None:
    scores = bulk_with(4, 6, 9)
    moved = (scores.astype(np.float64) * scale + shift).astype(np.float32)
    assert relevance(moved).probabilities == pytest.approx(relevance(scores).probabilities, abs=2e-3)


@pytest.mark.parametrize("count", [200, 20_000, 300_000])
def test_what_stands_out_convinces_and_noise_does_not_in_a_library_of_any_size(count: int) -> None:
    judged = relevance(bulk_with(20, 20, count=count))
    assert np.all(judged.probabilities[:2] >= judged.strong_from)
    assert np.mean(judged.probabilities[2:] >= judged.likely_from) < 0.001
    noise = relevance(bulk_with(count=count))
    assert np.mean(noise.probabilities >= noise.likely_from) < 0.02


@pytest.mark.parametrize("scores", [[], [0.3], [0.3, 0.3], [0.2] * 50, [0.2] * 49 + [0.2000001]])
def test_where_nothing_can_be_told_nothing_convinces(scores: list[float]) -> None:
    judged = relevance(np.array(scores, np.float32))
    assert not np.any(judged.probabilities >= judged.strong_from)
    assert np.all(np.isfinite(judged.probabilities))


@pytest.mark.parametrize("scores", [[0.3, 0.1, 0.1], [0.2001, 0.2, 0.2, 0.2], [0.3] * 10 + [0.2] * 60 + [0.1] * 30])
def test_photos_that_are_all_alike_make_no_other_one_certain(scores: list[float]) -> None:
    judged = relevance(np.array(scores, np.float32))
    assert not np.any(judged.probabilities >= judged.strong_from)


def test_noise_is_never_strong_among_few_photos_and_seldom_likely_among_many() -> None:
    chance = np.random.default_rng(0)
    for count, most_likely in ((3, 1.0), (5, 0.5), (20, 0.3), (100, 0.1), (500, 0.02)):
        judged = [relevance(chance.normal(0.2, 0.02, count).astype(np.float32)) for _ in range(200)]
        assert np.mean([np.any(one.probabilities >= one.likely_from) for one in judged]) < most_likely
        assert np.mean([np.any(one.probabilities >= one.strong_from) for one in judged]) <= 0.02


def test_copies_of_a_picture_are_known_and_do_not_hide_what_is_like_it() -> None:
    scores = bulk_with(10, middle=0.5, spread=0.04)
    with_copies = np.concatenate([np.array([1.0, 0.9995], np.float32), scores])
    copies = are_copies(with_copies)
    assert np.flatnonzero(copies).tolist() == [0, 1]
    assert are_copies(np.array([1.0, 1.0, 0.99995], np.float32)).all(), "also where there is nothing else"
    judged = relevance(with_copies, aside=copies)
    assert judged.probabilities[2] == pytest.approx(relevance(scores).probabilities[0], abs=0.01)
    assert relevance(with_copies).probabilities[2] < judged.probabilities[2] <= judged.probabilities[0]


def test_many_copies_of_one_photo_count_once() -> None:
    others = np.random.default_rng(2).normal(0.2, 0.02, 250).astype(np.float32)
    judged = relevance(np.concatenate([np.full(240, 0.17, np.float32), others]))
    assert np.mean(judged.probabilities >= judged.likely_from) < 0.02


@pytest.mark.parametrize("kind", ["words", "words alone", "picture"])
def test_the_curves_that_come_with_the_program_never_fall(kind: str) -> None:
    assert np.all(usual_curve(kind).slopes >= 0)


def test_as_far_out_as_makes_a_photo_strong_for_words_is_not_enough_for_a_picture() -> None:
    scores = bulk_with(12)
    for_words, for_picture = relevance(scores), relevance(scores, curve=usual_curve("picture"))
    assert for_words.probabilities[0] >= for_words.strong_from
    assert for_picture.likely_from <= for_picture.probabilities[0] < for_picture.strong_from


def half_of_it(count: int = 400, apart: float = 6) -> NDArray[np.float32]:
    """A library of which half shows what was asked for, ``apart`` spreads above the other half."""
    noise = np.random.default_rng(5).normal(0.2, 0.02, count)
    noise[: count // 2] += apart * 0.02
    return noise.astype(np.float32)


def test_what_half_of_a_library_shows_convinces_although_none_of_it_stands_out() -> None:
    judged = relevance(half_of_it())
    assert np.mean(judged.probabilities[:200] >= judged.likely_from) > 0.9
    assert np.mean(judged.probabilities[200:] >= judged.likely_from) < 0.05
    noise = relevance(half_of_it(apart=0))
    assert np.mean(noise.probabilities >= noise.likely_from) < 0.02


def test_a_photo_of_which_other_words_say_more_is_less_likely() -> None:
    scores = bulk_with(8, 8)
    against = np.zeros(len(scores), np.float32)
    against[1] = -3
    judged = relevance(scores, by_words=against)
    assert judged.probabilities[1] < judged.probabilities[0]

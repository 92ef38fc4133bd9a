"""Groups of an answer, from plain numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from photofind.core.question import Answer, Question
from photofind.library.grouping import Compared, by_groups


def compared(probabilities: dict[int, float], scores: dict[int, float] | None = None) -> Compared:
    ids = np.array(list(probabilities), np.int64)
    values = np.array(list(probabilities.values()), np.float32)
    cosines = values / 4 if scores is None else np.array([scores[photo_id] for photo_id in probabilities], np.float32)
    return Compared(ids, cosines.astype(np.float32), values, likely_from=0.5, strong_from=0.9)


def ids_of(*ids: int) -> NDArray[np.int64]:
    return np.array(ids, np.int64)


def groups(answer: Answer) -> tuple[list[int], list[int], list[int], list[int]]:
    ends = np.cumsum([answer.literal, answer.strong, answer.likely]).tolist()
    ids = answer.ids.tolist()
    return ids[: ends[0]], ids[ends[0] : ends[1]], ids[ends[1] : ends[2]], ids[ends[2] :]


FIVE = {1: 0.2, 2: 0.95, 3: 0.5, 4: 0.9, 5: 0.99}


def test_literal_hits_come_first_and_each_photo_once() -> None:
    answer = by_groups(Question("x"), ids_of(7, 5, 1), compared(FIVE), None)
    assert groups(answer) == ([7, 5, 1], [2, 4], [3], [])
    assert answer.convincing == 3
    assert answer.probabilities.tolist() == pytest.approx([0.95, 0.9, 0.5])


def test_equal_probabilities_are_ordered_by_their_cosines_then_by_id() -> None:
    sure = dict.fromkeys((3, 1, 2), 1.0)
    answer = by_groups(Question("x"), ids_of(), compared(sure, {1: 0.3, 2: 0.4, 3: 0.3}), None)
    assert answer.ids.tolist() == [2, 1, 3]


def test_another_order_goes_through_all_that_convinces_and_leaves_the_rest_by_relevance() -> None:
    places = np.array([9, 0, 4, 1, 3, 2, 9, 5, 6])
    answer = by_groups(Question("x"), ids_of(8, 7), compared({**FIVE, 6: 0.3}), places)
    assert groups(answer) == ([7, 8], [], [3, 5, 4, 2], [6, 1])
    assert answer.probabilities.tolist() == pytest.approx([0.5, 0.99, 0.9, 0.95, 0.3, 0.2])


@pytest.mark.parametrize(
    ("limit", "wanted"), [(1, ([7], [], [], [])), (3, ([7], [5, 2], [], [])), (5, ([7], [5, 2, 4], [3], []))]
)
def test_a_limit_takes_the_best_and_says_how_many_more_convince(
    limit: int, wanted: tuple[list[int], list[int], list[int], list[int]]
) -> None:
    answer = by_groups(Question("x", limit=limit), ids_of(7), compared(FIVE), None)
    assert groups(answer) == wanted
    assert answer.convincing == 4


def test_nothing_compared_and_nothing_literal_is_an_empty_answer() -> None:
    answer = by_groups(Question("x"), ids_of(), compared({}), None)
    assert groups(answer) == ([], [], [], []) and not answer.scores


@given(st.dictionaries(st.integers(1, 60), st.floats(0, 1, width=32)), st.sets(st.integers(1, 60)), st.integers(1, 70))
def test_a_limited_answer_is_the_beginning_of_the_whole_one(probabilities: dict[int, float], literal: set[int], limit: int) -> None:
    names = ids_of(*sorted(literal))
    whole = by_groups(Question("x"), names, compared(probabilities), None)
    some = by_groups(Question("x", limit=limit), names, compared(probabilities), None)
    assert some.ids.tolist() == whole.ids.tolist()[:limit]
    assert some.scores.tolist() == whole.scores.tolist()[: len(some.scores)]
    assert sorted(whole.ids) == sorted(set(probabilities) | literal)
    assert len(whole.scores) == len(whole.probabilities) == len(whole.ids) - whole.literal
    assert whole.strong + whole.likely == whole.convincing == sum(
        value >= 0.5 for photo_id, value in probabilities.items() if photo_id not in literal
    )

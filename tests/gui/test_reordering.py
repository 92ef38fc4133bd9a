"""Selection and place follow the photos into another list."""

import random
from array import array

from hypothesis import given, settings
from hypothesis import strategies as st

from photofind.gui.reordering import Reordering, find_id

id_lists = st.lists(st.integers(-(2**62), 2**62), unique=True, max_size=60)


@given(old=id_lists, data=st.data())
def test_selected_photos_stay_selected_whatever_happens_to_the_list(old: list[int], data: st.DataObject) -> None:
    gone = data.draw(st.sets(st.sampled_from(old))) if old else set()
    new = [photo_id for photo_id in old if photo_id not in gone]
    for photo_id in data.draw(st.lists(st.integers(2**62 + 1, 2**62 + 99), unique=True, max_size=10)):
        new.insert(data.draw(st.integers(0, len(new))), photo_id)
    if data.draw(st.booleans()):
        new = data.draw(st.permutations(new))
    rows = sorted(data.draw(st.sets(st.integers(0, len(old) - 1)))) if old else []
    reordering = Reordering(array("q", old), array("q", new))
    spans = reordering.spans_now([(row, row + 1) for row in rows])
    found = [new[row] for first, end in spans for row in range(first, end)]
    assert sorted(found) == sorted({old[row] for row in rows} - gone)
    for row in rows:
        now = reordering.row_now(row)
        assert (new[now] if now >= 0 else None) == (None if old[row] in gone else old[row])


def test_one_photo_in_front_of_a_million_moves_a_whole_selection_as_one_span() -> None:
    old = array("q", range(1_000_000, 0, -1))
    new = array("q", [1_000_001]) + old
    assert Reordering(old, new).spans_now([(0, 1_000_000)]) == [(1, 1_000_001)]


@given(seed=st.integers(0, 2**32), share=st.sampled_from([0.0, 0.01, 0.3, 1.0]))
@settings(max_examples=20, deadline=None)
def test_long_lists_keep_their_selection_however_they_are_shuffled(seed: int, share: float) -> None:
    chance = random.Random(seed)
    old = chance.sample(range(10_000), 5_000)
    new = [photo_id for photo_id in old if chance.random() > 0.02]
    for _ in range(30):
        new.insert(chance.randrange(len(new)), 10_000 + len(new))
    for _ in range(round(len(new) * share)):
        one, other = chance.randrange(len(new)), chance.randrange(len(new))
        new[one], new[other] = new[other], new[one]
    cut = chance.randrange(len(new) - 3_000)
    if chance.random() < 0.5:
        del new[cut : cut + 3_000]  # more at once than is looked for nearby
    chosen = set(chance.sample(range(len(old)), 2_000))
    spans = Reordering(array("q", old), array("q", new)).spans_now([(row, row + 1) for row in chosen])
    found = [new[row] for first, end in spans for row in range(first, end)]
    assert sorted(found) == sorted({old[row] for row in chosen} & set(new))


def test_neighbouring_spans_become_one() -> None:
    ids = array("q", range(10))
    assert Reordering(ids, ids).spans_now([(4, 6), (0, 2), (2, 4)]) == [(0, 6)]


@given(ids=id_lists, wanted=st.integers(-(2**62), 2**62))
def test_an_id_is_found_where_it_is_and_nowhere_else(ids: list[int], wanted: int) -> None:
    for row, photo_id in enumerate(ids):
        assert find_id(array("q", ids), photo_id) == row
    assert find_id(array("q", ids), wanted) == (ids.index(wanted) if wanted in ids else -1)


def test_bytes_that_look_like_an_id_across_two_others_are_not_that_id() -> None:
    assert find_id(array("q", [0x0100000000000000, 0x01]), 0x0101) == -1
    assert find_id(array("q", [1 << 32, 1 << 32, 7]), 1) == -1

"""Words, filters, negation, thumbs and order together, over a real library with the real palette."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from photofind.core.question import Answer, Order, PictureOfPhoto, Question
from photofind.library.engine import Engine
from photofind.library.tagging import edit_photos
from photofind.library.tally import IndexReport

RED, GREEN, BLUE = (220, 30, 30), (30, 160, 40), (30, 60, 220)
PHOTOS = {
    "trip/poppy.jpg": (RED, (400, 300)),
    "trip/leaf.jpg": (GREEN, (300, 400)),
    "home/sea 10.png": (BLUE, (400, 300)),
    "home/sea 9.png": ((40, 70, 210), (300, 300)),
    "home/red car.jpg": (BLUE, (300, 400)),
}

OpenEngine = Callable[..., AbstractContextManager[Engine]]
Index = Callable[..., IndexReport]
Ask = Callable[[Engine, Question], Answer]
Find = Callable[..., tuple[Answer, list[str]]]


@pytest.fixture
def find(
    open_engine: OpenEngine, index: Index, ask: Ask, paths_of: Callable[..., list[str]], photos: Path,
    make_picture: Callable[..., Path],
) -> Iterator[Find]:  # fmt: skip
    """``find(text, **question)``: the answer and the names of its photos."""
    for name, (colour, size) in PHOTOS.items():
        make_picture(photos / name, colour, size=size)
    with open_engine() as engine:
        index(engine, photos)
        tag_and_rate(engine, photos / "trip/leaf.jpg", "summer", 5)
        tag_and_rate(engine, photos / "home/sea 9.png", "beach", 3)

        def run(text: str, **question: object) -> tuple[Answer, list[str]]:
            answer = ask(engine, Question(text, **question))  # type: ignore[arg-type]
            return answer, [os.path.basename(path) for path in paths_of(engine, answer.ids)]

        yield run


def tag_and_rate(engine: Engine, photo: Path, tag: str, rating: int) -> None:
    engine.librarian.submit(lambda desk: edit_photos(desk, [str(photo)], [tag], [], rating)).result()


def test_what_is_named_so_comes_first_and_what_looks_so_follows(find: Find) -> None:
    answer, names = find("red")
    assert (answer.literal, names[:2]) == (1, ["red car.jpg", "poppy.jpg"])
    assert len(names) == len(PHOTOS) == answer.literal + len(answer.scores)
    assert len(answer.probabilities) == len(answer.scores) and all(0 <= p <= 1 for p in answer.probabilities)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("is:portrait", {"leaf.jpg", "red car.jpg"}),
        ("-is:portrait", {"poppy.jpg", "sea 10.png", "sea 9.png"}),
        ("folder:home type:png", {"sea 10.png", "sea 9.png"}),
        ("rating:>=3", {"leaf.jpg", "sea 9.png"}),
        ("tag:summer", {"leaf.jpg"}),
        ("-tag:summer folder:trip", {"poppy.jpg"}),
        ('"red car"', {"red car.jpg"}),
        ('-"car"', {name.split("/")[1] for name in PHOTOS} - {"red car.jpg"}),
        ("-car", {name.split("/")[1] for name in PHOTOS} - {"red car.jpg"}),
        ("camera:nikon", set()),
    ],
)
def test_filters_alone_list_what_they_leave(find: Find, text: str, wanted: set[str]) -> None:
    answer, names = find(text)
    assert set(names) == wanted and len(names) == len(wanted)
    assert not answer.scores and answer.literal in (0, len(names))


@pytest.mark.parametrize("text", ["blue folder:home", "blue type:png", "blue -name:car", "blue -is:portrait"])
def test_words_within_filters_give_as_many_as_there_are(find: Find, text: str) -> None:
    _, filtered = find(text.removeprefix("blue "))
    answer, names = find(text)
    assert sorted(names) == sorted(filtered)
    for limit in range(1, len(names) + 1):
        assert find(text, limit=limit)[1] == names[:limit]
    assert answer.ids == find(text)[0].ids


def test_bands_are_judged_against_the_whole_library_whatever_the_filter(find: Find) -> None:
    everywhere, names = find("blue")
    at_home, some = find("blue folder:home")
    probability = dict(zip(names[everywhere.literal :], everywhere.probabilities, strict=True))
    assert [probability[name] for name in some] == pytest.approx(at_home.probabilities)


def test_unwanted_words_take_away_what_is_named_so(find: Find) -> None:
    _, names = find("blue -car")
    assert "red car.jpg" not in names and len(names) == len(PHOTOS) - 1


def test_an_unwanted_word_takes_away_nothing_that_only_begins_so(find: Find) -> None:
    assert len(find("-pop")[1]) == len(PHOTOS)
    assert "poppy.jpg" not in find("-poppy")[1]


def test_it_is_said_that_some_words_mean_nothing_to_the_palette(find: Find) -> None:
    for text in ("red -dog", "red 1:dog", "-dog", "dog"):
        assert "Only colours and names" in find(text)[0].note, text
    assert find("red")[0].note == find("red -blue")[0].note == ""


def test_what_looks_like_unwanted_colours_is_no_literal_hit_either(find: Find) -> None:
    assert find("poppy")[1] == ["poppy.jpg"]
    answer, names = find("poppy -red")
    assert answer.literal == len(names) and set(names) <= {"poppy.jpg"}


def test_a_picture_with_words_is_no_measure_for_the_others(find: Find) -> None:
    sea = find("type:png")[0].ids
    picture = (PictureOfPhoto(sea[0]),)
    alone, _ = find("", pictures=picture)
    assert alone.probabilities[alone.ids.index(sea[0])] == 1.0
    both, _ = find("blue", pictures=picture)
    assert sea[0] in both.ids


def test_what_looks_like_unwanted_words_becomes_less_likely(find: Find) -> None:
    before, names = find("blue")
    after, others = find("blue -green")
    likely = dict(zip(names[before.literal :], before.probabilities, strict=True))
    then = dict(zip(others[after.literal :], after.probabilities, strict=True))
    assert all(then[name] <= likely[name] + 1e-6 for name in then)


def test_thumbs_put_photos_in_front_or_at_the_end_and_are_forgotten_without_them(find: Find) -> None:
    before, names = find("blue")
    last, first = before.ids[-1], before.ids[before.literal]
    after, _ = find("blue", liked=(last,), disliked=(first,))
    assert after.ids[after.literal] == last and after.probabilities[0] == 1.0
    assert after.probabilities[after.ids.index(first) - after.literal] == 0.0
    assert find("blue")[1] == names


def test_another_order_goes_by_name_as_people_count_or_by_rating(find: Find) -> None:
    assert find("type:png", order=Order.NAME)[1] == ["sea 9.png", "sea 10.png"]
    assert find("folder:home", order=Order.RATING)[1][0] == "sea 9.png"
    assert find("sea", order=Order.NAME)[1][:2] == ["sea 9.png", "sea 10.png"]


def test_mistakes_in_the_question_are_left_out_of_it(find: Find) -> None:
    assert sorted(find("rating:many blue")[1]) == sorted(find("blue")[1])


def test_copies_of_a_file_stand_behind_one_of_them_unless_so_many_are_asked_for(
    open_engine: OpenEngine, index: Index, ask: Ask, paths_of: Callable[..., list[str]], photos: Path,
    make_picture: Callable[..., Path],
) -> None:  # fmt: skip
    for name in ("rose.jpg", "tulip.jpg"):
        make_picture(photos / name, RED, size=(400 + len(name), 300))
    for number in range(2):
        shutil.copy(photos / "rose.jpg", photos / f"rose {number}.jpg")
    with open_engine() as engine:
        index(engine, photos)
        for text in ("red", "rose", "type:jpg"):
            answer = ask(engine, Question(text))
            names = [os.path.basename(path) for path in paths_of(engine, answer.ids)]
            first = next(place for place, name in enumerate(names) if name.startswith("rose"))
            expected = [first if name.startswith("rose") else place for place, name in enumerate(names)]
            assert answer.leaders.tolist() == expected
        assert not ask(engine, Question("red", limit=10)).leaders
        assert not ask(engine, Question()).leaders

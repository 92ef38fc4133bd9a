"""A detail of a photo as the question: cut from the photo itself, from its preview only while its drive is away."""

import queue
from collections.abc import Callable
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from photofind.core.events import AnswerFailed, AnswerReady, Event, PictureReady, PictureRefused
from photofind.core.question import Answer, PictureRegion, Question
from photofind.library.details import FROM_PREVIEW
from photofind.library.engine import Engine
from photofind.library.tally import IndexReport

RED, GREEN, BLUE = (220, 30, 30), (30, 160, 40), (30, 60, 220)

OpenEngine = Callable[..., AbstractContextManager[Engine]]
Index = Callable[..., IndexReport]
Ask = Callable[[Engine, Question], Answer]


@pytest.fixture
def colours(photos: Path, make_picture: Callable[..., Path]) -> Path:
    """A photo that is red but for a blue corner at the bottom right, and photos of one colour."""
    (photos / "stick").mkdir()
    mixed = Image.new("RGB", (1200, 800), RED)
    mixed.paste(BLUE, (900, 600, 1200, 800))
    mixed.save(photos / "stick" / "mixed.png")
    for name, colour in (("poppy", RED), ("leaf", GREEN), ("sea", BLUE)):
        make_picture(photos / "home" / f"{name}.jpg", colour)
    return photos


def prepared(engine: Engine, detail: PictureRegion) -> PictureReady | PictureRefused:
    events: queue.Queue[Event] = queue.Queue()
    engine.add_listener(events.put)
    engine.prepare_picture(detail)
    while True:
        event = events.get(timeout=30)
        if isinstance(event, PictureReady | PictureRefused):
            return event


def corner_of(engine: Engine, ask: Ask) -> PictureRegion:
    (mixed,) = [row.id for row in engine.rows(list(ask(engine, Question()).ids)) if row.path.endswith("mixed.png")]
    return PictureRegion(mixed, 0.75, 0.75, 0.25, 0.25)


def test_a_detail_finds_what_looks_like_it_and_not_like_the_whole_photo(
    open_engine: OpenEngine, index: Index, ask: Ask, paths_of: Callable[..., list[str]], colours: Path
) -> None:
    with open_engine() as engine:
        index(engine, colours)
        corner = corner_of(engine, ask)
        (best,) = paths_of(engine, ask(engine, Question(pictures=(corner,), limit=1)).ids)
        assert Path(best).stem == "sea"
        chip = prepared(engine, corner)
        assert isinstance(chip, PictureReady)
        assert chip.note == ""
        with Image.open(BytesIO(chip.thumbnail)) as cut:
            red, _, blue = cut.convert("RGB").getpixel((cut.width // 2, cut.height // 2))  # type: ignore[misc]
            assert blue > 180 and red < 80, "the chip shows the cut-out"
            assert cut.size == (96, 64)


def test_while_the_drive_is_away_it_is_cut_from_the_preview_and_said_so(
    open_engine: OpenEngine, index: Index, ask: Ask, paths_of: Callable[..., list[str]], colours: Path
) -> None:
    stick = colours / "stick"
    with open_engine() as engine:
        index(engine, stick, colours / "home")
        corner = corner_of(engine, ask)
        stick.rename(stick.with_name("somewhere else"))
        index(engine)
        chip = prepared(engine, corner)
        assert isinstance(chip, PictureReady)
        assert chip.note == FROM_PREVIEW
        (best,) = paths_of(engine, ask(engine, Question(pictures=(corner,), limit=1)).ids)
        assert Path(best).stem == "sea"


def test_a_detail_of_a_photo_that_has_left_is_refused_with_a_sentence(
    open_engine: OpenEngine, index: Index, colours: Path
) -> None:
    with open_engine() as engine:
        index(engine, colours)
        nowhere = PictureRegion(999, 0.1, 0.1, 0.2, 0.2)
        refused = prepared(engine, nowhere)
        assert isinstance(refused, PictureRefused)
        assert refused.sentence == "This photo is not in the library any more."
        events: queue.Queue[Event] = queue.Queue()
        engine.add_listener(events.put)
        engine.ask(Question(pictures=(nowhere,)))
        while not isinstance(event := events.get(timeout=30), AnswerReady | AnswerFailed):
            pass
        assert isinstance(event, AnswerFailed)
        assert event.sentence == refused.sentence

"""Photos in folders that cannot be reached now: found, left out or found alone, and looked at as far as they can be."""

import queue
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from photofind.core.events import Event, ViewFailed, ViewReady
from photofind.core.question import Answer, Question
from photofind.library.engine import Engine
from photofind.library.tally import IndexReport

OpenEngine = Callable[..., AbstractContextManager[Engine]]
Index = Callable[..., IndexReport]
Ask = Callable[[Engine, Question], Answer]


@pytest.fixture
def places(photos: Path, make_picture: Callable[..., Path]) -> tuple[Path, Path]:
    """Two folders with two and one photos, the first of which goes away later."""
    make_picture(photos / "stick" / "red boat.jpg", (220, 20, 20))
    make_picture(photos / "stick" / "red car.jpg", (200, 40, 40))
    make_picture(photos / "home" / "red tram.jpg", (210, 30, 30))
    return photos / "stick", photos / "home"


def test_a_question_may_leave_them_out_or_ask_for_them_alone(
    open_engine: OpenEngine, index: Index, ask: Ask, paths_of: Callable[..., list[str]], places: tuple[Path, Path]
) -> None:
    stick, home = places
    with open_engine() as engine:
        index(engine, stick, home)
        stick.rename(stick.with_name("somewhere else"))
        index(engine)

        def names(text: str, offline: bool | None, limit: int | None = None) -> list[str]:
            found = ask(engine, Question(text, limit=limit, offline=offline))
            assert len(found.scores) in (0, len(found.ids))
            return sorted(Path(path).stem for path in paths_of(engine, found.ids))

        everything = ["red boat", "red car", "red tram"]
        for text in ("", "red"):  # by date, by what they show
            assert names(text, None) == everything
            assert names(text, False) == ["red tram"]
            assert names(text, True) == ["red boat", "red car"]
            assert names(text, False, 1) == ["red tram"], "as many as were asked for, if there are any"
            assert len(names(text, True, 1)) == 1
        for offline, found in ((None, ["red tram"]), (False, ["red tram"]), (True, [])):
            assert names("tram", offline, 1) == found  # by name
        (stick.with_name("somewhere else")).rename(stick)
        index(engine)
        assert names("red", False) == everything


def test_the_viewer_says_that_the_drive_is_away(
    open_engine: OpenEngine, index: Index, ask: Ask, places: tuple[Path, Path]
) -> None:
    stick, _ = places
    with open_engine() as engine:
        index(engine, stick)
        stick.rename(stick.with_name("somewhere else"))
        index(engine)
        (photo_id, _) = ask(engine, Question()).ids
        events: queue.Queue[Event] = queue.Queue()
        engine.add_listener(events.put)

        def seen() -> ViewReady | ViewFailed:
            ticket = engine.open_view(photo_id, 100, 100)
            while True:
                event = events.get(timeout=30)
                if isinstance(event, ViewReady | ViewFailed) and event.ticket == ticket:
                    return event

        failed = seen()
        assert isinstance(failed, ViewFailed) and "drive of this photo is away" in failed.sentence
        stick.with_name("somewhere else").rename(stick)
        assert isinstance(seen(), ViewReady), "also before anybody has looked whether it is back"

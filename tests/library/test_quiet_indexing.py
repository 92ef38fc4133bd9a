"""An engine that follows the pace: it rests, pauses on battery, goes on, and loses nothing on the way."""

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from photofind.config.resources import resource
from photofind.config.settings import Settings, save
from photofind.core.events import Activity, Event, Progress
from photofind.core.pace import Pace
from photofind.core.question import Answer, Question
from photofind.encoders.shelf import Shelf
from photofind.library.engine import Engine
from photofind.library.session import library_paths, open_library

PHOTOS = 40


def test_a_rest_and_a_pause_on_battery_end_at_once_delay_no_question_and_lose_no_photo(
    monkeypatch: pytest.MonkeyPatch,
    library_folder: Path,
    tmp_path: Path,
    photos: Path,
    make_picture: Callable[..., Path],
    ask: Callable[[Engine, Question], Answer],
) -> None:
    for number in range(PHOTOS):
        make_picture(photos / f"{number}.png", (number * 6, 20, 20))
    on_battery = threading.Event()
    monkeypatch.setattr("photofind.library.parts.is_on_battery", on_battery.is_set)
    monkeypatch.setattr("photofind.library.duty_cycle.gentle_cores", lambda _: 1e-6)  # then a rest lasts for days
    paths = library_paths(library_folder)
    paths.make_folder()
    save(paths.settings, Settings(speed="gentle", pause_on_battery=True))
    told = threading.Condition()
    progress: list[Progress] = []

    def listen(event: Event) -> None:
        if isinstance(event, Progress):
            with told:
                progress.append(event)
                told.notify()

    def wait_for(activity: Activity, pace: Pace) -> None:
        with told:
            assert told.wait_for(lambda: (progress[-1].activity, progress[-1].pace) == (activity, pace), 20), progress

    def shelf(endpoint: str) -> Shelf:
        return Shelf(tmp_path / "encoders", resource("shelf.json"), endpoint=endpoint)

    on_battery.set()
    with open_library(paths, shelf, watch=False, follows_pace=True) as engine:
        engine.add_listener(listen)
        engine.watch_folder(str(photos))
        wait_for(Activity.PAUSED_ON_BATTERY, Pace.PAUSED_ON_BATTERY)
        on_battery.clear()
        engine.wish(looks=True)  # else it looks at the battery every few seconds
        wait_for(Activity.INDEXING, Pace.GENTLE_AS_CHOSEN)
        assert ask(engine, Question("red")) is not None
        assert engine.progress.done < PHOTOS
        on_battery.set()
        engine.wish(looks=False)
        wait_for(Activity.PAUSED_ON_BATTERY, Pace.PAUSED_ON_BATTERY)
        engine.set_paused(False)
        wait_for(Activity.INDEXING, Pace.GENTLE_AS_CHOSEN)
        engine.wish(speed="full")
        engine.indexer.when_done().result(30)
        assert len(ask(engine, Question()).ids) == PHOTOS
        assert len(ask(engine, Question("red")).ids) == PHOTOS
        assert engine.problems() == []

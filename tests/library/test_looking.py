"""A library on a read-only drive, as a window sees it."""

import queue
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from photofind.config.resources import resource
from photofind.config.settings import Settings
from photofind.core.errors import StoreFailed
from photofind.core.events import Activity, EncoderState, Event, LibraryState, Notice, PictureReady, Progress, ViewReady
from photofind.core.question import PictureFile, PictureOfPhoto, Question
from photofind.encoders.shelf import Shelf
from photofind.library.engine import Engine
from photofind.library.looking import LookingEngine, read_only_sentence
from photofind.library.session import library_paths

OpenEngine = Callable[..., AbstractContextManager[Engine]]
Index = Callable[..., Any]
Ask = Callable[[Any, Question], Any]
MakePicture = Callable[..., Path]


@pytest.fixture
def disk(small_disk: Callable[[int], Any]) -> Any:
    return small_disk(32)


@pytest.fixture
def library_folder(disk: Any) -> Path:
    return Path(disk.folder) / "library"


@pytest.fixture
def looking(
    open_engine: OpenEngine, index: Index, photos: Path, disk: Any, library_folder: Path, make_picture: MakePicture
) -> Iterator[LookingEngine]:
    make_picture(photos / "poppy.jpg", (220, 30, 30))
    make_picture(photos / "leaf.png", (30, 160, 40))
    with open_engine() as engine:
        index(engine, photos)
    disk.set_read_only(True)
    paths = library_paths(library_folder)
    shelf = Shelf(photos.parent / "encoders", resource("shelf.json"))
    engine = LookingEngine(paths, Settings(), shelf, read_only_sentence(paths))
    engine.start()
    yield engine
    engine.stop()


def test_photos_are_found_shown_and_opened(looking: LookingEngine, photos: Path, ask: Ask) -> None:
    found = ask(looking, Question("green"))
    (best, _) = looking.rows(list(found.ids))
    assert best.path == str(photos / "leaf.png")
    assert looking.thumbnail(best.id)
    events: queue.Queue[Event] = queue.Queue()
    looking.add_listener(events.put)
    told = [events.get(timeout=10) for _ in range(3)]
    sentence = f"The library in {looking._paths.folder} is read-only: you can look at photos and search, and nothing is saved."
    assert told[0] == Progress(Activity.READ_ONLY, sentence=sentence)
    assert isinstance(told[1], LibraryState) and told[1].counts.photos == 2 and told[1].counts.waiting == 0
    assert told[2] == EncoderState("palette", "Palette", is_palette=True)
    ticket = looking.open_view(best.id, 100, 100)
    view = events.get(timeout=30)
    assert isinstance(view, ViewReady) and (view.ticket, view.photo_id) == (ticket, best.id)
    for source in (PictureFile(str(photos / "poppy.jpg")), PictureOfPhoto(best.id)):
        ticket = looking.prepare_picture(source)
        picture = events.get(timeout=30)
        assert isinstance(picture, PictureReady) and picture.ticket == ticket
    assert looking.problems() == []
    assert "palette" in [entry.id for entry in looking.shelf_entries()]


def test_what_would_have_to_be_saved_is_refused_with_one_sentence_and_settings_last_as_long_as_the_window(
    looking: LookingEngine, photos: Path
) -> None:
    told: list[Event] = []
    looking.add_listener(told.append)
    told.clear()
    for refused in (
        lambda: looking.add_folders([str(photos)]),
        lambda: looking.remove_folder(str(photos)),
        lambda: looking.choose_encoder("palette"),
        lambda: looking.install_encoder("light"),
    ):
        refused()
        assert [type(event) for event in told] == [Notice]
        assert isinstance(told[0], Notice) and "read-only" in told[0].sentence
        told.clear()
    looking.add_folders([])
    looking.set_paused(True)
    looking.wish(looks=True)
    looking.cancel_install()
    looking.warm_up()
    looking.save_setting(thumbnail_px=300, window_geometry="abc")
    assert (looking.settings.thumbnail_px, told) == (300, [])


def test_a_library_that_was_not_closed_in_order_says_so(
    looking: LookingEngine, disk: Any, library_folder: Path
) -> None:
    looking.stop()
    disk.set_read_only(False)
    (library_folder / "catalogue.db-wal").write_bytes(b"something that was written last")
    disk.set_read_only(True)
    paths = library_paths(library_folder)
    with pytest.raises(StoreFailed, match="not closed in order"):
        LookingEngine(paths, Settings(), looking._shelf, "").start()

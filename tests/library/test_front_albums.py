"""Smart albums as a window asks for them, on a real library."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from photofind.core.errors import PhotofindError, StoreFailed
from photofind.core.question import Order, PictureOfPhoto, Question
from photofind.library.engine import Engine
from photofind.library.front import LibraryFront
from photofind.library.looking import LookingEngine
from photofind.library.tally import IndexReport

RED, BLUE = (220, 30, 30), (30, 60, 220)


@pytest.fixture
def front(
    open_engine: Callable[..., AbstractContextManager[Engine]], index: Callable[..., IndexReport], photos: Path,
    make_picture: Callable[..., Path],
) -> Iterator[LibraryFront]:  # fmt: skip
    make_picture(photos / "rome" / "poppy.jpg", RED)
    make_picture(photos / "sea.jpg", BLUE)
    with open_engine() as engine:
        index(engine, photos)
        front = LibraryFront(engine.settings, None)
        front.attach(engine)
        yield front


def names(front: LibraryFront) -> list[str]:
    return [album.name for album in front.albums()]


def test_albums_are_kept_renamed_moved_removed_and_put_back(front: LibraryFront) -> None:
    red = front.save_album("Red", Question("red", liked=(1,), order=Order.DATE))
    blue = front.save_album("Blue", Question("blue", pictures=(PictureOfPhoto(2),)))
    assert front.album_question(front.albums()[0]) == (Question("red", liked=(1,), order=Order.DATE), 0)
    assert front.album_question(blue) == (Question("blue", pictures=(PictureOfPhoto(2),)), 0)
    front.move_album(blue.id, 0)
    front.rename_album(red.id, "Rosso")
    assert names(front) == ["Blue", "Rosso"]
    front.remove_album(blue.id)
    assert names(front) == ["Rosso"]
    front.put_back_album(blue, 0)
    assert names(front) == ["Blue", "Rosso"]
    with pytest.raises(PhotofindError):
        front.save_album("Blue", Question("x"))


def test_an_album_goes_to_a_file_and_comes_back_under_a_free_name(front: LibraryFront, tmp_path: Path) -> None:
    album = front.save_album("Red", Question("red"))
    front.export_album(album, str(tmp_path / "red.json"))
    assert front.import_album(str(tmp_path / "red.json")).name == "Red (2)"
    (tmp_path / "bad.json").write_text("{")
    with pytest.raises(PhotofindError):
        front.import_album(str(tmp_path / "bad.json"))


def test_questions_are_completed_with_what_the_library_knows(front: LibraryFront) -> None:
    known = front.known_values()
    assert "rome" in known.folders and known.formats == ("jpeg",)


def test_before_the_engine_is_there_nothing_is_known(front: LibraryFront) -> None:
    early = LibraryFront(front.settings, None)
    for ask in (early.albums, early.known_values, lambda: early.save_album("Red", Question("red"))):
        with pytest.raises(StoreFailed):
            ask()


def test_a_library_that_can_only_be_looked_at_has_albums_and_takes_none(
    front: LibraryFront, library_folder: Path
) -> None:
    front.save_album("Red", Question("red"))
    engine = front._started_engine()
    looking = LookingEngine(engine.paths, engine.settings, engine.shelf, "Read-only.")
    looking.start()
    try:
        only_look = LibraryFront(engine.settings, None)
        only_look.attach(looking)
        assert names(only_look) == ["Red"]
        assert only_look.album_question(only_look.albums()[0])[0].text == "red"
        with pytest.raises(StoreFailed):
            only_look.save_album("Blue", Question("blue"))
    finally:
        looking.stop()

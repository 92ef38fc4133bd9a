"""Backups are made by themselves: daily while a library is open, and when it closes."""

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from photofind.core.events import Event, Notice
from photofind.library.edit_keeper import EditKeeper, back_up_edits
from photofind.library.librarian import Librarian
from photofind.library.session import library_paths
from photofind.library.tagging import edit_photos
from photofind.store.catalogue import FileStat
from photofind.store.edit_backup import read_backup
from photofind.store.edit_backups import EditBackups
from photofind.store.thumbnails import Thumbnails

DAY_S = 86_400.0


class Kept:
    """A librarian and a keeper on a library with one photo, and a clock to set."""

    def __init__(self, folder: Path) -> None:
        self.paths = library_paths(folder)
        self.paths.make_folder()
        self.now_s = 1_700_000_000.0
        self.events: list[Event] = []
        self.thumbnails = Thumbnails(self.paths.thumbnails)
        self.librarian = Librarian(self.paths.catalogue, self.thumbnails, lambda _: None)
        self.librarian.start()
        self.librarian.submit(
            lambda desk: desk.catalogue.add_file(desk.catalogue.watch_folder("/p"), "/p", FileStat("a.jpg", 1, 1))
        ).result()

    @contextmanager
    def keeping(self) -> Iterator[None]:
        keeper = EditKeeper(
            self.paths, self.librarian, self.events.append, look_every_s=0.01, clock=lambda: self.now_s
        )
        keeper.start()
        try:
            yield
        finally:
            keeper.stop()

    def tag(self, tag: str) -> None:
        self.librarian.submit(lambda desk: edit_photos(desk, ["/p/a.jpg"], [tag], [], None)).result()

    def tags(self) -> list[tuple[str, ...]]:
        """Of each backup, the newest first."""
        return [
            photos[0].added if (photos := read_backup(path).photos) else ()
            for path in EditBackups(self.paths.catalogue_backups).paths()
        ]


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Kept]:
    kept = Kept(tmp_path / "library")
    yield kept
    kept.librarian.stop()
    kept.thumbnails.close()


def until(condition: Callable[[], bool], timeout_s: float = 30.0) -> None:
    pause = threading.Event()
    for _ in range(int(timeout_s / 0.02)):
        if condition():
            return
        pause.wait(0.02)
    raise AssertionError("waited too long")


def test_the_first_backup_comes_at_once_the_next_after_a_day_and_the_last_at_the_end(kept: Kept) -> None:
    with kept.keeping():
        until(lambda: kept.tags() == [()])
        kept.tag("first")
        newest = next(iter(EditBackups(kept.paths.catalogue_backups).paths()))
        kept.now_s = newest.stat().st_mtime + DAY_S
        until(lambda: kept.tags() == [("first",), ()])
        kept.now_s = EditBackups(kept.paths.catalogue_backups).paths()[0].stat().st_mtime + 60
        kept.tag("second")
    assert kept.tags() == [("first", "second"), ("first",), ()]


def test_a_session_in_which_nothing_was_said_makes_no_backup(kept: Kept) -> None:
    kept.tag("first")
    with kept.keeping():
        until(lambda: kept.tags() == [("first",)])
    with kept.keeping():
        pass
    assert kept.tags() == [("first",)]


def test_a_backup_that_cannot_be_written_is_told_once_and_stops_nothing(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    kept.paths.catalogue_backups.write_bytes(b"a file where the folder should be")
    with caplog.at_level(logging.WARNING), kept.keeping():
        until(lambda: len(kept.events) == 1)
        kept.tag("goes on")
        assert len(kept.events) == 1
        kept.paths.catalogue_backups.unlink()
    assert isinstance(kept.events[0], Notice) and "backup of your edits" in kept.events[0].sentence
    assert kept.tags()[0] == ("goes on",), "what failed is done as soon as it can be"


def test_a_damaged_file_of_edits_that_wait_is_kept_and_stops_no_backup(
    kept: Kept, caplog: pytest.LogCaptureFixture
) -> None:
    kept.paths.catalogue_backups.mkdir()
    waiting = kept.paths.catalogue_backups / "waiting.edits"
    waiting.write_bytes(b"torn")
    with caplog.at_level(logging.WARNING), kept.keeping():
        kept.tag("first")
        until(lambda: not waiting.exists())
    assert kept.tags()[0] == ("first",)
    (aside,) = kept.paths.catalogue_backups.glob("waiting.edits.damaged-*")
    assert aside.read_bytes() == b"torn"
    assert aside.name in caplog.text
    assert kept.events == []


def test_a_library_that_was_never_told_anything_has_nothing_to_back_up(tmp_path: Path) -> None:
    paths = library_paths(tmp_path / "empty")
    paths.make_folder()
    with Thumbnails(paths.thumbnails) as thumbnails:
        librarian = Librarian(paths.catalogue, thumbnails, lambda _: None)
        librarian.start()
        librarian.stop()
    assert back_up_edits(paths) is None
    assert not paths.catalogue_backups.exists()

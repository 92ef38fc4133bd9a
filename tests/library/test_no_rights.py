"""Folders and files that the system refuses: a photo that cannot be reached is not a photo that was deleted."""

import errno
import os
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from photofind.core.changes import Changed, Vanished
from photofind.core.events import Event, Notice
from photofind.core.question import Question
from photofind.library.engine import Engine
from photofind.library.scan import cannot_be_told, has_vanished

OpenEngine = Callable[..., AbstractContextManager[Engine]]
MakePicture = Callable[..., Path]
PATIENCE_S = 60


class FailingDisk:
    """Makes the system's calls fail below a folder, as a disk with bad blocks or a network drive that hangs up."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self._folder = ""
        self._number = 0
        for name in ("scandir", "lstat", "stat"):
            patch.setattr(os, name, self._failing(getattr(os, name)))

    def fail(self, folder: Path, number: int) -> None:
        self._folder, self._number = str(folder), number

    def heal(self) -> None:
        self._folder = ""

    def _failing(self, call: Callable[..., Any]) -> Callable[..., Any]:
        def wrapped(path: Any = ".", *arguments: Any, **options: Any) -> Any:
            if self._folder and isinstance(path, str | os.PathLike) and os.fspath(path).startswith(self._folder):
                raise OSError(self._number, os.strerror(self._number), path)
            return call(path, *arguments, **options)

        return wrapped


@pytest.fixture
def failing_disk(monkeypatch: pytest.MonkeyPatch) -> FailingDisk:
    return FailingDisk(monkeypatch)


@pytest.fixture
def indexed(
    open_engine: OpenEngine, photos: Path, make_picture: MakePicture, monkeypatch: pytest.MonkeyPatch
) -> Iterator[tuple[Engine, list[Event]]]:
    """An engine that knows ``closed/one.jpg`` and ``two.jpg``, and what it told."""
    monkeypatch.setattr("photofind.library.parts._LOOK_AGAIN_S", 0.2)
    make_picture(photos / "closed" / "one.jpg", (220, 30, 30))
    make_picture(photos / "two.jpg", (30, 160, 40))
    told: list[Event] = []
    with open_engine(listen=told.append) as engine:
        engine.watch_folder(str(photos)).result(timeout=PATIENCE_S)
        engine.indexer.when_done().result(timeout=PATIENCE_S)
        yield engine, told


def names(engine: Engine) -> list[str]:
    ids = engine.librarian.submit(lambda desk: desk.reader.ids_by_date()).result()
    return sorted(os.path.basename(row.path) for row in engine.rows(ids))


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO, errno.ESTALE])
def test_a_folder_that_fails_keeps_its_photos_is_told_once_and_is_looked_at_again(
    number: int,
    indexed: tuple[Engine, list[Event]],
    photos: Path,
    make_picture: MakePicture,
    failing_disk: FailingDisk,
    ask: Callable[[Engine, Question], Any],
) -> None:
    engine, told = indexed
    make_picture(photos / "closed" / "new.jpg", (30, 60, 220))
    failing_disk.fail(photos / "closed", number)
    for _ in range(3):
        engine.scan(str(photos)).result(timeout=PATIENCE_S)
    engine._note_changes([Changed(str(photos / "closed" / "one.jpg")), Vanished(str(photos / "closed" / "one.jpg"))])
    engine.librarian.submit(lambda _: None).result(timeout=PATIENCE_S)
    assert names(engine) == ["one.jpg", "two.jpg"]
    assert len(ask(engine, Question("red")).ids) == 2
    told_of = [event.sentence for event in told if isinstance(event, Notice)]
    assert len(told_of) == 1
    assert str(photos / "closed") in told_of[0] and "its photos stay as they are" in told_of[0]

    failing_disk.heal()
    deadline_s = time.monotonic() + PATIENCE_S
    while names(engine) != ["new.jpg", "one.jpg", "two.jpg"]:  # by itself
        assert time.monotonic() < deadline_s
        time.sleep(0.02)


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO])
def test_files_that_may_be_listed_and_not_looked_at_keep_their_photos(
    number: int, indexed: tuple[Engine, list[Event]], photos: Path, failing_disk: FailingDisk
) -> None:
    """A folder with the right to list it and without the one to enter it; or one with bad blocks under its files."""
    engine, _ = indexed
    failing_disk.fail(photos / "closed" / "one", number)
    (photos / "two.jpg").unlink()
    engine.scan(str(photos)).result(timeout=PATIENCE_S)
    assert names(engine) == ["one.jpg"]
    failing_disk.heal()
    (photos / "closed" / "one.jpg").unlink()
    engine.scan(str(photos)).result(timeout=PATIENCE_S)
    assert names(engine) == []


def test_only_what_is_not_there_has_vanished(tmp_path: Path, failing_disk: FailingDisk) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "link to itself").symlink_to(tmp_path / "link to itself")
    assert has_vanished(str(tmp_path / "nothing")) and has_vanished(str(tmp_path / "file" / "below a file"))
    assert not has_vanished(str(tmp_path / "file")) and not has_vanished(str(tmp_path / "link to itself"))
    assert not any(cannot_be_told(str(path)) for path in (*tmp_path.iterdir(), tmp_path / "nothing"))
    failing_disk.fail(tmp_path, errno.EIO)
    assert not has_vanished(str(tmp_path / "nothing")) and cannot_be_told(str(tmp_path / "nothing"))

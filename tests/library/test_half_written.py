"""A file that is still being written is not there yet: no half picture, no problem, one photo, encoded once."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from pathlib import Path

import pytest

from photofind.library.engine import Engine
from photofind.library.librarian import Desk
from photofind.library.watcher import FolderWatcher
from photofind.media.fingerprint import hash_of_bytes
from photofind.media.writers import is_open_for_writing

OpenEngine = Callable[..., AbstractContextManager[Engine]]

SETTLE_S = 0.25
PATIENCE_S = 60.0


class Watched:
    """An engine that watches a folder, and all the problems that its user may have seen meanwhile."""

    def __init__(self, engine: Engine, photos: Path) -> None:
        self.engine = engine
        self.problems: set[tuple[str, str]] = set()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        engine.watch_folder(str(photos)).result(PATIENCE_S)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(0.01):
            self.problems |= {(os.path.basename(problem.path), problem.reason) for problem in self.engine.problems()}

    def stop(self) -> None:
        self._over.set()
        self._thread.join()

    def photos(self) -> dict[str, tuple[int, bytes]]:
        """Id and content hash of each photo that was read and is there, by its name."""

        def read(desk: Desk) -> dict[str, tuple[int, bytes]]:
            rows = desk.reader.rows(list(desk.reader.ids_by_date()))
            return {os.path.basename(row.path): (row.id, desk.reader.content_of(row.id) or b"") for row in rows}

        return self.engine.librarian.submit(read).result()

    def until(self, **names: bytes) -> dict[str, int]:
        """Wait until these photos, and no others, are known with this content, and all is encoded. Returns their ids."""
        wanted = {name: hash_of_bytes(content) for name, content in names.items()}
        deadline_s = time.monotonic() + PATIENCE_S
        found = self.photos()
        while {name: content for name, (_, content) in found.items()} != wanted:
            assert time.monotonic() < deadline_s, (found, self.problems)
            time.sleep(0.02)
            found = self.photos()
        self.engine.indexer.when_done().result(PATIENCE_S)
        return {name: photo_id for name, (photo_id, _) in found.items()}


@pytest.fixture
def watched(
    open_engine: OpenEngine, photos: Path, monkeypatch: pytest.MonkeyPatch, encoded_pictures: Callable[[], int]
) -> Iterator[Watched]:
    quick = partial(FolderWatcher, settle_s=SETTLE_S, look_s=0.2)
    monkeypatch.setattr("photofind.library.parts.FolderWatcher", quick)
    with open_engine(watch=True) as engine:
        watched = Watched(engine, photos)
        yield watched
        watched.stop()


@pytest.fixture
def picture(tmp_path: Path, make_picture: Callable[..., Path]) -> bytes:
    return make_picture(tmp_path / "elsewhere" / "1.jpg", (20, 90, 160), (320, 240)).read_bytes()


@contextmanager
def half_written(path: Path, content: bytes) -> Iterator[None]:
    """The first part of it is there while the ``with`` block runs, and the file open; then the rest."""
    with path.open("wb") as file:
        file.write(content[:400])
        file.flush()
        yield
        file.write(content[400:])


def pieces(content: bytes, count: int) -> list[bytes]:
    size = -(-len(content) // count)
    return [content[start : start + size] for start in range(0, len(content), size)]


def test_a_file_that_is_kept_open_is_read_once_when_it_is_closed(
    watched: Watched, photos: Path, picture: bytes, encoded_pictures: Callable[[], int]
) -> None:
    with (photos / "a.jpg").open("wb") as file:
        for piece in pieces(picture, 5):
            file.write(piece)
            file.flush()
            time.sleep(2 * SETTLE_S)
    watched.until(**{"a.jpg": picture})
    assert (encoded_pictures(), watched.problems) == (1, set())


def test_a_copy_that_stalls_for_longer_than_anybody_waits_is_no_problem(
    watched: Watched, photos: Path, picture: bytes, encoded_pictures: Callable[[], int]
) -> None:
    with half_written(photos / "a.jpg", picture):
        time.sleep(14 * SETTLE_S)
        assert watched.photos() == {}
    watched.until(**{"a.jpg": picture})
    assert (encoded_pictures(), watched.problems) == (1, set())


def test_a_scan_that_meets_a_file_that_is_being_written_makes_no_problem_of_it(
    watched: Watched, photos: Path, picture: bytes, encoded_pictures: Callable[[], int]
) -> None:
    with half_written(photos / "a.jpg", picture):
        watched.engine.scan(str(photos)).result(PATIENCE_S)
        watched.engine.indexer.when_done().result(PATIENCE_S)
        assert watched.photos() == {}
    watched.until(**{"a.jpg": picture})
    assert (encoded_pictures(), watched.problems) == (1, set())


def test_a_file_that_is_opened_and_closed_for_each_piece_is_read_once(
    watched: Watched, photos: Path, picture: bytes, encoded_pictures: Callable[[], int]
) -> None:
    for piece in pieces(picture, 6):
        with (photos / "a.jpg").open("ab") as file:
            file.write(piece)
        time.sleep(SETTLE_S / 3)
    watched.until(**{"a.jpg": picture})
    assert (encoded_pictures(), watched.problems) == (1, set())


@pytest.mark.parametrize("unfinished", ["a.jpg.part", "a.jpg.crdownload", "a.x7Gh.jpg.part", "a.jpg.tmp", ".a.jpg.Xy12Zw"])
def test_a_download_that_is_renamed_at_its_end_is_one_photo(
    unfinished: str, watched: Watched, photos: Path, picture: bytes, encoded_pictures: Callable[[], int]
) -> None:
    (photos / "a.jpg").touch()  # as browsers keep the name
    for piece in pieces(picture, 2):
        with (photos / unfinished).open("ab") as file:
            file.write(piece)
        time.sleep(3 * SETTLE_S)
        assert watched.photos() == {}
    (photos / unfinished).rename(photos / "a.jpg")
    before = watched.until(**{"a.jpg": picture})
    (photos / "a.jpg").rename(photos / "b.jpg")
    assert watched.until(**{"b.jpg": picture}) == {"b.jpg": before["a.jpg"]}
    assert (encoded_pictures(), watched.problems) == (1, set())
    rows = watched.engine.librarian.submit(
        lambda desk: desk.catalogue.connection.execute("SELECT count(*) FROM photos").fetchone()[0]
    )
    assert rows.result() == 1


def test_a_copy_in_bursts_with_long_pauses_ends_right_and_leaves_no_problem(
    watched: Watched, photos: Path, picture: bytes, encoded_pictures: Callable[[], int]
) -> None:
    """As over a network share, where nobody sees who has it open: it is closed during each pause."""
    for piece in pieces(picture, 3):
        with (photos / "a.jpg").open("ab") as file:
            file.write(piece)
        time.sleep(5 * SETTLE_S)
    watched.until(**{"a.jpg": picture})
    assert watched.engine.problems() == []
    assert encoded_pictures() <= 3


def test_a_known_photo_that_is_saved_by_renaming_stays_the_same_one(
    watched: Watched, photos: Path, picture: bytes, make_picture: Callable[..., Path], encoded_pictures: Callable[[], int]
) -> None:
    first = make_picture(photos / "a.jpg", (250, 10, 10)).read_bytes()
    before = watched.until(**{"a.jpg": first})
    (photos / ".a.jpg.saving").write_bytes(picture)
    (photos / ".a.jpg.saving").rename(photos / "a.jpg")
    assert watched.until(**{"a.jpg": picture}) == before
    assert (encoded_pictures(), watched.problems) == (2, set())


def test_who_writes_a_file_is_known_and_who_reads_it_does_not_count(tmp_path: Path) -> None:
    file = tmp_path / "a"
    file.write_bytes(b"a")
    assert not is_open_for_writing(str(file))
    with file.open("rb"):
        assert not is_open_for_writing(str(file))
    for mode in ("ab", "r+b"):
        with file.open(mode):
            assert is_open_for_writing(str(file))
    assert not is_open_for_writing(str(file))
    assert not is_open_for_writing(str(tmp_path))
    assert not is_open_for_writing(str(tmp_path / "none"))


def test_an_empty_file_is_a_problem_once_it_is_no_new_one(watched: Watched, photos: Path) -> None:
    """Some programs keep a name with an empty file until they have the picture."""
    (photos / "kept.jpg").touch()
    (photos / "lost.jpg").touch()
    long_ago_s = time.time() - 3600
    os.utime(photos / "lost.jpg", (long_ago_s, long_ago_s))
    watched.engine.scan(str(photos)).result(PATIENCE_S)
    watched.engine.indexer.when_done().result(PATIENCE_S)
    assert {os.path.basename(problem.path) for problem in watched.engine.problems()} == {"lost.jpg"}

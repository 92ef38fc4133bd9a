"""Pipes, sockets, devices and links that lead back to themselves, under picture names: problems to look at."""

import os
import socket
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from photofind.core.changes import Appeared
from photofind.library.engine import Engine
from photofind.library.tally import IndexReport

sys.path.insert(0, str(Path(__file__).parents[1] / "endurance"))  # for the names

from hostile_places import odd_names

OpenEngine = Callable[..., AbstractContextManager[Engine]]
Index = Callable[..., IndexReport]

pytestmark = pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs on this system")


def reasons(engine: Engine) -> dict[str, str]:
    return {os.path.basename(problem.path): problem.reason for problem in engine.problems()}


def known(engine: Engine) -> set[str]:
    """The paths of all photos that can be shown."""
    ids = engine.librarian.submit(lambda desk: desk.reader.ids_by_date()).result(30)
    return {row.path for row in engine.rows(ids)}


@pytest.fixture
def odd(photos: Path) -> dict[str, str]:
    """Made below ``photos``: the names of odd files, and a word of what is said of each."""
    os.mkfifo(photos / "pipe.jpg")
    (photos / "loop.png").symlink_to("loop.png")
    (photos / "device.tif").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as listener:
        folder = os.open(photos, os.O_RDONLY)
        listener.bind(f"/proc/self/fd/{folder}/socket.webp")  # such a name is short
        os.close(folder)
    return {"pipe.jpg": "pipe", "socket.webp": "pipe", "device.tif": "device", "loop.png": "leads back to itself"}


def test_they_are_problems_and_stay_so_at_the_next_scan(
    open_engine: OpenEngine, index: Index, photos: Path, odd: dict[str, str]
) -> None:
    with open_engine() as engine:
        report = index(engine, photos)
        assert len(report.problems) == len(odd)
        for name, word in odd.items():
            assert word in reasons(engine)[name]
        again = index(engine, photos)
        assert {os.path.basename(problem.path) for problem in again.problems} == odd.keys()


def test_without_a_picture_name_they_are_passed_over(open_engine: OpenEngine, index: Index, photos: Path) -> None:
    os.mkfifo(photos / "pipe")
    (photos / "loop").symlink_to("loop")
    (photos / "nowhere.jpg").symlink_to("/nowhere/at/all.jpg")
    (photos / "folder.jpg").symlink_to("..")
    with open_engine() as engine:
        assert index(engine, photos).problems == ()


def test_a_photo_in_the_place_of_one_becomes_an_ordinary_photo(
    open_engine: OpenEngine, index: Index, photos: Path, odd: dict[str, str], make_picture: Callable[..., Path]
) -> None:
    with open_engine() as engine:
        index(engine, photos)
        for name in odd:
            (photos / name).unlink()
            make_picture(photos / name, size=(64, 48 + len(reasons(engine)[name])))
        report = index(engine, photos)
        assert (report.indexed, report.problems) == (len(odd), ())


def test_photos_with_odd_names_that_appear_while_photofind_watches_are_taken_in(open_engine: OpenEngine, photos: Path) -> None:
    names = set()
    with open_engine(watch=True) as engine:
        engine.watch_folder(str(photos)).result(30)
        for sample in odd_names():
            path = photos / sample.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(sample.data)
            names.add(str(path))
        deadline_s = time.monotonic() + 60
        while known(engine) != names:
            assert time.monotonic() < deadline_s, names - known(engine)
            time.sleep(0.05)


def test_one_that_appears_while_photofind_watches_is_a_problem_too(
    open_engine: OpenEngine, index: Index, photos: Path
) -> None:
    with open_engine() as engine:
        index(engine, photos)
        os.mkfifo(photos / "pipe.jpg")
        (photos / "loop.png").symlink_to("loop.png")
        engine._note_changes([Appeared(str(photos / name)) for name in ("pipe.jpg", "loop.png")])
        engine.librarian.submit(lambda _: None).result(30)
        engine.indexer.when_done().result(30)
        assert reasons(engine).keys() == {"pipe.jpg", "loop.png"}
        (photos / "pipe.jpg").unlink()
        index(engine, photos)
        assert reasons(engine).keys() == {"loop.png"}

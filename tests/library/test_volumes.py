"""A drive is itself wherever it is mounted, and nothing else in its place is. Real file systems in files, mounted apart."""

import subprocess
import sys
from pathlib import Path

import pytest

_BEGIN = """
import os, subprocess, sys, threading, time
from pathlib import Path
from PIL import Image
from photofind.config.resources import resource
from photofind.core.events import AnswerReady
from photofind.core.question import Question
from photofind.encoders.shelf import Shelf
from photofind.library.index_run import run_index
from photofind.library.session import library_paths, open_library

base = Path(sys.argv[1])

def run(*command):
    subprocess.run([str(part) for part in command], check=True, stdout=subprocess.DEVNULL)

def make_drive(name):
    image = base / f"{name}.img"
    with image.open("wb") as file:
        file.truncate(8 << 20)
    run("mkfs.ext4", "-q", "-F", image)
    return image

def mount(drive, point):
    point.mkdir(exist_ok=True)
    run("mount", "-o", "loop", drive, point)

def mount_vault(point):
    # a file system without a name of its own, as FUSE vaults and merged folders are; it begins empty
    point.mkdir(exist_ok=True)
    run("mount", "-t", "tmpfs", "none", point)

def away(engine):
    return sorted((os.path.basename(path), offline) for path, offline, _ in known(engine).values())

def unmount(point):
    run("umount", point)

def picture(path, colour):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.new("RGB", (40, 30), colour).save(path)

def opened(watch=False):
    shelf = lambda endpoint: Shelf(base / "encoders", resource("shelf.json"), endpoint=endpoint)
    return open_library(library_paths(base / "library"), shelf, watch=watch)

def index(engine, *folders):
    return run_index(engine, [str(f) for f in folders], "", cancelled=threading.Event(), on_progress=lambda _: None)

def known(engine):
    found = threading.Event()
    answers = []
    def listen(event):
        if isinstance(event, AnswerReady) and not event.answer.question.text:
            answers.append(event.answer)
            found.set()
    engine.add_listener(listen)
    engine.ask(Question())
    assert found.wait(20)
    return {row.id: (row.path, row.offline, row.rating) for row in engine.rows(list(answers[-1].ids))}

def rate(engine, rating):
    ids = list(known(engine))
    engine.librarian.submit(lambda desk: [desk.catalogue.set_rating(i, rating) for i in ids]).result()

def wait_for(what, wanted):
    deadline_s = time.monotonic() + 40
    while (now := what()) != wanted:
        assert time.monotonic() < deadline_s, (now, wanted)
        time.sleep(0.1)
"""


def run_apart(work: str, folder: Path) -> None:
    """In a process with mounts of its own: nothing mounted there is seen elsewhere, or outlives it."""
    may_mount = subprocess.run(
        ["unshare", "-m", "sh", "-c", 'mkfs.ext4 -q -F "$0" && mount -o loop "$0" "$1"', _image(folder), _point(folder)],
        check=False, capture_output=True,
    )  # fmt: skip
    if may_mount.returncode:
        pytest.skip(f"no drives can be mounted here: {may_mount.stderr.decode().strip()[-100:]}")
    ran = subprocess.run(
        ["unshare", "-m", sys.executable, "-c", _BEGIN + work, str(folder)], check=False, capture_output=True, text=True
    )
    assert ran.returncode == 0, ran.stderr[-3000:]


def _image(folder: Path) -> str:
    image = folder / "probe.img"
    with image.open("wb") as file:
        file.truncate(4 << 20)
    return str(image)


def _point(folder: Path) -> str:
    point = folder / "probe"
    point.mkdir()
    return str(point)


def test_a_drive_mounted_elsewhere_is_the_same_folder_and_nothing_is_encoded_again(tmp_path: Path) -> None:
    run_apart(
        """
stick, here, there = make_drive("stick"), base / "here", base / "there"
mount(stick, here)
picture(here / "summer" / "a.png", (200, 30, 30))
picture(here / "b.png", (30, 30, 200))
with opened() as engine:
    assert index(engine, here / "summer").indexed == 1
    rate(engine, 4)
    before = known(engine)
unmount(here)
with opened() as engine:
    index(engine)
    assert {offline for _, offline, _ in known(engine).values()} == {True}  # away; an empty mount point is no deletion
mount(stick, there)
picture(there / "summer" / "new.png", (30, 200, 30))
with opened() as engine:
    report = index(engine)
    assert (report.indexed, report.unchanged) == (1, 1), report
    assert engine.folders() == [str(there / "summer")]
    after = known(engine)
    (photo_id,) = before
    assert after[photo_id] == (str(there / "summer" / "a.png"), False, 4)
    assert len(after) == 2
unmount(there)
        """,
        tmp_path,
    )


def test_another_drive_in_the_same_place_is_not_taken_for_the_one_that_is_away(tmp_path: Path) -> None:
    run_apart(
        """
first, second, place = make_drive("first"), make_drive("second"), base / "place"
mount(first, place)
picture(place / "a.png", (200, 30, 30))
with opened(watch=True) as engine:
    index(engine, place)
    rate(engine, 5)
    before = known(engine)
    unmount(place)
    mount(second, place)
    picture(place / "a.png", (30, 30, 200))
    os.utime(place / "a.png", (10**9, 10**9))
    picture(place / "b.png", (30, 200, 30))
    away = {i: (path, True, rating) for i, (path, _, rating) in before.items()}
    wait_for(lambda: known(engine), away)
    engine.scan(str(place)).result()
    assert known(engine) == away
    unmount(place)
    mount(first, place)
    wait_for(lambda: known(engine), before)
        """,
        tmp_path,
    )


def test_a_drive_within_a_watched_folder_goes_away_alone_and_comes_back_elsewhere_while_it_is_watched(
    tmp_path: Path,
) -> None:
    run_apart(
        """
stick, photos = make_drive("stick"), base / "photos"
photos.mkdir()
picture(photos / "home.png", (30, 30, 200))
mount(stick, photos / "stick")
picture(photos / "stick" / "trip" / "a.png", (200, 30, 30))
with opened(watch=True) as engine:
    index(engine, photos)
    rate(engine, 3)
    before = known(engine)
    assert len(before) == 2
    unmount(photos / "stick")
    wait_for(
        lambda: sorted((os.path.basename(path), offline) for path, offline, _ in known(engine).values()),
        [("a.png", True), ("home.png", False)],
    )
    mount(stick, base / "elsewhere")
    wait_for(
        lambda: sorted((path, offline) for path, offline, _ in known(engine).values()),
        [(str(base / "elsewhere" / "trip" / "a.png"), False), (str(photos / "home.png"), False)],
    )
    assert set(known(engine)) == set(before)
    picture(base / "elsewhere" / "later.png", (30, 200, 30))  # and it is watched there
    wait_for(lambda: len(known(engine)), 3)
unmount(base / "elsewhere")
        """,
        tmp_path,
    )


def test_a_folder_restored_to_another_drive_is_still_the_same(tmp_path: Path) -> None:
    run_apart(
        """
old, new, place = make_drive("old"), make_drive("new"), base / "place"
mount(old, place)
picture(place / "a.png", (200, 30, 30))
run("cp", "-a", place / "a.png", base / "backup.png")
with opened() as engine:
    index(engine, place)
    before = known(engine)
unmount(place)
mount(new, place)
run("cp", "-a", base / "backup.png", place / "a.png")
with opened() as engine:
    assert index(engine).unchanged == 1
    assert known(engine) == before
unmount(place)
        """,
        tmp_path,
    )


def test_another_vault_or_an_empty_one_in_the_same_place_deletes_nothing(tmp_path: Path) -> None:
    run_apart(
        """
place = base / "Private"
mount_vault(place)
picture(place / "a.png", (200, 30, 30))
run("cp", "-a", place / "a.png", base / "kept.png")
with opened() as engine:
    index(engine, place)
    rate(engine, 5)
    before = known(engine)
for other in ("nothing", "another"):
    unmount(place)
    mount_vault(place)
    if other == "another":
        picture(place / "b.png", (30, 30, 200))
    with opened() as engine:
        index(engine)
        assert away(engine) == [("a.png", True)], other
run("cp", "-a", base / "kept.png", place / "a.png")
with opened() as engine:
    index(engine)
    assert {i: row for i, row in known(engine).items() if i in before} == before
unmount(place)
        """,
        tmp_path,
    )


def test_a_known_drive_that_is_added_where_it_is_mounted_now_is_not_known_twice(tmp_path: Path) -> None:
    run_apart(
        """
stick = make_drive("stick")
mount(stick, base / "here")
picture(base / "here" / "DCIM" / "a.png", (200, 30, 30))
with opened() as engine:
    index(engine, base / "here")
    rate(engine, 4)
    before = known(engine)
unmount(base / "here")
mount(stick, base / "there")
with opened() as engine:
    assert index(engine, base / "there" / "DCIM").indexed == 0
    assert engine.folders() == [str(base / "there")]
    assert known(engine) == {i: (str(base / "there" / "DCIM" / "a.png"), False, 4) for i in before}
unmount(base / "there")
        """,
        tmp_path,
    )


def test_a_folder_around_a_drive_that_is_away_leaves_it_alone(tmp_path: Path) -> None:
    run_apart(
        """
media = base / "media"
media.mkdir()
stick = make_drive("stick")
mount(stick, media / "stick")
picture(media / "stick" / "a.png", (200, 30, 30))
with opened() as engine:
    index(engine, media / "stick")
    rate(engine, 4)
    before = known(engine)
unmount(media / "stick")
picture(media / "b.png", (30, 30, 200))
with opened() as engine:
    index(engine, media)
    assert away(engine) == [("a.png", True), ("b.png", False)]
mount(stick, media / "stick")
with opened() as engine:
    index(engine)
    assert away(engine) == [("a.png", False), ("b.png", False)]
    assert before.items() <= known(engine).items()
    assert engine.unwatch_folder(str(media))
    assert (engine.folders(), known(engine)) == ([], {})
    index(engine, media)
    assert before.items() <= known(engine).items()
unmount(media / "stick")
        """,
        tmp_path,
    )

"""Files that trade places, met half way by a scan: what kill tests found."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from photofind.core.question import Answer, Question
from photofind.library.engine import Engine
from photofind.library.tally import IndexReport

OpenEngine = Callable[..., AbstractContextManager[Engine]]
Index = Callable[..., IndexReport]
Ask = Callable[[Engine, Question], Answer]
MakePicture = Callable[..., Path]

RED, GREEN = (220, 30, 30), (30, 160, 40)


def all_ids(engine: Engine, ask: Ask) -> dict[str, int]:
    return {os.path.basename(row.path): row.id for row in engine.rows(list(ask(engine, Question()).ids))}


def test_a_photo_is_itself_where_another_took_its_place_before_its_folder_was_looked_through(
    open_engine: OpenEngine,
    index: Index,
    ask: Ask,
    photos: Path,
    make_picture: MakePicture,
    encoded_pictures: Callable[[], int],
) -> None:
    make_picture(photos / "old" / "red.jpg", RED)
    make_picture(photos / "old" / "green.jpg", GREEN)
    (photos / "new").mkdir()
    with open_engine() as engine:
        index(engine, photos)
        before = all_ids(engine, ask)
        encoded_pictures()
        (photos / "old" / "red.jpg").rename(photos / "new" / "moved.jpg")
        (photos / "old" / "green.jpg").rename(photos / "old" / "red.jpg")
        index(engine, photos / "new")  # the old folder is not looked through
        assert all_ids(engine, ask) == {"moved.jpg": before["red.jpg"], "red.jpg": before["green.jpg"]}
        assert index(engine).unchanged == 2
        assert all_ids(engine, ask) == {"moved.jpg": before["red.jpg"], "red.jpg": before["green.jpg"]}
    assert encoded_pictures() == 0


def test_a_copy_of_a_photo_whose_file_was_touched_meanwhile_is_a_copy(
    open_engine: OpenEngine, index: Index, ask: Ask, photos: Path, make_picture: MakePicture
) -> None:
    original = make_picture(photos / "old" / "red.jpg", RED)
    (photos / "new").mkdir()
    with open_engine() as engine:
        index(engine, photos)
        before = all_ids(engine, ask)
        copy = photos / "new" / "copy.jpg"
        copy.write_bytes(original.read_bytes())
        status = original.stat()
        os.utime(copy, ns=(status.st_mtime_ns, status.st_mtime_ns))  # as cp -a does
        os.utime(original, ns=(1, 1_000_000_000))
        index(engine, photos / "new")
        after = all_ids(engine, ask)
        assert after.keys() == {"red.jpg", "copy.jpg"}
        assert after["red.jpg"] == before["red.jpg"]

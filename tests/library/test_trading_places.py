"""Files that trade places, met half way by a scan: what kill tests found."""

import os
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

from photofind.core.photo import Facts
from photofind.core.question import Answer, Question
from photofind.library.engine import Engine
from photofind.library.identity import Identity, Settled, Verdict
from photofind.library.librarian import Desk
from photofind.library.scan import stat_file
from photofind.library.tally import IndexReport
from photofind.media.fingerprint import hash_of_bytes
from photofind.store.catalogue import Catalogue, ReadPicture
from photofind.store.thumbnails import Thumbnails

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


def test_a_place_taken_by_a_photo_whose_own_place_is_not_read_yet_waits_for_it(tmp_path: Path) -> None:
    """The scan comes to the second file after the round has passed it: what is settled last must not settle it wrongly."""
    first, second = tmp_path / "1.jpg", tmp_path / "2.jpg"
    for file, content in ((first, b"one"), (second, b"two, longer")):
        file.write_bytes(content)
    with Thumbnails(tmp_path / "thumbnails.db") as thumbnails, closing(Catalogue(tmp_path / "catalogue.db")) as catalogue:
        desk = Desk(catalogue, thumbnails)
        folder_id = catalogue.watch_folder(str(tmp_path))
        ids = {}
        for file in (first, second):
            stat = stat_file(str(file))
            assert stat is not None
            ids[file.name], _ = catalogue.add_file(folder_id, str(tmp_path), stat)
            catalogue.record_read(ids[file.name], read_picture(file))
        first.rename(tmp_path / "aside")
        second.rename(first)
        (tmp_path / "aside").rename(second)
        identity = Identity("palette_1", lambda: (), lambda *_: True)
        for file in (first, second):  # both are noted; the round reads the first only
            stat = stat_file(str(file))
            assert stat is not None
            catalogue.note_changed(ids[file.name], stat)
        (work,) = [work for work in desk.reader.waiting("palette_1", 0, 10) if work.path == str(first)]
        picture = read_picture(first)
        assert identity.settle_read(desk, work, picture, b"", b"", final=False).verdict is Verdict.LATER
        settled = identity.settle_later(desk, work, picture.content_hash)
        assert settled == Settled(work.id, Verdict.DONE)
        assert desk.reader.content_of(ids["1.jpg"]) == hash_of_bytes(b"one")  # untouched

        identity = Identity("palette_1", lambda: (), lambda *_: True)  # the next round reads both
        for work in desk.reader.waiting("palette_1", 0, 10):
            if identity.settle_read(desk, work, read_picture(Path(work.path)), b"", b"", final=False).verdict is Verdict.LATER:
                put_off = work
        identity.settle_later(desk, put_off, read_picture(Path(put_off.path)).content_hash)
        assert desk.reader.ids_at(str(first)) == [ids["2.jpg"]]
        assert desk.reader.ids_at(str(second)) == [ids["1.jpg"]]


def read_picture(file: Path) -> ReadPicture:
    status = file.stat()
    return ReadPicture(
        content_hash=hash_of_bytes(file.read_bytes()),
        size_bytes=status.st_size,
        mtime_ns=status.st_mtime_ns,
        format="JPEG",
        width=1,
        height=1,
        average_colour=0,
        facts=Facts(),
    )

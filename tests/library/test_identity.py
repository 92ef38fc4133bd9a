"""A photo is its content: moves, copies and renames, live and while nobody watches."""

import contextlib
import itertools
import os
import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from photofind.core.changes import Change, Changed, Moved, Vanished
from photofind.core.errors import NoRoom
from photofind.core.question import Answer, Question
from photofind.library.engine import Engine
from photofind.library.librarian import Desk
from photofind.library.tagging import edit_photos
from photofind.library.tally import IndexReport

OpenEngine = Callable[..., AbstractContextManager[Engine]]
Index = Callable[..., IndexReport]
Ask = Callable[[Engine, Question], Answer]
MakePicture = Callable[..., Path]


@pytest.fixture
def numbered(photos: Path, make_picture: MakePicture) -> Callable[[Path, int], Path]:
    """A picture whose content is that of its number."""

    def make(path: Path, number: int) -> Path:
        return make_picture(path, (number * 23 % 256, number * 71 % 256, number * 131 % 256), size=(40 + number, 40))

    return make


def tag_all(engine: Engine, folder: Path) -> None:
    """Each photo is tagged with the name it has now."""
    for path in sorted(folder.rglob("*.*")):
        engine.librarian.submit(lambda desk, p=path: edit_photos(desk, [str(p)], [f"was {p.name}"], [], None)).result()


def tags(engine: Engine, folder: Path) -> dict[str, list[str]]:
    def job(desk: Desk) -> dict[str, list[str]]:
        rows = desk.reader.rows(desk.reader.ids_at(str(folder)))
        return {os.path.relpath(row.path, folder): desk.reader.tags(row.id) for row in rows}

    return engine.librarian.submit(job).result()


def apply(engine: Engine, *changes: Change) -> None:
    """Changes as the watcher posts them."""
    engine.librarian.submit(lambda desk: engine.intake.apply(desk, changes)).result()




@pytest.mark.parametrize("order", [(3, 2, 1), (1, 2, 3)], ids=["up", "down"])
@pytest.mark.parametrize("live", [True, False], ids=["live", "while closed"])
def test_renumbered_photos_keep_their_tags(
    live: bool,
    order: tuple[int, ...],
    open_engine: OpenEngine,
    index: Index,
    photos: Path,
    numbered: Callable[[Path, int], Path],
    encoded_pictures: Callable[[], int],
) -> None:
    step = 1 if order[0] == 3 else -1
    for number in (1, 2, 3):
        numbered(photos / f"{number}.png", number)
    with open_engine() as engine:
        index(engine, photos)
        tag_all(engine, photos)
        encoded_pictures()
        changes = []
        for number in order:
            source, target = photos / f"{number}.png", photos / f"{number + step}.png"
            source.rename(target)
            changes.append(Moved(str(source), str(target)))
        if live:
            apply(engine, *changes)
        report = index(engine)
        assert (report.indexed, report.removed) == (0, 0)
        assert tags(engine, photos) == {f"{number + step}.png": [f"was {number}.png"] for number in (1, 2, 3)}
    assert encoded_pictures() == 0


@pytest.mark.parametrize("live", [True, False], ids=["live", "while closed"])
def test_two_photos_that_swap_their_names_keep_their_tags(
    live: bool,
    open_engine: OpenEngine,
    index: Index,
    photos: Path,
    numbered: Callable[[Path, int], Path],
    encoded_pictures: Callable[[], int],
) -> None:
    one, two, between = (numbered(photos / f"{number}.png", number) for number in (1, 2, 3))
    between.unlink()
    with open_engine() as engine:
        index(engine, photos)
        tag_all(engine, photos)
        encoded_pictures()
        moves = [(one, between), (two, one), (between, two)]
        for source, target in moves:
            source.rename(target)
        if live:
            apply(engine, *(Moved(str(source), str(target)) for source, target in moves))
        index(engine)
        assert tags(engine, photos) == {"1.png": ["was 2.png"], "2.png": ["was 1.png"]}
    assert encoded_pictures() == 0


def test_however_names_are_dealt_anew_tags_follow_contents(
    open_engine: OpenEngine, index: Index, tmp_path: Path, numbered: Callable[[Path, int], Path]
) -> None:
    """Each deal has a folder and contents of its own in one library, which is opened once."""
    deals = itertools.count()
    with open_engine() as engine:

        @settings(max_examples=12, deadline=None)
        @given(places=st.permutations(range(6)))
        def deal(places: list[int]) -> None:
            first = 6 * next(deals)
            photos = tmp_path / f"from {first}"
            for number in range(6):
                numbered(photos / f"{number}.png", first + number)
            index(engine, photos)
            tag_all(engine, photos)
            for number in range(6):
                (photos / f"{number}.png").rename(photos / f"{number}.moving")
            for number, place in enumerate(places):
                (photos / f"{number}.moving").rename(photos / f"{place}.png")
            report = index(engine)
            assert report.indexed == 0
            dealt = {f"{place}.png": [f"was {number}.png"] for number, place in enumerate(places)}
            assert tags(engine, photos) == dealt

        deal()


def test_a_photo_edited_in_place_stays_itself_and_the_copy_of_what_it_was_is_new(
    open_engine: OpenEngine, index: Index, photos: Path, numbered: Callable[[Path, int], Path]
) -> None:
    numbered(photos / "kid.png", 1)
    with open_engine() as engine:
        index(engine, photos)
        tag_all(engine, photos)
        shutil.copy2(photos / "kid.png", photos / "a before.png")
        numbered(photos / "kid.png", 2)
        index(engine)
        assert tags(engine, photos) == {"kid.png": ["was kid.png"], "a before.png": []}


def test_a_copy_of_a_photo_on_a_drive_that_is_away_does_not_take_its_place(
    open_engine: OpenEngine, index: Index, tmp_path: Path, numbered: Callable[[Path, int], Path]
) -> None:
    usb, local = tmp_path / "usb", tmp_path / "local"
    numbered(usb / "kid.png", 1)
    numbered(local / "other.png", 2)
    with open_engine() as engine:
        index(engine, usb, local)
        tag_all(engine, usb)
        shutil.copy2(usb / "kid.png", local / "copy.png")
        usb.rename(tmp_path / "unplugged")
        index(engine, local)
        assert tags(engine, local)["copy.png"] == []
        (tmp_path / "unplugged").rename(usb)
        index(engine)
        assert tags(engine, usb) == {"kid.png": ["was kid.png"]}


def test_a_move_is_no_copy_even_if_another_copy_stays(
    open_engine: OpenEngine, index: Index, photos: Path, numbered: Callable[[Path, int], Path]
) -> None:
    numbered(photos / "a" / "1.png", 1)
    (photos / "b").mkdir()
    shutil.copy2(photos / "a" / "1.png", photos / "b" / "2.png")
    with open_engine() as engine:
        index(engine, photos)
        tag_all(engine, photos)
        (photos / "b" / "2.png").rename(photos / "a" / "3.png")
        index(engine, photos / "a")
        index(engine)
        assert tags(engine, photos) == {"a/1.png": ["was 1.png"], "a/3.png": ["was 2.png"]}


def test_lost_thumbnails_do_not_cost_a_moved_photo_its_tags(
    open_engine: OpenEngine, index: Index, photos: Path, library_folder: Path, numbered: Callable[[Path, int], Path]
) -> None:
    numbered(photos / "1.png", 1)
    with open_engine() as engine:
        index(engine, photos)
        tag_all(engine, photos)
    for file in library_folder.glob("thumbnails.db*"):
        file.unlink()
    (photos / "sub").mkdir()
    (photos / "1.png").rename(photos / "sub" / "1.png")
    with open_engine() as engine:
        assert index(engine).moved == 1
        assert tags(engine, photos) == {"sub/1.png": ["was 1.png"]}


def scan_in_small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("_ROWS_AT_ONCE", 2), ("_NEW_AT_ONCE", 2), ("_COST_OF_STEP", 1)):
        monkeypatch.setattr(f"photofind.library.intake_scans.{name}", value)


def test_a_file_that_moves_or_comes_while_its_folder_is_scanned_is_there_in_the_end(
    open_engine: OpenEngine, index: Index, photos: Path, numbered: Callable[[Path, int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    scan_in_small_steps(monkeypatch)
    for number in range(6):
        numbered(photos / f"{number}.png", number)
    with open_engine() as engine:
        index(engine, photos)
        tag_all(engine, photos)

        def scan_with_events_between(desk: Desk) -> None:
            for step, _ in enumerate(engine.intake.scan(desk, str(photos))):
                if step == 0:
                    (photos / "5.png").rename(photos / "0 moved.png")
                    numbered(photos / "late.png", 9)
                    engine.intake.apply(
                        desk,
                        [Moved(str(photos / "5.png"), str(photos / "0 moved.png")), Changed(str(photos / "late.png"))],
                    )

        engine.librarian.submit(scan_with_events_between).result()
        index(engine)
        assert tags(engine, photos).keys() == {"0.png", "1.png", "2.png", "3.png", "4.png", "0 moved.png", "late.png"}
        assert tags(engine, photos)["0 moved.png"] == ["was 5.png"]


def test_a_folder_removed_while_it_is_scanned_leaves_nothing_behind(
    open_engine: OpenEngine, photos: Path, numbered: Callable[[Path, int], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    scan_in_small_steps(monkeypatch)
    for number in range(6):
        numbered(photos / f"{number}.png", number)
    with open_engine() as engine:
        scanned = engine.watch_folder(str(photos))
        engine.unwatch_folder(str(photos))
        scanned.result(timeout=30)
        engine.indexer.when_done().result(timeout=30)
        assert tags(engine, photos) == {}


def test_a_change_that_met_a_full_disk_is_not_forgotten(
    open_engine: OpenEngine,
    index: Index,
    photos: Path,
    numbered: Callable[[Path, int], Path],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr("photofind.library.librarian._TRY_AGAIN_S", 0.1)
    numbered(photos / "1.png", 1)
    with open_engine() as engine, caplog.at_level("WARNING"):
        index(engine, photos)
        engine.librarian.submit(lambda desk: desk.note_counts()).result()
        numbered(photos / "2.png", 2)

        def full(*_: object) -> None:
            raise NoRoom("There is no room left.")

        with monkeypatch.context() as disk:
            disk.setattr("photofind.library.intake.Intake._file_is_there", full)
            engine._library_state = engine.librarian.submit(
                lambda desk: type(engine._library_state)(folders=desk.reader.folder_states())
            ).result()
            engine._note_changes([Changed(str(photos / "2.png"))])
            with contextlib.suppress(NoRoom):  # jobs of one transaction share its fate
                engine.librarian.submit(lambda _: None).result()
        engine.librarian.begin(lambda _: iter(())).result(timeout=30)
        engine.indexer.when_done().result(timeout=30)
        assert tags(engine, photos).keys() == {"1.png", "2.png"}


def test_an_unmounted_drive_marks_no_waiting_photo_as_gone(
    open_engine: OpenEngine, photos: Path, numbered: Callable[[Path, int], Path]
) -> None:
    for number in range(3):
        numbered(photos / f"{number}.png", number)
    with open_engine() as engine:
        engine.pacer.set_paused(True)
        engine.watch_folder(str(photos)).result(timeout=30)
        shutil.move(photos, photos.with_name("unplugged"))
        photos.mkdir()  # the empty mount point
        engine.pacer.set_paused(False)
        engine.indexer.when_done().result(timeout=60)
        (state,) = engine.librarian.submit(lambda desk: desk.reader.folder_states()).result()
        assert (state.photos, state.offline) == (3, True)


def test_one_file_is_one_photo_however_its_folder_is_spelled(
    open_engine: OpenEngine, index: Index, photos: Path, tmp_path: Path, numbered: Callable[[Path, int], Path]
) -> None:
    numbered(photos / "inner" / "1.png", 1)
    (tmp_path / "link").symlink_to(photos)
    with open_engine() as engine:
        index(engine, photos)
        for spelling in (tmp_path / "link", f"//{str(photos).lstrip('/')}", f"{photos}/", f"{photos}/inner/.."):
            assert index(engine, str(spelling)).unchanged == 1
        assert index(engine, tmp_path / "link" / "inner").unchanged == 1
        assert engine.folders() == [str(photos)]
        assert len(tags(engine, photos)) == 1


def test_a_hidden_folder_that_was_asked_for_stays(
    open_engine: OpenEngine, index: Index, photos: Path, numbered: Callable[[Path, int], Path]
) -> None:
    numbered(photos / "1.png", 1)
    numbered(photos / ".hidden" / "2.png", 2)
    with open_engine() as engine:
        index(engine, photos)
        assert index(engine, photos / ".hidden").indexed == 1
        report = index(engine)
        assert (report.unchanged, report.removed) == (2, 0)
        assert engine.folders() == [str(photos), str(photos / ".hidden")]


def test_a_vanished_file_that_is_there_again_is_not_gone(
    open_engine: OpenEngine, index: Index, photos: Path, numbered: Callable[[Path, int], Path]
) -> None:
    numbered(photos / "1.png", 1)
    with open_engine() as engine:
        index(engine, photos)
        apply(engine, Vanished(str(photos / "1.png")))
        assert tags(engine, photos).keys() == {"1.png"}


def test_a_copy_with_a_sidecar_says_what_its_own_sidecar_says(
    open_engine: OpenEngine, index: Index, photos: Path, numbered: Callable[[Path, int], Path]
) -> None:
    def sidecar(word: str) -> str:
        return (
            '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
            '<rdf:Description xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:subject><rdf:Bag>'
            f"<rdf:li>{word}</rdf:li></rdf:Bag></dc:subject></rdf:Description></rdf:RDF></x:xmpmeta>"
        )

    numbered(photos / "1.png", 1)
    (photos / "1.xmp").write_text(sidecar("original"))
    with open_engine() as engine:
        index(engine, photos)
        shutil.copy2(photos / "1.png", photos / "2.png")
        shutil.copy2(photos / "1.png", photos / "3.png")
        (photos / "3.xmp").write_text(sidecar("copy"))
        index(engine)
        assert tags(engine, photos) == {"1.png": ["original"], "2.png": [], "3.png": ["copy"]}


def test_a_listener_that_fails_stops_nobody(
    open_engine: OpenEngine, index: Index, photos: Path, numbered: Callable[[Path, int], Path], caplog: pytest.LogCaptureFixture
) -> None:
    def fails(_: object) -> None:
        raise RuntimeError("a listener's mistake")

    numbered(photos / "1.png", 1)
    with caplog.at_level("ERROR"), open_engine() as engine:
        engine.librarian.submit(lambda _: None).result()
        engine._announcer.add(fails, ())
        assert index(engine, photos).indexed == 1


def test_a_single_new_file_is_indexed_without_anything_else_happening(
    open_engine: OpenEngine, index: Index, photos: Path, numbered: Callable[[Path, int], Path]
) -> None:
    numbered(photos / "0.png", 0)
    with open_engine(watch=True) as engine:
        index(engine, photos)
        for number in range(1, 4):
            numbered(photos / f"{number}.png", number)
            deadline_s = time.monotonic() + 20
            while engine.librarian.submit(lambda desk: len(desk.reader.ids_by_date())).result() <= number:
                assert time.monotonic() < deadline_s, f"photo {number} never came"
                time.sleep(0.05)

"""Albums keep questions whatever becomes of the library: photos by content, a copy in each backup, a file for others."""

import logging
import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from photofind.core.album import LONGEST_NAME, SUFFIX, Album, BadAlbum
from photofind.core.errors import PhotofindError, StoreFailed, WrongUsage
from photofind.core.photo import Facts
from photofind.core.question import Order, PictureBytes, PictureFile, PictureOfPhoto, Question
from photofind.library.albums import (
    add_album,
    keep_question,
    move_album,
    question_of,
    read_album,
    remove_album,
    rename_album,
    restore_albums,
    write_album,
)
from photofind.library.catalogue_rescue import ensure_sound
from photofind.library.doctor.catalogue_repair import rebuild
from photofind.library.edit_keeper import back_up_edits
from photofind.library.librarian import Desk
from photofind.library.lone_librarian import lone_librarian
from photofind.library.scan import SkipRules
from photofind.library.session import library_paths
from photofind.store.catalogue import Catalogue, FileStat, ReadPicture
from photofind.store.catalogue_reader import CatalogueReader
from photofind.store.edit_backups import EditBackups
from photofind.store.thumbnails import Thumbnails

PHOTOS = 4


def fill(catalogue: Catalogue, numbers: range) -> None:
    """Photo n has the content n; its id is its place in ``numbers``, from 1."""
    folder = catalogue.watch_folder("/p")
    for number in numbers:
        photo_id, _ = catalogue.add_file(folder, "/p", FileStat(f"{number}.jpg", number, number))
        catalogue.record_read(photo_id, ReadPicture(content(number), number, number, "JPEG", 4, 3, 0, Facts()))


def content(number: int) -> bytes:
    return number.to_bytes(16, "big")


@pytest.fixture
def desk(library_folder: Path) -> Iterator[Desk]:
    paths = library_paths(library_folder)
    paths.make_folder()
    with closing(Catalogue(paths.catalogue)) as catalogue, Thumbnails(paths.thumbnails) as thumbnails:
        fill(catalogue, range(1, PHOTOS + 1))
        yield Desk(catalogue, thumbnails)


def test_an_album_asks_the_same_in_a_library_that_was_made_again(desk: Desk, tmp_path: Path) -> None:
    pictures = (PictureOfPhoto(2), PictureFile(os.path.abspath("/p/1.jpg")))
    question = Question("beach", pictures, 10, weights=(1.0, 3.0), liked=(3,), disliked=(4, 1), order=Order.DATE)
    album = keep_question(desk, " Our  beach ", question)
    assert (album.name, album.pictures, album.disliked) == ("Our beach", (content(2), content(1)), (content(4), content(1)))
    with closing(Catalogue(tmp_path / "other.db")) as other:
        fill(other, range(PHOTOS, 0, -1))
        asked, missing = question_of(CatalogueReader(other.connection), album)
        assert missing == 0
        assert asked == Question(
            "beach", (PictureOfPhoto(3), PictureOfPhoto(4)), weights=(1.0, 3.0), liked=(2,), disliked=(1, 4), order=Order.DATE
        )
        other.mark_gone([3])  # which is the first picture
        asked, missing = question_of(CatalogueReader(other.connection), album)
        assert (asked.pictures, asked.weights, missing) == ((PictureOfPhoto(4),), (3.0,), 1)


def test_albums_are_changed_by_their_ids_and_never_share_a_name(desk: Desk) -> None:
    first, second = (keep_question(desk, name, Question(name)) for name in ("a", "b"))
    with pytest.raises(WrongUsage, match="already an album called “a”"):
        keep_question(desk, "a", Question("x"))
    with pytest.raises(WrongUsage, match="already"):
        rename_album(desk, second.id, " a ")
    assert rename_album(desk, second.id, "b").name == "b"
    changed = keep_question(desk, "a", Question("sea"), first.id)
    assert (changed.id, changed.created_s, changed.text) == (first.id, first.created_s, "sea")
    move_album(desk, second.id, 0)
    assert [album.name for album in desk.reader.albums()] == ["b", "a"]
    added = [add_album(desk, replace(first, created_s=7)).name for _ in range(2)]
    assert added == ["a (2)", "a (3)"]
    remove_album(desk, first.id)
    remove_album(desk, first.id)
    for change in (lambda: rename_album(desk, first.id, "z"), lambda: move_album(desk, first.id, 0)):
        with pytest.raises(WrongUsage, match="not there any more"):
            change()
    assert [album.name for album in desk.reader.albums()] == ["b", "a (2)", "a (3)"]


@pytest.mark.parametrize("picture", [PictureBytes(b"x"), PictureFile("/p"), PictureFile("/q.jpg"), PictureOfPhoto(99)])
def test_a_picture_that_is_no_photo_of_the_library_cannot_be_kept(desk: Desk, picture: Any) -> None:
    with pytest.raises(WrongUsage, match="photos of this library"):
        keep_question(desk, "a", Question("", (picture,)))
    assert desk.reader.albums() == []


def test_a_long_name_that_is_taken_stays_short_enough_to_be_read_again(desk: Desk) -> None:
    for _ in range(12):
        add_album(desk, Album("x" * LONGEST_NAME, "dog"))
    names = [album.name for album in desk.reader.albums()]
    assert len(set(names)) == 12 and all(len(name) <= LONGEST_NAME for name in names)


def test_what_is_too_long_to_be_kept_is_refused(desk: Desk) -> None:
    for question in (Question("x" * 10_001), Question(pictures=(PictureOfPhoto(1),) * 5001)):
        with pytest.raises(WrongUsage, match="at most"):
            keep_question(desk, "a", question)
    with pytest.raises(BadAlbum, match="name"):
        keep_question(desk, "\0", Question())


def test_what_the_library_says_stays_unless_the_backup_is_to_overwrite_it(desk: Desk) -> None:
    kept = keep_question(desk, "a", Question("mine"))
    backup = [Album("a", "theirs", created_s=3), Album("b", "more")]
    assert restore_albums(desk, backup, overwrite=False, dry_run=True) == ["b"]
    assert restore_albums(desk, backup, overwrite=False) == ["b"]
    assert [album.text for album in desk.reader.albums()] == ["mine", "more"]
    assert restore_albums(desk, backup, overwrite=True) == ["a"]
    assert restore_albums(desk, backup, overwrite=True) == []
    assert desk.reader.albums()[0] == replace(kept, text="theirs")


def test_a_file_brings_an_album_to_another_library(desk: Desk, tmp_path: Path) -> None:
    album = keep_question(desk, "Strand", Question("海边", (PictureOfPhoto(1),), liked=(2,)))
    path = tmp_path / f"Strand{SUFFIX}"
    write_album(path, album)
    assert read_album(path) == replace(album, id=0)
    write_album(path, replace(album, text="more"))
    assert read_album(path).text == "more"
    assert {entry.name for entry in tmp_path.iterdir()} == {"library", path.name}


def test_a_file_that_is_no_album_is_refused_in_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(b"\xff\xd8\xff")
    for no_album in (path, tmp_path / "absent", tmp_path, Path("a\0b")):
        with pytest.raises(PhotofindError, match=r"album.*\.$"):
            read_album(no_album)
    with pytest.raises(StoreFailed):
        write_album(tmp_path / "absent" / "a", Album("a"))


# What becomes of them when the catalogue is lost


def with_albums(library_folder: Path, desk: Desk) -> list[Album]:
    """Two albums, of which one is in the backup as well."""
    keep_question(desk, "kept", Question("first", liked=(1,)))
    back_up_edits(library_paths(library_folder))
    keep_question(desk, "newer", Question("second"))
    albums = desk.reader.albums()
    desk.catalogue.close()
    return albums


def albums_in(library_folder: Path) -> list[Album]:
    with closing(CatalogueReader(library_paths(library_folder).catalogue)) as reader:
        return reader.albums()


def mended(library_folder: Path) -> None:
    paths = library_paths(library_folder)
    rebuild(paths, SkipRules(), lambda: lone_librarian(paths))


def test_an_album_alone_is_worth_a_backup(library_folder: Path, desk: Desk) -> None:
    keep_question(desk, "kept", Question("first"))
    path = back_up_edits(library_paths(library_folder))
    assert path is not None
    backup = EditBackups(path.parent).newest()
    assert backup is not None and backup.head.albums == 1 and backup.albums[0].text == "first"
    assert back_up_edits(library_paths(library_folder)) is None


def test_a_catalogue_that_is_made_of_what_can_be_read_has_all_albums(library_folder: Path, desk: Desk) -> None:
    albums = with_albums(library_folder, desk)
    mended(library_folder)
    assert albums_in(library_folder) == albums


def break_pages(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        (size,), (root,) = (
            connection.execute(query).fetchone()
            for query in ("PRAGMA page_size", "SELECT rootpage FROM sqlite_master WHERE name = 'albums'")
        )
    content = bytearray(path.read_bytes())
    content[(root - 1) * size : root * size] = bytes(size)
    path.write_bytes(content)


def drop_table(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE albums")


@pytest.mark.parametrize("damage", [break_pages, drop_table, Path.unlink])
def test_albums_that_cannot_be_read_come_from_the_backup(
    library_folder: Path, desk: Desk, damage: Callable[[Path], Any], caplog: pytest.LogCaptureFixture
) -> None:
    with_albums(library_folder, desk)
    damage(library_paths(library_folder).catalogue)
    with caplog.at_level(logging.WARNING):
        if damage is break_pages:
            mended(library_folder)
        else:  # is seen when the library is opened
            assert ensure_sound(library_paths(library_folder))
    assert [album.text for album in albums_in(library_folder)] == ["first"]

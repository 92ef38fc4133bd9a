"""Albums in the catalogue keep what was given and stand in the user's order."""

import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from photofind.core.album import Album
from photofind.core.errors import StoreFailed
from photofind.core.question import Order
from photofind.store.catalogue import Catalogue
from photofind.store.catalogue_reader import CatalogueReader

BEACH = Album("Beach 海边", "beach \udcff", (b"\1" * 16,), (2.5,), (b"\2" * 16,), (), Order.NAME, 1_700_000_000)


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with closing(Catalogue(tmp_path / "catalogue.db")) as catalogue:
        yield catalogue


def names(catalogue: Catalogue) -> str:
    return "".join(album.name for album in CatalogueReader(catalogue.connection).albums())


def test_an_album_is_read_as_it_was_saved_also_by_another_connection(catalogue: Catalogue, tmp_path: Path) -> None:
    album_id = catalogue.save_album(BEACH)
    catalogue.save_album(replace(BEACH, id=album_id, text="sea"))
    with closing(CatalogueReader(tmp_path / "catalogue.db")) as reader:
        assert reader.albums() == [replace(BEACH, id=album_id, text="sea")]


def test_albums_are_moved_renamed_and_removed(catalogue: Catalogue) -> None:
    ids = [catalogue.save_album(Album(name)) for name in "abcd"]
    assert names(catalogue) == "abcd"
    for album_id, position, expected in ((ids[0], 2, "bcad"), (ids[3], 0, "dbca"), (ids[1], 99, "dcab"), (ids[2], -5, "cdab")):
        catalogue.move_album(album_id, position)
        assert names(catalogue) == expected
    catalogue.rename_album(ids[0], "A")
    catalogue.remove_album(ids[3])
    assert names(catalogue) == "cAb"
    assert catalogue.save_album(Album("e")) > ids[3] and names(catalogue) == "cAbe"
    places = catalogue.connection.execute("SELECT position FROM albums ORDER BY position").fetchall()
    assert places == [(0,), (1,), (2,), (3,)]


def test_two_albums_of_one_name_are_refused_and_nothing_is_written(catalogue: Catalogue) -> None:
    catalogue.save_album(Album("a"))
    other = catalogue.save_album(Album("b"))
    with pytest.raises(StoreFailed):
        catalogue.save_album(Album("a"))
    with pytest.raises(StoreFailed):
        catalogue.rename_album(other, "a")
    assert names(catalogue) == "ab"


def test_a_row_that_makes_no_sense_is_passed_over(catalogue: Catalogue, caplog: pytest.LogCaptureFixture) -> None:
    catalogue.save_album(Album("a"))
    for number, question in enumerate(("", "[]", '{"order":"of a later version"}', b"\xff")):
        catalogue.connection.execute("INSERT INTO albums VALUES (NULL, ?, 5, ?, 0)", (f"odd {number}", question))
    with caplog.at_level(logging.WARNING):
        assert names(catalogue) == "a"
    assert len(caplog.records) == 4

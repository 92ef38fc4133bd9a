import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from photofind.core.photo import Facts
from photofind.store.catalogue import Catalogue, FileStat, ReadPicture
from photofind.store.catalogue_reader import CatalogueReader
from photofind.store.id_columns import id_array, id_list

SEASIDE = Facts(keywords=("sea",))
QUERY = "SELECT n AS id FROM numbers ORDER BY place DESC"


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as opened:
        opened.execute("CREATE TABLE numbers (place INTEGER PRIMARY KEY, n INTEGER)")
        yield opened


@pytest.mark.parametrize("count", [0, 1, 30_000])
def test_a_column_comes_whole_and_in_the_order_of_the_query(connection: sqlite3.Connection, count: int) -> None:
    numbers = np.random.default_rng(0).integers(0, 2**40, count)
    connection.executemany("INSERT INTO numbers (n) VALUES (?)", [(int(n),) for n in numbers])
    assert id_list(connection, QUERY).tolist() == numbers[::-1].tolist()
    assert np.array_equal(id_array(connection, QUERY), numbers[::-1])
    assert id_array(connection, "SELECT n AS id FROM numbers WHERE n < ?", (-1,)).dtype == np.int64


def test_photos_that_are_gone_or_untagged_are_not_among_the_ids(tmp_path: Path) -> None:
    with (
        closing(Catalogue(tmp_path / "catalogue.db")) as catalogue,
        closing(CatalogueReader(tmp_path / "catalogue.db")) as reader,
    ):
        folder_id = catalogue.watch_folder("/photos")
        ids = []
        for number in range(4):
            photo_id, _ = catalogue.add_file(folder_id, "/photos", FileStat(f"{number}.jpg", 9, 9))
            catalogue.record_read(photo_id, ReadPicture(bytes([number] * 16), 9, 9, "JPEG", 4, 3, 0, SEASIDE))
            ids.append(photo_id)
        catalogue.mark_encoded("key", [(photo_id, bytes(16)) for photo_id in ids[:3]])
        catalogue.edit_tags(ids[1], [], ["sea"])
        catalogue.mark_gone([ids[0]])
        assert reader.searchable_ids("key").tolist() == ids[1:3]
        assert reader.encoded_ids("key").tolist() == ids[:3]
        assert reader.tagged_ids("sea").tolist() == [ids[0], ids[2], ids[3]]

"""What can be read of a damaged catalogue is kept, with its ids; and what is kept twice is compared."""

import random
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from photofind.core.album import Album
from photofind.core.photo import Facts
from photofind.store.catalogue import Catalogue, FileStat, ReadPicture
from photofind.store.catalogue_examination import counts_differ, damage, missing_objects, strays, words_out_of_step
from photofind.store.catalogue_salvage import salvage

PHOTOS = 1500


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "catalogue.db"
    with closing(Catalogue(path)) as catalogue, catalogue.transaction():
        folder = catalogue.watch_folder("/photos")
        for number in range(PHOTOS):
            photo_id, _ = catalogue.add_file(folder, f"/photos/{number % 30}", FileStat(f"{number}.jpg", number, number))
            content = number.to_bytes(16, "big")
            catalogue.record_read(photo_id, ReadPicture(content, number, number, "JPEG", 4, 3, 0, Facts(keywords=("k",))))
            catalogue.mark_encoded("one", [(photo_id, content)])
            catalogue.edit_tags(photo_id, [f"tag {number}"], [])
        catalogue.save_album(Album("beach"))
        catalogue.set_meta("encoder", "palette")
    return path


def test_a_whole_catalogue_comes_through_unchanged(whole: Path, tmp_path: Path) -> None:
    fresh = tmp_path / "fresh.db"
    done = salvage(whole, fresh, 0, [])
    assert (done.photos, done.lost_photos, done.doubtful, done.knows_albums) == (PHOTOS, 0, set(), True)
    with closing(sqlite3.connect(whole)) as old, closing(sqlite3.connect(fresh)) as new:
        tables = ("meta", "folders", "photos", "facts", "tags", "encoded", "words", "albums", "folder_counts", "encoder_counts")
        for table in tables:
            query = f"SELECT * FROM {table}"
            assert sorted(new.execute(query).fetchall(), key=repr) == sorted(old.execute(query).fetchall(), key=repr), table
        assert damage(new) == [] and not missing_objects(new) and not strays(new)
        assert not counts_differ(new) and words_out_of_step(new) == ([], [])


@pytest.mark.parametrize("seed", range(8))
def test_whatever_pages_are_lost_the_rest_is_kept_and_the_new_one_is_sound(
    seed: int, whole: Path, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    content = bytearray(whole.read_bytes())
    with closing(sqlite3.connect(whole)) as old:
        known = dict(old.execute("SELECT id, name FROM photos"))
        (size,) = old.execute("PRAGMA page_size").fetchone()
    for _ in range(3):
        page = chance.randrange(1, len(content) // size)  # but for the first, without which nothing can be read
        content[page * size : (page + 1) * size] = chance.choice([bytes(size), chance.randbytes(size)])
    broken, fresh = tmp_path / "broken.db", tmp_path / "fresh.db"
    broken.write_bytes(content)
    done = salvage(broken, fresh, PHOTOS, ["one"])
    with closing(sqlite3.connect(fresh)) as new:
        kept = dict(new.execute("SELECT id, name FROM photos"))
        wrong = [photo_id for photo_id, name in kept.items() if known.get(photo_id) != name]
        assert wrong == [] and len(kept) == done.photos
        assert len(kept) + done.lost_photos >= PHOTOS
        assert damage(new) == [] and not missing_objects(new) and not strays(new)
        assert not counts_differ(new) and words_out_of_step(new) == ([], [])
        assert new.execute("SELECT seq FROM sqlite_sequence WHERE name = 'photos'").fetchone()[0] >= PHOTOS
        edits = new.execute("SELECT count(*) FROM tags WHERE origin = 'added' AND tag != 'tag ' || (photo_id - 1)").fetchone()
        assert edits[0] == 0


def test_ids_begin_after_those_that_other_stores_know(tmp_path: Path) -> None:
    salvage(None, tmp_path / "fresh.db", 4711, [])
    with closing(Catalogue(tmp_path / "fresh.db")) as catalogue:
        folder = catalogue.watch_folder("/photos")
        assert catalogue.add_file(folder, "/photos", FileStat("a.jpg", 1, 1))[0] == 4712

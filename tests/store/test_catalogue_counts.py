import random
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from photofind.core.errors import StoreFailed
from photofind.core.photo import Counts, Facts, FolderState
from photofind.store.catalogue import Catalogue, FileStat, ReadPicture
from photofind.store.catalogue_reader import CatalogueReader

KEYS = ("one", "other")

SLOWLY = """
    SELECT count(*), count(p.problem), coalesce(sum(p.problem IS NULL AND p.to_read = 1), 0),
        coalesce(sum(p.problem IS NULL AND (p.to_read = 1 OR e.content_hash IS NULL OR e.content_hash != p.content_hash)), 0)
    FROM photos p LEFT JOIN encoded e ON e.encoder_key = ? AND e.photo_id = p.id
    JOIN folders d ON d.id = p.folder_id AND d.offline <= ? WHERE p.gone_s IS NULL
"""


@pytest.fixture
def catalogue(tmp_path: Path) -> Iterator[Catalogue]:
    with closing(Catalogue(tmp_path / "catalogue.db")) as catalogue:
        yield catalogue


def read(catalogue: Catalogue, photo_id: int, content: bytes) -> None:
    catalogue.record_read(photo_id, ReadPicture(content, 1, 1, "JPEG", 4, 3, 0, Facts()))


def assert_counts_are_right(catalogue: Catalogue) -> None:
    reader = CatalogueReader(catalogue.connection)
    for key in KEYS:
        photos, problems, _, waiting = catalogue.connection.execute(SLOWLY, (key, 1)).fetchone()
        there, problems_there, unread_there, waiting_there = catalogue.connection.execute(SLOWLY, (key, 0)).fetchone()
        away = photos - problems - (there - problems_there)
        assert reader.counts(key) == Counts(photos, photos - waiting - problems, waiting, problems, away, 0)
        assert (reader.reachable_unread(), reader.reachable_waiting(key)) == (unread_there, waiting_there)
        assert len(reader.waiting(key, 0, 1000)) == waiting_there
        assert len(reader.unread(0, 1000)) == unread_there
    in_folders = catalogue.connection.execute(
        "SELECT (SELECT count(*) FROM photos WHERE folder_id = d.id AND gone_s IS NULL) FROM folders d"
        " WHERE watched = 1 ORDER BY id"
    )
    assert [state.photos for state in reader.folder_states()] == [count for (count,) in in_folders]


def random_step(catalogue: Catalogue, chance: random.Random, number: int) -> None:
    ids = [row[0] for row in catalogue.connection.execute("SELECT id FROM photos")]
    folders = [catalogue.watch_folder(path) for path in ("/a", "/b", "/a/below")]
    photo_id, content = chance.choice(ids), bytes([chance.randrange(4)])
    steps: list[Callable[[], object]] = [
        lambda: catalogue.add_file(chance.choice(folders), "/a/below", FileStat(f"{number}.jpg", 1, 1)),
        lambda: read(catalogue, photo_id, content),
        lambda: catalogue.mark_encoded(chance.choice(KEYS), [(photo_id, content), (chance.choice(ids), content)]),
        lambda: catalogue.forget_encoded(chance.choice(KEYS), [photo_id]),
        lambda: catalogue.record_problem(photo_id, "It is no picture."),
        lambda: catalogue.note_changed(photo_id, FileStat("x", 2, 2)),
        lambda: catalogue.mark_gone([photo_id]),
        lambda: catalogue.move_file(photo_id, chance.choice(folders), f"/b/{number}.jpg"),
        lambda: catalogue.drop_placeholder(ids[-1]) if len(ids) > 9 else None,
        lambda: (read(catalogue, photo_id, content), catalogue.copy_read(photo_id, chance.choice(ids))),
        lambda: catalogue.forget_thumbnails([photo_id]),
        lambda: catalogue.set_offline(chance.choice(folders), chance.random() < 0.5),
        lambda: catalogue.unwatch_folder("/b"),
        lambda: catalogue.watch_folder("/a", absorb=["/a/below"]),
    ]
    chance.choice(steps)()


def test_counts_are_those_of_the_rows_whatever_happens(catalogue: Catalogue) -> None:
    chance = random.Random(3)
    for number in range(9):
        catalogue.add_file(catalogue.watch_folder("/a"), "/a", FileStat(f"first {number}.jpg", 1, 1))
    for number in range(400):
        try:
            with catalogue.transaction():
                random_step(catalogue, chance, number)
                if number % 10 == 9:
                    raise ZeroDivisionError
        except ZeroDivisionError:  # nothing of it was written
            pass
        assert_counts_are_right(catalogue)


def test_a_library_of_an_older_program_is_counted_when_it_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "catalogue.db"
    with closing(Catalogue(path)) as catalogue:
        for number in range(3):
            catalogue.add_file(catalogue.watch_folder("/a"), "/a", FileStat(f"{number}.jpg", 1, 1))
        read(catalogue, 1, b"1")
        catalogue.mark_encoded("one", [(1, b"1")])
        for name, kind in catalogue.connection.execute(
            "SELECT name, type FROM sqlite_master WHERE type = 'trigger'"
        ).fetchall():
            catalogue.connection.execute(f"DROP {kind} {name}")
        for what in ("TABLE folder_counts", "TABLE encoder_counts", "INDEX photos_to_read"):
            catalogue.connection.execute(f"DROP {what}")
    with pytest.raises(StoreFailed, match="open its window once"):
        CatalogueReader(path)
    with closing(Catalogue(path)) as catalogue:
        assert_counts_are_right(catalogue)
        assert CatalogueReader(catalogue.connection).folder_states() == (FolderState("/a", 3),)

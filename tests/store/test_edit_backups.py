"""Backups of what the user said: written whole, found damaged, and kept for as long as promised."""

import gzip
import stat
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from photofind.core.album import LONGEST_NAME, LONGEST_TEXT, MOST_PHOTOS, Album
from photofind.core.errors import StoreFailed
from photofind.store.edit_backup import content_lines, digest_of_backup, read_backup, write_backup
from photofind.store.edit_backups import EditBackups, superfluous
from photofind.store.user_edits import PhotoEdits, merged

PHOTO = PhotoEdits(b"\1" * 16, "/photos", "2020/oma.jpg", 4, ("Oma", "Wien"), ("blurred",))

texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",)), max_size=20)
names = st.binary(min_size=1, max_size=20).map(lambda name: name.decode("utf-8", "surrogateescape"))
edits = st.builds(
    PhotoEdits,
    content_hash=st.binary(min_size=16, max_size=16),
    folder=names,
    relative_path=names,
    rating=st.none() | st.integers(0, 5),
    added=st.lists(texts, max_size=3).map(tuple),
    removed=st.lists(texts, max_size=3).map(tuple),
    overwrite=st.booleans(),
)
contents = st.lists(st.binary(min_size=16, max_size=16), max_size=2).map(tuple)
albums = st.builds(Album, name=st.sampled_from(["Oma", "海边"]), text=names, liked=contents)


def write(path: Path, *photos: PhotoEdits) -> Path:
    write_backup(path, content_lines(["/photos"], {"theme": "dark"}, photos), program="1", made_s=7)
    return path


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(photos=st.lists(edits, max_size=5), folders=st.lists(names, max_size=3), albums=st.lists(albums, max_size=3))
def test_a_backup_is_read_as_it_was_written(
    tmp_path: Path, photos: list[PhotoEdits], folders: list[str], albums: list[Album]
) -> None:
    path = tmp_path / "any.edits"
    digest = write_backup(path, content_lines(folders, {"speed": "full"}, photos, albums), program="0.1", made_s=12)
    backup = read_backup(path)
    assert (list(backup.photos), list(backup.folders), dict(backup.settings)) == (photos, folders, {"speed": "full"})
    assert (list(backup.albums), backup.head.albums) == (albums, len(albums))
    assert (backup.head.made_s, backup.head.program, backup.head.digest) == (12, "0.1", digest)
    assert digest_of_backup(path) == digest


def test_a_backup_is_private_and_leaves_nothing_else(tmp_path: Path) -> None:
    path = write(tmp_path / "backups" / "a.edits", PHOTO)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [entry.name for entry in path.parent.iterdir()] == ["a.edits"]


def test_a_backup_that_is_cut_or_changed_anywhere_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.edits", PHOTO)
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        with pytest.raises(StoreFailed, match="damaged"):
            read_backup(path)
    plain = gzip.decompress(whole)
    for damaged in (plain.replace(b"Oma", b"Opa"), plain.replace(b'{"folder":"/photos"}\n', b""), b"{}\n", b"x", b"[]\n"):
        path.write_bytes(gzip.compress(damaged))
        with pytest.raises(StoreFailed, match="damaged"):
            read_backup(path)
    path.write_bytes(gzip.compress(plain.replace(b'"version":1', b'"version":2')))
    with pytest.raises(StoreFailed, match="newer photofind"):
        read_backup(path)


def test_what_a_later_version_adds_is_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "a.edits"
    lines = [*content_lines(["/photos"], {}, [PHOTO], [Album("a")]), b'{"search":"dogs","caption":"new"}\n']
    lines.append(b'{"album":"b","question":{"order":"of a later version"},"created_s":0}\n')
    write_backup(path, lines, program="9", made_s=7)
    assert (read_backup(path).photos, read_backup(path).albums) == ((PHOTO,), (Album("a"),))


def test_the_longest_album_fits_into_a_backup(tmp_path: Path) -> None:
    hashes = tuple(number.to_bytes(16, "big") for number in range(MOST_PHOTOS))
    album = Album("x" * LONGEST_NAME, "\udcff" * LONGEST_TEXT, hashes, (1 / 3,) * MOST_PHOTOS, hashes, hashes)
    path = tmp_path / "a.edits"
    write_backup(path, content_lines((), {}, (), [album]), program="1", made_s=7)
    assert read_backup(path).albums == (album,)


def test_the_same_content_is_kept_once_and_a_damaged_newest_one_counts_for_nothing(tmp_path: Path) -> None:
    now = [1_700_000_000.0]
    backups = EditBackups(tmp_path, lambda: now[0])
    first = backups.add(lambda: content_lines((), {}, [PHOTO]), "1")
    now[0] += 86_400
    assert first is not None
    assert backups.add(lambda: content_lines((), {}, [PHOTO]), "1") is None
    second = backups.add(lambda: content_lines((), {}, []), "1")
    assert second is not None
    second.write_bytes(b"torn")
    assert backups.newest() == read_backup(first)
    assert backups.heads() == ([read_backup(first).head], [second])
    third = backups.add(lambda: content_lines((), {}, []), "1")  # of the same second as the torn one
    assert third is not None and backups.paths() == [third, second, first]


def test_a_year_of_daily_backups_keeps_seven_days_four_weeks_and_twelve_months(tmp_path: Path) -> None:
    now = [time.mktime((2025, 1, 1, 18, 0, 0, 0, 0, -1))]
    backups = EditBackups(tmp_path, lambda: now[0])
    for day in range(400):
        one = PhotoEdits(b"\1" * 16, "/p", "a.jpg", None, (str(day),))
        backups.add(lambda one=one: content_lines((), {}, [one]), "1")
        now[0] += 86_400
    made = [time.strptime(path.stem, "%Y-%m-%d_%H%M%S") for path in backups.paths()]
    days = [(one.tm_year, one.tm_yday) for one in made]
    assert len(days) == len(set(days)) <= 7 + 4 + 12
    newest = time.localtime(now[0] - 86_400)
    assert days[0] == (newest.tm_year, newest.tm_yday)
    assert len({(one.tm_year, one.tm_mon) for one in made}) == 12
    ages = [(time.mktime(made[0]) - time.mktime(one)) / 86_400 for one in made]
    assert [round(age) for age in ages[:7]] == list(range(7))
    assert sum(age < 28 for age in ages) >= 9


def test_many_backups_of_one_day_keep_the_newest_five_and_those_of_other_days(tmp_path: Path) -> None:
    names = ["2026-03-01_100000", *(f"2026-03-02_{hour:02}0000" for hour in range(12))]
    paths = [tmp_path / f"{name}.edits" for name in names]
    kept = set(paths) - set(superfluous(paths))
    assert kept == {paths[0], *paths[-5:]}


@given(there=edits, restored=edits)
def test_what_the_library_says_stays_and_merging_twice_changes_nothing_more(
    there: PhotoEdits, restored: PhotoEdits
) -> None:
    once = merged(there, restored)
    assert merged(once, restored) == once
    if restored.overwrite:
        assert (once.rating, once.added, once.removed) == (restored.rating, restored.added, restored.removed)
    else:
        assert once.rating == (there.rating if there.rating is not None else restored.rating)
        assert set(there.added) <= set(once.added) and set(there.removed) <= set(once.removed)
        assert set(once.added) - set(there.added) <= set(restored.added) - set(there.removed)

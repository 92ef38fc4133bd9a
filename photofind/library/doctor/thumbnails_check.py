"""The thumbnails: is their file sound, and has each photo its own?"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from photofind.library.doctor.ward import Diagnosis, Ward, broken, fine, note
from photofind.library.librarian import Desk
from photofind.store.sqlite_errors import is_damage
from photofind.store.sqlite_reading import connect_for_reading

_LOOKED_INTO = 1000
_NO_MEANING = "The photos themselves are untouched; the grid shows grey places until their thumbnails are made again."


@dataclass(frozen=True, slots=True)
class _Seen:
    ids: set[int]
    no_pictures: list[int]


def check(ward: Ward) -> Iterator[Diagnosis]:
    with ward.catalogue() as catalogue:
        believed = {row[0] for row in catalogue.execute("SELECT id FROM photos WHERE has_thumbnail = 1")}
        known = {row[0] for row in catalogue.execute("SELECT id FROM photos")}
    write = ward.write
    if not ward.paths.thumbnails.exists():
        seen, trouble = _Seen(set(), []), ""
    else:
        seen, trouble = _look(ward)
    if trouble:

        def begin_anew(desk: Desk) -> None:
            desk.thumbnails.begin_anew("found damaged by the doctor")
            _read_again(desk, believed)

        def make_again() -> str:
            assert write is not None
            write(begin_anew)
            return f"The damaged file was set aside, and {_number(len(believed))} made again."

        yield broken(
            "thumbnails",
            "thumbnails-damaged",
            f"The thumbnails' file is damaged ({trouble}).",
            _NO_MEANING,
            mend=make_again if write is not None else None,
        )
        return
    lost = sorted(believed - seen.ids | believed & set(seen.no_pictures))
    if lost:

        def mend_lost() -> str:
            assert write is not None
            write(lambda desk: _read_again(desk, lost))
            return f"{_number(len(lost))} made again."

        yield broken(
            "thumbnails",
            "thumbnails-missing",
            f"{_number(len(lost))} missing or no pictures.",
            _NO_MEANING,
            mend=mend_lost if write is not None else None,
        )
    orphans = sorted(seen.ids - known)
    if orphans:

        def drop() -> str:
            assert write is not None
            write(lambda desk: desk.thumbnails.remove(orphans))
            return f"{_number(len(orphans))} dropped."

        yield note(
            "thumbnails",
            "thumbnails-orphaned",
            f"{_number(len(orphans))} of photos that nobody knows any more.",
            "They only take room.",
            mend=drop if write is not None else None,
        )
    if not lost and not orphans:
        yield fine("thumbnails", f"Each of {len(believed):,} photos has its thumbnail.")


def _look(ward: Ward) -> tuple[_Seen, str]:
    """What is there, and what SQLite finds wrong with it."""
    try:
        with closing(connect_for_reading(ward.paths.thumbnails)) as thumbnails:
            thumbnails.execute("BEGIN")
            trouble = [text for (text,) in thumbnails.execute("PRAGMA quick_check(3)") if text != "ok"]
            if trouble:
                return _Seen(set(), []), str(trouble[0])
            ids = [row[0] for row in thumbnails.execute("SELECT photo_id FROM thumbnails ORDER BY photo_id")]
            some = ids[:: max(1, len(ids) // _LOOKED_INTO)]
            no_pictures = [photo_id for photo_id in some if not _is_jpeg(thumbnails, photo_id)]
            return _Seen(set(ids), no_pictures), ""
    except sqlite3.DatabaseError as error:
        if not is_damage(error):
            raise
        return _Seen(set(), []), str(error)


def _is_jpeg(thumbnails: sqlite3.Connection, photo_id: int) -> bool:
    (jpeg,) = thumbnails.execute("SELECT jpeg FROM thumbnails WHERE photo_id = ?", (photo_id,)).fetchone()
    return isinstance(jpeg, bytes) and jpeg.startswith(b"\xff\xd8") and jpeg.rstrip(b"\0").endswith(b"\xff\xd9")


def _read_again(desk: Desk, ids: "set[int] | list[int]") -> None:
    desk.catalogue.forget_thumbnails(ids)
    desk.note_membership()
    desk.note_work()


def _number(count: int) -> str:
    return "1 thumbnail is" if count == 1 else f"{count:,} thumbnails are"

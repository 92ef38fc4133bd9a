"""The catalogue's file: is it there, can it be read, is it sound?"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

from photofind.library.albums import restore_albums
from photofind.library.doctor.catalogue_repair import rebuild
from photofind.library.doctor.ward import CLOSE_THE_WINDOW, Diagnosis, Ward, broken, fine
from photofind.library.librarian import Desk
from photofind.library.scan import rules_of
from photofind.store.catalogue import Catalogue
from photofind.store.catalogue_counts import count_anew
from photofind.store.catalogue_examination import (
    damage,
    is_newer,
    is_of_indexes_only,
    missing_objects,
    version_of,
)
from photofind.store.edit_backups import EditBackups
from photofind.store.sqlite_errors import is_damage
from photofind.store.sqlite_reading import connect_for_reading

_MEANING = "The photos themselves are untouched. What photofind knows of them, and your tags and ratings, are at risk."


def check(ward: Ward) -> Iterator[Diagnosis]:
    path = ward.paths.catalogue
    if not path.exists():
        yield _damaged(ward, "catalogue-missing", "The catalogue is not there, though other parts of the library are.")
        return
    try:
        with closing(connect_for_reading(path)) as connection:
            version = version_of(connection)
            if is_newer(version):
                yield broken(
                    "catalogue",
                    "catalogue-newer",
                    "The catalogue was made by a newer photofind.",
                    "This one cannot open it; nothing is lost.",
                    "Update photofind.",
                )
                return
            troubles = damage(connection)
            missing = missing_objects(connection) if not troubles else {}
            photos = connection.execute("SELECT count(*) FROM photos").fetchone()[0] if not troubles and not missing else 0
    except sqlite3.DatabaseError as error:
        if is_damage(error):
            yield _damaged(ward, "catalogue-damaged", f"The catalogue cannot be read ({error}).")
        else:
            yield broken(
                "catalogue", "catalogue-closed", f"The catalogue cannot be opened ({error}).",
                "Nothing says that it is damaged.", f"Look at the rights of the files in {path.parent}, and at its disk.",
            )  # fmt: skip
        return
    if troubles and is_of_indexes_only(troubles):
        yield _indexes(ward, troubles[0])
    elif troubles:
        yield _damaged(ward, "catalogue-damaged", f"The catalogue is damaged ({troubles[0]}).")
    elif version == 0:
        yield _damaged(ward, "catalogue-missing", "The catalogue is empty, though other parts of the library are there.")
    elif missing:
        yield _incomplete(ward, missing)
    else:
        yield fine("catalogue", f"The catalogue is sound: it knows {photos:,} photos.")


def _damaged(ward: Ward, code: str, sentence: str) -> Diagnosis:
    lend = ward.librarian
    if lend is not None and ward.is_alone:
        rules = rules_of(ward.settings)
        return broken("catalogue", code, sentence, _MEANING, mend=lambda: rebuild(ward.paths, rules, lend))
    return broken("catalogue", code, sentence, _MEANING, CLOSE_THE_WINDOW)


def _incomplete(ward: Ward, missing: dict[str, str]) -> Diagnosis:
    names = ", ".join(list(missing)[:5]) or "all"
    sentence = f"Parts of the catalogue are missing ({names})."

    def make(desk: Desk) -> None:
        connection = desk.catalogue.connection
        for name, sql in missing.items():
            if connection.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (name,)).fetchone() is None:
                connection.execute(sql)
        count_anew(connection)
        if "albums" in missing and (backup := EditBackups(ward.paths.catalogue_backups).newest()) is not None:
            restore_albums(desk, backup.albums, overwrite=False)

    if ward.write is None:
        return broken("catalogue", "catalogue-incomplete", sentence, _MEANING, CLOSE_THE_WINDOW)

    def mend() -> str:
        assert ward.write is not None
        if ward.is_alone:
            with closing(Catalogue(ward.paths.catalogue)):  # which brings one of an older photofind up to date
                pass
        ward.write(make)
        return "They were made again."

    return broken("catalogue", "catalogue-incomplete", sentence, _MEANING, mend=mend)


def _indexes(ward: Ward, trouble: str) -> Diagnosis:
    def make_anew(desk: Desk) -> None:
        desk.catalogue.connection.execute("REINDEX")

    return broken(
        "catalogue",
        "catalogue-indexes",
        f"Indexes of the catalogue are damaged ({trouble}).",
        "Photos may be missing from lists and answers.",
        mend=ward.mending(make_anew, "They were made again."),
    )

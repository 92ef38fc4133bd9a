"""What the catalogue keeps twice: rows that belong together, counts, and the words that literal search finds."""

import os
import sqlite3
from collections.abc import Iterator, Sequence
from functools import partial

from photofind.library.doctor.ward import Diagnosis, Ward, broken, fine
from photofind.library.folders import watched_folder
from photofind.library.librarian import Desk, Librarian
from photofind.store.catalogue_counts import count_anew
from photofind.store.catalogue_examination import counts_differ, fts_trouble, strays, words_out_of_step

_IDS_AT_ONCE = 2000


def check(ward: Ward) -> Iterator[Diagnosis]:
    found = [*_rows(ward), *_counts(ward), *_words(ward)]
    yield from found
    if not found:
        yield fine("index", "Rows, counts and words of the catalogue agree with each other.")


def _rows(ward: Ward) -> Iterator[Diagnosis]:
    with ward.catalogue() as catalogue:
        stray = strays(catalogue)
    if stray:
        tables = ", ".join(f"{count:,} in {table}" for table, count in sorted(stray.items()))
        yield broken(
            "index",
            "rows-stray",
            f"Rows of the catalogue belong to a photo or folder that is not there: {tables}.",
            "Photos may be missing from the list of folders, and tags may belong to nothing.",
            mend=ward.mending(
                _adopt_strays, "Photos were given a folder again, and rows of photos that are not there were dropped."
            ),
        )


def _counts(ward: Ward) -> Iterator[Diagnosis]:
    with ward.catalogue() as catalogue:
        is_wrong = counts_differ(catalogue)
    if is_wrong:
        yield broken(
            "index",
            "counts-wrong",
            "The counts of photos in the catalogue are wrong.",
            "Indexing may believe that it is done when it is not, or never be done.",
            mend=ward.mending(_count, "They were counted anew."),
        )


def _words(ward: Ward) -> Iterator[Diagnosis]:
    write = ward.write
    with ward.catalogue() as catalogue:
        try:
            wrong, strangers = words_out_of_step(catalogue)
            trouble = ""
        except sqlite3.DatabaseError as error:
            wrong, strangers, trouble = [], [], str(error)
    if not trouble and not wrong and write is not None:
        trouble = fts_trouble(ward.paths.catalogue)

    def make_anew() -> str:
        assert ward.librarian is not None
        with ward.librarian() as librarian:
            return make_words_anew(librarian)

    def mend_some() -> str:
        assert write is not None
        write(lambda desk: _mend_words(desk, wrong, strangers))
        return f"The words of {len(wrong) + len(strangers):,} photos were indexed anew."

    if trouble or wrong or strangers:
        yield broken(
            "index",
            "words-wrong",
            f"The index of words cannot be trusted ({trouble})."
            if trouble
            else f"The index of words is out of step for {len(wrong) + len(strangers):,} photos.",
            "Searching for names, tags and places may miss photos; searching by meaning does not.",
            mend=None if write is None else make_anew if trouble else mend_some,
        )


def make_words_anew(librarian: Librarian) -> str:
    """The index of words, from the photos' rows, in small jobs. Returns what was done. Raises StoreFailed, NoRoom."""
    ids = librarian.submit(_begin_words_anew).result()
    for start in range(0, len(ids), _IDS_AT_ONCE):
        librarian.submit(partial(_index_words, ids=ids[start : start + _IDS_AT_ONCE])).result()
    return f"The words of {len(ids):,} photos were indexed anew."


# Jobs of the librarian


def _adopt_strays(desk: Desk) -> None:
    """A photo without a folder gets the watched one that it lies in, or one that is not watched, so that it is gone."""
    connection = desk.catalogue.connection
    folders = desk.reader.folders()
    rows = connection.execute("SELECT id, directory FROM photos WHERE folder_id NOT IN (SELECT id FROM folders)").fetchall()
    gone = []
    for photo_id, directory in rows:
        folder = watched_folder(folders, os.fsdecode(directory))
        if folder is None:
            connection.execute("INSERT OR IGNORE INTO folders (path, watched) VALUES (?, 0)", (directory,))
            gone.append(photo_id)
        connection.execute(
            "UPDATE photos SET folder_id = (SELECT id FROM folders WHERE path = ?) WHERE id = ?",
            (directory if folder is None else os.fsencode(folder.path), photo_id),
        )
    desk.catalogue.mark_gone(gone)
    for table in ("facts", "tags", "encoded"):
        connection.execute(f"DELETE FROM {table} WHERE photo_id NOT IN (SELECT id FROM photos)")
    desk.note_membership()


def _count(desk: Desk) -> None:
    count_anew(desk.catalogue.connection)
    desk.note_counts()
    desk.note_work()


def _begin_words_anew(desk: Desk) -> list[int]:
    """Drop the index, which may be too damaged to be emptied. Returns the photos that have words."""
    connection = desk.catalogue.connection
    sql = connection.execute("SELECT sql FROM sqlite_master WHERE name = 'words'").fetchone()[0]
    connection.execute("DROP TABLE words")
    connection.execute(sql)
    return [row[0] for row in connection.execute("SELECT id FROM photos WHERE content_hash IS NOT NULL ORDER BY id")]


def _index_words(desk: Desk, ids: Sequence[int]) -> None:
    desk.catalogue.index_words_of(ids)


def _mend_words(desk: Desk, wrong: Sequence[int], strangers: Sequence[int]) -> None:
    desk.catalogue.connection.executemany("DELETE FROM words WHERE rowid = ?", [(photo_id,) for photo_id in strangers])
    desk.catalogue.index_words_of(wrong)
    desk.note_membership()

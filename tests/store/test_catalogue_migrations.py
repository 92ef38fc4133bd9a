"""Catalogues that older versions made are opened and keep everything, whenever the program was killed meanwhile."""

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from photofind.core.album import Album
from photofind.core.errors import StoreFailed
from photofind.store.catalogue import Catalogue
from photofind.store.catalogue_damage import damage_of
from photofind.store.catalogue_examination import missing_objects
from photofind.store.catalogue_reader import CatalogueReader
from photofind.store.catalogue_schema import SCHEMA_VERSION

VERSIONS = {version: Path(__file__).with_name(f"version_{version}.sql") for version in range(1, SCHEMA_VERSION)}
_ENDED_AT_A_STATEMENT = """
import os, pathlib, signal, sqlite3, sys
from photofind.store.catalogue import Catalogue

path, fatal = pathlib.Path(sys.argv[1]), int(sys.argv[2])
connect = sqlite3.connect

def traced(*arguments, **options):
    connection = connect(*arguments, **options)
    seen = 0
    def note(statement):
        global seen
        if not statement.startswith("--"):
            seen += 1
            if seen == fatal:
                os.kill(os.getpid(), signal.SIGKILL)
    connection.set_trace_callback(note)
    return connection

seen = 0
sqlite3.connect = traced
Catalogue(path).close()
"""


@pytest.fixture(params=VERSIONS)
def version(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture
def catalogue_path(tmp_path: Path, version: int) -> Path:
    """A catalogue of that version."""
    path = tmp_path / "catalogue.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(VERSIONS[version].read_text(encoding="utf-8"))
    return path


def _rows(path: Path) -> dict[str, list[Any]]:
    """All that is in a catalogue, but for what a later version added."""
    with closing(sqlite3.connect(path)) as connection:
        tables = [
            name
            for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            if not name.startswith("words_") and name != "albums"
        ]
        rows = {table: connection.execute(f"SELECT * FROM {table}").fetchall() for table in tables}
        rows["encoded"] = connection.execute(
            "SELECT encoder_key, photo_id, content_hash, stored FROM encoded"
        ).fetchall()
        return rows


def _shape(connection: sqlite3.Connection) -> dict[str, list[Any]]:
    tables = [row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    indexes = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'index'")
    return {
        **{table: sorted(connection.execute(f"PRAGMA table_info({table})").fetchall()) for table in tables},
        "indexes": sorted((name, " ".join((sql or "").split())) for name, sql in indexes),
    }


def test_an_older_catalogue_keeps_everything(catalogue_path: Path, version: int) -> None:
    before = _rows(catalogue_path)
    assert before["photos"] and before["tags"] and before["encoded"] and before["words"]
    with closing(Catalogue(catalogue_path)) as catalogue:
        reader = CatalogueReader(catalogue.connection)
        assert (reader.tags(1), reader.rows([1])[0].rating) == (["holiday"], 5)
        assert reader.encoded_content("palette-1", 1) == bytes(16)
        assert reader.encoded_input("palette-1", 1) == (None if version == 1 else b"\xab" * 16)
        assert reader.albums() == []
        assert reader.known_values().years == ("2019",)
        assert list(reader.literal_hits("holiday")) == [1]
        assert reader.reachable_waiting("palette-1") == 1
    assert _rows(catalogue_path) == before
    with closing(CatalogueReader(catalogue_path)) as reader, closing(Catalogue(catalogue_path)) as catalogue:
        assert reader.tags(1) == ["holiday"]
        catalogue.save_album(Album("first"))
        assert [album.name for album in reader.albums()] == ["first"]


def test_an_older_catalogue_becomes_what_a_new_one_is(catalogue_path: Path, tmp_path: Path) -> None:
    with closing(Catalogue(catalogue_path)) as old, closing(Catalogue(tmp_path / "new.db")) as new:
        assert _shape(old.connection) == _shape(new.connection)
        for connection in (old.connection, new.connection):
            assert connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
            assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_of_an_older_catalogue_nothing_is_missing_that_came_later_and_nothing_is_damaged(catalogue_path: Path) -> None:
    with closing(sqlite3.connect(catalogue_path)) as connection:
        assert missing_objects(connection) == {}
        connection.execute("DROP INDEX tags_by_tag")
        assert set(missing_objects(connection)) == {"tags_by_tag"}
    assert damage_of(catalogue_path) == ""


def test_killed_at_any_statement_of_the_migration_a_catalogue_opens_the_next_time_with_everything(
    catalogue_path: Path, tmp_path: Path
) -> None:
    before, whole = _rows(catalogue_path), catalogue_path.read_bytes()
    for statement in range(1, 60):
        path = tmp_path / f"{statement}.db"
        path.write_bytes(whole)
        ended = subprocess.run([sys.executable, "-c", _ENDED_AT_A_STATEMENT, path, str(statement)], check=False)
        with closing(Catalogue(path)) as catalogue:
            assert catalogue.connection.execute("PRAGMA user_version").fetchone() == (SCHEMA_VERSION,)
        assert _rows(path) == before
        if ended.returncode == 0:
            break
        assert ended.returncode == -signal.SIGKILL
    assert statement > 8, "it was killed before, within and after the transaction"


def test_an_older_catalogue_cannot_be_read_before_it_was_opened_for_writing(catalogue_path: Path) -> None:
    with pytest.raises(StoreFailed, match="older photofind"):
        CatalogueReader(catalogue_path)


def test_a_catalogue_of_a_newer_version_is_left_alone(catalogue_path: Path) -> None:
    with closing(sqlite3.connect(catalogue_path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    before = catalogue_path.read_bytes()
    for open_it in (Catalogue, CatalogueReader):
        with pytest.raises(StoreFailed, match="newer photofind"):
            open_it(catalogue_path)
    assert catalogue_path.read_bytes() == before

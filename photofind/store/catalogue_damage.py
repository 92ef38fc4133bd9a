"""Whether the catalogue's file can still be trusted."""

import contextlib
import logging
import sqlite3
from contextlib import closing
from pathlib import Path

from photofind.store.catalogue_migrations import made_since
from photofind.store.catalogue_schema import SCHEMA_VERSION
from photofind.store.sqlite_errors import is_damage

_log = logging.getLogger(__name__)


def note_damage(catalogue: Path) -> None:
    """Somebody met damage in the middle of work: have the whole file looked at when it is opened next. Any thread."""
    _log.error("%s is damaged", catalogue)
    with contextlib.suppress(OSError):
        _mark_of(catalogue).touch(mode=0o600)


def forget_damage(catalogue: Path) -> None:
    """It was mended."""
    with contextlib.suppress(OSError):
        _mark_of(catalogue).unlink(missing_ok=True)


def is_in_doubt(catalogue: Path) -> bool:
    """Whether the last session did not end well, or met damage."""
    log = catalogue.with_name(f"{catalogue.name}-wal")
    return _mark_of(catalogue).exists() or (log.exists() and log.stat().st_size > 0)


def damage_of(catalogue: Path) -> str:
    """What SQLite finds wrong with the file, "" where it is sound or not there. Nobody else has it open for writing.

    After a session that did not end well (its log is still there), or in which damage was met, each page is looked at,
    which takes a second for 100,000 photos; else only whether it is a catalogue at all.
    """
    if not catalogue.exists() or catalogue.stat().st_size == 0:
        return ""
    in_doubt = is_in_doubt(catalogue)
    try:
        with closing(sqlite3.connect(catalogue, timeout=10, isolation_level=None)) as connection:
            tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:  # of a newer photofind, which knows what belongs in it
                return ""
            needed = {"photos", "folders", "tags", "encoded", "meta", "albums"} - made_since(version)
            if version and not needed <= tables:
                return "tables are missing"
            found = connection.execute("PRAGMA quick_check(1)").fetchone()[0] if in_doubt else "ok"
    except sqlite3.Error as error:
        return str(error) if is_damage(error) else ""  # for other reasons it is refused when it is opened
    return "" if found == "ok" else str(found)


def _mark_of(catalogue: Path) -> Path:
    return catalogue.with_name(f"{catalogue.name}.in-doubt")

"""SQLite files that are only read, also where nothing can be written beside them."""

import sqlite3
from pathlib import Path


def connect_for_reading(path: Path, timeout_s: float = 10.0) -> sqlite3.Connection:
    """A connection that cannot write, and works while another process writes. For one thread at a time.

    SQLite makes a file beside a database with a write-ahead log even to read it. Where it cannot (a read-only drive, a
    full disk), the database is read as it lies there, unless its log holds something. Raises sqlite3.Error.
    """
    connection = _connect(path, "mode=ro", timeout_s)
    try:
        connection.execute("PRAGMA user_version").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        if not path.is_file() or has_log(path):
            raise
        return _connect(path, "immutable=1", timeout_s)
    except BaseException:
        connection.close()
        raise
    return connection


def has_log(path: Path) -> bool:
    """Whether what was written last still lies in the write-ahead log, as after a crash."""
    try:
        return path.with_name(f"{path.name}-wal").stat().st_size > 0
    except OSError:
        return False


def _connect(path: Path, how: str, timeout_s: float) -> sqlite3.Connection:
    uri = f"{path.resolve().as_uri()}?{how}"
    return sqlite3.connect(uri, uri=True, timeout=timeout_s, isolation_level=None, check_same_thread=False)

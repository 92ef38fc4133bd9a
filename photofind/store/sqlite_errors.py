"""What SQLite means by an error."""

import sqlite3

_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


def code_of(error: sqlite3.Error) -> int:
    """The result code without its extension (sqlite.org/rescode.html), 0 where the error is not of SQLite itself."""
    return int(getattr(error, "sqlite_errorcode", 0)) & 0xFF


def is_damage(error: sqlite3.Error) -> bool:
    """Whether SQLite complains of what is in the file, rather than of the disk, of rights or of a lock."""
    return code_of(error) in _DAMAGED

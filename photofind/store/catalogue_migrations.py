"""How catalogues that older versions of photofind made become those of this one."""

import sqlite3

# From the version that is the key to the next one. What a step does to a library of any size takes no time to speak of,
# since a window waits for it.
_STEPS = {
    1: ("ALTER TABLE encoded ADD COLUMN input_hash BLOB",),
}


def migrate(connection: sqlite3.Connection, version: int) -> None:
    """Bring the catalogue up to ``version``, each step in one transaction: a crash leaves the catalogue before or after.

    Raises sqlite3.Error; the steps before the one that failed are done.
    """
    while True:
        connection.execute("BEGIN IMMEDIATE")
        try:
            before = connection.execute("PRAGMA user_version").fetchone()[0]
            for statement in _STEPS[before] if before < version else ():
                connection.execute(statement)
            connection.execute(f"PRAGMA user_version = {min(before + 1, version)}")
            connection.execute("COMMIT")
        except BaseException:
            connection.rollback()
            raise
        if before >= version - 1:
            return

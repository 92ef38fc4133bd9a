"""How catalogues that older versions of photofind made become those of this one."""

import re
import sqlite3

# From the version that is the key to the next one. What a step does to a library of any size takes no time to speak of,
# since a window waits for it.
_STEPS = {
    1: ("ALTER TABLE encoded ADD COLUMN input_hash BLOB",),
    2: (
        "CREATE TABLE albums (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, position INTEGER NOT NULL,"
        " question TEXT NOT NULL, created_s INTEGER NOT NULL)",
        # the indexes together: 0.4 s for 100,000 photos
        "CREATE INDEX photos_by_user_rating ON photos (user_rating) WHERE user_rating IS NOT NULL",
        "CREATE INDEX photos_by_format ON photos (format) WHERE gone_s IS NULL AND has_thumbnail = 1",
        "CREATE INDEX facts_by_camera ON facts (camera_make, camera_model)",
        "CREATE INDEX facts_by_lens ON facts (lens) WHERE lens IS NOT NULL",
        "CREATE INDEX facts_by_place ON facts (latitude, longitude) WHERE latitude IS NOT NULL",
        "CREATE INDEX facts_by_rating ON facts (rating) WHERE rating IS NOT NULL",
    ),
}


def made_since(version: int) -> set[str]:
    """Names of the tables and indexes that a catalogue of ``version`` does not have yet."""
    later = " ".join(statement for before, step in _STEPS.items() if before >= version for statement in step)
    return set(re.findall(r"CREATE (?:TABLE|INDEX) (\w+)", later))


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

"""Counts that the catalogue keeps by itself: how many photos each folder holds, and how far each encoder is with them.

Counting 100,000 photos takes 60 ms and more, and progress asks twice a second. So triggers keep the counts, within the
transaction that changes a photo, whoever writes: SQLite itself makes sure that they are never another state's.
"""

import re
import sqlite3

# Within triggers no statement may meet a conflict: the way out of one is that of the statement which fired the trigger
# (sqlite.org/lang_createtrigger.html), which for ``encoded`` is REPLACE. That one deletes without firing delete triggers,
# so the row that it would replace is deleted before.

_ADD_TO_FOLDER = """
    UPDATE folder_counts SET
        photos = photos {sign} 1,
        problems = problems {sign} ({row}.problem IS NOT NULL),
        unread = unread {sign} ({row}.problem IS NULL AND {row}.to_read = 1)
    WHERE folder_id = {row}.folder_id AND {row}.gone_s IS NULL;
"""
_BEGIN_FOLDER = """
    INSERT INTO folder_counts SELECT NEW.folder_id, 0, 0, 0
    WHERE NOT EXISTS (SELECT 1 FROM folder_counts WHERE folder_id = NEW.folder_id);
"""
_ADD_TO_ENCODERS = """
    UPDATE encoder_counts SET done = done {sign} 1
    WHERE folder_id = {row}.folder_id AND {row}.gone_s IS NULL AND {row}.problem IS NULL AND {row}.to_read = 0
    AND encoder_key IN (SELECT encoder_key FROM encoded WHERE photo_id = {row}.id AND content_hash = {row}.content_hash);
"""
_ADD_TO_ENCODER = """
    UPDATE encoder_counts SET done = done {sign} 1
    WHERE encoder_key = {row}.encoder_key AND folder_id = (
        SELECT folder_id FROM photos WHERE id = {row}.photo_id AND content_hash = {row}.content_hash
        AND gone_s IS NULL AND problem IS NULL AND to_read = 0
    );
"""
_BEGIN_ENCODER = """
    INSERT INTO encoder_counts SELECT NEW.encoder_key, p.folder_id, 0 FROM photos p
    WHERE p.id = NEW.photo_id AND NOT EXISTS
    (SELECT 1 FROM encoder_counts WHERE encoder_key = NEW.encoder_key AND folder_id = p.folder_id);
"""

_COUNTED = "folder_id, content_hash, to_read, problem, gone_s"
_CHANGES = """
    (OLD.folder_id, OLD.content_hash, OLD.to_read, OLD.problem IS NULL, OLD.gone_s IS NULL)
    IS NOT (NEW.folder_id, NEW.content_hash, NEW.to_read, NEW.problem IS NULL, NEW.gone_s IS NULL)
"""

_SCRIPT = f"""
CREATE TABLE folder_counts (
    folder_id INTEGER PRIMARY KEY,
    photos INTEGER NOT NULL,                     -- whose file is there
    problems INTEGER NOT NULL,                   -- of these, cannot be read
    unread INTEGER NOT NULL                      -- of these, wait to be read
);
CREATE TABLE encoder_counts (
    encoder_key TEXT NOT NULL,
    folder_id INTEGER NOT NULL,
    done INTEGER NOT NULL,                       -- photos that are read and encoded as they are now
    PRIMARY KEY (encoder_key, folder_id)
) WITHOUT ROWID;
CREATE INDEX photos_to_read ON photos (id) WHERE to_read = 1 AND gone_s IS NULL AND problem IS NULL;

INSERT INTO folder_counts
    SELECT folder_id, count(*), count(problem), sum(problem IS NULL AND to_read = 1)
    FROM photos WHERE gone_s IS NULL GROUP BY folder_id;
INSERT INTO encoder_counts
    SELECT e.encoder_key, p.folder_id, count(*) FROM encoded e JOIN photos p ON p.id = e.photo_id
    WHERE p.gone_s IS NULL AND p.problem IS NULL AND p.to_read = 0 AND p.content_hash = e.content_hash GROUP BY 1, 2;

CREATE TRIGGER photo_comes AFTER INSERT ON photos BEGIN
    {_BEGIN_FOLDER}
    {_ADD_TO_FOLDER.format(sign="+", row="NEW")}
END;
CREATE TRIGGER photo_goes BEFORE DELETE ON photos BEGIN
    DELETE FROM encoded WHERE photo_id = OLD.id;
    {_ADD_TO_FOLDER.format(sign="-", row="OLD")}
END;
CREATE TRIGGER photo_leaves_a_state AFTER UPDATE OF {_COUNTED} ON photos WHEN OLD.gone_s IS NULL AND {_CHANGES} BEGIN
    {_ADD_TO_FOLDER.format(sign="-", row="OLD")}
    {_ADD_TO_ENCODERS.format(sign="-", row="OLD")}
END;
CREATE TRIGGER photo_comes_to_a_state AFTER UPDATE OF {_COUNTED} ON photos WHEN NEW.gone_s IS NULL AND {_CHANGES} BEGIN
    {_BEGIN_FOLDER}
    {_ADD_TO_FOLDER.format(sign="+", row="NEW")}
    INSERT INTO encoder_counts SELECT e.encoder_key, NEW.folder_id, 0 FROM encoded e
        WHERE e.photo_id = NEW.id AND NOT EXISTS
        (SELECT 1 FROM encoder_counts WHERE encoder_key = e.encoder_key AND folder_id = NEW.folder_id);
    {_ADD_TO_ENCODERS.format(sign="+", row="NEW")}
END;
CREATE TRIGGER vector_is_replaced BEFORE INSERT ON encoded BEGIN
    DELETE FROM encoded WHERE encoder_key = NEW.encoder_key AND photo_id = NEW.photo_id;
END;
CREATE TRIGGER vector_comes AFTER INSERT ON encoded BEGIN
    {_BEGIN_ENCODER}
    {_ADD_TO_ENCODER.format(sign="+", row="NEW")}
END;
CREATE TRIGGER vector_goes AFTER DELETE ON encoded BEGIN
    {_ADD_TO_ENCODER.format(sign="-", row="OLD")}
END;
CREATE TRIGGER vector_changes AFTER UPDATE OF encoder_key, photo_id, content_hash ON encoded BEGIN
    {_ADD_TO_ENCODER.format(sign="-", row="OLD")}
    {_BEGIN_ENCODER}
    {_ADD_TO_ENCODER.format(sign="+", row="NEW")}
END;
"""


def count_anew(connection: sqlite3.Connection) -> None:
    """Make tables, triggers and counts again, within the caller's transaction. Raises sqlite3.Error."""
    for kind, name in re.findall(r"CREATE (TABLE|TRIGGER|INDEX) (\w+)", _SCRIPT):
        connection.execute(f"DROP {kind} IF EXISTS {name}")
    statement = ""
    for line in _SCRIPT.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):  # which knows that a trigger holds several
            connection.execute(statement)
            statement = ""


def has_counts(connection: sqlite3.Connection) -> bool:
    """Whether the catalogue keeps counts already; those of older programs do not."""
    row = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'encoder_counts'").fetchone()
    return row is not None


def begin_to_count(connection: sqlite3.Connection) -> None:
    """Have the catalogue keep counts from now on. Half a second for 100,000 photos, once. Raises sqlite3.Error."""
    connection.executescript(f"BEGIN IMMEDIATE; {_SCRIPT} COMMIT;")

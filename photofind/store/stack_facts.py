"""What the catalogue knows that tells bursts and copies."""

import json
import sqlite3
from collections.abc import Sequence
from typing import NamedTuple


class StackFacts(NamedTuple):
    """``content`` is the hash of the whole file; ``taken_s`` the camera's clock in seconds, None where no camera says so."""

    content: bytes | None
    taken_s: int | None


_FACTS = (
    "SELECT p.id, p.content_hash, CAST(strftime('%s', f.taken) AS INTEGER) FROM photos p"
    " LEFT JOIN facts f ON f.photo_id = p.id WHERE p.id IN (SELECT value FROM json_each(?))"
)


def stack_facts(connection: sqlite3.Connection, ids: Sequence[int]) -> dict[int, StackFacts]:
    """By id; unknown ones are left out. Raises sqlite3.Error."""
    rows = connection.execute(_FACTS, (json.dumps(list(ids)),))
    return {photo_id: StackFacts(content, taken_s) for photo_id, content, taken_s in rows}

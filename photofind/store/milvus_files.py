"""The files of Milvus Lite, looked at without its engine, which deletes what a damaged list of files does not name.

Milvus Lite 3.2.2 takes an older list where the newest cannot be read, and an empty one where there is none, and then
removes all data that the list does not name; rows of a file that is missing are missing without a word.
"""

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

_FILE_LIST, _SCHEMA = "manifest.json", "schema.json"


def damage_of(folder: Path, name: str) -> str:
    """What is wrong with the files of the collection ``name`` in ``folder`` (``milvus.db``); "" where all is well.

    What a kill leaves behind is no damage: the engine mends that itself. Takes some milliseconds. Raises OSError.
    """
    collection = folder / "collections" / name
    for place in (folder, collection):
        if place.exists() and not place.is_dir():
            return f"{place.name} is no folder"
    if not collection.exists():
        return ""
    data = any(path.is_file() for path in collection.glob("partitions/*/*/*.parquet"))
    log = any(collection.glob("wal/*.arrow"))
    if not (collection / _SCHEMA).exists():
        return f"{_SCHEMA} is missing" if data or log else ""  # else a leftover, see ``remove_leftover``
    if _read(collection / _SCHEMA) is None:
        return f"{_SCHEMA} is damaged"
    if (collection / _FILE_LIST).exists():
        return _damage_of_listed(collection)
    # It is first written when rows leave the log, and a kill may come between their file and it.
    is_lost = (collection / f"{_FILE_LIST}.prev").exists() or (data and not log)
    return f"{_FILE_LIST} is missing" if is_lost else ""


def _damage_of_listed(collection: Path) -> str:
    content = _read(collection / _FILE_LIST)
    try:
        listed = None if content is None else list(_listed(collection, content))
    except (AttributeError, TypeError):
        listed = None
    if listed is None:
        return f"{_FILE_LIST} is damaged"
    lost = (path.name for path in listed if not path.is_file() or path.stat().st_size == 0)
    return next((f"{name} is missing or empty" for name in lost), "")


def remove_leftover(folder: Path, name: str) -> bool:
    """Remove what a kill while the collection was made left: a folder without schema and data, which Lite stumbles over.

    True if there was one. Raises OSError.
    """
    collection = folder / "collections" / name
    if not collection.is_dir() or (collection / _SCHEMA).exists() or damage_of(folder, name):
        return False
    shutil.rmtree(collection)
    return True


def _listed(collection: Path, content: dict[str, Any]) -> Iterator[Path]:
    for partition, files in content.get("partitions", {}).items():
        for kind in ("data_files", "delta_files"):
            for relative in files.get(kind, []):
                yield Path(collection, "partitions", partition, *os.fspath(relative).replace("\\", "/").split("/"))


def _read(path: Path) -> dict[str, Any] | None:
    try:
        content = json.loads(path.read_bytes())
    except (ValueError, RecursionError):  # UnicodeDecodeError is a ValueError
        return None
    return content if isinstance(content, dict) else None

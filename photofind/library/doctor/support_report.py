"""A report for people who help: what is wrong and in which surroundings, without pictures, names, places or tokens."""

import json
import os
import platform
import sqlite3
import time
import zipfile
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from photofind.config.paths import LibraryPaths
from photofind.config.settings import declared, load
from photofind.core.errors import StoreFailed
from photofind.core.findings import Finding, findings_as_json
from photofind.encoders.protocol import LOCAL_DIR_PREFIX
from photofind.library.doctor.privacy import Scrubber, private_words
from photofind.library.versions import versions
from photofind.store.durable import PRIVATE_FILE, disk_errors
from photofind.store.edit_backups import EditBackups
from photofind.store.sqlite_reading import connect_for_reading

_MOST_LOG_BYTES = 4 << 20  # of each file its end
_WHAT = "the report"
_OF_THE_USER = {"milvus_uri", "milvus_token", "hub_endpoint", "window_geometry", "skipped_folders"}

_README = """A report of photofind for people who help.

It holds versions, settings without tokens and addresses, what the doctor found, the catalogue's tables (not what is in
them), numbers, and the log. Words that are not photofind's own, and those of your photos' names, folders, tags and
captions, were replaced by marks such as hidden_name_3fa91c. There are no pictures and no thumbnails in it. Look through
it before you send it: it is all plain text.
"""


def save_report(paths: LibraryPaths, findings: Sequence[Finding], target: Path) -> None:
    """Write the report, a ZIP file that only its owner can read. Reads only; works beside an open library. Blocks.

    Raises NoRoom, StoreFailed where ``target`` cannot be written; what cannot be read is left out.
    """
    private: list[str] = [str(paths.folder), str(Path.home()), os.environ.get("USER", "")]
    tables: dict[str, Any] = {}
    with suppress(sqlite3.Error):
        connection = connect_for_reading(paths.catalogue)
        try:
            with suppress(sqlite3.Error):
                tables = {"schema": _schema(connection), "rows": _numbers(connection), "encoders": _encoders(connection)}
            private += private_words(connection)
        finally:
            connection.close()
    backup = EditBackups(paths.catalogue_backups).newest()
    if backup is not None:  # it may know names that a damaged catalogue does not give any more
        private += backup.folders
        for photo in backup.photos:
            private += [photo.relative_path, *photo.added, *photo.removed]
        for album in backup.albums:
            private += [album.name, album.text]
    scrubber = Scrubber(private)
    parts = {
        "read me first.txt": _README,
        "findings.json": _json([_scrubbed(finding, scrubber) for finding in findings_as_json(list(findings))]),
        "versions.json": _json({**versions(), **_machine()}),
        "settings.json": _json(_settings(paths)),
        "catalogue.json": _json(tables),
        "files.json": _json(_files(paths)),
    }
    for log in sorted(paths.logs.glob("photofind.log*")) if paths.logs.is_dir() else ():
        parts[f"logs/{log.name}"] = "\n".join(_log_lines(log, scrubber))
    with disk_errors(_WHAT):
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), PRIVATE_FILE)
        with os.fdopen(descriptor, "wb") as file, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as bundle:
            for name, content in parts.items():
                bundle.writestr(name, content)


def _scrubbed(finding: dict[str, str], scrubber: Scrubber) -> dict[str, str]:
    words = {name: scrubber.text(finding[name]) for name in ("sentence", "meaning", "remedy", "mended")}
    return {**finding, "code": finding["code"].partition(":")[0], **words}


def _schema(connection: sqlite3.Connection) -> list[str]:
    return [sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid")]


def _numbers(connection: sqlite3.Connection) -> dict[str, Any]:
    tables = [name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
    counts: dict[str, Any] = {
        table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
        for table in tables
        if table.isidentifier() and not table.startswith("sqlite_")
    }
    counts["photos_gone"] = connection.execute("SELECT count(*) FROM photos WHERE gone_s IS NOT NULL").fetchone()[0]
    counts["photos_to_read"] = connection.execute("SELECT count(*) FROM photos WHERE to_read = 1").fetchone()[0]
    counts["photos_with_problem"] = connection.execute("SELECT count(problem) FROM photos").fetchone()[0]
    counts["formats"] = dict(connection.execute("SELECT format, count(*) FROM photos GROUP BY 1"))
    counts["page_size"] = connection.execute("PRAGMA page_size").fetchone()[0]
    counts["user_version"] = connection.execute("PRAGMA user_version").fetchone()[0]
    return counts


def _encoders(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """By the digits of their hashes alone: the name of an imported encoder is that of its folder."""
    rows = connection.execute("SELECT encoder_key, count(*), sum(stored) FROM encoded GROUP BY 1")
    return [{"key": "_".join(key.split("_")[-2:]), "encoded": count, "stored": stored} for key, count, stored in rows]


def _settings(paths: LibraryPaths) -> dict[str, Any]:
    settings, _ = load(paths.settings) if paths.settings.exists() else load(paths.folder / "none")
    said: dict[str, Any] = {}
    for name, each in declared().items():
        value = getattr(settings, name)
        is_own = name in _OF_THE_USER or (name == "encoder" and str(value).startswith(LOCAL_DIR_PREFIX))
        said[name] = ("as it comes" if value == each.default else "set") if is_own else value
    return said


def _files(paths: LibraryPaths) -> list[dict[str, Any]]:
    """Sizes and rights of the library's files; those of Milvus Lite in sum, and journals by number: both are named by encoders."""
    found: list[dict[str, Any]] = []
    milvus = [0, 0]
    for path in sorted(paths.folder.rglob("*")):
        with suppress(OSError):
            status = path.lstat()
            top = path.relative_to(paths.folder).parts[0]
            if top.startswith("milvus.db") and path.is_file():
                milvus = [milvus[0] + 1, milvus[1] + status.st_size]
            elif top.startswith(("catalogue.db", "thumbnails.db", "vectors", "backups", "logs", "lock", "settings.json")):
                name = f"vectors/*{path.suffix}" if top == "vectors" and path.is_file() else str(path.relative_to(paths.folder))
                found.append({"name": name, "bytes": status.st_size, "mode": oct(status.st_mode & 0o777)})
    return [*found, {"name": "milvus.db", "files": milvus[0], "bytes": milvus[1]}]


def _machine() -> dict[str, Any]:
    return {
        "system": platform.system(),
        "release": platform.release(),
        "machine": platform.machine(),
        "processors": os.cpu_count(),
        "made": time.strftime("%Y-%m-%d %H:%M:%S %z"),
    }


def _log_lines(path: Path, scrubber: Scrubber) -> Iterable[str]:
    try:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _MOST_LOG_BYTES))
            content = file.read().decode("utf-8", "replace")
    except (OSError, StoreFailed):
        return ["it could not be read"]
    return [scrubber.line(line) for line in content.splitlines()]


def _json(value: object) -> str:
    return json.dumps(value, indent=1, ensure_ascii=True)

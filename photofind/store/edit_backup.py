"""The file of a backup: what cannot be made again from the photos, as compressed lines of JSON with a checksum.

Lines, so that 100,000 of them are written and read without holding the interpreter for long. The first says what the
file is, the last how many there are and their SHA-256; a file without a fitting last line is damaged.
"""

import contextlib
import gzip
import hashlib
import json
import os
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photofind.core.album import Album, BadAlbum, kept_album
from photofind.core.errors import StoreFailed
from photofind.store.durable import PRIVATE_FILE, disk_errors, private_folder, replace_file, sync_descriptor
from photofind.store.user_edits import PhotoEdits

VERSION = 1
SUFFIX = ".edits"
_MAGIC = "photofind edits"
_WHAT = "the backup of your edits"
_LONGEST_LINE = 1 << 20
_END = b'{"end":'
_QUICK = 1  # of zlib's nine levels: a sixth larger than the best, in a tenth of the time


class DamagedBackup(StoreFailed):
    """The file is no backup, or not whole."""


@dataclass(frozen=True, slots=True)
class BackupHead:
    """What a backup says of itself, and how much it holds."""

    path: Path
    made_s: int
    program: str
    digest: str
    photos: int
    folders: int
    albums: int = 0


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was read whole and found sound. ``settings`` holds values as the settings file has them."""

    head: BackupHead
    folders: tuple[str, ...]
    settings: Mapping[str, Any]
    photos: tuple[PhotoEdits, ...]
    albums: tuple[Album, ...] = ()


def content_lines(
    folders: Iterable[str], settings: Mapping[str, Any], photos: Iterable[PhotoEdits], albums: Iterable[Album] = ()
) -> Iterator[bytes]:
    """The lines that make up the content; equal contents give equal lines."""
    for folder in folders:
        yield _line({"folder": folder})
    for name in sorted(settings):
        yield _line({"setting": name, "value": settings[name]})
    for album in albums:
        yield _line({"album": album.name, "question": json.loads(album.question_json), "created_s": album.created_s})
    for one in photos:
        value: dict[str, Any] = {"hash": one.content_hash.hex(), "in": one.folder, "photo": one.relative_path}
        if one.rating is not None:
            value["rating"] = one.rating
        if one.added:
            value["added"] = one.added
        if one.removed:
            value["removed"] = one.removed
        if one.overwrite:
            value["overwrite"] = True
        yield _line(value)


def digest_of(lines: Iterable[bytes]) -> str:
    """SHA-256 of a content, hexadecimal."""
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line)
    return digest.hexdigest()


def write_backup(path: Path, lines: Iterable[bytes], *, program: str, made_s: int) -> str:
    """Write a private file in one step: a power cut leaves the whole file or none. Returns its digest.

    Any thread, one at a time for a path. Raises NoRoom, StoreFailed.
    """
    digest = hashlib.sha256()
    count = 0
    new = path.with_name(f"{path.name}.new")
    with disk_errors(_WHAT):
        private_folder(path.parent)
        try:
            descriptor = os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), PRIVATE_FILE)
            with os.fdopen(descriptor, "wb") as file:
                with gzip.GzipFile("", "wb", _QUICK, file, mtime=0) as packed:
                    packed.write(_line({"file": _MAGIC, "version": VERSION, "program": program, "made_s": made_s}))
                    for line in lines:
                        digest.update(line)
                        count += 1
                        packed.write(line)
                    packed.write(_line({"end": count, "sha256": digest.hexdigest()}))
                file.flush()
                sync_descriptor(file.fileno())
            replace_file(new, path)
        except BaseException:
            with contextlib.suppress(OSError):
                new.unlink(missing_ok=True)
            raise
    return digest.hexdigest()


def read_backup(path: Path) -> Backup:
    """Read a backup. Raises DamagedBackup, and StoreFailed where it is missing or of a newer photofind."""
    folders: list[str] = []
    settings: dict[str, Any] = {}
    photos: list[PhotoEdits] = []
    albums: list[Album] = []

    def take(line: bytes) -> None:
        value: dict[str, Any] = json.loads(line)
        match value:  # what a later version adds is passed over
            case {"folder": str(folder)}:
                folders.append(folder)
            case {"setting": str(name), "value": setting}:
                settings[name] = setting
            case {"photo": str(relative), "in": str(folder), "hash": str(content)}:
                photos.append(_photo(value, bytes.fromhex(content), folder, relative))
            case {"album": str(name), "question": question, "created_s": int(created_s)}:
                with contextlib.suppress(BadAlbum):  # of a later version
                    albums.append(kept_album(name, json.dumps(question), created_s))

    head, digest = _read(path, take)
    about = BackupHead(
        path, int(head.get("made_s", 0)), str(head.get("program", "")), digest, len(photos), len(folders), len(albums)
    )
    return Backup(about, tuple(folders), settings, tuple(photos), tuple(albums))


def digest_of_backup(path: Path) -> str:
    """The digest of a backup's content, in a fraction of the time and memory that reading it takes. Raises as that does."""
    return _read(path, lambda _line: None)[1]


def _read(path: Path, take: Callable[[bytes], None]) -> tuple[dict[str, Any], str]:
    """Hand each line of the content to ``take``; returns the first line and the digest, which has been checked."""
    digest = hashlib.sha256()
    count, end = 0, b""
    try:
        with disk_errors(_WHAT), path.open("rb") as raw, gzip.GzipFile(fileobj=raw) as file:
            head = _head(file, path)
            while line := file.readline(_LONGEST_LINE):
                if end:
                    raise ValueError("something after the end")
                if line.startswith(_END):
                    end = line
                    continue
                digest.update(line)
                count += 1
                take(line)
    except (EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise _damaged(path) from error
    except StoreFailed as error:
        if isinstance(error.__cause__, gzip.BadGzipFile):  # which is an OSError
            raise _damaged(path) from error
        raise
    if end != _line({"end": count, "sha256": digest.hexdigest()}):
        raise _damaged(path)
    return head, digest.hexdigest()


def _head(file: gzip.GzipFile, path: Path) -> dict[str, Any]:
    head: dict[str, Any] = json.loads(file.readline(_LONGEST_LINE))
    if not isinstance(head, dict) or head.get("file") != _MAGIC:
        raise ValueError("another kind of file")
    if int(head["version"]) > VERSION:
        raise StoreFailed(f"The backup {path.name} was written by a newer photofind: update this one.")
    return head


def _photo(value: dict[str, Any], content_hash: bytes, folder: str, relative: str) -> PhotoEdits:
    rating = value.get("rating")
    return PhotoEdits(
        content_hash,
        folder,
        relative,
        None if rating is None else int(rating),
        tuple(str(tag) for tag in value.get("added", ())),
        tuple(str(tag) for tag in value.get("removed", ())),
        bool(value.get("overwrite", False)),
    )


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=True, separators=(",", ":")).encode("ascii") + b"\n"


def _damaged(path: Path) -> DamagedBackup:
    return DamagedBackup(f"The backup {path.name} is damaged or no backup of photofind: choose another one.")

"""Says what a library lost, reading its files itself: nothing here asks the parts of photofind that write them."""

import os
import shutil
import sqlite3
import struct
import tempfile
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from photo_world import Photo, PhotoWorld, content_of, files_below

_HEADER_BYTES = 128
_DIMENSION_AT = 12  # magic in 8 bytes, version in 4, dimension in 4: photofind/store/vector_records.py
_AROUND_VECTOR = 3  # id, checksum, and the id once more, each of 8 bytes

Rows = list[tuple[object, ...]]


@dataclass(slots=True)
class Findings:
    """One line for each thing that is wrong."""

    losses: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.losses or self.duplicates)


@dataclass(frozen=True, slots=True)
class Journal:
    """All records of a journal in their order: ids [n], vectors float16 [n, d]."""

    ids: NDArray[np.int64]
    vectors: NDArray[np.float16]

    def newest(self) -> dict[int, bytes]:
        return {int(i): vector.tobytes() for i, vector in zip(self.ids, self.vectors, strict=True)}


def read_journal(path: Path) -> Journal:
    """The whole records of the file; none where it is not there."""
    data = path.read_bytes() if path.exists() else b""
    if len(data) < _HEADER_BYTES:
        return Journal(np.empty(0, np.int64), np.empty((0, 1), np.float16))
    (dimension,) = struct.unpack_from("<I", data, _DIMENSION_AT)
    record = np.dtype([("id", "<i8"), ("sum", "<u8"), ("vector", "<f2", (dimension,)), ("again", "<i8")])
    assert record.itemsize == 8 * _AROUND_VECTOR + 2 * dimension
    count = (len(data) - _HEADER_BYTES) // record.itemsize
    records = np.frombuffer(data, record, count, _HEADER_BYTES)
    return Journal(records["id"].copy(), records["vector"].copy())


def encoded_in(library: Path) -> dict[int, bytes]:
    """Photo → content that the catalogue calls encoded by the encoder that answers; of a copy, as killed programs left it."""
    with tempfile.TemporaryDirectory() as scratch:
        for file in library.glob("catalogue.db*"):
            shutil.copy(file, scratch)
        copy = Path(scratch, "catalogue.db")
        if not copy.exists():
            return {}
        with closing(sqlite3.connect(copy)) as catalogue:
            try:
                key = encoder_key(catalogue)
                rows = catalogue.execute("SELECT photo_id, content_hash FROM encoded WHERE encoder_key = ?", (key,))
                return {int(photo_id): bytes(content) for photo_id, content in rows}
            except sqlite3.OperationalError:  # killed before it had tables
                return {}


def encoder_key(catalogue: sqlite3.Connection) -> str:
    """The key of the encoder that photos go to."""
    meta = dict(catalogue.execute("SELECT key, value FROM meta"))
    encoder = meta.get("coming_encoder") or meta.get("encoder", "")
    return str(meta.get(f"key of {encoder}", ""))


def judge(library: Path, world: PhotoWorld, found_by_search: list[str] | None) -> Findings:
    """Compare a library at rest with what it should hold; photos seen for the first time get their id in ``world``."""
    findings = Findings()
    _judge_files(world, findings)
    with closing(sqlite3.connect(f"{(library / 'catalogue.db').as_uri()}?mode=ro", uri=True)) as catalogue:
        if catalogue.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
            findings.losses.append("SQLite finds its file damaged")
        _judge_photos(catalogue, world, findings)
        _judge_words(catalogue, world, findings)
        key = encoder_key(catalogue)
        _judge_vectors(catalogue, library, key, world, findings)
    if found_by_search is not None:
        _judge_search(found_by_search, world, findings)
    return findings


def _judge_files(world: PhotoWorld, findings: Findings) -> None:
    expected = {photo.path: photo.content for photo in world.photos}
    there = files_below(world.folder)
    findings.losses += [f"{path}: the original is not there" for path in expected.keys() - there]
    findings.losses += [f"{path}: a file nobody made" for path in there - expected.keys()]
    for path in expected.keys() & there:
        if content_of(path) != expected[path]:
            findings.losses.append(f"{path}: the original has other bytes")


def _judge_photos(catalogue: sqlite3.Connection, world: PhotoWorld, findings: Findings) -> None:
    rows: dict[Path, list[tuple[int, bytes | None, int, int, str | None]]] = {}
    for directory, name, *rest in catalogue.execute(
        "SELECT directory, name, id, content_hash, to_read, has_thumbnail, problem FROM photos WHERE gone_s IS NULL"
    ):
        rows.setdefault(Path(os.fsdecode(directory), os.fsdecode(name)), []).append(tuple(rest))
    expected = {photo.path: photo for photo in world.photos}
    findings.losses += [f"{path}: not in the catalogue" for path in expected.keys() - rows.keys()]
    findings.duplicates += [f"{path}: in the catalogue, and no file" for path in rows.keys() - expected.keys()]
    for path in expected.keys() & rows.keys():
        if len(rows[path]) > 1:
            findings.duplicates.append(f"{path}: {len(rows[path])} times in the catalogue")
        photo_id, content, to_read, has_thumbnail, problem = rows[path][0]
        photo = expected[path]
        if (content or b"").hex() != photo.content or to_read or not has_thumbnail or problem:
            findings.losses.append(f"{path}: not as it was read ({problem or 'no problem'}, to read: {to_read})")
        if photo.photo_id not in (0, photo_id):
            findings.losses.append(f"{path}: photo {photo.photo_id} is now {photo_id}")
        photo.photo_id = photo_id
    ids = [photo.photo_id for photo in world.photos]
    if len(set(ids)) < len(ids):
        findings.duplicates.append("two files are one photo")


def _judge_words(catalogue: sqlite3.Connection, world: PhotoWorld, findings: Findings) -> None:
    for photo in world.known():
        tags = {row[0] for row in catalogue.execute("SELECT tag FROM tags WHERE photo_id = ?", (photo.photo_id,))}
        row = catalogue.execute("SELECT user_rating FROM photos WHERE id = ?", (photo.photo_id,)).fetchone()
        rating = None if row is None else row[0]
        allowed = [(photo.tags, photo.rating), *photo.uncertain]
        if (tags, rating) not in allowed:
            findings.losses.append(f"{photo.path}: tags {tags}, rated {rating}; said was one of {allowed}")
        _settle(photo, tags, rating)


def _settle(photo: Photo, tags: set[str], rating: int | None) -> None:
    photo.tags, photo.rating, photo.uncertain = tags, rating, []


def _judge_vectors(
    catalogue: sqlite3.Connection, library: Path, key: str, world: PhotoWorld, findings: Findings
) -> None:
    encoded = {
        int(photo_id): (bytes(content).hex(), bool(stored))
        for photo_id, content, stored in catalogue.execute(
            "SELECT e.photo_id, e.content_hash, e.stored FROM encoded e JOIN photos p ON p.id = e.photo_id"
            " WHERE e.encoder_key = ? AND p.gone_s IS NULL",
            (key,),
        )
    }
    expected = {photo.photo_id: photo.content for photo in world.photos if photo.photo_id}
    for photo_id, content in expected.items():
        if encoded.get(photo_id) != (content, True):
            findings.losses.append(f"photo {photo_id}: not encoded and stored as it is ({encoded.get(photo_id)})")
    newest = read_journal(library / "vectors" / f"{key}.journal").newest()
    findings.losses += [f"photo {photo_id}: not in the journal" for photo_id in expected.keys() - newest.keys()]
    ever = {row[0] for row in catalogue.execute("SELECT photo_id FROM encoded WHERE encoder_key = ?", (key,))}
    findings.duplicates += [f"photo {photo_id}: in the journal only" for photo_id in newest.keys() - ever]
    ids, vectors = read_milvus(library / "milvus.db", key)
    in_milvus = {int(i): vector.tobytes() for i, vector in zip(ids, vectors, strict=True)}
    if len(in_milvus) < len(ids):
        findings.duplicates.append(f"{len(ids) - len(in_milvus)} rows are twice in Milvus")
    findings.losses += [f"photo {photo_id}: not in Milvus" for photo_id in expected.keys() - in_milvus.keys()]
    findings.duplicates += [f"photo {photo_id}: in Milvus only" for photo_id in in_milvus.keys() - expected.keys()]
    for photo_id in expected.keys() & newest.keys() & in_milvus.keys():
        if newest[photo_id] != in_milvus[photo_id]:
            findings.losses.append(f"photo {photo_id}: journal and Milvus hold different vectors")
    _judge_sameness(expected, newest, findings)


def _judge_sameness(expected: dict[int, str], newest: dict[int, bytes], findings: Findings) -> None:
    """Each picture is another one, so two photos with one vector were mixed up."""
    by_vector: dict[bytes, int] = {}
    for photo_id in expected.keys() & newest.keys():
        other = by_vector.setdefault(newest[photo_id], photo_id)
        if other != photo_id:
            findings.losses.append(f"photos {other} and {photo_id} have one vector")


def _judge_search(found: list[str], world: PhotoWorld, findings: Findings) -> None:
    expected = {str(photo.path) for photo in world.photos}
    findings.losses += [f"{path}: not found by searching" for path in expected - set(found)]
    findings.duplicates += [f"{path}: found, and not there" for path in set(found) - expected]
    if len(set(found)) < len(found):
        findings.duplicates.append(f"{len(found) - len(set(found))} photos are found twice")


def read_milvus(folder: Path, key: str) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
    """All rows, those that are there twice among them, through the engine itself."""
    from pymilvus import MilvusClient

    from photofind.store.vector_host import VectorHost

    host = VectorHost(folder)
    client = MilvusClient(host.uri(), dedicated=True)
    try:
        name = f"photos_v1_{key}"
        rows = (
            client.query(name, filter="id >= 0", output_fields=["id", "vector"], limit=2**31)
            if client.has_collection(name)
            else []
        )
    finally:
        client.close()
        host.stop()
    ids = np.array([row["id"] for row in rows], np.int64)
    return ids, np.array([row["vector"] for row in rows], np.float32).astype(np.float16).reshape(len(rows), -1)

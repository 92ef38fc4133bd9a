"""Ways to damage a library, each as it happens in real life or nearly so."""

import os
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np

from photofind.encoders.palette import Palette
from photofind.store.milvus import MilvusStore
from photofind.store.milvus_collection import MilvusCollection
from photofind.store.vector_host import VectorHost
from photofind.store.vector_journal import VectorJournal, read_journal, round_vectors
from photofind.store.vector_records import HEADER_BYTES, RecordFormat

KEY, DIMENSION = Palette().info.key, Palette().info.dimension

Damage = Callable[[Path], None]


def change(name: str, *statements: str) -> Damage:
    """SQL on one of the library's SQLite files."""

    def damage(library: Path) -> None:
        with closing(sqlite3.connect(library / name, isolation_level=None)) as connection:
            for statement in statements:
                connection.execute(statement)

    return damage


def zero_page_of(name: str, table: str) -> Damage:
    """The first page of a table is lost, as after a bad sector."""

    def damage(library: Path) -> None:
        with closing(sqlite3.connect(library / name)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            (page,) = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = ?", (table,)).fetchone()
            (size,) = connection.execute("PRAGMA page_size").fetchone()
        with (library / name).open("r+b") as file:
            file.seek((page - 1) * size)
            file.write(bytes(size))

    return damage


def overwrite(name: str, offset: int, content: bytes) -> Damage:
    """Bytes of a file are other ones; a negative offset counts from its end."""

    def damage(library: Path) -> None:
        with (library / name).open("r+b") as file:
            file.seek(offset, os.SEEK_END if offset < 0 else os.SEEK_SET)
            file.write(content)

    return damage


def remove(*names: str) -> Damage:
    def damage(library: Path) -> None:
        for name in names:
            path = library / name
            shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)

    return damage


def open_to_others(library: Path) -> None:
    library.chmod(0o755)
    (library / "catalogue.db").chmod(0o644)


def closed_to_us(library: Path) -> None:
    (library / "thumbnails.db").chmod(0)


def other_index(library: Path) -> None:
    """An index whose entries are not those of its rows."""
    with closing(sqlite3.connect(library / "catalogue.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET sql = 'CREATE INDEX photos_by_content ON photos (width)' WHERE name = 'photos_by_content'"
        )


def journal_of(library: Path) -> Path:
    return library / "vectors" / f"{KEY}.journal"


def torn_end(library: Path) -> None:
    with journal_of(library).open("ab") as file:
        file.write(b"half a record")


def flipped_bit(library: Path) -> None:
    """In the vector of the second record."""
    offset = HEADER_BYTES + RecordFormat(KEY, DIMENSION).size + 40
    with journal_of(library).open("r+b") as file:
        file.seek(offset)
        byte = file.read(1)[0]
        file.seek(offset)
        file.write(bytes([byte ^ 4]))


def no_journal(library: Path) -> None:
    journal_of(library).unlink()


def append(library: Path, ids: list[int], seed: int) -> None:
    vectors = round_vectors(np.random.default_rng(seed).normal(size=(len(ids), DIMENSION)).astype(np.float32))
    journal = VectorJournal.open(journal_of(library), KEY, DIMENSION)
    journal.append(np.array(ids, np.int64), vectors)
    journal.close()


def orphan_vector(library: Path) -> None:
    append(library, [987_654], 1)


def twin_with_another_vector(library: Path) -> None:
    """The copy of a photo has a vector of something else."""
    with closing(sqlite3.connect(library / "catalogue.db")) as connection:
        (twin,) = connection.execute(
            "SELECT max(photo_id) FROM encoded GROUP BY content_hash HAVING count(*) > 1"
        ).fetchone()
    append(library, [twin], 2)


def in_milvus(*works: Callable[[MilvusCollection, list[int]], None]) -> Damage:
    """Something is done to the collection behind the catalogue's back; each of ``works`` gets all ids, too."""

    def damage(library: Path) -> None:
        store = MilvusStore(host=VectorHost(library / "milvus.db"))
        try:
            collection = store.collection(KEY, DIMENSION)
            for work in works:
                work(collection, collection.ids().tolist())
            collection.flush()
        finally:
            store.close()

    return damage


def delete_two(collection: MilvusCollection, ids: list[int]) -> None:
    collection.delete(np.array(ids[:2], np.int64))


def add_stranger(collection: MilvusCollection, ids: list[int]) -> None:
    vectors = round_vectors(np.ones((1, DIMENSION), np.float32))
    collection.upsert(np.array([987_654], np.int64), vectors, np.array([0], np.int64), [bytes(16)])


def exchange_vector(collection: MilvusCollection, ids: list[int]) -> None:
    """With the right content hash: only the journal can tell."""
    (one,) = [hashes[some.tolist().index(ids[0])] for some, _, hashes in collection.read_vectors()]
    vectors = round_vectors(np.random.default_rng(3).normal(size=(1, DIMENSION)).astype(np.float32))
    collection.upsert(np.array(ids[:1], np.int64), vectors, np.array([0], np.int64), [one])


def doubled_rows(library: Path) -> None:
    """As after a kill between Milvus Lite's list of files and the end of its log."""
    store = MilvusStore(host=VectorHost(library / "milvus.db"))
    collection = store.collection(KEY, DIMENSION)
    content = read_journal(journal_of(library))
    hashes: dict[int, bytes] = {}
    with closing(sqlite3.connect(library / "catalogue.db")) as connection:
        hashes = dict(connection.execute("SELECT photo_id, content_hash FROM encoded"))
    ids = content.ids[:3]
    collection.upsert(ids, content.vectors[:3], ids * 0, [hashes[i] for i in ids.tolist()])
    log = library / "milvus.db" / "collections" / f"photos_v1_{KEY}" / "wal"
    shutil.copytree(log, library / "kept log")
    collection.flush()
    store.abandon()
    for file in (library / "kept log").iterdir():
        shutil.copy(file, log / file.name)
    shutil.rmtree(library / "kept log")


def empty_data_file(library: Path) -> None:
    for data in (library / "milvus.db").rglob("data_*.parquet"):
        data.write_bytes(b"")


def torn_backup(library: Path) -> None:
    for backup in (library / "backups").glob("*.edits"):
        backup.write_bytes(backup.read_bytes()[:-9])

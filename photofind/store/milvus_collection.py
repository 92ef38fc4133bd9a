"""One encoder's vectors in Milvus."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from photofind.store.durable import sync_tree
from photofind.store.vector_records import check_vectors

if TYPE_CHECKING:
    from photofind.store.milvus import MilvusStore

COLLECTION_PREFIX = "photos_v1_"  # another schema gets another number: Milvus Lite cannot change one

_HASH_CHARACTERS = 32
_FIELDS = {"id", "vector", "taken_s", "content_hash"}
_ROWS_AT_ONCE = 256  # larger batches block the engine for longer and are not faster
_IDS_AT_ONCE = 1000
_ALLOWED_AT_ONCE = 8192
_SERVER_LIMIT = 16384
_LEAST_WIDTH = 1024  # of ef; with 128 a tenth of the 50 nearest among 20,000 were not found
_WIDEST = 32768  # the largest ef that Milvus takes
_CLOCK_GRAIN_NS = 2_000_000_000  # file systems stamp times as coarsely as this (FAT)


@dataclass(frozen=True, slots=True)
class Verdict:
    """How a collection differs from what it should hold; ``doubles`` counts rows that were there twice, and were mended."""

    missing: NDArray[np.int64]
    extra: NDArray[np.int64]
    doubles: int = 0


class MilvusCollection:
    """Rows of (id, vector, taken_s, content_hash). See ``MilvusStore`` for threads and errors; also ValueError."""

    def __init__(self, store: MilvusStore, name: str, dimension: int, notice: str = "") -> None:
        """Use ``MilvusStore.collection``."""
        self.name = name
        self.dimension = dimension
        self.notice = notice
        self._store = store
        self._embedded = store.host is not None
        self._synced_ns = 0
        self._sync_lock = threading.Lock()

    @property
    def is_exact(self) -> bool:
        """Whether a search finds all there is: Milvus Lite compares every row."""
        return self._embedded

    @property
    def limit_of_an_answer(self) -> int:
        """How many ``search`` may be asked for: servers give no more than 16,384 at once."""
        return sys.maxsize if self._embedded else _SERVER_LIMIT

    def upsert(
        self,
        ids: NDArray[np.int64],
        vectors: NDArray[np.float16],
        taken_s: NDArray[np.int64],
        content_hashes: Sequence[bytes],
    ) -> None:
        """Add or replace rows. They are durable after ``flush``; on Milvus Lite, flush each 2,000 rows and when idle.

        ``ids`` and ``taken_s`` (seconds since 1970) int64 [n], ``vectors`` float16 [n, d], hashes of 16 bytes each.
        After an error some of the rows may be there.
        """
        check_vectors(ids, vectors, self.dimension)
        if taken_s.shape != ids.shape or len(content_hashes) != len(ids):
            raise ValueError("a row has an id, a vector, a time and a hash")
        wide = vectors.astype(np.float32)
        for start in range(0, len(ids), _ROWS_AT_ONCE):
            some = range(start, min(start + _ROWS_AT_ONCE, len(ids)))
            rows = [
                {
                    "id": int(ids[n]),
                    "vector": wide[n],
                    "taken_s": int(taken_s[n]),
                    "content_hash": content_hashes[n].hex()[:_HASH_CHARACTERS],
                }
                for n in some
            ]
            self._write_rows(rows)

    def flush(self) -> None:
        """Returns when all rows are in files, and on the disk where they are ours."""
        with self._store.writing():
            started_ns = time.time_ns()
            self._store.call("flush", self.name)
            if self._store.host is not None:
                # Lite syncs its list of files but none of the files.
                with self._sync_lock:
                    sync_tree(self._store.host.folder, newer_than_ns=max(0, self._synced_ns - _CLOCK_GRAIN_NS))
                    self._synced_ns = started_ns

    def delete(self, ids: NDArray[np.int64]) -> None:
        """Remove these rows; unknown ids are passed over. Durable after ``flush``."""
        for start in range(0, len(ids), _IDS_AT_ONCE):
            with self._store.writing():
                self._store.call("delete", self.name, ids=ids[start : start + _IDS_AT_ONCE].tolist())

    def count(self) -> int:
        """Number of rows; more than there are ids while some are there twice, which ``verify`` mends."""
        return int(self._store.call("query", self.name, output_fields=["count(*)"], **self._strong())[0]["count(*)"])

    def ids(self) -> NDArray[np.int64]:
        """All ids, ascending, each once. 4 s for 100,000 on Milvus Lite."""
        return np.unique(self._all_ids())

    def verify(self, expected: NDArray[np.int64]) -> Verdict:
        """Compare with the ids that the catalogue knows as stored, and mend what a kill has doubled (Milvus Lite)."""
        there, times = np.unique(self._all_ids(), return_counts=True)
        doubled = there[times > 1]
        if len(doubled):
            self._write_once(doubled)
        expected = np.unique(expected)
        return Verdict(
            missing=np.setdiff1d(expected, there, assume_unique=True),
            extra=np.setdiff1d(there, expected, assume_unique=True),
            doubles=len(doubled),
        )

    def vectors_of(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        """Those of ``ids`` that are there, in the order asked, and their vectors float16 [n, d]."""
        by_id: dict[int, Any] = {}
        for start in range(0, len(ids), _IDS_AT_ONCE):
            for row in self._rows(ids[start : start + _IDS_AT_ONCE], ["id", "vector"]):
                by_id[row["id"]] = row["vector"]
        found = [photo_id for photo_id in ids.tolist() if photo_id in by_id]
        vectors = np.array([by_id[photo_id] for photo_id in found], dtype=np.float32).reshape(-1, self.dimension)
        return np.array(found, dtype=np.int64), vectors.astype(np.float16)

    def read_vectors(self) -> Iterator[tuple[NDArray[np.int64], NDArray[np.float16], list[bytes]]]:
        """All rows in parts of up to 1,000: ids, vectors float16 [n, d], content hashes. For refilling a journal.

        Takes 18 s for 100,000 on Milvus Lite.
        """
        ids = self.ids()
        for start in range(0, len(ids), _IDS_AT_ONCE):
            rows = {row["id"]: row for row in self._rows(ids[start : start + _IDS_AT_ONCE], sorted(_FIELDS))}
            if rows:
                yield (
                    np.array(list(rows), dtype=np.int64),
                    np.array([row["vector"] for row in rows.values()], dtype=np.float32).astype(np.float16),
                    [bytes.fromhex(row["content_hash"]) for row in rows.values()],
                )

    def search(
        self, vector: NDArray[np.float32], limit: int, expression: str = "", *, thorough: bool = False
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Up to ``limit`` ids and scores among the rows that match, best first; exact on Milvus Lite.

        ``vector`` float32 [d] of length 1. See ``limit_of_an_answer``. ``thorough``: a server looks as far as it can.
        """
        options: dict[str, Any] = {"filter": expression} if expression else {}
        options |= self._strong()
        if self._embedded:
            options["search_params"] = {"metric_type": "IP"}  # of unit vectors the cosine, in two thirds of the time
        else:
            width = _WIDEST if thorough else min(_WIDEST, max(_LEAST_WIDTH, 10 * limit))
            options["search_params"] = {"metric_type": "COSINE", "params": {"ef": width}}
        hits = self._store.call("search", self.name, data=[vector], limit=limit, output_fields=["id"], **options)[0]
        return np.array(hits.ids, dtype=np.int64), np.array(hits.distances, dtype=np.float32)

    def search_among(
        self, vector: NDArray[np.float32], limit: int, allowed: NDArray[np.int64], *, thorough: bool = False
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Like ``search``, among these ids, which are one at least: ``limit`` for each 8,192 of them, in no order."""
        parts = [
            self.search(vector, min(limit, self.limit_of_an_answer), f"id in {some.tolist()}", thorough=thorough)
            for some in (allowed[n : n + _ALLOWED_AT_ONCE] for n in range(0, len(allowed), _ALLOWED_AT_ONCE))
        ]
        return np.concatenate([ids for ids, _ in parts]), np.concatenate([scores for _, scores in parts])

    def _all_ids(self) -> NDArray[np.int64]:
        rows = self._store.query(self.name, ["id"])
        return np.fromiter((row["id"] for row in rows), dtype=np.int64, count=len(rows))

    def _rows(self, ids: NDArray[np.int64], fields: list[str]) -> list[dict[str, Any]]:
        if len(ids) == 0:
            return []
        rows: list[dict[str, Any]] = self._store.call(
            "get", self.name, ids=ids.tolist(), output_fields=fields, **self._strong()
        )
        return rows

    def _write_once(self, doubled: NDArray[np.int64]) -> None:
        """Both rows of a doubled id are the same version; writing it again is what makes it one."""
        for start in range(0, len(doubled), _ROWS_AT_ONCE):
            rows = {row["id"]: row for row in self._rows(doubled[start : start + _ROWS_AT_ONCE], sorted(_FIELDS))}
            for row in rows.values():
                row["vector"] = np.array(row["vector"], dtype=np.float32)
            self._write_rows(list(rows.values()))
        self.flush()

    def _write_rows(self, rows: list[dict[str, Any]]) -> None:
        with self._store.writing():
            self._store.call("upsert", self.name, rows)

    def _strong(self) -> dict[str, Any]:
        """A server answers from what was written a moment ago only when asked to."""
        return {} if self._embedded else {"consistency_level": "Strong"}


def create(store: MilvusStore, name: str, dimension: int) -> None:
    """Make the collection ``name``: without an index on Lite, where none is exact and faster; with HNSW on a server."""
    from pymilvus import DataType, MilvusClient

    schema = MilvusClient.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.INT64, is_primary=True)
    schema.add_field("vector", DataType.FLOAT_VECTOR, dim=dimension)
    schema.add_field("taken_s", DataType.INT64)
    schema.add_field("content_hash", DataType.VARCHAR, max_length=_HASH_CHARACTERS)
    options: dict[str, Any] = {}
    if store.host is None:
        index = MilvusClient.prepare_index_params()
        index.add_index("vector", index_type="HNSW", metric_type="COSINE", params={"M": 16, "efConstruction": 256})
        options = {"index_params": index, "consistency_level": "Strong"}
    store.call("create_collection", name, schema=schema, **options)


def is_as_created(store: MilvusStore, name: str, dimension: int) -> bool:
    """Whether the collection ``name`` has the fields that ``create`` gives it."""
    description = store.call("describe_collection", name)
    fields = {field["name"]: field for field in description["fields"]}
    if set(fields) != _FIELDS:
        return False
    return int(fields["vector"]["params"]["dim"]) == dimension and bool(fields["id"].get("is_primary"))

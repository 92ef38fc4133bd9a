"""Nearest neighbours, however they are found."""

import threading
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from photofind.core.errors import StoreFailed
from photofind.store.vector_journal_reader import read_journal
from photofind.store.vector_records import check_vectors

_DEAD_SHARE = 0.25
_TIES_AHEAD = 16


class VectorIndex(Protocol):
    """Vectors by photo id. Any thread may call any method."""

    def search(
        self, vector: NDArray[np.float32], limit: int | None, allowed: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The ids nearest to ``vector`` [d] and their cosines, best first, equal ones by id, each id once.

        Exactly min(limit, number of candidates) of them; ``limit`` None means all. ``allowed`` restricts the
        candidates; ids in it without a vector are passed over. Raises ValueError for a vector without direction.
        """

    def upsert(self, ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> None:
        """Add or replace vectors float16 [n, d]; of an id given twice the last counts. Raises ValueError."""

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Forget these ids; unknown ones are passed over."""

    def vectors_of(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        """Those of ``ids`` that have a vector, in the order asked, and their vectors float16 [n, d]."""

    def ids(self) -> NDArray[np.int64]:
        """All ids, ascending."""

    def __len__(self) -> int: ...


class FlatIndex:
    """A VectorIndex in memory: exact inner products over float16 by faiss's scalar quantizer, 2 bytes a number.

    A stored vector is of length 1 up to the rounding to float16, so a score is its cosine within 2e-4.
    Removed and replaced vectors leave dead slots, which searches skip until a quarter is dead and they are cleared away.
    """

    def __init__(self, dimension: int) -> None:
        import faiss

        self._faiss: Any = faiss
        self._dimension = dimension
        self._lock = threading.Lock()
        self._index: Any = faiss.IndexScalarQuantizer(
            dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
        )
        self._id_of_slot = np.empty(0, dtype=np.int64)  # grows by doubling; the first ntotal count
        self._live = np.empty(0, dtype=np.bool_)
        self._sorted_ids = np.empty(0, dtype=np.int64)  # live ids ascending, and their slots beside them
        self._sorted_slots = np.empty(0, dtype=np.int64)

    @classmethod
    def from_journal(cls, path: Path, dimension: int, keep: NDArray[np.int64] | None = None) -> "FlatIndex":
        """Load the journal ``<key>.journal`` at ``path``, or of it only the ids in ``keep``. Raises StoreFailed."""
        content = read_journal(path, keep=keep, expected=(path.stem, dimension))
        if content.dimension != dimension:
            raise StoreFailed(f"{path.name} holds vectors of another encoder: start photofind again.")
        index = cls(dimension)
        index.upsert(content.ids, content.vectors)
        return index

    @property
    def dimension(self) -> int:
        return self._dimension

    def __len__(self) -> int:
        with self._lock:
            return len(self._sorted_ids)

    def ids(self) -> NDArray[np.int64]:
        with self._lock:
            return self._sorted_ids.copy()

    def search(
        self, vector: NDArray[np.float32], limit: int | None, allowed: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        query = unit_query(vector, self._dimension)
        with self._lock:
            total = int(self._index.ntotal)
            if allowed is None:
                candidates, mask = len(self._sorted_ids), self._live[:total]
            else:
                mask = np.zeros(total, dtype=np.bool_)
                mask[self._slots_of(np.asarray(allowed, dtype=np.int64))[1]] = True
                candidates = int(mask.sum())
            wanted = candidates if limit is None else min(max(limit, 0), candidates)
            if wanted == 0:
                return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
            scores, slots = self._best_slots(query, wanted, candidates, mask)
            ids = self._id_of_slot[slots]
        return best_first(ids, scores, wanted)

    def upsert(self, ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> None:
        check_vectors(ids, vectors, self._dimension)
        if len(ids) == 0:
            return
        unique, from_the_end = np.unique(ids[::-1], return_index=True)
        if len(unique) < len(ids):
            ids, vectors = unique, vectors[len(ids) - 1 - from_the_end]
        with self._lock:
            self._live[self._slots_of(ids)[1]] = False
            start = int(self._index.ntotal)
            self._make_room(start + len(ids))
            self._index.add_sa_codes(np.ascontiguousarray(vectors).view(np.uint8))
            self._id_of_slot[start : start + len(ids)] = ids
            self._live[start : start + len(ids)] = True
            self._tidy()

    def remove(self, ids: NDArray[np.int64]) -> None:
        with self._lock:
            slots = self._slots_of(np.asarray(ids, dtype=np.int64))[1]
            if len(slots):
                self._live[slots] = False
                self._tidy()

    def vectors_of(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        ids = np.asarray(ids, dtype=np.int64)
        with self._lock:
            known, slots = self._slots_of(ids)
            if len(slots) == 0:
                return ids[known], np.empty((0, self._dimension), dtype=np.float16)
            # float16 to float32 and back changes nothing.
            return ids[known], self._index.reconstruct_batch(slots).astype(np.float16)

    def _best_slots(
        self, query: NDArray[np.float32], wanted: int, candidates: int, mask: NDArray[np.bool_]
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """At least ``wanted`` slots, and all that score the same as the last of them, so that ids can break the tie."""
        # faiss shares questions out among threads. With one question the others only have to be waited for, up to 20 ms on
        # a busy machine. OpenMP keeps this number for each calling thread.
        self._faiss.omp_set_num_threads(1)
        parameters = None
        if candidates < len(mask):
            bits = np.packbits(mask, bitorder="little")
            parameters = self._faiss.SearchParameters(sel=self._faiss.IDSelectorBitmap(bits))
        asked = wanted + _TIES_AHEAD
        while True:
            asked = min(asked, candidates)
            scores, slots = self._index.search(query[np.newaxis], asked, params=parameters)
            if asked == candidates or scores[0, -1] < scores[0, wanted - 1]:
                return scores[0], slots[0]
            asked *= 4

    def _slots_of(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.bool_], NDArray[np.int64]]:
        """Which of ``ids`` are known, and the slots of those."""
        if len(self._sorted_ids) == 0:
            return np.zeros(len(ids), dtype=np.bool_), np.empty(0, dtype=np.int64)
        places = np.minimum(np.searchsorted(self._sorted_ids, ids), len(self._sorted_ids) - 1)
        known = self._sorted_ids[places] == ids
        return known, self._sorted_slots[places[known]]

    def _make_room(self, slots: int) -> None:
        if slots > len(self._id_of_slot):
            grown = max(slots, 2 * len(self._id_of_slot))
            self._id_of_slot = np.concatenate([self._id_of_slot, np.zeros(grown - len(self._id_of_slot), np.int64)])
            self._live = np.concatenate([self._live, np.zeros(grown - len(self._live), np.bool_)])

    def _tidy(self) -> None:
        total = int(self._index.ntotal)
        live = self._live[:total]
        if total - int(live.sum()) > _DEAD_SHARE * total:
            dead = np.packbits(~live, bitorder="little")
            self._index.remove_ids(self._faiss.IDSelectorBitmap(dead))  # the others keep their order
            self._id_of_slot = self._id_of_slot[:total][live]
            self._live = np.ones(len(self._id_of_slot), dtype=np.bool_)
            live = self._live
        slots = np.flatnonzero(live)
        ids = self._id_of_slot[slots]
        order = np.argsort(ids, kind="stable")  # quick on what is almost in order, as ids are that only grow
        self._sorted_ids, self._sorted_slots = ids[order], slots[order]


def unit_query(vector: NDArray[np.float32], dimension: int) -> NDArray[np.float32]:
    """``vector`` [dimension] scaled to length 1. Raises ValueError where that cannot be."""
    if vector.shape != (dimension,):
        raise ValueError(f"a question is one vector of {dimension} numbers, not {vector.shape}")
    wide = vector.astype(np.float64)
    length = float(np.linalg.norm(wide))
    if not np.isfinite(length) or length < 1e-12:
        raise ValueError("the question's vector is not finite or has no direction")
    scaled: NDArray[np.float32] = (wide / length).astype(np.float32)
    return scaled


def best_first(
    ids: NDArray[np.int64], scores: NDArray[np.float32], count: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The ``count`` highest scores, highest first, equal ones by ascending id."""
    order = np.argsort(-scores, kind="stable")  # quick, as they come sorted but for a few
    ids, scores = ids[order], scores[order]
    equals_next = scores[1:] == scores[:-1]
    if equals_next.any():
        tied = np.append(equals_next, False) | np.append(False, equals_next)
        places = np.flatnonzero(tied)
        ids[places] = ids[places][np.lexsort((ids[places], -scores[places]))]
    return ids[:count], scores[:count]

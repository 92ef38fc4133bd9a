"""Nearest neighbours, however they are found."""

import threading
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from photofind.core.errors import StoreFailed
from photofind.store.vector_journal_reader import read_journal
from photofind.store.vector_records import check_vectors
from photofind.store.vector_scan import best_first, scan, scan_all, unit_query
from photofind.store.vector_slots import VectorSlots

_DEAD_SHARE = 0.25
_MAX_ID = 2**31 - 1
_TIES_AHEAD = 16
_SCATTERED = 30  # to copy one vector in thirty together is quicker than to pass over the others
_VERY_FEW = 512  # compared one and all without looking at the others
_MOST_BY_HEAP = 4096  # for more than these, sorting all scores is quicker than faiss's heap


class VectorIndex(Protocol):
    """Vectors by photo id. Any thread may call any method."""

    def search(
        self, vector: NDArray[np.float32], limit: int | None, allowed: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """The ids nearest to ``vector`` [d] and their cosines, best first, equal ones by id, each id once.

        Exactly min(limit, number of candidates) of them; ``limit`` None means all. ``allowed`` restricts the
        candidates; ids in it without a vector are passed over. Raises ValueError for a vector without direction.
        """

    def cosines(self, vectors: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """All ids [n], in no order, and their cosines with each of ``vectors`` [m, d]: float32 [m, n].

        Raises ValueError for a vector without direction.
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
    """A VectorIndex in memory: exact inner products over float16, 2 bytes a number and one copy of each vector.

    A stored vector is of length 1 up to the rounding to float16, so a score is its cosine within 2e-4.
    Removed and replaced vectors leave dead slots, which searches skip until a quarter is dead and they are cleared away.
    Ids are below 2³¹: the catalogue counts them up from 1.
    """

    def __init__(self, dimension: int) -> None:
        self._dimension = dimension
        self._lock = threading.Lock()
        self._slots = VectorSlots(dimension)
        self.damaged = 0
        """How many records of the journal it was loaded from were not as they were written."""

    @classmethod
    def from_journal(cls, path: Path, dimension: int, keep: NDArray[np.int64] | None = None) -> "FlatIndex":
        """Load the journal ``<key>.journal`` at ``path``, or of it only the ids in ``keep``. Raises StoreFailed."""
        content = read_journal(path, keep=keep, expected=(path.stem, dimension))
        if content.dimension != dimension:
            raise StoreFailed(f"{path.name} holds vectors of another encoder: start photofind again.")
        index = cls(dimension)
        index._slots.adopt(content.ids, content.vectors)
        index.damaged = content.damaged
        return index

    @property
    def dimension(self) -> int:
        return self._dimension

    def __len__(self) -> int:
        with self._lock:
            return self._slots.live_count

    def ids(self) -> NDArray[np.int64]:
        with self._lock:
            return self._slots.ids()

    def search(
        self, vector: NDArray[np.float32], limit: int | None, allowed: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        query = unit_query(vector, self._dimension)
        with self._lock:
            if allowed is not None and len(allowed) <= _VERY_FEW:
                ids, vectors = self._slots.gathered(np.asarray(allowed, np.int64))
                if len(ids) == 0 or (limit is not None and limit <= 0):
                    return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
                scores, rows = scan(vectors, query, len(ids))
                return best_first(ids[rows], scores, len(ids) if limit is None else limit)
            mask = self._slots.live if allowed is None else self._slots.mask_of(np.asarray(allowed, np.int64))
            candidates = int(np.count_nonzero(mask))
            wanted = candidates if limit is None else min(max(limit, 0), candidates)
            if wanted == 0:
                return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
            if candidates * _SCATTERED < len(mask):
                slots = np.flatnonzero(mask)
                parts, mask = [self._slots.vectors_at(slots)], np.ones(candidates, np.bool_)
                ids = self._slots.id_of_slot[slots]
            else:
                parts, ids = self._slots.parts(), self._slots.id_of_slot
            if wanted > _MOST_BY_HEAP:
                scores = scan_all(parts, query)
                if candidates < len(mask):
                    ids, scores = ids[mask], scores[mask]
                return best_first(ids, scores, wanted)
            return _best(parts, ids, mask, query, wanted)

    def cosines(self, vectors: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        queries = [unit_query(vector, self._dimension) for vector in vectors]
        with self._lock:
            live, parts = self._slots.live, self._slots.parts()
            scores = np.array([scan_all(parts, query) for query in queries], np.float32).reshape(len(queries), len(live))
            return self._slots.id_of_slot[live], scores if live.all() else scores[:, live]

    def upsert(self, ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> None:
        check_vectors(ids, vectors, self._dimension)
        if len(ids) == 0:
            return
        if ids.max() > _MAX_ID:
            raise ValueError("an id is below 2**31")
        unique, from_the_end = np.unique(ids[::-1], return_index=True)
        if len(unique) < len(ids):
            ids, vectors = unique, vectors[len(ids) - 1 - from_the_end]
        with self._lock:
            self._slots.forget(ids)
            self._slots.append(ids, vectors)
            self._tidy()

    def remove(self, ids: NDArray[np.int64]) -> None:
        with self._lock:
            self._slots.forget(np.asarray(ids, dtype=np.int64))
            self._tidy()

    def vectors_of(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        ids = np.asarray(ids, dtype=np.int64)
        with self._lock:
            slots = self._slots.slots_of(ids)
            known = slots >= 0
            return ids[known], self._slots.vectors_at(slots[known])

    def _tidy(self) -> None:
        total = len(self._slots)
        if total - self._slots.live_count > _DEAD_SHARE * total:
            self._slots.clear_away()


def _best(
    parts: list[NDArray[np.float16]],
    ids: NDArray[np.int64],
    mask: NDArray[np.bool_],
    query: NDArray[np.float32],
    wanted: int,
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The ``wanted`` best of those in ``mask``; more are looked at until none left could tie with the last of them."""
    asked = wanted + _TIES_AHEAD
    while True:
        first = 0
        found_ids, found_scores, lowest = [], [], []
        for part in parts:
            here = mask[first : first + len(part)]
            count = int(np.count_nonzero(here))
            if count:
                scores, places = scan(part, query, min(asked, count), None if count == len(part) else here)
                found_ids.append(ids[first + places])
                found_scores.append(scores)
                if asked < count:
                    lowest.append(scores[-1])
            first += len(part)
        best, best_scores = best_first(np.concatenate(found_ids), np.concatenate(found_scores), wanted)
        if not lowest or max(lowest) < best_scores[-1]:
            return best, best_scores
        asked *= 4

"""Nearest neighbours answered by Milvus: for a library without a journal, or with one too large for memory."""

import numpy as np
from numpy.typing import NDArray

from photofind.store.milvus_collection import MilvusCollection
from photofind.store.vector_scan import best_first, scan_all, unit_query

_LISTED = 8192  # so many ids are named to Milvus in one call; of more, those not allowed are dropped here
_SPARE = 256


class MilvusIndex:
    """A VectorIndex (see there) over a collection; any thread. Every method may raise StoreFailed.

    Exact on Milvus Lite (0.1 s for 100,000 vectors); as good as HNSW on a server, whose scores are of its own rounding,
    and as many as asked for there, too: a short answer is asked for again more thoroughly, then completed here.
    Proven on Milvus Lite and on one that leaves answers out; not on a server.
    """

    def __init__(self, collection: MilvusCollection) -> None:
        self._collection = collection

    def __len__(self) -> int:
        return self._collection.count()

    def ids(self) -> NDArray[np.int64]:
        return self._collection.ids()

    def search(
        self, vector: NDArray[np.float32], limit: int | None, allowed: NDArray[np.int64] | None = None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        query = unit_query(vector, self._collection.dimension)
        among = None if allowed is None else np.unique(allowed)
        candidates = len(self) if among is None else len(among)
        wanted = candidates if limit is None else min(max(limit, 0), candidates)
        if wanted == 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        # A filter takes most of what HNSW passes on its way: it has to look as far as it can from the beginning.
        found = self._widening(query, wanted, among, thorough=among is not None)
        if self._collection.is_exact or len(found[0]) >= wanted:
            return found
        found = self._widening(query, wanted, among, thorough=True)  # HNSW does not reach every row
        return found if len(found[0]) >= wanted else self._completed(query, wanted, among, found)

    def _widening(
        self, query: NDArray[np.float32], wanted: int, among: NDArray[np.int64] | None, thorough: bool
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """Ask for more and more until ``wanted`` different ids that are allowed have come, or all that would."""
        search, most = self._collection.search, self._collection.limit_of_an_answer
        listed = among is not None and len(among) <= _LISTED
        asked = wanted if among is None or listed else wanted + _SPARE
        while not listed and asked <= most:
            ids, scores = search(query, asked, thorough=thorough)
            best = _each_once(ids, scores, among, wanted)
            if len(best[0]) >= wanted or len(ids) < asked:
                return best
            asked *= 4  # others than those allowed, and rows that a kill of Milvus Lite has doubled
        some = self.ids() if among is None else among
        asked = wanted
        while True:
            ids, scores = self._collection.search_among(query, asked, some, thorough=thorough)
            best = _each_once(ids, scores, None, wanted)
            if len(best[0]) >= wanted or len(ids) < asked:
                return best
            asked *= 2

    def _completed(
        self,
        query: NDArray[np.float32],
        wanted: int,
        among: NDArray[np.int64] | None,
        found: tuple[NDArray[np.int64], NDArray[np.float32]],
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        """With those that the server's index did not reach, scored here."""
        rest, vectors = self._collection.vectors_of(np.setdiff1d(self.ids() if among is None else among, found[0]))
        ids, scores = np.concatenate([found[0], rest]), np.concatenate([found[1], scan_all([vectors], query)])
        return best_first(ids, scores, wanted)

    def cosines(self, vectors: NDArray[np.float32]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        queries = [unit_query(vector, self._collection.dimension) for vector in vectors]
        ids, stored = self._collection.vectors_of(self.ids())
        return ids, np.array([scan_all([stored], query) for query in queries], np.float32).reshape(len(queries), len(ids))

    def vectors_of(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        return self._collection.vectors_of(np.asarray(ids, dtype=np.int64))

    def upsert(self, ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> None:
        """Nothing: the indexer writes the collection itself, with what else is in a row."""

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Nothing, for the same reason."""


def _each_once(
    ids: NDArray[np.int64], scores: NDArray[np.float32], among: NDArray[np.int64] | None, count: int
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The ``count`` best of those in ``among``."""
    ids, scores = best_first(ids, scores, len(ids))
    _, first = np.unique(ids, return_index=True)
    first.sort()
    if among is not None:
        first = first[np.isin(ids[first], among)]
    return ids[first][:count], scores[first][:count]

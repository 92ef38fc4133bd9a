"""Nearest neighbours answered by Milvus: for a library without a journal, or with one too large for memory."""

import numpy as np
from numpy.typing import NDArray

from photofind.store.milvus_collection import MilvusCollection
from photofind.store.vector_scan import best_first, unit_query


class MilvusIndex:
    """A VectorIndex (see there) over a collection; any thread. Every method may raise StoreFailed.

    Exact on Milvus Lite (0.1 s for 100,000 vectors); as good as HNSW on a server, whose scores are of its own rounding.
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
        candidates = len(self) if allowed is None else len(allowed)
        wanted = candidates if limit is None else min(max(limit, 0), candidates)
        if wanted == 0:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.float32)
        among = None if allowed is None else np.unique(allowed)
        if among is None and wanted > self._collection.limit_of_an_answer:
            among = self.ids()
        asked = wanted
        while True:
            ids, scores = self._ask(query, asked, among)
            _, first = np.unique(ids, return_index=True)  # a kill of Milvus Lite may have doubled rows
            if len(first) >= wanted or len(ids) < asked:
                first.sort()
                return ids[first][:wanted], scores[first][:wanted]
            asked *= 2

    def _ask(
        self, query: NDArray[np.float32], limit: int, among: NDArray[np.int64] | None
    ) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
        if among is None:
            ids, scores = self._collection.search(query, limit)
        else:
            ids, scores = self._collection.search_among(query, limit, among)
        return best_first(ids, scores, len(ids))

    def vectors_of(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        return self._collection.vectors_of(np.asarray(ids, dtype=np.int64))

    def upsert(self, ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> None:
        """Nothing: the indexer writes the collection itself, with what else is in a row."""

    def remove(self, ids: NDArray[np.int64]) -> None:
        """Nothing, for the same reason."""

"""Inner products of one vector with many in float16, by faiss's scalar quantizer, where they lie in memory.

All calls give up the interpreter's lock while they work. One thread each: faiss shares questions out among threads, and
with one question the others only have to be waited for, up to 20 ms on a busy machine.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

_AT_ONCE = 16384  # smaller heaps are quicker, but each call has to get the interpreter's lock back from busy threads


def scan(
    vectors: NDArray[np.float16], query: NDArray[np.float32], count: int, mask: NDArray[np.bool_] | None = None
) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """The ``count`` highest products of ``query`` [d] with ``vectors`` [n, d] and the rows they belong to, best first.

    ``mask`` [n] restricts the rows. ``count`` is no more than there are.
    """
    import faiss as its_types_are_wrong

    faiss: Any = its_types_are_wrong
    faiss.omp_set_num_threads(1)  # OpenMP keeps this number for each calling thread
    index = faiss.IndexScalarQuantizer(vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)
    # A view instead of faiss's own memory, which would double each time it grows. It lives no longer than this call.
    codes = faiss.swig_ptr(vectors.view(np.uint8))
    index.codes = faiss.MaybeOwnedVectorUInt8.create_view(codes, vectors.nbytes, index.codes.owner)
    index.ntotal = len(vectors)
    parameters = None
    if mask is not None:
        bits = np.packbits(mask, bitorder="little")
        parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(bits))
    scores, rows = index.search(query[np.newaxis], count, params=parameters)
    return scores[0], rows[0]


def scan_all(parts: Sequence[NDArray[np.float16]], query: NDArray[np.float32]) -> NDArray[np.float32]:
    """The product of ``query`` with each row of all ``parts``, in their order."""
    products = np.empty(sum(len(part) for part in parts), dtype=np.float32)
    first = 0
    for part in parts:
        for start in range(0, len(part), _AT_ONCE):
            some = part[start : start + _AT_ONCE]
            scores, rows = scan(some, query, len(some))
            products[first + start + rows] = scores
        first += len(part)
    return products


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
    order = np.argsort(-scores)
    ids, scores = ids[order], scores[order]
    equals_next = scores[1:] == scores[:-1]
    if equals_next.any():
        tied = np.append(equals_next, False) | np.append(False, equals_next)
        places = np.flatnonzero(tied)
        ids[places] = ids[places][np.lexsort((ids[places], -scores[places]))]
    return ids[:count], scores[:count]

"""What a journal lost comes back from Milvus, and what Milvus does not have is encoded again."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from photofind.library.vector_writer import VectorWriter
from photofind.store.catalogue_reader import CatalogueReader

Recover = Callable[[NDArray[np.int64]], tuple[NDArray[np.int64], NDArray[np.float16]]]
"""The vectors of some photos that another store still holds."""


def mend_vectors(writer: VectorWriter, reader: CatalogueReader, recover: Recover | None) -> str:
    """Bring a journal that was just opened in step with the catalogue. Returns a sentence where something was lost.

    Indexer thread. Raises NoRoom, StoreFailed.
    """
    encoded = reader.encoded_ids(writer.info.key)
    stored = np.array(reader.stored_ids(writer.info.key), np.int64)
    # Where the end is lost, so is the newest vector of nobody knows whom, and an older one looks like it.
    doubtful = encoded if writer.lost_its_end else writer.missing(encoded)
    mended, recovered = 0, np.empty(0, np.int64)
    if len(doubtful) and recover is not None:
        # Of a photo that Milvus is not known to hold as it is, it may hold an older picture's vector.
        recovered, vectors = recover(np.intersect1d(doubtful, stored))
        mended = writer.refill(recovered, vectors)
    lost = writer.missing(encoded)
    if writer.lost_its_end:
        lost = np.union1d(lost, np.setdiff1d(doubtful, recovered))
    if len(lost):
        writer.forget(lost)
    writer.tidy(reader)
    writer.confirm()
    if not mended and not len(lost):
        return ""
    again = f"; {len(lost):,} are looked at again" if len(lost) else ""
    return f"Vectors of {mended + len(lost):,} photos were damaged or missing and are mended{again}."

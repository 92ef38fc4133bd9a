"""The doctor's visit to the vector store: its processes start when they are first needed, and end with the visit."""

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from photofind.core.errors import StoreFailed
from photofind.library.doctor.ward import KnownEncoder, Ward
from photofind.library.milvus_follower import open_milvus
from photofind.store.milvus_examination import Examination
from photofind.store.milvus_process import MilvusProcess
from photofind.store.milvus_server import EXAMINE


@contextlib.contextmanager
def with_milvus(ward: Ward) -> Iterator[Ward]:
    """The ward with its vector store within reach; the thread must outlive the ``with``."""
    process = open_milvus(ward.paths, ward.settings)
    try:
        yield replace(ward, milvus=process)
    finally:
        with contextlib.suppress(StoreFailed):
            process.close()


def milvus_of(ward: Ward) -> MilvusProcess:
    """Only where the ward has one."""
    assert ward.milvus is not None
    return ward.milvus


def examination(ward: Ward, encoder: KnownEncoder, sample: NDArray[np.int64]) -> Examination:
    """What the encoder's collection holds, with the vectors of a few; changes nothing. Raises NoRoom, StoreFailed."""
    seen: Examination = milvus_of(ward).call(EXAMINE, encoder.key, encoder.dimension, sample)
    return seen


def holds_anything(ward: Ward) -> bool:
    """Whether there is a vector store to look at; a server is asked."""
    return bool(ward.settings.milvus_uri) or ward.paths.milvus.exists()


def vectors_in_milvus(
    ward: Ward, encoder: KnownEncoder, contents: Mapping[int, str]
) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
    """Vectors of those photos that Milvus has with just this content (hexadecimal hash); none where it cannot be read."""
    nothing = np.empty(0, np.int64), np.empty((0, encoder.dimension), np.float16)
    if not holds_anything(ward):
        return nothing
    ids = np.array(sorted(contents), np.int64)
    try:
        seen = examination(ward, encoder, ids)
    except StoreFailed:
        return nothing
    same = np.array([contents[i].startswith(seen.content_hashes.get(i, "?")) for i in seen.ids.tolist()], np.bool_)
    lengths = np.linalg.norm(seen.vectors.astype(np.float32), axis=1)
    usable = same & (np.abs(lengths - 1) < 5e-3) if len(seen.ids) else np.zeros(0, np.bool_)
    return seen.ids[usable], seen.vectors[usable]

"""Reads a vector journal: any thread or process, also while the writer appends."""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photofind.core.errors import StoreFailed
from photofind.store.durable import disk_errors
from photofind.store.vector_records import HEADER_BYTES, VERSION, RecordFormat, unpack_header

VECTORS = "the picture vectors"  # in sentences for the user
RECORDS_AT_ONCE = 2048


@dataclass(frozen=True, slots=True)
class JournalContent:
    """What a journal holds: the last vector of each id, in the order they were written.

    ``vectors`` is float16 [n, dimension], ``ids`` int64 [n], each id once. ``damaged`` counts records that were not as
    written; they, and older vectors of the photos they name, are left out.
    """

    key: str
    dimension: int
    ids: NDArray[np.int64]
    vectors: NDArray[np.float16]
    damaged: int = 0


def read_journal(
    path: Path, keep: NDArray[np.int64] | Iterable[int] | None = None, *, expected: tuple[str, int] | None = None
) -> JournalContent:
    """Everything in the journal at ``path``, or only the ids in ``keep``; any thread or process, while another appends.

    ``expected`` is the key and the dimension to go by where the header is damaged, which only the writer mends.
    Takes the memory of the vectors and little more. Raises StoreFailed where the file is missing or is no journal.
    """
    with disk_errors(VECTORS), path.open("rb") as file:
        header = unpack_header(file.read(HEADER_BYTES))
        if header is None and expected is not None:
            content = read_records(file.fileno(), *expected, keep)
            if len(content.ids):
                return content
        if header is None:
            raise StoreFailed(f"The file of picture vectors {path.name} is damaged: start photofind again to mend it.")
        refuse_newer(header.version, path)
        return read_records(file.fileno(), header.key, header.dimension, keep)


def is_readable(path: Path) -> bool:
    """Whether the journal at ``path`` begins as journals do, or is not there. Looks at its first bytes only."""
    try:
        with path.open("rb") as file:
            return unpack_header(file.read(HEADER_BYTES)) is not None
    except FileNotFoundError:
        return True
    except OSError:
        return False


def read_records(
    descriptor: int, key: str, dimension: int, keep: NDArray[np.int64] | Iterable[int] | None = None
) -> JournalContent:
    """The records behind the header of an open file, whatever that header says. Raises OSError."""
    records = RecordFormat(key, dimension)
    count = max(0, os.fstat(descriptor).st_size - HEADER_BYTES) // records.size
    ids = np.empty(count, dtype=np.int64)
    vectors = np.empty((count, dimension), dtype=np.float16)
    whole = np.zeros(count, dtype=np.bool_)
    named_by_damaged: list[tuple[int, int]] = []  # id, place
    os.lseek(descriptor, HEADER_BYTES, os.SEEK_SET)
    with os.fdopen(os.dup(descriptor), "rb", buffering=0) as file:
        for start in range(0, count, RECORDS_AT_ONCE):
            wanted = min(RECORDS_AT_ONCE, count - start)
            part = np.frombuffer(_read_exactly(file.fileno(), wanted * records.size), dtype=records.dtype)
            if len(part) < wanted:  # the writer took records back meanwhile
                count = start + len(part)
            here = slice(start, start + len(part))
            ids[here], vectors[here], whole[here] = part["id"], part["vector"], records.whole(part)
            for place in np.flatnonzero(~whole[here]):
                named_by_damaged += [(int(part[name][place]), start + int(place)) for name in ("id", "id_again")]
            if len(part) < wanted:
                break
    damaged = count - int(whole[:count].sum())
    chosen = _last_of_each(ids[:count], whole[:count], named_by_damaged)
    if keep is not None:
        kept = keep if isinstance(keep, np.ndarray) else np.fromiter(keep, dtype=np.int64)
        chosen = chosen[np.isin(ids[chosen], kept)]
    if len(chosen) < len(ids):
        ids, vectors = ids[chosen], _moved_together(vectors, chosen)
    return JournalContent(key, dimension, ids, vectors, damaged)


def _moved_together(vectors: NDArray[np.float16], chosen: NDArray[np.intp]) -> NDArray[np.float16]:
    """The chosen rows, in ascending order, without a second copy of all of them in memory."""
    for start in range(0, len(chosen), RECORDS_AT_ONCE):
        some = chosen[start : start + RECORDS_AT_ONCE]
        vectors[start : start + len(some)] = vectors[some]
    return vectors[: len(chosen)]


def _last_of_each(
    ids: NDArray[np.int64], whole: NDArray[np.bool_], named_by_damaged: list[tuple[int, int]]
) -> NDArray[np.intp]:
    """Places of the records that count, in the order of the file."""
    places = np.flatnonzero(whole)
    for photo_id, place in named_by_damaged:  # seldom any
        places = places[(ids[places] != photo_id) | (places > place)]
    _, first_from_the_end = np.unique(ids[places][::-1], return_index=True)
    return np.sort(places[len(places) - 1 - first_from_the_end])


def _read_exactly(descriptor: int, size: int) -> bytes:
    """``size`` bytes, or fewer at the end of the file."""
    parts = []
    while size > 0 and (part := os.read(descriptor, size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def refuse_newer(version: int, path: Path) -> None:
    """Raises StoreFailed for a file of a version that this program does not know."""
    if version > VERSION:
        raise StoreFailed(f"{path.name} was written by a newer photofind: update this one.")

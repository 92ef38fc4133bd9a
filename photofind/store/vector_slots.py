"""Vectors in memory by slot, and which slot is whose."""

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

_Number = TypeVar("_Number", np.int64, np.int32, np.bool_)

_BLOCK_ROWS = 16384
_MOVED_AT_ONCE = 2048


class VectorSlots:
    """Each vector once, float16 [d], in blocks of memory that never move and are never copied as a whole.

    A slot is *live* while its vector counts. Blocks are filled one after the other. One thread at a time.
    """

    def __init__(self, dimension: int) -> None:
        self.live_count = 0
        self._dimension = dimension
        self._blocks: list[NDArray[np.float16]] = []
        self._count = 0  # slots in use, dead ones included
        self._id_of_slot = np.empty(0, dtype=np.int64)  # this and the next grow by doubling
        self._live = np.empty(0, dtype=np.bool_)
        self._slot_of_id = np.empty(0, dtype=np.int32)  # -1: none; ids are as good as dense

    def __len__(self) -> int:
        return self._count

    @property
    def id_of_slot(self) -> NDArray[np.int64]:
        return self._id_of_slot[: self._count]

    @property
    def live(self) -> NDArray[np.bool_]:
        return self._live[: self._count]

    def ids(self) -> NDArray[np.int64]:
        """Those with a vector, ascending."""
        return np.flatnonzero(self._slot_of_id >= 0)

    def parts(self) -> list[NDArray[np.float16]]:
        """All slots in order, as [n, d] views."""
        found, first = [], 0
        for block in self._blocks:
            found.append(block[: self._count - first])
            first += len(block)
        return found

    def slots_of(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """The slot of each id, -1 where it has none."""
        known = len(self._slot_of_id)
        if len(ids) and ids.min() >= 0 and ids.max() < known:
            return self._slot_of_id[ids].astype(np.int64)
        found = np.full(len(ids), -1, dtype=np.int64)
        inside = (ids >= 0) & (ids < known)
        found[inside] = self._slot_of_id[ids[inside]]
        return found

    def mask_of(self, ids: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which slots belong to these ids."""
        slots = self.slots_of(ids)
        mask = np.zeros(self._count + 1, dtype=np.bool_)  # the last one takes those without a slot
        mask[slots] = True
        return mask[:-1]

    def vectors_at(self, slots: NDArray[np.int64]) -> NDArray[np.float16]:
        """A copy of these vectors [n, d], in the order asked."""
        if len(self._blocks) == 1:
            return self._blocks[0].take(slots, axis=0)
        vectors = np.empty((len(slots), self._dimension), dtype=np.float16)
        first = 0
        for block in self._blocks:
            here = (slots >= first) & (slots < first + len(block))
            vectors[here] = block[slots[here] - first]
            first += len(block)
        return vectors

    def gathered(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        """Those of a few ids that have a vector, each once, and copies of their vectors."""
        slots = np.sort(self.slots_of(ids))
        fresh = slots >= 0
        fresh[1:] &= slots[1:] != slots[:-1]
        slots = slots[fresh]
        return self._id_of_slot[slots], self.vectors_at(slots)

    def adopt(self, ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> None:
        """The first vectors, each id once, in memory that is ours from now on."""
        assert self._count == 0
        if len(ids):
            self._blocks = [vectors]
            self._name(ids)

    def append(self, ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> None:
        """Vectors of ids that have none."""
        missing = self._count + len(ids) - sum(len(block) for block in self._blocks)
        if missing > 0:  # memory that is not written yet is not taken yet
            self._blocks.append(np.empty((max(missing, _BLOCK_ROWS), self._dimension), dtype=np.float16))
        self._write(self._count, vectors)
        self._name(ids)

    def forget(self, ids: NDArray[np.int64]) -> None:
        """Their slots are dead; unknown ids are passed over."""
        slots = self.slots_of(ids)
        slots = np.unique(slots[slots >= 0])
        self._live[slots] = False
        self._slot_of_id[self._id_of_slot[slots]] = -1
        self.live_count -= len(slots)

    def clear_away(self) -> None:
        """Move all live vectors to the front, where they are, and let go of what is empty then."""
        slots = np.flatnonzero(self.live)
        ids = self._id_of_slot[slots]
        for start in range(0, len(slots), _MOVED_AT_ONCE):
            self._write(start, self.vectors_at(slots[start : start + _MOVED_AT_ONCE]))
        self._count = self.live_count = 0
        self._name(ids)
        while self._blocks and sum(len(block) for block in self._blocks[:-1]) >= self._count:
            self._blocks.pop()

    def _write(self, slot: int, vectors: NDArray[np.float16]) -> None:
        first = 0
        for block in self._blocks:
            start, stop = max(slot, first), min(slot + len(vectors), first + len(block))
            if start < stop:
                block[start - first : stop - first] = vectors[start - slot : stop - slot]
            first += len(block)

    def _name(self, ids: NDArray[np.int64]) -> None:
        """The next slots are theirs."""
        start, self._count = self._count, self._count + len(ids)
        self._id_of_slot = _grown(self._id_of_slot, self._count, 0)
        self._live = _grown(self._live, self._count, 0)
        self._id_of_slot[start : self._count] = ids
        self._live[start : self._count] = True
        if len(ids):
            self._slot_of_id = _grown(self._slot_of_id, int(ids.max()) + 1, -1)
            self._slot_of_id[ids] = np.arange(start, self._count)
        self.live_count += len(ids)


def _grown(array: NDArray[_Number], length: int, fill: int) -> NDArray[_Number]:
    """``array`` itself where it is long enough, else a copy of at least twice its length."""
    if length <= len(array):
        return array
    grown = np.full(max(length, 2 * len(array)), fill, dtype=array.dtype)
    grown[: len(array)] = array
    return grown

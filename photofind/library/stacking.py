"""Bursts and copies among the photos of an answer, so that one can stand for all of them."""

from array import array
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from photofind.core.errors import EncoderUnavailable
from photofind.core.question import Answer
from photofind.library.encoder_desk import LibraryEncoder
from photofind.library.ranking import copy_from
from photofind.library.sampling import Sample
from photofind.store.catalogue_reader import CatalogueReader
from photofind.store.stack_facts import StackFacts

_LOOKED_AT = 300  # of the first photos; who looks at more looks for another question
_PAIRED = 200  # photos that are compared with each other for what is usual
_BURST_S = 3  # from one photo to the next
_BURST_SPREADS = 3.0


class Stacking:
    """One thread."""

    def __init__(self, reader: CatalogueReader, sample: Sample) -> None:
        self._reader, self._sample = reader, sample
        self._usual: tuple[NDArray[np.float32], float, float] | None = None  # of this sample

    def leaders(self, answer: Answer, encoder: LibraryEncoder) -> "array[int]":
        """For each of the first photos of the answer the place of the one that stands for it; its own, if none does.

        Raises StoreFailed.
        """
        ids = np.frombuffer(answer.ids, np.int64)[:_LOOKED_AT]
        if len(ids) < 2:
            return array("i")
        try:
            index = encoder.index()
        except EncoderUnavailable:  # by content alone, then
            return self._of(answer, ids, np.zeros((len(ids), len(ids)), np.float32), 1.0, 1.0)
        known, vectors = index.vectors_of(ids)
        cosines = np.zeros((len(ids), len(ids)), np.float32)
        if not encoder.is_palette and len(known):  # colours are alike in photos of all kinds
            where = np.flatnonzero(np.isin(ids, known))
            found = vectors.astype(np.float32)
            cosines[np.ix_(where, where)] = found @ found.T
        return self._of(answer, ids, cosines, *self._bounds(encoder))

    def _of(
        self, answer: Answer, ids: NDArray[np.int64], cosines: NDArray[np.float32], copy: float, burst: float
    ) -> "array[int]":
        ends = np.cumsum([answer.literal, answer.strong, answer.likely])
        groups = np.searchsorted(ends, np.arange(len(ids)), side="right")
        return array("i", leaders(cosines, groups, self._reader.stack_facts(ids.tolist()), ids, copy=copy, burst=burst))

    def _bounds(self, encoder: LibraryEncoder) -> tuple[float, float]:
        """The cosines from which on two photos of this library are copies, and may be of one burst."""
        sample = self._sample.of(encoder)
        if self._usual is None or self._usual[0] is not sample:
            some = sample[:: max(1, len(sample) // _PAIRED)]
            pairs = (some @ some.T)[np.triu_indices(len(some), 1)]
            if len(pairs) == 0:
                return 1.0, 1.0
            burst = float(pairs.mean() + _BURST_SPREADS * pairs.std())
            self._usual = (sample, copy_from(float(np.median(pairs))), burst)
        return self._usual[1:]


def leaders(
    cosines: NDArray[np.float32],
    groups: NDArray[np.int64],
    facts: Mapping[int, StackFacts],
    ids: NDArray[np.int64],
    *,
    copy: float,
    burst: float,
) -> list[int]:
    """The place of the first photo that each of ``ids`` [n] is alike, within its group; its own where there is none.

    Alike are files of the same content, pictures whose ``cosines`` [n, n] are at least ``copy``, and photos of one burst:
    taken within seconds of each other, one after the other, with cosines of at least ``burst``. All are compared with
    the first of a stack, so that no party becomes one photo.
    """
    contents = [facts[i].content if i in facts else None for i in ids.tolist()]
    bursts = _bursts([facts[i].taken_s if i in facts else None for i in ids.tolist()])
    numbers = {content: number for number, content in enumerate(dict.fromkeys(contents))}
    content = np.array([numbers[one] for one in contents])
    same_content = (content[:, None] == content) & np.array([one is not None for one in contents])
    same_burst = (bursts[:, None] == bursts) & (bursts >= 0) & (cosines >= burst)
    alike = (same_content | same_burst | (cosines >= copy)) & (groups[:, None] == groups)
    alike &= np.tri(len(ids), k=-1, dtype=np.bool_)  # of each only those before it
    found = np.arange(len(ids))
    for place in np.flatnonzero(alike.any(axis=1)).tolist():
        before = np.flatnonzero(alike[place])
        first = before[found[before] == before]
        if len(first):
            found[place] = first[0]
    return [int(place) for place in found]


def _bursts(taken_s: list[int | None]) -> NDArray[np.int64]:
    """A number for each burst; −1 where it is not known when a photo was taken."""
    times = np.array([-1 if one is None else one for one in taken_s], np.int64)
    order = np.argsort(times, kind="stable")
    number = np.cumsum(np.diff(times[order], prepend=times[order[:1]]) > _BURST_S)
    found = np.empty(len(times), np.int64)
    found[order] = number
    found[[one is None for one in taken_s]] = -1
    return found

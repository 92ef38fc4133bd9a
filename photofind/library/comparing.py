"""A question's cosines judged with what usual words say against the photos that it is nearest to."""

import numpy as np
from numpy.typing import NDArray

from photofind.library.encoder_desk import LibraryEncoder
from photofind.library.ranking import Relevance, relevance
from photofind.library.sampling import Sample
from photofind.library.usual_vectors import UsualVectors
from photofind.library.usual_words import UsualWords

Ids = NDArray[np.int64]

_FEWEST = 20  # photos say too little of how usual words score
_COMPARED = 500  # of the nearest photos; all of a large library would take a second


class Comparing:
    """Judges what words score on the photos of an encoder. One thread."""

    def __init__(self, sample: Sample, *, waits: bool = False) -> None:
        """``waits``: the first question has all usual words encoded, where a later one would be asked by nobody."""
        self._sample, self._waits = sample, waits
        self._vectors: tuple[str, UsualVectors] | None = None
        self._usual: tuple[NDArray[np.float32], UsualWords] | None = None  # of this sample

    def words(
        self, vector: NDArray[np.float32], ids: Ids, cosines: NDArray[np.float32], among: NDArray[np.bool_], encoder: LibraryEncoder
    ) -> Relevance:
        """Judges the ``cosines`` [n] of words' ``vector`` with all photos ``ids`` [n]. Only those ``among`` [n] may be
        answers, so the nearest of them are looked at closely. Raises EncoderUnavailable, StoreFailed.
        """
        usual = self._usual_words(encoder)
        if usual is None:
            return relevance(cosines)
        places = np.flatnonzero(among)
        if len(places) > _COMPARED:
            places = places[np.argpartition(-cosines[places], _COMPARED)[:_COMPARED]]
        places = places[np.argsort(-cosines[places], kind="stable")]
        found, vectors = encoder.index().vectors_of(ids[places])
        if len(found) < len(places):  # some were removed just now
            return relevance(cosines)
        of_words = vectors.astype(np.float32) @ usual.texts.T
        return relevance(cosines, by_words=usual.margins(cosines, usual.far_from(vector), places, of_words))

    def go_on(self) -> bool:
        """A little work on usual words while no question waits; says whether there is more."""
        if self._vectors is None:
            return False
        self._vectors[1].go_on()
        return not self._vectors[1].is_finished

    def _usual_words(self, encoder: LibraryEncoder) -> UsualWords | None:
        if encoder.is_palette:
            return None
        key = encoder.info().key
        if self._vectors is None or self._vectors[0] != key:
            self._vectors, self._usual = (key, UsualVectors(encoder.face, encoder.journal_path.parent, key)), None
        vectors = self._vectors[1]
        if self._waits:
            vectors.encode_all()
        if vectors.known is None:
            return None
        sample = self._sample.of(encoder)
        if len(sample) < _FEWEST:
            return None
        if self._usual is None or self._usual[0] is not sample:
            self._usual = (sample, UsualWords(vectors.known, vectors.known @ sample.T))
        return self._usual[1]

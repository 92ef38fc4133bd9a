"""What usual words say of photos, to compare a question with: a photo of a fox is near “a dog”, but nearer to “a fox”.

After query-bank normalisation (QB-Norm, arXiv 2112.12777), with the library's own statistics of each text, since cosines
of different texts cannot be compared as they are. It needs no other photos: in a library of nothing but dogs none stands
out, and still “a dog” says more of each than hundreds of other words do.
"""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from photofind.config.resources import resource

Vectors = NDArray[np.float32]

_NEAR = 0.5  # words that mean nearly the same as the question say nothing against it
_STRONGEST = 3
_FEWEST = 20
_LEAST_SPREAD = 1e-6


@lru_cache(maxsize=1)
def usual_texts() -> tuple[str, ...]:
    """The words: what people photograph. Raises FileNotFoundError where their file is missing."""
    return tuple(resource("usual_words.txt").read_text(encoding="utf-8").split("\n")[:-1])


class UsualWords:
    """Statistics of usual words over a library. Immutable; any thread."""

    def __init__(self, texts: Vectors, sample_scores: NDArray[np.float32]) -> None:
        """``texts`` [w, d] are unit vectors, ``sample_scores`` [w, m] their cosines with some photos of the library."""
        self.texts = texts
        self._centre = texts.mean(axis=0)
        self._low, self._root = _scale(sample_scores)
        standing = (sample_scores - self._low[:, None]) / self._root[:, None]
        self._unit = max(float(np.median(standing.std(axis=1))), _LEAST_SPREAD)

    def far_from(self, question: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Which of the words [w] mean something else than the ``question`` [d]."""
        asked, words = question - self._centre, self.texts - self._centre
        lengths = np.linalg.norm(words, axis=1) * np.linalg.norm(asked)
        return np.asarray(words @ asked < _NEAR * np.maximum(lengths, _LEAST_SPREAD))

    def margins(
        self,
        scores: NDArray[np.float32],
        far: NDArray[np.bool_],
        best: NDArray[np.int64],
        scores_of_best: NDArray[np.float32],
    ) -> NDArray[np.float32] | None:
        """How much more the question says of each photo than the strongest of other words do, float32 [n].

        ``scores`` [n] are its cosines with all photos; ``scores_of_best`` [k, w] those of the words with the photos at the
        places ``best`` [k], the nearest first. Of the photos behind them the words are taken to say what they say of the
        last tenth of these. None where too few words are ``far`` from the question.
        """
        if np.count_nonzero(far) < _FEWEST or len(best) == 0:
            return None
        others = (scores_of_best[:, far] - self._low[far]) / self._root[far]
        strongest = np.partition(others, -_STRONGEST, axis=1)[:, -_STRONGEST:].mean(axis=1)
        low, root = _scale(scores[None])
        found = (scores - low[0]) / root[0]
        against = np.full(len(scores), strongest[-max(1, len(strongest) // 10) :].mean(), np.float32)
        against[best] = strongest
        return np.asarray((found - against) / self._unit, np.float32)


def _scale(scores: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Where the photos that have nothing to do with each text lie, and the root of their spread, [w] each: texts differ in
    scale partly by nature, partly because they say more; the root takes half of it away.
    """
    low, middle = np.quantile(scores, (0.16, 0.5), axis=1).astype(np.float32)
    return low, np.sqrt(np.maximum(middle - low, _LEAST_SPREAD))

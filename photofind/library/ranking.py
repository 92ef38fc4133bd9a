"""How likely each photo fits a question, judged by what the question scores on the whole library.

A cosine says little by itself: it differs by encoder, by text and by picture (CLIP's good hits lie at 0.15 to 0.35,
SigLIP's at −0.05 to 0.2). What counts is how far a hit stands out of the bulk of the library, whether the library falls
into photos that fit and photos that do not, and whether usual words say more of the photo (``usual_words``). All of this
stays the same when all scores are multiplied or shifted. ``tests/benchmarks/relevance.py --fit`` fits the curves over it,
on labelled photos.
"""

import json
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from photofind.config.resources import resource

_LOOKED_AT = 20_000  # for the bulk so many scores, evenly drawn, are as good as a million
_LEAST_SPREAD = 1e-6
_ALIKE = 0.02  # a lower half whose spread is less of the way to the best hit says nothing
_FEW = 30  # photos tell too little of what chance brings for any of them to be strong
_SURE = 15.0  # in logits: three chances in ten million
_COPY = 0.05  # of what lies between the bulk and an identical picture
_SAME = 0.999

EVIDENCE = ("by_chance", "by_best", "apart", "beyond", "by_words")
"""The columns of ``evidence``."""


@dataclass(frozen=True, slots=True)
class Curve:
    """Probability = 1 / (1 + exp(−(bias + Σ slope · evidence))); from the last two on a hit convinces, or is strong."""

    bias: float
    by_chance: float
    by_best: float
    apart: float
    beyond: float
    by_words: float
    likely_from: float
    strong_from: float

    @property
    def slopes(self) -> NDArray[np.float32]:
        return np.array([getattr(self, name) for name in EVIDENCE], np.float32)


@dataclass(frozen=True, slots=True)
class Relevance:
    """``probabilities`` float32 [n] of the scores judged; from ``likely_from`` on a hit convinces, from ``strong_from`` a lot."""

    probabilities: NDArray[np.float32]
    likely_from: float
    strong_from: float


def relevance(
    scores: NDArray[np.float32],
    *,
    aside: NDArray[np.bool_] | None = None,
    by_words: NDArray[np.float32] | None = None,
    curve: Curve | None = None,
) -> Relevance:
    """Judges the cosines [n] of one question with all photos of a library, in any order.

    ``by_words`` [n] is what ``UsualWords.margins`` says of them; without it a higher score is never less likely. Among a few
    photos nothing is strong, and chance is likely now and then. Photos ``aside`` [n] are judged, but are no measure for the
    others: a picture that the question itself has. Any thread; 4 ms for 100,000 photos.
    """
    curve = curve or usual_curve("words alone" if by_words is None else "words")
    found = evidence(scores, None if aside is None else scores[~aside], by_words)
    logit = np.clip(curve.bias + found @ curve.slopes, -_SURE, _SURE)
    probabilities = (1 / (1 + np.exp(-logit))).astype(np.float32)
    if len(scores) < _FEW:
        probabilities = np.minimum(probabilities, np.nextafter(np.float32(curve.strong_from), np.float32(0)))
    return Relevance(probabilities, curve.likely_from, curve.strong_from)


def are_copies(cosines: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which photos [n] are the picture itself, or copies and close versions of it, by their cosines with it."""
    if len(cosines) == 0:
        return np.zeros(0, np.bool_)
    return np.asarray(cosines > copy_from(float(np.median(_some(cosines)))))


def copy_from(usual: float) -> float:
    """The cosine above which two pictures are the same, or close versions, where ``usual`` is that of unrelated ones."""
    return min(_SAME, 1 - _COPY * (1 - usual))


def evidence(
    scores: NDArray[np.float32],
    measured: NDArray[np.float32] | None = None,
    by_words: NDArray[np.float32] | None = None,
) -> NDArray[np.float32]:
    """What speaks for each score: float32 [n, 5], columns as in ``EVIDENCE``. Measured are usually all scores.

    by_chance: its distance from the bulk, 1 where the best of m unrelated photos would be expected by chance (√(2 ln m)
    spreads, the largest of m normal numbers). by_best: that distance as a share of the best hit's. apart: how well one cut
    parts the library in two, as share of the variance that lies between both parts (Otsu, 1979), above what chance brings;
    the same for all. beyond: how far above that cut it lies, in spreads by chance, and weighed by how good the cut is.
    by_words: as given, else 0.
    """
    measured = scores if measured is None else measured
    found = np.zeros((len(scores), len(EVIDENCE)), np.float32)
    if len(measured):
        some = _some(measured)
        middle, spread = _bulk(some)
        by_chance = float(np.sqrt(2 * np.log(max(2, len(measured)))))
        distance = (scores - np.float32(middle)).astype(np.float32)
        best = float(measured.max()) - middle
        found[:, 0] = distance / np.float32(spread * by_chance)
        found[:, 1] = np.minimum(distance / np.float32(best), 1) if best > _LEAST_SPREAD else 0
        cut, parted, deviation = _parted(some)
        found[:, 2] = parted - _apart_by_chance(len(some))
        found[:, 3] = parted * (scores - np.float32(cut)) / np.float32(deviation * by_chance)
    if by_words is not None:
        found[:, 4] = by_words
    return found


def _some(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """Ascending, and evenly drawn where they are many. Copies count once."""
    return np.unique(scores[:: max(1, len(scores) // _LOOKED_AT)])


def _bulk(some: NDArray[np.float32]) -> tuple[float, float]:
    """Middle and spread of the photos that have nothing to do with the question: the spread of the lower half, since right
    answers are in the upper one; of all where the lower half is all alike.
    """
    low, middle = np.quantile(some, (0.16, 0.5))
    spread = float(middle - low)
    if spread < _ALIKE * float(some[-1] - middle):
        spread = float(some.std())
    return float(middle), max(spread, _LEAST_SPREAD)


def _parted(some: NDArray[np.float32]) -> tuple[float, float, float]:
    """The cut with the largest variance between both of its sides, its share of all variance, and the standard deviation."""
    deviation = float(some.std())
    if deviation < _LEAST_SPREAD:
        return float(some[-1]), 0.0, _LEAST_SPREAD
    below = np.arange(1, len(some))
    sums = np.cumsum(some, dtype=np.float64)
    apart = sums[:-1] / below - (sums[-1] - sums[:-1]) / (len(some) - below)
    between = apart**2 * below * (len(some) - below) / len(some) ** 2
    place = int(np.argmax(between))
    return float(some[place]), float(between[place]) / deviation**2, deviation


def _apart_by_chance(count: int) -> float:
    """What ``_parted`` finds in ``count`` normal numbers: its mean, 2/π for many, and a standard deviation more."""
    return float(2 / np.pi + 1 / count + 0.3 / np.sqrt(count))


def usual_curve(kind: str) -> Curve:
    """The curve that comes with the program, for questions of a kind: "words"; "words alone", where usual words have no
    vectors (yet); "picture", where one is in the question: photos that only share a setting with it are near it, too.

    Raises FileNotFoundError where the file is missing.
    """
    return _curves()[kind]


@lru_cache(maxsize=1)
def _curves() -> dict[str, Curve]:
    values = json.loads(resource("relevance.json").read_text(encoding="utf-8"))
    return {kind: Curve(**curve) for kind, curve in values["curves"].items()}

"""How likely each photo fits a question, judged by what the question scores on the whole library.

A cosine says little by itself: it differs by encoder, by text and by picture (CLIP's good hits lie at 0.15 to 0.35,
SigLIP's at −0.05 to 0.2). What counts is how far a hit stands out of the bulk of the library, compared with how far the
best of as many unrelated photos would by chance, and with the best hit. Both numbers stay the same when all scores are
multiplied or shifted. ``tests/benchmarks/relevance.py --fit`` fits the curve over them, on labelled photos.
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
_HIGH = 1.88  # spreads of a normal bulk below which 97 % of it lie


@dataclass(frozen=True, slots=True)
class Curve:
    """Probability = 1 / (1 + exp(−(bias + by_chance · how far out of the bulk + by_best · share of the best hit)))."""

    bias: float
    by_chance: float
    by_best: float
    likely_from: float
    strong_from: float


@dataclass(frozen=True, slots=True)
class Relevance:
    """``probabilities`` float32 [n] of the scores judged; from ``likely_from`` on a hit convinces, from ``strong_from`` a lot."""

    probabilities: NDArray[np.float32]
    likely_from: float
    strong_from: float


def relevance(
    scores: NDArray[np.float32], *, aside: NDArray[np.bool_] | None = None, curve: Curve | None = None
) -> Relevance:
    """Judges the cosines [n] of one question with all photos of a library, in any order.

    A higher score is never less likely. Among a few photos nothing is strong, and chance is likely now and then. What half
    of a library shows does not stand out, and is not convincing. Photos ``aside`` [n] are judged, but are no measure for
    the others: a picture that the question itself has. Any thread; 3 ms for 100,000 photos.
    """
    curve = curve or usual_curve()
    out, share = features(scores, None if aside is None else scores[~aside])
    logit = np.clip(curve.bias + curve.by_chance * out + curve.by_best * share, -_SURE, _SURE)
    probabilities = (1 / (1 + np.exp(-logit))).astype(np.float32)
    if len(scores) < _FEW:
        probabilities = np.minimum(probabilities, np.nextafter(np.float32(curve.strong_from), np.float32(0)))
    return Relevance(probabilities, curve.likely_from, curve.strong_from)


def are_copies(cosines: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Which photos [n] are the picture itself, or copies and close versions of it, by their cosines with it."""
    if len(cosines) == 0:
        return np.zeros(0, np.bool_)
    centre, _ = bulk(cosines)
    return np.asarray(cosines > min(_SAME, 1 - _COPY * (1 - centre)))


def features(
    scores: NDArray[np.float32], measured: NDArray[np.float32] | None = None
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """For each score [n]: its distance from the bulk, 1 where the best of m unrelated photos would be expected by chance
    (√(2 ln m) spreads, the largest of m normal numbers); and that distance as a share of the best hit's. Bulk and best hit
    are those of the scores ``measured`` [m], usually all.
    """
    measured = scores if measured is None else measured
    if len(measured) == 0:
        return np.zeros(len(scores), np.float32), np.zeros(len(scores), np.float32)
    centre, spread = bulk(measured)
    distance = (scores - np.float32(centre)).astype(np.float32)
    out = distance / np.float32(spread * np.sqrt(2 * np.log(max(2, len(measured)))))
    best = float(measured.max()) - centre
    return out, np.minimum(distance / np.float32(best), 1) if best > _LEAST_SPREAD else np.zeros_like(distance)


def bulk(scores: NDArray[np.float32]) -> tuple[float, float]:
    """Middle and spread of the photos that have nothing to do with the question. Copies count once.

    The spread of the lower half alone makes a surprise of what fits a little, as many photos do for vague words; that of
    the upper half holds the right answers too. Hence their geometric mean (of a normal bulk both are the same); where the
    lower half is all alike, the spread of all.
    """
    some = np.unique(scores[:: max(1, len(scores) // _LOOKED_AT)])
    low, middle, high = np.quantile(some, (0.16, 0.5, 0.97))
    spread = float(np.sqrt((middle - low) * (high - middle) / _HIGH))
    if middle - low < _ALIKE * float(some[-1] - middle):
        spread = float(some.std())
    return float(middle), max(spread, _LEAST_SPREAD)


def usual_curve(*, with_picture: bool = False) -> Curve:
    """The curve that comes with the program: for words, or for questions with a picture in them, whose cosines with photos
    that only share a setting with it are high, too. Raises FileNotFoundError where the file is missing.
    """
    return _curves()["with_picture" if with_picture else "curve"]


@lru_cache(maxsize=1)
def _curves() -> dict[str, Curve]:
    values = json.loads(resource("relevance.json").read_text(encoding="utf-8"))
    return {name: Curve(**values[name]) for name in ("curve", "with_picture")}

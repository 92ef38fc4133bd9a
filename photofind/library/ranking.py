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
_SURE = 15.0  # in logits: three chances in ten million
_COPY = 0.05  # of what lies between the bulk and an identical picture


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


def relevance(scores: NDArray[np.float32], *, of_picture: bool = False, curve: Curve | None = None) -> Relevance:
    """Judges the cosines [n] of one question with all photos of a library, in any order.

    A higher score is never less likely. A library of a few photos tells little, and nothing convinces in it. With
    ``of_picture`` the question is a picture, and copies of it fit for certain and are no measure for the others.
    Any thread; 2 ms for 100,000 photos.
    """
    curve = curve or usual_curve()
    probabilities = np.empty(len(scores), np.float32)
    copies = np.zeros(len(scores), np.bool_)
    if of_picture and len(scores):
        centre, _ = bulk(scores)
        copies = scores > 1 - _COPY * (1 - centre)
    others = scores[~copies]
    probabilities[copies] = 1.0
    out, share = features(others)
    logit = np.clip(curve.bias + curve.by_chance * out + curve.by_best * share, -_SURE, _SURE)
    probabilities[~copies] = 1 / (1 + np.exp(-logit))
    return Relevance(probabilities, curve.likely_from, curve.strong_from)


def features(scores: NDArray[np.float32]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """For each score [n]: its distance from the bulk, 1 where the best of n unrelated photos would be expected by chance
    (√(2 ln n) spreads, the largest of n normal numbers); and that distance as a share of the best hit's.
    """
    if len(scores) == 0:
        return np.empty(0, np.float32), np.empty(0, np.float32)
    centre, spread = bulk(scores)
    distance = (scores - np.float32(centre)).astype(np.float32)
    out = distance / np.float32(spread * np.sqrt(2 * np.log(max(2, len(scores)))))
    best = float(distance.max())
    return out, distance / np.float32(best) if best > _LEAST_SPREAD else np.zeros_like(distance)


def bulk(scores: NDArray[np.float32]) -> tuple[float, float]:
    """Middle and spread of the photos that have nothing to do with the question: the spread of the lower half, since right
    answers are in the upper one."""
    some = scores[:: max(1, len(scores) // _LOOKED_AT)]
    low, middle = np.quantile(some, (0.16, 0.5))
    return float(middle), max(float(middle - low), _LEAST_SPREAD)


@lru_cache(maxsize=1)
def usual_curve() -> Curve:
    """The curve that comes with the program. Raises FileNotFoundError where its file is missing."""
    values = json.loads(resource("relevance.json").read_text(encoding="utf-8"))
    return Curve(**values["curve"])

"""Fits a curve of relevance to questions with known answers."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photofind.library.evaluation.measures import Case, f1_of_sets
from photofind.library.ranking import EVIDENCE, Curve, evidence

WORDS = ("apart", "beyond", "by_words")
WORDS_ALONE = ("by_chance", "by_best", "apart", "beyond")

_STEPS = 40
_RIDGE = 1e-5  # enough to end where right and wrong ones can be told apart without fail
_STRONG_PRECISION = 0.93  # a little more than is promised, since other questions will come
_STRETCH = 10  # cuts on either side
_HONESTY = {WORDS: 0.13, WORDS_ALONE: 0.18}
"""What it counts that nothing is shown where nothing is right, as share of a question's F1; more where less is known."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A case to fit to, and what it counts beside others."""

    case: Case
    weight: float = 1.0


def fit_curve(cases: Sequence[Weighed], uses: tuple[str, ...] = WORDS_ALONE) -> Curve:
    """Logistic regression of ``uses`` (of ``EVIDENCE``) over all hits, slopes not below 0; then the cuts: the best mean F1,
    with some weight on showing nothing where the right answers are taken away, and the precision of strong.

    Questions of a weight count alike, and so do the photos of a question. The cut for strong is that of cases of full
    weight. Deterministic.
    """
    columns = [EVIDENCE.index(name) for name in uses]
    inputs = [evidence(one.case.scores, by_words=one.case.by_words)[:, columns] for one in cases]
    wanted = np.concatenate([one.case.right for one in cases]).astype(np.float64)
    weights = np.concatenate([np.full(len(one.case.right), one.weight) for one in cases])
    bias, slopes = _logistic(np.concatenate(inputs).astype(np.float64), wanted, weights)
    plain = Curve(bias, **dict.fromkeys(EVIDENCE, 0.0) | dict(zip(uses, slopes, strict=True)), likely_from=0.5, strong_from=0.5)
    probabilities = [one.case.judged(plain).probabilities for one in cases]
    absent = [one.case.without_right().judged(plain).probabilities.max(initial=0) for one in cases]
    likely_from = _best_cut(cases, probabilities, np.array(absent), _HONESTY[uses])
    full = [(found, one.case.right) for found, one in zip(probabilities, cases, strict=True) if one.weight == 1]
    strong_from = max(likely_from, _precise_cut(*(np.concatenate(values) for values in zip(*full, strict=True))))
    rounded = {name: round(value, 4) for name, value in zip(uses, slopes, strict=True)}
    return Curve(
        round(bias, 4),
        **dict.fromkeys(EVIDENCE, 0.0) | rounded,
        likely_from=round(likely_from, 4),
        strong_from=round(strong_from, 4),
    )


def _logistic(
    inputs: NDArray[np.float64], wanted: NDArray[np.float64], weights: NDArray[np.float64]
) -> tuple[float, list[float]]:
    """By Newton's method; what would have a slope below 0 is left out: more evidence never makes a hit less likely."""
    used = list(range(inputs.shape[1]))
    while True:
        columns = np.column_stack([np.ones(len(inputs)), inputs[:, used]])
        found = np.zeros(columns.shape[1])
        for _ in range(_STEPS):
            chance = 1 / (1 + np.exp(-np.clip(columns @ found, -30, 30)))
            gradient = columns.T @ (weights * (chance - wanted)) / weights.sum() + _RIDGE * found
            curvature = (columns * (weights * chance * (1 - chance))[:, None]).T @ columns / weights.sum()
            found -= np.linalg.solve(curvature + _RIDGE * np.eye(len(found)), gradient)
        wrong = [feature for feature, slope in zip(used, found[1:], strict=True) if slope < 0]
        if not wrong:
            slopes = dict(zip(used, found[1:].tolist(), strict=True))
            return float(found[0]), [slopes.get(feature, 0.0) for feature in range(inputs.shape[1])]
        used = [feature for feature in used if feature not in wrong]


def _best_cut(
    cases: Sequence[Weighed],
    probabilities: Sequence[NDArray[np.float32]],
    absent: NDArray[np.float32],
    honesty: float,
) -> float:
    """``absent`` [q] is the highest probability of each question in a library without its right answers."""
    cuts = np.linspace(0.05, 0.9, 86)
    weights = np.array([one.weight for one in cases])
    worths = []
    for cut in cuts:
        f1 = [f1_of_sets(found[None] >= cut, one.case.right[None])[0] for found, one in zip(probabilities, cases, strict=True)]
        worths.append(np.average(np.array(f1) + honesty * (absent < cut), weights=weights))
    # One cut among its neighbours is best by chance: what counts is the stretch around it.
    window = np.hanning(2 * _STRETCH + 3)[1:-1]
    worths = np.convolve(np.pad(worths, _STRETCH, "edge"), window / window.sum(), "valid").tolist()
    return float(cuts[int(np.argmax(worths))])


def _precise_cut(probabilities: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    """The lowest cut from which on hits are right often enough."""
    order = np.argsort(-probabilities)
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    enough = np.flatnonzero(precision >= _STRONG_PRECISION)
    return float(probabilities[order[enough[-1]]]) if len(enough) else 1.0

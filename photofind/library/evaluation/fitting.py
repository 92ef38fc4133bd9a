"""Fits the curve of relevance to questions with known answers."""

import numpy as np
from numpy.typing import NDArray

from photofind.library.evaluation.measures import Right, Scores, f1_of_sets, without_right
from photofind.library.ranking import Curve, features, relevance

_STEPS = 40
_RIDGE = 1e-5  # enough to end where right and wrong ones can be told apart without fail
_STRONG_PRECISION = 0.92  # a little more than is promised, since other questions will come
_STRETCH = 10  # cuts on either side
_HONESTY = 0.15  # of a question's F1 is what it counts that nothing is shown where nothing is right


def fit_curve(scores: Scores, right: Right) -> Curve:
    """Logistic regression over all hits, slopes not below 0; then the cuts: the best mean F1, with some weight on showing
    nothing where the right answers are taken away, and the precision of strong.

    Questions count alike, and so do the photos of a question. Deterministic.
    """
    inputs = np.array([np.array(features(row)).T for row in scores], np.float64).reshape(-1, 2)
    bias, by_chance, by_best = _logistic(inputs, right.reshape(-1).astype(np.float64))
    plain = Curve(bias, by_chance, by_best, 0.5, 0.5)
    probabilities = np.array([relevance(row, curve=plain).probabilities for row in scores])
    absent = np.array([relevance(row, curve=plain).probabilities.max() for row in without_right(scores, right)])
    likely_from = _best_cut(probabilities, right, absent)
    strong_from = max(likely_from, _precise_cut(probabilities, right))
    return Curve(*(round(value, 4) for value in (bias, by_chance, by_best, likely_from, strong_from)))


def _logistic(inputs: NDArray[np.float64], wanted: NDArray[np.float64]) -> tuple[float, float, float]:
    used = [0, 1]
    while True:
        columns = np.column_stack([np.ones(len(inputs)), inputs[:, used]])
        weights = np.zeros(columns.shape[1])
        for _ in range(_STEPS):
            chance = 1 / (1 + np.exp(-np.clip(columns @ weights, -30, 30)))
            gradient = columns.T @ (chance - wanted) / len(wanted) + _RIDGE * weights
            curvature = (columns * (chance * (1 - chance))[:, None]).T @ columns / len(wanted)
            weights -= np.linalg.solve(curvature + _RIDGE * np.eye(len(weights)), gradient)
        wrong = [feature for feature, weight in zip(used, weights[1:], strict=True) if weight < 0]
        if not wrong:
            slopes = dict(zip(used, weights[1:], strict=True))
            return float(weights[0]), float(slopes.get(0, 0.0)), float(slopes.get(1, 0.0))
        used = [feature for feature in used if feature not in wrong]  # a higher score is never less likely


def _best_cut(probabilities: Scores, right: Right, absent: NDArray[np.float32]) -> float:
    """``absent`` [q] is the highest probability of each question in a library without its right answers."""
    cuts = np.linspace(0.05, 0.9, 86)
    worths = [f1_of_sets(probabilities >= cut, right).mean() + _HONESTY * (absent < cut).mean() for cut in cuts]
    # One cut among its neighbours is best by chance: what counts is the stretch around it.
    window = np.hanning(2 * _STRETCH + 3)[1:-1]
    worth = np.convolve(np.pad(worths, _STRETCH, "edge"), window / window.sum(), "valid")
    return float(cuts[int(np.argmax(worth))])


def _precise_cut(probabilities: Scores, right: Right) -> float:
    """The lowest cut from which on hits are right often enough."""
    flat = probabilities.reshape(-1)
    order = np.argsort(-flat)
    precision = np.cumsum(right.reshape(-1)[order]) / np.arange(1, len(flat) + 1)
    enough = np.flatnonzero(precision >= _STRONG_PRECISION)
    return float(flat[order[enough[-1]]]) if len(enough) else 1.0

"""Measures over questions with known answers: scores float [q, n], right bool [q, n]. Plain numbers; any thread."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from photofind.library.ranking import Curve, Relevance, relevance

Scores = NDArray[np.float32]
Right = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Case:
    """A question to a library, with what ``relevance`` takes of it: cosines [n], which photos are right [n], and what usual
    words say against each [n], if that is known.
    """

    scores: Scores
    right: Right
    by_words: Scores | None = None

    def judged(self, curve: Curve) -> Relevance:
        return relevance(self.scores, by_words=self.by_words, curve=curve)

    def without_right(self) -> "Case":
        """The same in a library without its right answers."""
        wrong = ~self.right
        by_words = None if self.by_words is None else self.by_words[wrong]
        return replace(self, scores=self.scores[wrong], right=self.right[wrong], by_words=by_words)


def f1_of_sets(shown: Right, right: Right) -> NDArray[np.float64]:
    """F1 of each question's set of photos [q]: 2·hits ÷ (shown + right); 0 where either is empty."""
    hits = (shown & right).sum(axis=1)
    total = shown.sum(axis=1) + right.sum(axis=1)
    return np.asarray(2 * hits / np.maximum(total, 1), np.float64)


def best_constant(values: Scores, right: Right) -> float:
    """The one threshold over all questions with the highest mean F1, found with hindsight."""
    candidates = np.quantile(values[right], np.linspace(0, 1, 201))
    means = [float(f1_of_sets(values >= cut, right).mean()) for cut in candidates]
    return float(candidates[int(np.argmax(means))])


def best_cuts(values: Scores, right: Right) -> NDArray[np.float64]:
    """F1 of each question with the best threshold for it alone, which nobody can know: what an oracle would reach."""
    order = np.argsort(-values, axis=1)
    hits = np.take_along_axis(right, order, axis=1).cumsum(axis=1)
    shown = np.arange(1, values.shape[1] + 1)
    return np.asarray((2 * hits / (shown + right.sum(axis=1, keepdims=True))).max(axis=1), np.float64)


def robust_z(scores: Scores) -> Scores:
    """Each question's scores as distances from their median in units of the median absolute deviation."""
    middle = np.median(scores, axis=1, keepdims=True)
    spread = np.median(np.abs(scores - middle), axis=1, keepdims=True) * 1.4826
    return np.asarray((scores - middle) / np.maximum(spread, 1e-9), np.float32)


def area_under_curve(present: NDArray[np.float64], absent: NDArray[np.float64]) -> float:
    """The chance that a question with right answers scores higher than one without (Mann–Whitney U), ties half."""
    below = np.searchsorted(np.sort(absent), present, side="left")
    upto = np.searchsorted(np.sort(absent), present, side="right")
    return float((below + upto).sum() / (2 * len(present) * len(absent)))


def calibration_error(probabilities: Scores, right: Right, bins: int = 10) -> float:
    """Expected calibration error over hits of at least 5 %: stated against seen, bins of equal width weighted by size.

    The many photos that are surely wrong would hide all others (Guo et al., arXiv 1706.04599).
    """
    counted = probabilities >= 0.05
    stated, seen = probabilities[counted], right[counted]
    if len(stated) == 0:
        return 0.0
    bin_of = np.minimum((stated * bins).astype(int), bins - 1)
    errors = [abs(stated[bin_of == b].mean() - seen[bin_of == b].mean()) * (bin_of == b).sum() for b in np.unique(bin_of)]
    return float(sum(errors) / len(stated))


def interval(values: NDArray[np.float64], seed: int = 0, draws: int = 2000) -> tuple[float, float]:
    """95 % bootstrap interval of a mean over questions [q]."""
    chance = np.random.default_rng(seed)
    means = values[chance.integers(0, len(values), (draws, len(values)))].mean(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return float(low), float(high)


def distorted(scores: Scores, seed: int = 0) -> Scores:
    """As real CLIP's cosines are: an offset and a scale that each text has of its own."""
    chance = np.random.default_rng(seed)
    scale = chance.uniform(0.6, 1.4, (len(scores), 1))
    offset = chance.normal(0, 0.02, (len(scores), 1))
    return np.asarray(0.08 * scale * scores + 0.2 + offset, np.float32)

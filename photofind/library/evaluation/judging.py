"""What the bands of answers are worth on questions with known answers, as one report."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photofind.library.evaluation.fitting import WORDS_ALONE, Weighed, fit_curve
from photofind.library.evaluation.measures import (
    Case,
    area_under_curve,
    best_constant,
    best_cuts,
    calibration_error,
    f1_of_sets,
    interval,
    robust_z,
)
from photofind.library.ranking import Curve

CurveOf = Callable[[int], Curve]
"""The curve to judge a question with, by its number."""


@dataclass(frozen=True, slots=True)
class Report:
    """Means over questions; intervals are 95 %, by bootstrap over questions. ``constant`` and ``z_score`` are the best
    cuts with hindsight, which photofind does not have; ``oracle`` cuts each question as well as can be.
    """

    questions: int
    photos: int
    f1: float
    constant_f1: float
    z_score_f1: float
    oracle_f1: float
    over_constant: tuple[float, float]
    over_z_score: tuple[float, float]
    strong_precision: float
    strong_recall: float
    calibration_error: float
    present_auc: float
    present_auc_interval: tuple[float, float]
    false_alarms: float
    """Questions without a right answer to which something convinces, as a share."""
    misses: float
    """Questions with right answers to which nothing convinces, as a share."""


def judge(cases: Sequence[Case], curve_of: CurveOf) -> Report:
    """Questions to libraries of one size; each has a right answer and a wrong one. Any thread."""
    scores, right = np.array([case.scores for case in cases]), np.array([case.right for case in cases])
    judged = [case.judged(curve_of(number)) for number, case in enumerate(cases)]
    probabilities = np.array([one.probabilities for one in judged])
    convincing = np.array([one.probabilities >= one.likely_from for one in judged])
    strong = np.array([one.probabilities >= one.strong_from for one in judged])
    z_scores = robust_z(scores)
    ours = f1_of_sets(convincing, right)
    constant = f1_of_sets(scores >= best_constant(scores, right), right)
    by_z = f1_of_sets(z_scores >= best_constant(z_scores, right), right)
    absent = [case.without_right().judged(curve_of(number)) for number, case in enumerate(cases)]
    best_present = probabilities.max(axis=1).astype(np.float64)
    best_absent = np.array([one.probabilities.max(initial=0) for one in absent], np.float64)
    return Report(
        questions=len(scores),
        photos=scores.shape[1],
        f1=float(ours.mean()),
        constant_f1=float(constant.mean()),
        z_score_f1=float(by_z.mean()),
        oracle_f1=float(best_cuts(scores, right).mean()),
        over_constant=interval(ours - constant),
        over_z_score=interval(ours - by_z),
        strong_precision=float((strong & right).sum() / max(1, strong.sum())),
        strong_recall=float((strong & right).sum() / right.sum()),
        calibration_error=calibration_error(probabilities, right),
        present_auc=area_under_curve(best_present, best_absent),
        present_auc_interval=_auc_interval(best_present, best_absent),
        false_alarms=float(np.mean([bool((one.probabilities >= one.likely_from).any()) for one in absent])),
        misses=float(np.mean(~convincing.any(axis=1))),
    )


def cross_validated(
    cases: Sequence[Case],
    uses: tuple[str, ...] = WORDS_ALONE,
    more: Sequence[tuple[int, Weighed]] = (),
    *,
    folds: int = 6,
    seed: int = 0,
) -> CurveOf:
    """Curves to judge each question with that were fitted to the questions of other folds; ``more`` are other cases to fit
    to, each with the number of the question that it asks.
    """
    fold_of = np.random.default_rng(seed).permutation(len(cases)) % folds
    curves = []
    for fold in range(folds):
        known = [Weighed(case) for number, case in enumerate(cases) if fold_of[number] != fold]
        known += [weighed for number, weighed in more if fold_of[number] != fold]
        curves.append(fit_curve(known, uses))
    return lambda number: curves[fold_of[number]]


def as_lines(report: Report) -> list[str]:
    """The report for people."""
    low, high = report.present_auc_interval
    return [
        f"{report.questions:,} questions over {report.photos:,} photos",
        f"F1 of the convincing set   {report.f1:.3f}",
        f"  best constant, hindsight {report.constant_f1:.3f}   ours is better by {_span(report.over_constant)}",
        f"  best z-score, hindsight  {report.z_score_f1:.3f}   ours is better by {_span(report.over_z_score)}",
        f"  best cut for each alone  {report.oracle_f1:.3f}",
        f"Strong hits                precision {report.strong_precision:.2f}, recall {report.strong_recall:.3f}",
        f"Calibration error          {report.calibration_error:.3f}",
        f"Right answers there or not AUC {report.present_auc:.3f} ({low:.3f} to {high:.3f}), false alarms"
        f" {report.false_alarms:.0%}, misses {report.misses:.0%}",
    ]


def _span(values: tuple[float, float]) -> str:
    return f"{values[0]:+.3f} to {values[1]:+.3f}"


def _auc_interval(present: NDArray[np.float64], absent: NDArray[np.float64], draws: int = 1000) -> tuple[float, float]:
    """95 % by bootstrap over questions, each with its pair."""
    chance = np.random.default_rng(0)
    picks = chance.integers(0, len(present), (draws, len(present)))
    low, high = np.quantile([area_under_curve(present[pick], absent[pick]) for pick in picks], (0.025, 0.975))
    return float(low), float(high)

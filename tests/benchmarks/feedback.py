"""What five thumbs are worth: a simulated user judges the first five photos of each answer truly.

.venv/bin/python tests/benchmarks/feedback.py

Same questions and vectors as relevance.py. Average precision before and after, over all photos and over those that were
not judged; means, the worst quarter of the questions, and 95 % bootstrap intervals of the paired difference.
"""

import sys

import numpy as np
from numpy.typing import NDArray
from relevance import questions

from photofind.library.evaluation.measures import interval
from photofind.library.feedback import refined

_CLICKS = 5


def average_precision(scores: NDArray[np.float32], right: NDArray[np.bool_]) -> float:
    hits = right[np.argsort(-scores)]
    return float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())


def main() -> None:
    asked = questions()
    for heading, judged_count in (("all photos", True), ("those not judged", False)):
        before, after = [], []
        for text, right in zip(asked.texts, asked.right, strict=True):
            first = np.argsort(-(asked.photos @ text))[:_CLICKS]
            better = refined(text, asked.photos[first[right[first]]], asked.photos[first[~right[first]]])
            counted = np.ones(len(right), np.bool_)
            counted[first] = judged_count
            if right[counted].any():
                before.append(average_precision((asked.photos @ text)[counted], right[counted]))
                after.append(average_precision((asked.photos @ better)[counted], right[counted]))
        _say(heading, np.array(before), np.array(after))


def _say(heading: str, before: NDArray[np.float64], after: NDArray[np.float64]) -> None:
    worst = before <= np.quantile(before, 0.25)
    for name, some in (("", np.ones(len(before), np.bool_)), ("worst quarter", worst)):
        low, high = interval((after - before)[some])
        sys.stdout.write(
            f"{heading:<17} {name:<14} {some.sum():4} questions: average precision {before[some].mean():.3f} → "
            f"{after[some].mean():.3f} ({low:+.3f} to {high:+.3f}); worse in {np.mean(after[some] < before[some] - 1e-9):.0%}\n"
        )


if __name__ == "__main__":
    main()

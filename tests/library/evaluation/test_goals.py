"""The goals that relevance meets, on labelled photos and a small real encoder's vectors; cross-validated, no hindsight."""

import subprocess
import sys
from pathlib import Path

import pytest

RELEVANCE = Path(__file__).parents[2] / "benchmarks" / "relevance.py"


@pytest.mark.slow
def test_the_convincing_set_is_better_than_any_constant_or_z_score(shared_data: Path) -> None:
    assert (shared_data / "eval").is_dir()
    printed = subprocess.run([sys.executable, RELEVANCE], stdout=subprocess.PIPE, text=True, check=True, timeout=100).stdout
    met = [line.removeprefix("met").strip() for line in printed.splitlines() if line.startswith("met ")]
    assert met == [
        "plain: F1 at least that of the constant chosen with hindsight",
        "distorted: better than the constant, beyond the interval",
        "distorted: better than the z-score, beyond the interval",
        "strong: precision ≥ 0.9",
        "strong: recall ≥ 0.1",
        "calibration error ≤ 0.1",
    ], printed

"""Goal 5: from the end of the typing pause to the painted grid that shows the answer's thumbnails, at 100,000 photos.

.venv/bin/python tests/benchmarks/question_to_grid.py [--quick] [--cache DIR] [--json FILE] [--xcb]

The real program (offscreen, or on an X server with --xcb) on the large library, the text tower of ViT-B-32-256 loaded.
Questions, no two alike, are typed key by key into the search bar. Time counts from 150 ms after the last key to the end
of the painting in which every visible cell has its thumbnail; before each question the window forgets all it had. First
idle, then while camera photos and small ones are indexed at full speed. There is no baseline: rivals answer elsewhere.
"""

import json
import sys
import tempfile
from pathlib import Path
from typing import Any

from gui_while_indexing import copy_of_new_photos
from large_library import large_library
from real_window import environment, prepare, run_and_watch_others
from report import Row, benchmark_options, hand_in, percentile

GOALS_MS = {"idle": 150.0, "indexing": 300.0}
_NAMES = {"idle": "idle", "indexing": "while indexing at full speed"}
_COUNT, _COUNT_QUICK = 50, 15


def questions(scratch: Path, count: int, library: Path, photos: Path, *, xcb: bool = False) -> dict[str, Any]:
    """What ``questions_in_window.py`` finds."""
    result = scratch / "questions.json"
    inner = Path(__file__).with_name("questions_in_window.py")
    command = [sys.executable, inner, result, str(count), "--library", library, "--photos", photos]
    others = run_and_watch_others(command, environment(scratch, xcb=xcb))
    found: dict[str, Any] = json.loads(result.read_text()) | {"others": others}
    return found


def said(times: list[dict[str, float]]) -> str:
    """Medians of the parts, and percentiles of the whole."""
    parts = {
        "engine": [one["engine"] for one in times],
        "to the window and into the model": [one["answered"] - one["engine"] for one in times],
        "thumbnails and painting": [one["painted"] - one["answered"] for one in times],
        "all": [one["painted"] for one in times],
    }
    return "; ".join(
        f"{name} {percentile(values, 50):.0f} (p95 {percentile(values, 95):.0f}, max {max(values):.0f})"
        for name, values in parts.items()
    )


def main() -> None:
    options = benchmark_options(__doc__)
    options.add_argument("--xcb", action="store_true", help="on the X server of $DISPLAY")
    given = options.parse_args()
    with tempfile.TemporaryDirectory() as name:
        scratch = Path(name)
        cache = (given.cache or scratch / "cache").absolute()
        library = prepare(large_library(cache, 100_000), scratch)
        photos = copy_of_new_photos(cache, scratch / "added")
        found = questions(scratch, _COUNT_QUICK if given.quick else _COUNT, library, photos, xcb=given.xcb)
    rows = []
    for stage, goal_ms in GOALS_MS.items():
        times = found[stage]
        p95 = percentile([one["painted"] for one in times], 95)
        sys.stdout.write(f"{stage}, ms: {said(times)}\n")
        what = f"question to painted grid, 100,000 photos, {_NAMES[stage]}, p95 of {len(times)}"
        rows.append(Row("5", what, "", f"{p95:.0f} ms", "", f"≤ {goal_ms:.0f} ms", p95 <= goal_ms))
    sys.stdout.write(f"photos indexed during the questions: {found['encoded meanwhile']}\n")
    sys.stdout.write(f"other programs used {found['others']:.0%} of the processors meanwhile\n")
    hand_in(rows, given.json)


if __name__ == "__main__":
    main()

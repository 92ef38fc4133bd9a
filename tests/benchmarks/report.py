"""What every benchmark here has in common: its options, and the rows it gives to the one table of ``run_all.py``."""

import argparse
import json
import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table: texts as they are printed, with their units."""

    goal: str
    """The number of the goal, "1" to "11"; empty for a figure that is for information."""
    what: str
    baseline: str
    """What ours was measured against in the same run, with its figure; empty where there is nothing."""
    ours: str
    ratio: str
    wanted: str
    met: bool | None
    """None: for information."""


def benchmark_options(description: str | None) -> argparse.ArgumentParser:
    """A parser with the options that every benchmark takes."""
    parser = argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer repeats and smaller data: a rough figure")
    parser.add_argument("--cache", type=Path, help="keep made test data in this folder for the next run")
    parser.add_argument("--json", type=Path, help="also write the rows of the table into this file")
    return parser


def hand_in(rows: Sequence[Row], json_file: Path | None) -> None:
    """Prints the rows and, where a file is named, writes them for ``run_all.py``."""
    print()
    print(as_table(rows))
    if json_file is not None:
        json_file.write_text(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1), encoding="utf-8")


def read_rows(json_file: Path) -> list[Row]:
    """What ``hand_in`` wrote."""
    return [Row(**row) for row in json.loads(json_file.read_text(encoding="utf-8"))]


def as_table(rows: Sequence[Row]) -> str:
    """A Markdown table, its columns aligned."""
    lines = [("#", "what", "baseline", "ours", "ratio", "wanted", "met")]
    for row in rows:
        met = "" if row.met is None else "yes" if row.met else "**no**"
        lines.append((row.goal, row.what, row.baseline, row.ours, row.ratio, row.wanted, met))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    printed = [_line(line, widths) for line in lines]
    printed.insert(1, "|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join(printed)


def percentile(values: Sequence[float], percent: float) -> float:
    """The nearest-rank percentile: the least value that ``percent`` of all values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)) + " |"

"""Every benchmark, one after another, and one table of all goals.

.venv/bin/python tests/benchmarks/run_all.py [--quick] [--only 1,4] [--cache DIR] [--json FILE]

The whole takes up to an hour on two cores, most of it for the medians of goal 1 and the five idle minutes of goal 9;
``--quick`` takes about five minutes once the cache is filled: fewer benchmarks, fewer repeats, rougher figures.
Wants a machine that does nothing else. One that fails costs its own lines only; what the benchmarks print goes to
standard error.
"""

import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil
from report import Row, as_table, benchmark_options, read_rows

_HERE = Path(__file__).parent


@dataclass(frozen=True)
class Benchmark:
    """A program of this folder, and the goals that it measures."""

    name: str
    goals: tuple[str, ...]
    in_quick: bool = True


BENCHMARKS = (
    Benchmark("indexing", ("1", "2")),
    Benchmark("scaled_decode", ("1",), in_quick=False),
    Benchmark("rescan", ("3",)),
    Benchmark("nearest_neighbours", ("4",)),
    Benchmark("answer_time", ("5",), in_quick=False),
    Benchmark("question_to_grid", ("5",)),
    Benchmark("start_time", ("6",)),
    Benchmark("gui_while_indexing", ("7",)),
    Benchmark("big_grid", ("8",)),
    Benchmark("memory", ("9",), in_quick=False),
    Benchmark("quiet", ("10",), in_quick=False),
    Benchmark("event_storm", ("11",)),
)


def main() -> None:
    options = benchmark_options(__doc__)
    options.add_argument("--only", default="", metavar="GOALS", help="numbers with commas between: 1,4,6")
    given = options.parse_args()
    goals = set(filter(None, given.only.split(",")))
    rows: list[Row] = []
    failed: list[str] = []
    with tempfile.TemporaryDirectory() as scratch:
        cache = (given.cache or Path(scratch, "cache")).absolute()
        for benchmark in BENCHMARKS:
            wanted = bool(goals & set(benchmark.goals)) if goals else benchmark.in_quick or not given.quick
            if not wanted:
                continue
            result = Path(scratch, f"{benchmark.name}.json")
            command = [
                sys.executable,
                str(_HERE / f"{benchmark.name}.py"),
                "--cache",
                str(cache),
                "--json",
                str(result),
            ]
            sys.stderr.write(f"\n== {benchmark.name} (goal {', '.join(benchmark.goals)})\n")
            command += ["--quick"] if given.quick else []
            began_s = time.monotonic()
            status = subprocess.run(command, check=False, stdout=sys.stderr).returncode
            sys.stderr.write(f"took {time.monotonic() - began_s:.0f} s\n")
            if status or not result.exists():
                failed.append(f"{benchmark.name} ended with status {status}")
            else:
                rows += read_rows(result)
    rows.sort(key=lambda row: int(row.goal or 99))
    sys.stdout.write(f"\n{machine()}\n\n{as_table(rows)}\n")
    for sentence in failed:
        sys.stdout.write(f"{sentence}\n")
    if given.json is not None:
        given.json.write_text(json.dumps([asdict(row) for row in rows], ensure_ascii=False, indent=1), encoding="utf-8")
    raise SystemExit(bool(failed))


def machine() -> str:
    """What the figures were measured on."""
    model, flags = platform.processor(), ""
    for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        name, _, value = line.partition(":")
        if name.strip() == "model name":
            model = value.strip()
        elif name.strip() == "flags":
            flags = ", ".join(flag for flag in ("avx2", "avx512f", "avx512_bf16") if flag in value.split())
    memory_gb = psutil.virtual_memory().total / 2**30
    return (
        f"{psutil.cpu_count()} cores {model} ({flags}), {memory_gb:.0f} GB, {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}; load {os.getloadavg()[0]:.1f} at the end"
    )


if __name__ == "__main__":
    main()

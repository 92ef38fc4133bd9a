"""Gives photofind all files that could bring it down, and says what came of it: python tests/endurance/hostile_files.py

Decompression bombs, pictures cut off or broken in every format, broken metadata, pipes, devices, looping links, odd
names. Each goes alone to a real decoder, and all of them to ``photofind index`` with a library of its own.

Exit status 1 if the program crashed or hung, a file took longer than the time-out, a sound picture was refused, a file
that cannot be read is missing in the problem list, or an original was changed. Linux; as root with device files.
"""

import argparse
import json
import shutil
import sys
import tempfile
import uuid
from collections import Counter
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))  # this checkout, as in the programs that are started

from decoder_watch import Memory
from hostile_corpus import make_corpus, states_of
from hostile_trial import CRASHED, TOO_SLOW, ChangingFile, Indexed, Reading, broken_promises, index, read_each
from processes import Stage

from photofind.config.settings import Settings

_SHARED = Path(__file__).parents[3] / "shared"
_MOST_REASONS = 40


def main() -> int:
    options = _options()
    workplace = Path(tempfile.mkdtemp(prefix="hostile-", dir=options.folder or "/tmp"))  # sockets want short paths
    folder = workplace / "photos"
    photos = options.photos if options.photos.is_dir() else None
    expected = make_corpus(folder, photos, large=not options.quick)
    before = states_of(expected)
    readings, alone = read_each(list(expected), options.timeout_s)
    (workplace / "run").mkdir()
    stage = Stage(workplace / "run", uuid.uuid4().hex)
    with ChangingFile(folder / "changing.jpg"):
        indexed = index(stage, workplace / "library", folder, options.timeout_s)
    changed = [path for path, state in states_of(expected).items() if state != before[path]]
    broken = broken_promises(expected, readings, indexed, options.timeout_s)
    broken += [f"changed: {path!a}" for path in changed]
    summary = _summary(readings, indexed, alone, changed, options.timeout_s)
    _print(summary, broken)
    if options.json:
        options.json.write_text(json.dumps(summary | {"broken": broken}, indent=1))
    if options.keep:
        sys.stdout.write(f"kept: {workplace}\n")
    else:
        shutil.rmtree(workplace)
    return 1 if broken else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Give photofind files that could bring it down, and say what came of it.")
    parser.add_argument("--folder", type=Path, default=None, help="where to make them (default: the temporary folder)")
    parser.add_argument("--keep", action="store_true", help="leave files and library there")
    parser.add_argument("--quick", action="store_true", help="without those that take seconds or hundreds of megabytes")
    parser.add_argument("--photos", type=Path, default=_SHARED / "photos", help="real photos, broken ones among them")
    parser.add_argument(
        "--timeout-s", type=float, default=Settings().decode_timeout_s, metavar="S", help="of one file (default %(default)s)"
    )
    parser.add_argument("--json", type=Path, default=None, metavar="FILE", help="write the figures there, too")
    return parser.parse_args()


def _summary(
    readings: list[Reading], indexed: Indexed, alone: Memory, changed: list[str], timeout_s: float
) -> dict[str, Any]:
    problems = [problem for problem in indexed.photos.values() if problem]
    worst = max(readings, key=lambda reading: reading.seconds)
    return {
        "files": len(readings),
        "indexed": len(indexed.photos) - len(problems),
        "refused": len(problems),
        "crashes_of_the_program": int(indexed.status != 0),
        "hangs": sum(reading.seconds > timeout_s + 3 for reading in readings),
        "decoders_that_died": sum(CRASHED in reading.sentence for reading in readings),
        "decoders_ended_at_the_time-out": sum(TOO_SLOW in reading.sentence for reading in readings),
        "originals_changed": len(changed),
        "peak_memory_of_a_decoder_(MB)": max(alone.decoder, indexed.memory.decoder) >> 20,
        "peak_memory_of_all_(MB)": indexed.memory.all_processes >> 20,
        "seconds_for_the_worst_file": round(worst.seconds, 1),
        "the_worst_file": ascii(Path(worst.path).name),
        "worst_that_ended_by_itself": round(
            max(reading.seconds for reading in readings if TOO_SLOW not in reading.sentence), 1
        ),
        "seconds_to_index_all": round(indexed.seconds, 1),
        "reasons": dict(Counter(problems).most_common(_MOST_REASONS)),
    }


def _print(summary: dict[str, Any], broken: list[str]) -> None:
    for name, value in summary.items():
        if name != "reasons":
            sys.stdout.write(f"{name.replace('_', ' '):<34} {value}\n")
    sys.stdout.write("refused, by reason\n")
    for reason, count in summary["reasons"].items():
        sys.stdout.write(f"{count:>6}  {reason}\n")
    for line in broken:
        sys.stdout.write(f"BROKEN  {line}\n")


if __name__ == "__main__":
    sys.exit(main())

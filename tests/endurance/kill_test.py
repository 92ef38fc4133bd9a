"""Kills photofind at random moments and says what was lost: python tests/endurance/kill_test.py --minutes 10

Real photofind processes index, follow moves, tag and load encoders in small libraries. SIGKILL meets the program, the
vector host, the Milvus process, the encoder, a decoder, or all of them at once; then photofind is started again and has
to finish. After each kill the library's files are read without photofind and compared with what should be there.

Exit status 1 if anything was lost, doubled, encoded again beyond what is allowed (what was encoded in the last 5 s, or
one batch), left running, or did not end. A library that failed is kept, and its seed is printed. Linux.
"""

import argparse
import json
import random
import shutil
import subprocess
import sys
import tempfile
import time
import uuid
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import Any

from processes import PLACES
from trial import Outcome, TormentedLibrary, choose

_TRIALS_OF_A_LIBRARY = 12
_PHOTOS_AT_FIRST = 40
_SHARE_WITH_ENCODER = 0.15


def main() -> int:
    options = _options()
    began_s = time.monotonic()
    workplace = Path(tempfile.mkdtemp(prefix="kill-", dir="/tmp"))  # sockets want short paths
    encoder = _small_encoder(workplace / "encoder") if options.encoder_share else None
    outcomes: list[tuple[int, Outcome]] = []
    kept: list[str] = []
    seed = options.seed
    mark = uuid.uuid4().hex
    while not _is_over(options, len(outcomes), began_s):
        randomness = random.Random(seed)
        with_encoder = encoder is not None and randomness.random() < options.encoder_share
        folder = workplace / f"library-{seed}"
        library = TormentedLibrary(
            folder, seed, mark, photos=_PHOTOS_AT_FIRST, encoder=encoder if with_encoder else None
        )
        for _ in range(_TRIALS_OF_A_LIBRARY):
            if _is_over(options, len(outcomes), began_s):
                break
            outcome = library.torment(*choose(randomness, with_encoder))
            outcomes.append((seed, outcome))
            _say(len(outcomes), seed, outcome, folder)
            if not outcome.is_good:
                kept.append(str(folder))
                break
        if str(folder) not in kept:
            shutil.rmtree(folder)
        seed += 1
    if not kept:
        shutil.rmtree(workplace)
    summary = _summary(outcomes, kept, time.monotonic() - began_s)
    for name, value in summary.items():
        if name != "bad":
            sys.stdout.write(f"{name.replace('_', ' '):<24} {_words(value)}\n")
    if options.json:
        options.json.write_text(json.dumps(summary, indent=1))
    return 0 if all(outcome.is_good for _, outcome in outcomes) else 1


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Kill photofind at random moments, and say what was lost.")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long at most (default %(default)s)")
    parser.add_argument("--trials", type=int, default=0, help="how many at most (default: as time allows)")
    parser.add_argument("--seed", type=int, default=None, help="of the first library; the next has the next number")
    parser.add_argument(
        "--encoder-share",
        type=float,
        default=_SHARE_WITH_ENCODER,
        help="how many of the libraries change and load an encoder with PyTorch (default %(default)s)",
    )
    parser.add_argument("--json", type=Path, default=None, metavar="FILE", help="write the figures there, too")
    options = parser.parse_args()
    if options.seed is None:
        options.seed = random.SystemRandom().randrange(10**6)
    return options


def _is_over(options: argparse.Namespace, trials: int, began_s: float) -> bool:
    if options.trials and trials >= options.trials:
        return True
    return time.monotonic() - began_s > 60 * options.minutes


def _small_encoder(folder: Path) -> Path:
    """A tiny CLIP with random weights; made in a process of its own, for PyTorch takes memory."""
    subprocess.run([sys.executable, str(Path(__file__).with_name("small_encoder.py")), str(folder)], check=True)
    return folder


def _say(number: int, seed: int, outcome: Outcome, folder: Path) -> None:
    hit = f"{outcome.place or 'nothing'} killed after {outcome.moment_s:.2f} s"
    sys.stdout.write(f"{number:>5}  seed {seed}  {outcome.work:<8} {hit:<36} {'good' if outcome.is_good else 'BAD'}\n")
    if not outcome.is_good:
        sys.stdout.write(f"{json.dumps(asdict(outcome), indent=1)}\nkept: {folder}\n")
    sys.stdout.flush()


def _summary(outcomes: list[tuple[int, Outcome]], kept: list[str], seconds: float) -> dict[str, Any]:
    all_of = [outcome for _, outcome in outcomes]
    hits = Counter(outcome.place for outcome in all_of)
    return {
        "trials": len(all_of),
        "seconds": round(seconds),
        "kills": {place: hits[place] for place in PLACES},
        "ended_before_the_kill": hits[""],
        "kills_while": dict(sorted(Counter(outcome.work for outcome in all_of).items())),
        "losses": sum(len(outcome.losses) for outcome in all_of),
        "duplicates": sum(len(outcome.duplicates) for outcome in all_of),
        "encoded_again_allowed": sum(outcome.encoded_again - outcome.encoded_again_beyond for outcome in all_of),
        "encoded_again_beyond": sum(outcome.encoded_again_beyond for outcome in all_of),
        "orphans": sum(len(outcome.orphans) for outcome in all_of),
        "did_not_end_well": sum(len(outcome.stuck) for outcome in all_of),
        "bad": [{"seed": seed, **asdict(outcome)} for seed, outcome in outcomes if not outcome.is_good],
        "kept": kept,
    }


def _words(value: Any) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {number}" for name, number in value.items())
    if isinstance(value, list):
        return ", ".join(value) or "nothing"
    return str(value)


if __name__ == "__main__":
    sys.exit(main())

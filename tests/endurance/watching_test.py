"""Does what programs do in watched folders, and says where the library then differs from a fresh scan:
python tests/endurance/watching_test.py --minutes 10 [--seed S]

Real folders, watcher, decoders, palette and stores. Each trial makes two folders of its own, does some random deeds before
they are watched, then bursts of up to 40 deeds without pause; after each burst, once all is at rest, rows, sizes, times,
hashes, problems and vectors must be what a fresh library finds, and each photo must have kept its id.

Exit status 1 if anything differed; the seed and the deeds are printed. Linux.
"""

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from restless_folders import some_deeds
from watched_library import watched_library
from watching_trial import try_deeds


def main() -> int:
    parser = argparse.ArgumentParser(description="Change watched folders at random, and compare with a fresh scan.")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long at most (default %(default)s)")
    parser.add_argument("--trials", type=int, default=0, help="how many at most (default: as time allows)")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="of the first trial; the next has the next")
    parser.add_argument("--bursts", type=int, default=5, help="in one trial (default %(default)s)")
    parser.add_argument("--deeds", type=int, default=40, help="in one burst at most (default %(default)s)")
    options = parser.parse_args()
    ends_s = time.monotonic() + 60 * options.minutes
    trials = deeds = different = 0
    with (
        tempfile.TemporaryDirectory(prefix="watching-", dir="/tmp") as folder,  # sockets want short paths
        watched_library(Path(folder, "library")) as library,
    ):
        while time.monotonic() < ends_s and not (options.trials and trials >= options.trials):
            seed = options.seed + trials
            choose = random.Random(seed)
            bursts = [some_deeds(choose, options.deeds) for _ in range(options.bursts)]
            found = try_deeds(library, Path(folder, str(seed)), seed, bursts)
            trials += 1
            deeds += sum(map(len, bursts))
            if found.differences:
                different += 1
                sys.stdout.write(f"\nseed {seed} differs:\n{found}\n")
                sys.stdout.flush()
    sys.stdout.write(f"trials       {trials}\ndeeds        {deeds}\ndifferences  {different}\n")
    return 1 if different else 0


if __name__ == "__main__":
    raise SystemExit(main())

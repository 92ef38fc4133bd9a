"""Times of answers from memory against faiss's plain index over the same vectors, measured in turns in one run.

.venv/bin/python tests/benchmarks/bench_vector_index.py [--vectors 100000] [--dimension 512] [--milvus]
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import faiss
import numpy as np

from photofind.store.milvus import MilvusStore
from photofind.store.milvus_index import MilvusIndex
from photofind.store.vector_host import VectorHost
from photofind.store.vector_index import FlatIndex
from photofind.store.vector_journal import VectorJournal, read_journal, round_vectors

ROUNDS = 40


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def timed(label: str, work: Callable[[], object]) -> object:
    start = time.perf_counter()
    result = work()
    say(f"{label:<44} {time.perf_counter() - start:8.2f} s")
    return result


def in_turns(label: str, ours: Callable[[], object], theirs: Callable[[], object], rounds: int = ROUNDS) -> None:
    """Alternating, so that whatever else the machine does hits both."""
    times_ms: dict[str, list[float]] = {"ours": [], "theirs": []}
    for _ in range(rounds + 3):
        for name, work in (("ours", ours), ("theirs", theirs)):
            start = time.perf_counter()
            work()
            times_ms[name].append((time.perf_counter() - start) * 1000)
    ours_ms, theirs_ms = (np.array(times_ms[name][3:]) for name in ("ours", "theirs"))
    say(
        f"{label:<44} p50 {np.median(ours_ms):7.2f} ms  p95 {np.percentile(ours_ms, 95):7.2f} ms   "
        f"IndexFlatIP p50 {np.median(theirs_ms):7.2f} ms  ratio {np.median(ours_ms) / np.median(theirs_ms):5.2f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--vectors", type=int, default=100_000)
    parser.add_argument("--dimension", type=int, default=512)
    parser.add_argument("--milvus", action="store_true", help="also fill and ask Milvus Lite (a minute or two)")
    options = parser.parse_args()
    count, dimension = options.vectors, options.dimension
    chance = np.random.default_rng(0)
    ids = np.arange(1, count + 1, dtype=np.int64)
    vectors = round_vectors(chance.standard_normal((count, dimension), dtype=np.float32))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "vectors", "bench.journal")
        journal = VectorJournal.open(path, "bench", dimension)

        def write() -> None:
            for start in range(0, count, 256):
                journal.append(ids[start : start + 256], vectors[start : start + 256])
            journal.sync()

        timed("journal: append in batches of 256, sync", write)
        journal.close()
        timed("journal: read and check", lambda: read_journal(path))
        index = FlatIndex.from_journal(path, dimension)
        plain = faiss.IndexFlatIP(dimension)
        plain.add(vectors.astype(np.float32))
        questions = chance.standard_normal((ROUNDS + 3, dimension), dtype=np.float32)
        turn = iter(range(10**9))

        def question() -> np.ndarray:
            return questions[next(turn) % len(questions)]

        def plain_search(limit: int, share: float = 1.0) -> None:
            parameters = None
            if share < 1:
                mask = np.packbits(chosen[share], bitorder="little")
                parameters = faiss.SearchParameters(sel=faiss.IDSelectorBitmap(mask))
            plain.search(question()[np.newaxis], limit, params=parameters)

        chosen = {share: chance.random(count) < share for share in (0.001, 0.1, 0.5)}
        for limit in (50, 1000):
            in_turns(f"best {limit}", lambda n=limit: index.search(question(), n), lambda n=limit: plain_search(n))
        for share, mask in chosen.items():
            allowed = ids[mask]
            in_turns(
                f"best 50 among {len(allowed)}",
                lambda among=allowed: index.search(question(), 50, allowed=among),
                lambda part=share: plain_search(50, part),
            )
        in_turns("all, best first", lambda: index.search(question(), None), lambda: plain_search(count), rounds=10)
        index.remove(ids[: count // 10])
        in_turns("best 50, a tenth removed", lambda: index.search(question(), 50), lambda: plain_search(50))
        if options.milvus:
            ask_milvus(Path(folder, "milvus.db"), ids, vectors, question, plain_search)


def ask_milvus(
    folder: Path,
    ids: np.ndarray,
    vectors: np.ndarray,
    question: Callable[[], np.ndarray],
    plain_search: Callable[[int], None],
) -> None:
    store = MilvusStore(host=VectorHost(folder))
    try:
        collection = store.collection("bench", vectors.shape[1])

        def fill() -> None:
            for start in range(0, len(ids), 2048):
                part = slice(start, start + 2048)
                collection.upsert(ids[part], vectors[part], ids[part], [bytes(16)] * len(ids[part]))
                collection.flush()

        timed("Milvus Lite: fill, flush and sync each 2,048", fill)
        timed("Milvus Lite: verify", lambda: collection.verify(ids))
        store.close()
        timed("Milvus Lite: open and count", lambda: store.collection("bench", vectors.shape[1]).count())
        milvus = MilvusIndex(collection)
        in_turns("Milvus Lite: best 50", lambda: milvus.search(question(), 50), lambda: plain_search(50), rounds=10)
        in_turns(
            "Milvus Lite: best 50 among 1,000",
            lambda: milvus.search(question(), 50, allowed=ids[::100]),
            lambda: plain_search(50),
            rounds=10,
        )
    finally:
        store.close()


if __name__ == "__main__":
    main()

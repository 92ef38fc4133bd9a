"""Of the nearest photos, how many a Milvus server finds that answers itself, with HNSW, and how long it takes.

.venv/bin/python tests/benchmarks/served_recall.py [--quick] [--json FILE] [--cache DIR]

The server is Milvus Lite's own, over TCP, as a program of its own: a real Milvus server could not be had, so its HNSW is
faiss's. 20,000 vectors in 200 clusters, half the questions near them and half anywhere; ``MilvusIndex`` against exact
products, without a filter and with filters that leave a half, a tenth, a hundredth and a thousandth of the photos. Filters
with an answer shorter than asked for are completed by ``MilvusIndex``, and that counts, as a user would see it.
"""

import socket
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from report import Row, benchmark_options, hand_in, percentile

from photofind.core.errors import StoreFailed
from photofind.store.milvus import MilvusStore
from photofind.store.milvus_index import MilvusIndex

_DIMENSION, _CLUSTERS = 512, 200
_SHARES = (1.0, 0.5, 0.1, 0.01, 0.001)
_BEST = (10, 50, 100)
_WANTED = 0.95
_START_S, _BUILD_S = 60.0, 300.0


def vectors(count: int, chance: np.random.Generator) -> NDArray[np.float32]:
    centres = chance.normal(size=(_CLUSTERS, _DIMENSION))
    found = centres[chance.integers(0, _CLUSTERS, count)] + chance.normal(size=(count, _DIMENSION)) * 0.7
    return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


def served(folder: Path, stack: ExitStack) -> str:
    """The address of a server that has started."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [str(Path(sys.executable).with_name("milvus-lite")), "server", "--data-dir", str(folder), "--host", "127.0.0.1"]
    server = subprocess.Popen([*command, "--port", str(port)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    stack.callback(server.wait)
    stack.callback(server.terminate)
    return f"http://127.0.0.1:{port}"


def connected(uri: str, stack: ExitStack) -> MilvusStore:
    deadline_s = time.monotonic() + _START_S
    while True:
        store = MilvusStore(uri=uri)
        try:
            store.collection("probe", 8)
        except StoreFailed:
            store.close()
            if time.monotonic() > deadline_s:
                raise
            time.sleep(0.5)
        else:
            stack.callback(store.close)
            return store


def main() -> None:
    options = benchmark_options(__doc__)
    given = options.parse_args()
    count, questions = (5_000, 20) if given.quick else (20_000, 60)
    chance = np.random.default_rng(0)
    stored = vectors(count, chance).astype(np.float16)
    near = stored[chance.choice(count, questions // 2, replace=False)].astype(np.float32)
    near += chance.normal(size=near.shape).astype(np.float32) * 0.02
    asked = np.concatenate([near, chance.normal(size=(questions - len(near), _DIMENSION)).astype(np.float32)])
    asked /= np.linalg.norm(asked, axis=1, keepdims=True)
    exact = asked @ stored.astype(np.float32).T
    ids = np.arange(1, count + 1)
    rows = []
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        store = connected(served(folder, stack), stack)
        collection = store.collection("vectors", _DIMENSION)
        began_s = time.monotonic()
        for start in range(0, count, 1000):
            some = slice(start, start + 1000)
            collection.upsert(ids[some], stored[some], np.zeros(len(ids[some]), np.int64), [b"0" * 16] * len(ids[some]))
        collection.flush()
        print(f"{count:,} rows written in {time.monotonic() - began_s:.0f} s")
        index = MilvusIndex(collection)
        wait_for_index(index, asked[0])
        for share in _SHARES:
            allowed = None if share == 1 else np.sort(chance.choice(ids, max(1, round(count * share)), replace=False))
            within = exact if allowed is None else exact[:, allowed - 1]
            names = ids if allowed is None else allowed
            for best in _BEST:
                times_ms, recalls, short = [], [], 0
                for question, scores in zip(asked, within, strict=True):
                    began_s = time.perf_counter()
                    found, _ = index.search(question, best, allowed)
                    times_ms.append((time.perf_counter() - began_s) * 1000)
                    wanted = min(best, len(names))
                    least = np.sort(scores)[-wanted] - 1e-3  # equal within the rounding of float16
                    recalls.append(np.mean(scores[np.searchsorted(names, found)] >= least) * len(found) / wanted)
                    short += len(found) < wanted
                recall = float(np.mean(recalls))
                print(
                    f"{share:7.1%} of {count:,}, {best:3d} asked for: recall {recall:.3f}, least {min(recalls):.2f}, {short} short"
                    f" answers, median {percentile(times_ms, 50):.0f} ms, p95 {percentile(times_ms, 95):.0f} ms"
                )
                what = f"a server answers itself: recall of {best} among {share:.1%} of {count:,}"
                rows.append(Row("", what, "exact: 1", f"{recall:.3f}", "", f"≥ {_WANTED}", recall >= _WANTED))
    hand_in(rows, given.json)


def wait_for_index(index: MilvusIndex, question: NDArray[np.float32]) -> None:
    """HNSW is built in the background; before, every row is compared, and recall would be that of no index."""
    began_s = time.monotonic()
    fastest_ms, still_since_s = float("inf"), began_s
    while time.monotonic() - began_s < _BUILD_S:
        start = time.perf_counter()
        index.search(question, 10)
        spent_ms = (time.perf_counter() - start) * 1000
        if spent_ms < fastest_ms * 0.9:
            fastest_ms, still_since_s = spent_ms, time.monotonic()
        if time.monotonic() - still_since_s > 30:
            break
        time.sleep(0.5)
    print(f"waited {time.monotonic() - began_s:.0f} s for the index; a question takes {fastest_ms:.0f} ms")


if __name__ == "__main__":
    main()

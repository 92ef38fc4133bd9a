"""The encoder process alone: photos/s for sizes of requests, where the time goes, and how long a question takes beside it.

.venv/bin/python tests/benchmarks/encoder_rate.py [--encoder FOLDER] [--device cpu] [--sizes 1 16 64] [--quick]
    [--cache DIR] [--json FILE]

Without --encoder: ViT-B-32-256 with random weights, made once in the cache. All pictures differ and are in memory.
compute: the tower with pictures that are on the device already; copy: their way there (pinned and waited for);
feed: both and the vectors' way back, overlapping as in the program; pipe: the same bytes to a process that only reads
them; process: all of it, with two requests waiting, as the indexer keeps them. All by the clock, medians of rounds, each
at least as long as --seconds; sizes by turns. Questions: the same short text, idle and while pictures are encoded.
"""

import multiprocessing
import os
import statistics
import tempfile
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from functools import partial
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np
import psutil
from random_encoder import random_encoder
from report import Row, benchmark_options, hand_in, percentile

from photofind.encoders.encoder_process import EncoderProcess
from photofind.encoders.shelf import Shelf

SHELF_LIST = Path(__file__).parents[2] / "resources" / "shelf.json"


def rate(work: Callable[[], int], seconds: float) -> float:
    """Pictures a second; ``work`` says how many it did."""
    done, began_s = 0, time.perf_counter()
    while (spent_s := time.perf_counter() - began_s) < seconds or not done:
        done += work()
    return done / spent_s


def sink(pipe: Connection) -> None:
    """Another process: reads pictures, answers with a byte."""
    try:
        while True:
            pipe.recv_bytes()
            pipe.send_bytes(b"1")
    except EOFError:
        pass


def inside(folder: Path, sizes: list[int], seconds: float, rounds: int, threads: int) -> None:
    """Tower, copies and feed in this process."""
    import torch

    from photofind.encoders.folder import check_folder
    from photofind.encoders.open_clip_encoder import OpenClipEncoder

    began_s, began_cpu_s = time.perf_counter(), time.process_time()
    encoder = OpenClipEncoder(check_folder(folder), threads=threads)
    print(
        f"loaded in {time.perf_counter() - began_s:.1f} s (CPU {time.process_time() - began_cpu_s:.1f} s, probes "
        f"included) on {encoder.device}, {'half' if encoder.is_half else 'single'} precision, torch {torch.__version__}, "
        f"memory {psutil.Process().memory_full_info().uss / 1e6:.0f} MB"
    )
    size_px = check_folder(folder).input_spec.size_px
    on_cuda = encoder.device == "cuda"
    tower, feed = encoder._tower, encoder._feed

    def wait() -> None:
        if on_cuda:
            torch.cuda.synchronize()

    def compute(on_device: "torch.Tensor") -> int:
        with torch.inference_mode():
            tower.features(on_device)
        wait()
        return len(on_device)

    def copy(host: "torch.Tensor") -> int:
        host.to(encoder.device, non_blocking=True)
        wait()
        return len(host)

    def through_feed(pictures: np.ndarray) -> int:
        before = None
        for _ in range(4):
            begun = feed.begin(pictures)
            if before is not None:
                before()
            before = begun
        assert before is not None
        before()
        return 4 * len(pictures)

    print(f"{'size':>5} {'compute':>10} {'copy':>10} {'feed':>10}   photos/s;  {'CPU ms':>8} for a photo")
    for size in sizes:
        pictures = noise(size, size_px)
        host = torch.from_numpy(pictures)
        host = host.pin_memory() if on_cuda else host
        on_device = host.to(encoder.device)
        found: dict[str, list[float]] = {"compute": [], "copy": [], "feed": []}
        cpu_ms = []
        compute(on_device), through_feed(pictures)
        for _ in range(rounds):
            began_cpu_s = time.process_time()
            began_s = time.perf_counter()
            found["feed"].append(rate(partial(through_feed, pictures), seconds))
            done = found["feed"][-1] * (time.perf_counter() - began_s)
            cpu_ms.append(1000 * (time.process_time() - began_cpu_s) / done)
            found["compute"].append(rate(partial(compute, on_device), seconds))
            if on_cuda:
                found["copy"].append(rate(partial(copy, host), seconds))
        shown = [f"{statistics.median(values):10.1f}" if values else f"{'':>10}" for values in found.values()]
        print(f"{size:>5} {shown[0]} {shown[1]} {shown[2]}              {min(cpu_ms):8.1f}", flush=True)
    if on_cuda:
        print(f"memory of the device: {torch.cuda.max_memory_allocated() / 1e6:.0f} MB at the most")


def pipe_rate(size: int, size_px: int, seconds: float) -> float:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=sink, args=(theirs,))
    process.start()
    theirs.close()
    pictures = noise(size, size_px)

    def work() -> int:
        ours.send_bytes(pictures.reshape(-1).data)
        ours.recv_bytes()
        return size

    work()
    found = rate(work, seconds)
    ours.close()
    process.join()
    return found


def outside(folder: Path, sizes: list[int], seconds: float, rounds: int, threads: int) -> list[Row]:
    """The encoder process as the program uses it."""
    rows = []
    with tempfile.TemporaryDirectory() as place:
        encoder = EncoderProcess(f"local-dir:{folder}", Shelf(Path(place), SHELF_LIST), threads=threads)
        try:
            size_px = encoder.info().input_spec.size_px
            began_s = time.perf_counter()
            encoder.encode_texts(["dog"]).result()
            print(f"\nencoder process: first text after {time.perf_counter() - began_s:.1f} s")
            idle_ms: list[float] = []
            for _ in range(20):
                ask(encoder, idle_ms).result()
            print(f"{'size':>5} {'pipe':>10} {'process':>10}   photos/s;  a text beside it: median, p95")
            for size in sizes:
                pictures = noise(size, size_px)
                rates: list[float] = []
                text_ms: list[float] = []
                for _ in range(rounds):
                    waiting: deque = deque(encoder.encode_images(pictures) for _ in range(3))
                    waiting.popleft().result()
                    done, began_s = 0, time.perf_counter()
                    asked_s = began_s
                    asked = ask(encoder, text_ms)
                    while time.perf_counter() - began_s < seconds or not done:
                        waiting.append(encoder.encode_images(pictures))
                        waiting.popleft().result()
                        done += size
                        if asked.done() and time.perf_counter() - asked_s > 0.3:
                            asked, asked_s = ask(encoder, text_ms), time.perf_counter()
                    rates.append(done / (time.perf_counter() - began_s))
                    for future in (*waiting, asked):
                        future.result()
                found = statistics.median(rates)
                piped = pipe_rate(size, size_px, min(seconds, 1.0))
                beside = f"{statistics.median(text_ms):.0f} ms, {percentile(text_ms, 95):.0f} ms"
                print(f"{size:>5} {piped:>10.1f} {found:>10.1f}              {beside}", flush=True)
                rows.append(Row("", f"encoder process, requests of {size}", "", f"{found:.1f} photos/s", "", "", None))
            idle = f"{statistics.median(idle_ms):.0f} ms"
            print(f"a text while nothing else is encoded: median {idle}, p95 {percentile(idle_ms, 95):.0f} ms")
            rows.append(
                Row(
                    "",
                    "a text beside pictures, median",
                    f"idle: {idle}",
                    beside.split(",", maxsplit=1)[0],
                    "",
                    "",
                    None,
                )
            )
            process = psutil.Process(encoder.process_id)
            print(f"memory of the process: {process.memory_full_info().uss / 1e6:.0f} MB of its own")
        finally:
            encoder.stop()
    return rows


def ask(encoder: EncoderProcess, text_ms: list[float]) -> Future:
    began_s = time.perf_counter()
    future = encoder.encode_texts(["a dog on a beach"])
    future.add_done_callback(lambda _: text_ms.append(1000 * (time.perf_counter() - began_s)))
    return future


def noise(count: int, size_px: int) -> np.ndarray:
    return np.random.default_rng(count).integers(0, 256, (count, size_px, size_px, 3), np.uint8)


def main() -> None:
    parser = benchmark_options(__doc__)
    parser.add_argument("--encoder", type=Path, help="a folder as for local-dir:")
    parser.add_argument("--device", choices=["auto", "cpu"], default="auto", help="cpu: hide the graphics card")
    parser.add_argument("--sizes", type=int, nargs="+", default=[1, 4, 16, 64, 256], help="pictures at once")
    parser.add_argument("--seconds", type=float, default=2.0, help="of one round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0, help="for torch; 0: as many as there are cores")
    given = parser.parse_args()
    if given.device == "cpu":
        os.environ["CUDA_VISIBLE_DEVICES"] = ""
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")  # as in the encoder process
    sizes, seconds, rounds = ([4, 16], 1.0, 1) if given.quick else (given.sizes, given.seconds, given.rounds)
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.encoder or random_encoder((given.cache or Path(scratch)).absolute())
        print(f"{folder.name}; {psutil.cpu_count()} cores, load {psutil.getloadavg()[0]:.1f} before the start")
        inside(folder.absolute(), sizes, seconds, rounds, given.threads)
        hand_in(outside(folder.absolute(), sizes, seconds, rounds, given.threads), given.json)


if __name__ == "__main__":
    main()

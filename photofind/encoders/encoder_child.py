"""The encoder process from inside: loads one encoder and answers over a pipe until the pipe ends.

Light at module level: the process must tie itself to its parent before anything heavy is imported.
"""

import logging
import os
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import numpy as np

from photofind.core.errors import EncoderUnavailable
from photofind.core.helper_process import end_with_parent, step_back
from photofind.encoders.folder import check_folder
from photofind.encoders.half_precision import machine
from photofind.encoders.weights_memory import WeightsMemory

_log = logging.getLogger(__name__)

_BACKGROUND_NICENESS = 5

# Messages of the parent: ("images", shape) and then the raw bytes; ("texts", list of str).
# Messages of the child: ("ready", device) or ("failed", sentence) once; then for each request ("vectors", shape) and the
# raw bytes, ("texts", one bytes or None for each text), or ("failed", sentence).
Request = tuple[str, object]


def run_encoder(
    pipe: Connection,
    parent_lifeline: Connection,
    parent_pid: int,
    folder: str,
    key: str,
    memory_folder: str,
    low_priority: bool,
    threads: int,
) -> None:
    """The whole life of the process."""
    end_with_parent(parent_lifeline, parent_pid)
    if low_priority:  # pictures are encoded in the background; questions are short
        step_back(_BACKGROUND_NICENESS)
    # Threads of OpenMP spin while they wait for each other, which costs dearly when decoders or other programs want the
    # cores: beside one busy process on two cores, medians of 16 pictures over three alternating pairs of runs were
    # 0.6 to 3.0 s spinning and 0.2 to 0.4 s passive. Without such company there was no clear difference.
    # Read when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    from photofind.encoders.open_clip_encoder import OpenClipEncoder, forbid_network

    forbid_network()
    memory = WeightsMemory(Path(memory_folder))
    try:
        encoder = OpenClipEncoder(check_folder(Path(folder)), threads=threads, is_half_better=_remembering(memory, key))
    except EncoderUnavailable as error:
        pipe.send(("failed", str(error)))
        return
    pipe.send(("ready", encoder.device))
    while True:
        try:
            kind, content = pipe.recv()
            pictures_bytes = pipe.recv_bytes() if kind == "images" else b""
        except EOFError:
            return
        try:
            if kind == "images":
                vectors = encoder.encode_images(np.frombuffer(pictures_bytes, dtype=np.uint8).reshape(content).copy())
                pipe.send(("vectors", vectors.shape))
                pipe.send_bytes(vectors.tobytes())
            else:
                found = encoder.encode_texts(content)
                pipe.send(("texts", [None if one is None else one.tobytes() for one in found]))
        except EncoderUnavailable as error:
            pipe.send(("failed", str(error)))
        except BrokenPipeError:
            return
        except Exception as error:
            _log.warning("encoding failed", exc_info=True)
            pipe.send(("failed", f"The encoder failed: {error}"))


def _remembering(memory: WeightsMemory, key: str) -> Callable[[str, Callable[[], bool]], bool]:
    def is_half_better(device: str, probe: Callable[[], bool]) -> bool:
        import torch

        name = f"{key} on {device} {machine()} with torch {torch.__version__}"
        known = memory.half_is_better(name)
        if known is None:
            known = probe()
            memory.remember_half(name, known)
        return known

    return is_half_better

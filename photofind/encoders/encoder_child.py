"""The encoder process from inside: loads one encoder and answers over a pipe until the pipe ends.

Light at module level: the process must tie itself to its parent before anything heavy is imported.
"""

import contextlib
import logging
import os
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

import numpy as np

from photofind.core.errors import EncoderUnavailable
from photofind.core.helper_process import end_with_parent, step_back
from photofind.encoders.folder import check_folder
from photofind.encoders.half_precision import machine
from photofind.encoders.light_imports import import_lightly
from photofind.encoders.no_network import forbid_network
from photofind.encoders.weights_memory import WeightsMemory

if TYPE_CHECKING:
    from photofind.encoders.open_clip_encoder import OpenClipEncoder

_log = logging.getLogger(__name__)

_BACKGROUND_NICENESS = 5

# Messages of the parent: ("images", number, shape) and then the raw bytes; ("texts", number, list of str); ("attribution",
# number, (shape, text)) and then the raw bytes of one picture; ("end", 0, None).
# Messages of the child: ("ready", (device, pictures that are worth being sent in one piece)) or ("failed", sentence) once;
# then, for each request and with its number, ("vectors", number, shape) and the raw bytes, ("texts", number, one bytes or
# None for each text), ("attribution", number, shape) and the raw bytes, or ("failed", number, sentence). Pictures are
# answered in order, attributions among them; texts overtake them.
Request = tuple[str, int, Any]


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
    # Threads of OpenMP spin while they wait for each other, which costs dearly when decoders or other programs want the
    # cores: beside one busy process on two cores, medians of 16 pictures over three alternating pairs of runs were
    # 0.6 to 3.0 s spinning and 0.2 to 0.4 s passive. Without such company there was no clear difference.
    # Read when torch is loaded.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    answers = _Answers(pipe)
    texts: SimpleQueue[Request | None] = SimpleQueue()
    pictures: SimpleQueue[tuple[Request, bytes] | None] = SimpleQueue()
    loaded: SimpleQueue[Any] = SimpleQueue()  # the encoder, once
    # Questions are answered beside the pictures: a text takes a tenth of the time of a part of them. On Linux priorities
    # belong to threads: these two, made before the process steps back, keep the ordinary one.
    threading.Thread(target=_serve_texts, args=(loaded, texts, answers), name="texts", daemon=True).start()
    # The next pictures arrive while others are computed.
    threading.Thread(target=_receive, args=(pipe, texts, pictures), name="receive", daemon=True).start()
    if low_priority:
        step_back(_BACKGROUND_NICENESS)
    from photofind.encoders.open_clip_encoder import OpenClipEncoder

    forbid_network()
    memory = WeightsMemory(Path(memory_folder))
    try:
        checked = check_folder(Path(folder))
        import_lightly(
            with_transformers=checked.tokenizer_in_folder or "hf_model_name" in checked.model_cfg["text_cfg"],
            with_timm="timm_model_name" in checked.model_cfg["vision_cfg"],
        )
        encoder = OpenClipEncoder(checked, threads=threads, is_half_better=_remembering(memory, key))
    except EncoderUnavailable as error:
        pipe.send(("failed", str(error)))
        return
    pipe.send(("ready", (encoder.device, encoder.most_at_once)))
    loaded.put(encoder)
    _serve_pictures(encoder, pictures, answers)


class _Answers:
    """The way back, for two threads."""

    def __init__(self, pipe: Connection) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()

    def send(self, kind: str, number: int, content: object, raw: bytes | None = None) -> None:
        with self._lock, contextlib.suppress(BrokenPipeError):  # the parent has gone: this process ends in a moment
            self._pipe.send((kind, number, content))
            if raw is not None:
                self._pipe.send_bytes(raw)

    def say_failed(self, number: int, error: Exception) -> None:
        if isinstance(error, EncoderUnavailable):
            self.send("failed", number, str(error))
        else:
            _log.warning("encoding failed", exc_info=error)
            self.send("failed", number, f"The encoder failed: {error}")


def _receive(
    pipe: Connection, texts: "SimpleQueue[Request | None]", pictures: "SimpleQueue[tuple[Request, bytes] | None]"
) -> None:
    try:
        request: Request
        while (request := pipe.recv())[0] != "end":
            if request[0] != "texts":
                pictures.put((request, pipe.recv_bytes()))
            else:
                texts.put(request)
    except (EOFError, OSError):
        pass
    texts.put(None)
    pictures.put(None)


def _serve_texts(loaded: "SimpleQueue[Any]", texts: "SimpleQueue[Request | None]", answers: _Answers) -> None:
    encoder: OpenClipEncoder = loaded.get()
    encoder.use_threads()
    while (request := texts.get()) is not None:
        _, number, content = request
        try:
            found = encoder.encode_texts(content)
            answers.send("texts", number, [None if one is None else one.tobytes() for one in found])
        except Exception as error:
            answers.say_failed(number, error)


def _serve_pictures(
    encoder: "OpenClipEncoder", pictures: "SimpleQueue[tuple[Request, bytes] | None]", answers: _Answers
) -> None:
    """Where the device computes by itself, a part is begun before the one before it is finished."""
    finish: Callable[[], None] | None = None
    while True:
        if finish is not None and (not encoder.overlaps or pictures.empty()):
            finish()
            finish = None
        arrived = pictures.get()
        if arrived is None:
            return
        begun = _begin(encoder, *arrived, answers)
        if finish is not None:
            finish()
        finish = begun


def _begin(encoder: "OpenClipEncoder", request: Request, raw: bytes, answers: _Answers) -> Callable[[], None]:
    kind, number, content = request
    pixels = np.frombuffer(bytearray(raw), dtype=np.uint8)
    try:
        if kind == "attribution":
            shape, text = content
            found = encoder.attribute(pixels.reshape(shape), text)
            return lambda: answers.send("attribution", number, found.shape, found.tobytes())
        wait = encoder.begin_images(pixels.reshape(content))
    except Exception as error:
        reason = error  # the name of the clause ends with it
        return lambda: answers.say_failed(number, reason)

    def finish() -> None:
        try:
            vectors = wait()
            answers.send("vectors", number, vectors.shape, vectors.tobytes())
        except Exception as error:
            answers.say_failed(number, error)

    return finish


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

"""The encoder in a process of its own: torch lives there, and its memory goes when the process goes."""

import logging
import multiprocessing
import os
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Future
from multiprocessing.connection import Connection, wait
from multiprocessing.context import SpawnProcess
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photofind.core.errors import EncoderUnavailable
from photofind.core.helper_process import lifeline
from photofind.encoders.encoder_child import run_encoder
from photofind.encoders.folder import check_folder
from photofind.encoders.protocol import EncoderInfo, TextVectors, Vectors
from photofind.encoders.requests import PictureRequest, RequestQueue, TextRequest, WarmUp
from photofind.encoders.shelf import Shelf

_log = logging.getLogger(__name__)

_PART_S = (
    0.2  # a question waits for the part that is being encoded; shorter parts waste processor time (half at one picture)
)
_LARGEST_PART = 128
_FIRST_PART = 4
_END_PATIENCE_S = 2.0
_CLOSING = "The encoder has been stopped; ask again when photofind is running."


class _Died(Exception):
    """The process ended in the middle of something."""


class EncoderProcess:
    """One encoder of the shelf in one process, started at the first request and ended after ``idle_s`` without one.

    Texts go before pictures. A process that dies is started again once for the request at hand, which then fails with
    ``EncoderUnavailable``; the next request starts afresh. Any thread may call; futures complete on a thread of this
    object, so callbacks are short. ``threads``: for torch, 0 = as many as there are cores.
    """

    def __init__(
        self, encoder_id: str, shelf: Shelf, *, idle_s: float = 300.0, low_priority: bool = True, threads: int = 0
    ) -> None:
        """Cheap; raises ``EncoderUnavailable`` when the shelf does not know the id."""
        self._id = shelf.resolve(encoder_id)
        self._shelf = shelf
        self._idle_s = idle_s
        self._low_priority = low_priority
        self._threads = threads
        self._queue = RequestQueue()
        self._lock = threading.Lock()  # guards the four below
        self._thread: threading.Thread | None = None
        self._process: SpawnProcess | None = None
        self._is_stopped = False
        self._info: EncoderInfo | None = None
        self._pipe: Connection | None = None  # of the thread
        self._part = _FIRST_PART  # of the thread

    def info(self) -> EncoderInfo:
        """What the encoder is; needs no process. Blocks while weights are hashed for the first time.

        Raises ``EncoderUnavailable``.
        """
        info = self._info
        if info is None:
            info = self._info = self._shelf.info(self._id)
        return info

    def encode_images(self, pictures: NDArray[np.uint8]) -> Future[Vectors]:
        """uint8 [n, size, size, 3] as ``info().input_spec`` says → float32 [n, dimension], unit length."""
        if pictures.dtype != np.uint8 or pictures.ndim != 4 or pictures.shape[3] != 3:
            raise ValueError(f"expected uint8 [n, size, size, 3], got {pictures.dtype} {pictures.shape}")
        return self._ask(PictureRequest(np.ascontiguousarray(pictures)))

    def encode_texts(self, texts: Sequence[str]) -> Future[TextVectors]:
        """float32 [dimension] of unit length for each text, None for a blank one; overtakes waiting pictures."""
        return self._ask(TextRequest([str(text) for text in texts]))

    def warm_up(self) -> None:
        """Starts loading, so that the first question need not wait; returns at once."""
        self._queue.want_warm_up()
        self._run_thread()

    def stop(self) -> None:
        """Ends process and thread within moments, even while loading; idempotent. Waiting requests fail."""
        self._queue.close(_CLOSING)
        with self._lock:
            self._is_stopped = True
            thread = self._thread
            if self._process is not None:
                self._process.kill()
        if thread is not None and thread is not threading.current_thread():
            thread.join()

    @property
    def process_id(self) -> int | None:
        """The process id while one runs, for tests and for the curious."""
        process = self._process
        return process.pid if process is not None else None

    def _ask(self, request: TextRequest | PictureRequest) -> Future[Any]:
        self._queue.put(request)
        self._run_thread()
        return request.future

    def _run_thread(self) -> None:
        # The kernel ends the process when the thread that started it ends (core.helper_process), so one thread lives
        # as long as this object and does nothing else.
        with self._lock:
            if self._thread is None and not self._is_stopped:
                self._thread = threading.Thread(target=self._serve, name="encoder", daemon=True)
                self._thread.start()

    def _serve(self) -> None:
        while not self._queue.is_closed:
            request = self._queue.take(self._idle_s if self._pipe is not None else None)
            if request is None:
                self._end()
            elif isinstance(request, WarmUp):
                try:
                    self._ensure_started()
                except (EncoderUnavailable, _Died) as error:  # the next request says so to somebody
                    _log.info("cannot warm up %s: %s", self._id, error)
                    self._end()
            else:
                self._answer(request)
        self._end()

    def _answer(self, request: TextRequest | PictureRequest) -> None:
        try:
            self._ensure_started()
            if isinstance(request, TextRequest):
                request.future.set_result(self._exchange_texts(request.texts))
            else:
                self._advance(request)
        except EncoderUnavailable as error:
            request.future.set_exception(error)
        except _Died:
            self._end()
            if self._queue.is_closed:
                request.future.set_exception(EncoderUnavailable(_CLOSING))
            elif request.has_died_once:
                request.future.set_exception(
                    EncoderUnavailable(
                        "The encoder ended unexpectedly, twice; there may be too little memory for it: "
                        "close other programs or choose a smaller encoder."
                    )
                )
            else:
                _log.warning("the encoder process ended unexpectedly; starting it again")
                request.has_died_once = True
                self._queue.put_back(request)
        except Exception as error:
            _log.info("the encoder process cannot be used", exc_info=True)
            self._end()
            request.future.set_exception(EncoderUnavailable(f"The encoder cannot be started: {error}."))

    def _advance(self, request: PictureRequest) -> None:
        """Encodes parts of the request until it is done or a text waits."""
        count = len(request.pictures)
        while True:
            part = request.pictures[request.done : request.done + self._part]
            start = time.monotonic()
            request.parts.append(self._exchange_pictures(part))
            request.done += len(part)
            if len(part) == self._part:
                fitting = self._part * _PART_S / max(time.monotonic() - start, 1e-4)
                # Neither more than double nor all the way down at one slow part: the machine has other work too.
                self._part = int(min(max(fitting, self._part / 2, 1), self._part * 2, _LARGEST_PART))
            if request.done >= count:
                request.future.set_result(np.concatenate(request.parts))
                return
            if self._queue.has_texts() or self._queue.is_closed:
                self._queue.put_back(request)
                return

    def _exchange_pictures(self, pictures: NDArray[np.uint8]) -> Vectors:
        kind, shape = self._exchange(("images", pictures.shape), pictures)
        assert kind == "vectors"
        return np.frombuffer(self._receive_bytes(), dtype=np.float32).reshape(shape)

    def _exchange_texts(self, texts: list[str]) -> TextVectors:
        _, found = self._exchange(("texts", texts))
        return [None if one is None else np.frombuffer(one, dtype=np.float32) for one in found]

    def _exchange(self, message: tuple[str, Any], pictures: NDArray[np.uint8] | None = None) -> tuple[str, Any]:
        assert self._pipe is not None
        try:
            self._pipe.send(message)
            if pictures is not None:
                self._pipe.send_bytes(pictures.reshape(-1).data)
        except OSError as error:
            raise _Died from error
        return self._receive()

    def _receive(self) -> tuple[str, Any]:
        """The next message of the process; raises ``EncoderUnavailable`` with the sentence that it sent, or _Died."""
        pipe, process = self._pipe, self._process
        assert pipe is not None and process is not None
        wait([pipe, process.sentinel])  # stop() kills the process, which ends this wait
        try:
            if not pipe.poll():
                raise _Died
            kind, content = pipe.recv()
        except (EOFError, OSError) as error:
            raise _Died from error
        if kind == "failed":
            raise EncoderUnavailable(content)
        return kind, content

    def _receive_bytes(self) -> bytes:
        assert self._pipe is not None
        try:
            return self._pipe.recv_bytes()
        except (EOFError, OSError) as error:
            raise _Died from error

    def _ensure_started(self) -> None:
        if self._pipe is not None:
            return
        info = self.info()
        folder = self._shelf.folder_of(self._id)
        check_folder(folder)  # says what is wrong sooner than the process would
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(
            target=run_encoder,
            name="photofind encoder",
            args=(
                theirs,
                lifeline(),
                os.getpid(),
                str(folder),
                info.key,
                str(self._shelf.folder),
                self._low_priority,
                self._threads,
            ),
            daemon=True,
        )
        with self._lock:
            if self._is_stopped:
                ours.close()
                theirs.close()
                raise EncoderUnavailable(_CLOSING)
            process.start()
            self._process, self._pipe = process, ours
        theirs.close()  # else the end of the process would not end the pipe
        try:
            _, device = self._receive()
        except EncoderUnavailable:
            self._end()
            raise
        _log.info("%s is ready on %s in process %s", self._id, device, process.pid)

    def _end(self) -> None:
        """Ends the process, with patience while it is idle."""
        if self._pipe is not None:
            self._pipe.close()
            self._pipe = None
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return
        process.join(0 if self._queue.is_closed else _END_PATIENCE_S)
        if process.is_alive():
            process.kill()
            process.join()
        process.close()

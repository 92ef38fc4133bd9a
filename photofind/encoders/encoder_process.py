"""The encoder in a process of its own: torch lives there, and its memory goes when the process goes."""

import contextlib
import logging
import multiprocessing
import os
import threading
from collections.abc import Sequence
from concurrent.futures import Future
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photofind.core.errors import EncoderUnavailable
from photofind.core.helper_process import lifeline
from photofind.encoders.encoder_answers import ProcessDied, await_ready, listen
from photofind.encoders.encoder_child import run_encoder
from photofind.encoders.folder import check_folder
from photofind.encoders.protocol import EncoderInfo, TextVectors, Vectors
from photofind.encoders.requests import (
    Answer,
    AttributionRequest,
    PictureRequest,
    Request,
    RequestQueue,
    TextRequest,
    WarmUp,
)
from photofind.encoders.shelf import Shelf

_log = logging.getLogger(__name__)

_PARTS_UNDER_WAY = 2  # one is computed, the next one is there already
_END_PATIENCE_S = 2.0
_CLOSING = "The encoder has been stopped; ask again when photofind is running."


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
        self._under_way: dict[int, Request] = {}  # of the thread: what the process has not answered yet, by number
        self._listener: threading.Thread | None = None
        self._last_number = 0
        self._most_at_once = 1

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

    def attribute(self, picture: NDArray[np.uint8], text: str) -> Future[NDArray[np.float32]]:
        """See ``EncoderFace``."""
        return self._ask(AttributionRequest(np.ascontiguousarray(picture), text))

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

    def _ask(self, request: Request) -> Future[Any]:
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
            pictures = sum(isinstance(request, PictureRequest) for request in self._under_way.values())
            event = self._queue.take(
                self._idle_s if self._pipe is not None and not self._under_way else None,
                with_pictures=pictures < _PARTS_UNDER_WAY,
            )
            if isinstance(event, Answer):
                self._settle(event)
            elif isinstance(event, WarmUp):
                try:
                    self._ensure_started()
                except (EncoderUnavailable, ProcessDied) as error:  # the next request says so to somebody
                    _log.info("cannot warm up %s: %s", self._id, error)
                    self._end()
            elif event is not None:
                self._send(event)
            elif not self._queue.is_closed:
                self._end()
        for request in self._forget_all():
            request.future.set_exception(EncoderUnavailable(_CLOSING))
        self._end()

    def _send(self, request: Request) -> None:
        """Sends a text, or the next pictures of a request."""
        try:
            self._ensure_started()
        except EncoderUnavailable as error:
            request.future.set_exception(error)
            return
        except ProcessDied:
            self._begin_again([request])
            return
        except Exception as error:
            _log.info("the encoder process cannot be used", exc_info=True)
            self._end()
            request.future.set_exception(EncoderUnavailable(f"The encoder cannot be started: {error}."))
            return
        assert self._pipe is not None
        self._last_number = number = self._last_number + 1
        try:
            self._under_way[number] = request
            if isinstance(request, TextRequest):
                self._pipe.send(("texts", number, request.texts))
                return
            if isinstance(request, AttributionRequest):
                self._pipe.send(("attribution", number, (request.picture.shape, request.text)))
                self._pipe.send_bytes(request.picture.reshape(-1).data)
                return
            part = request.pictures[request.sent : request.sent + self._most_at_once]
            request.sent += len(part)
            if request.sent < len(request.pictures):
                self._queue.put_back(request)
            self._pipe.send(("images", number, part.shape))
            self._pipe.send_bytes(part.reshape(-1).data)
        except OSError:  # the listener says that it has ended
            _log.debug("the encoder process does not listen", exc_info=True)

    def _settle(self, answer: Answer) -> None:
        """What the process said."""
        if self._process is None or answer.process_id != self._process.pid:
            return  # of one that is gone
        if answer.message is None:
            self._begin_again(self._forget_all())
            return
        kind, number, content = answer.message
        request = self._under_way.pop(number)
        if request.future.done():  # other pictures of it have failed
            return
        if kind == "failed":
            self._queue.forget(request)
            request.future.set_exception(EncoderUnavailable(content))
        else:
            request.take(content, answer.raw)

    def _forget_all(self) -> list[Request]:
        """The requests under way, each once, in their order; they are under way no more."""
        requests = list(dict.fromkeys(self._under_way.values()))
        self._under_way.clear()
        return [request for request in requests if not request.future.done()]

    def _begin_again(self, requests: Sequence[Request]) -> None:
        """The process has ended: another one gets what was with it, once."""
        self._end()
        for request in reversed(requests):
            self._queue.forget(request)
            if isinstance(request, PictureRequest):
                request.sent = request.done
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
            device, self._most_at_once = await_ready(ours, process)
        except EncoderUnavailable:
            self._end()
            raise
        assert process.pid is not None
        self._listener = threading.Thread(
            target=listen, args=(ours, process.pid, self._queue), name="encoder answers", daemon=True
        )
        self._listener.start()
        _log.info("%s is ready on %s in process %s", self._id, device, process.pid)

    def _end(self) -> None:
        """Ends the process, with patience while it is idle; what it still says is not heard."""
        pipe, self._pipe = self._pipe, None
        with self._lock:
            process, self._process = self._process, None
        listener, self._listener = self._listener, None
        if process is None:
            return
        assert pipe is not None
        if listener is None:
            pipe.close()
        else:  # which reads it, and closes it in the end
            with contextlib.suppress(OSError):
                pipe.send(("end", 0, None))
        process.join(0 if self._queue.is_closed else _END_PATIENCE_S)
        if process.is_alive():
            process.kill()
            process.join()
        if listener is not None:
            listener.join()  # the end of the process is the end of the pipe, and of it
        process.close()

"""One queue of work for a few decoder processes, on top of pebble: what is wrong with a file costs that file only.

pebble kills and replaces a process that hangs or crashes. Added here, because pebble does otherwise: work that is
cancelled before it begins costs nothing (pebble would kill the process that meets it), a pool that broke because an idle
process was killed is built again, and processes are started from threads that outlive them (see `core.helper_process`).
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from photofind.core.errors import PhotofindError
from photofind.core.helper_process import lifeline
from photofind.media.decoder import DecodersFailed, UnreadableFile, run_guarded
from photofind.media.decoder_start import start_decoder
from photofind.media.memory_limit import TOOK_TOO_MUCH, too_much_memory

if TYPE_CHECKING:
    from pebble import ProcessPool

_log = logging.getLogger(__name__)

_TRIES = 3
_START_PATIENCE_S = 10.0  # for a process to begin its first file on a busy machine
_FILES_PER_PROCESS = 2000
"""A process is replaced after so many files, which bounds what leaks in image libraries can add up to."""


@dataclass(slots=True, eq=False)
class _Work:
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    answer: Future[Any]
    finish: Callable[[Any], Any]
    tries: int = 0
    begun_s: float = 0.0


class DecoderLane:
    """A queue and its processes. All methods: any thread, return at once (`stop` blocks until the processes have ended).

    The processes start with the first file; they end when there has been nothing to do for ``idle_s`` seconds, and start
    again with the next one.
    """

    def __init__(
        self,
        name: str,
        workers: int,
        *,
        timeout_s: float,
        memory_limit_bytes: int,
        in_background: bool,
        idle_s: float,
    ) -> None:
        self._name = name
        self._workers = workers
        self._timeout_s = timeout_s
        self._memory_limit_bytes = memory_limit_bytes
        self._in_background = in_background
        self._idle_s = idle_s
        self._changed = threading.Condition()
        self._waiting: deque[_Work] = deque()
        self._running: set[_Work] = set()  # handed to the pool that is in use now
        self._broken = False
        self._stopping = False
        self._keeper: threading.Thread | None = None

    def stop(self) -> None:
        """End every process; work that is not done is cancelled. Idempotent, final."""
        with self._changed:
            self._stopping = True
            self._changed.notify_all()
            keeper = self._keeper
        if keeper is not None:
            keeper.join()
        with self._changed:
            left = [*self._waiting, *self._running]
            self._waiting.clear()
            self._running.clear()
        for work in left:
            _cancel(work.answer)

    def submit(
        self, function: Callable[..., Any], *arguments: Any, finish: Callable[[Any], Any] = lambda result: result
    ) -> Future[Any]:
        """Call a function in one of the processes; ``finish`` is applied to its result in a thread of this process.

        The future fails with a `PhotofindError` only, and is cancelled when the lane stops. It may be cancelled by its
        owner at any time before it is done. What is attached to it with ``add_done_callback`` runs in the thread that
        receives all answers and has to be quick.
        """
        work = _Work(function, arguments, Future(), finish)
        with self._changed:
            if self._stopping:
                _cancel(work.answer)
                return work.answer
            self._waiting.append(work)
            self._changed.notify_all()
            if self._keeper is None:
                self._keeper = threading.Thread(target=self._keep, name=f"{self._name}-keeper", daemon=True)
                self._keeper.start()
        return work.answer

    def _keep(self) -> None:
        """The one thread that owns the pool: starts it, feeds it, builds it again, ends it."""
        pool: ProcessPool | None = None
        while True:
            work = None
            with self._changed:
                ready = self._changed.wait_for(self._has_something_to_do, self._patience_s() if pool else None)
                if self._stopping:
                    break
                if self._left_s() == 0.0:
                    _log.warning("decoder processes do not answer any more, and are replaced")
                    self._broken = True
                broken = self._broken
                idle = not ready and not self._running
                if ready and not broken:
                    work = self._waiting.popleft()
            if pool is not None and (broken or idle):
                _end(pool)
                pool = None
            if broken:
                self._take_back()
            if work is not None:
                pool = pool or self._build()
                self._begin(pool, work)
        if pool is not None:
            _end(pool)

    def _has_something_to_do(self) -> bool:
        # One file for each process and one that it finds waiting: many processes would empty a smaller store at once.
        return self._stopping or self._broken or (bool(self._waiting) and len(self._running) < 2 * self._workers)

    def _patience_s(self) -> float | None:
        """How long the keeper may wait for something to do before it looks whether all is idle, or stands still."""
        return min((time_s for time_s in (self._idle_s, self._left_s()) if time_s is not None), default=None)

    def _left_s(self) -> float | None:
        """How long the processes may still take over what they have in hand; None if they have nothing.

        A process that is killed while it takes a file from the pool's pipe or answers keeps the lock of that pipe for ever
        (pebble 5.2). Then no other process gets on, and the pool's own time-outs do not work either, which need the lock.
        """
        if not self._running:
            return None
        longest_s = 2 * self._timeout_s + _START_PATIENCE_S  # a file may wait for the one before it
        since_s = time.monotonic() - min(work.begun_s for work in self._running)
        return max(0.0, longest_s - since_s)

    def _take_back(self) -> None:
        """What a broken pool had in hand waits for the next one; some other piece of work broke it."""
        with self._changed:
            self._broken = False
            self._waiting.extendleft(self._running)
            self._running.clear()

    def _build(self) -> ProcessPool | None:
        """A pool whose processes have been started from this thread; None when the system lacks what that takes."""
        from pebble import ProcessPool

        try:
            pool = ProcessPool(
                max_workers=self._workers,
                max_tasks=_FILES_PER_PROCESS,
                initializer=start_decoder,
                initargs=(lifeline(), os.getpid(), self._in_background, self._memory_limit_bytes),
                context=multiprocessing.get_context("spawn"),
            )
            _ = pool.active  # what starts them
        except Exception:
            _log.exception("decoder processes could not be started")
            return None
        return pool

    def _begin(self, pool: ProcessPool | None, work: _Work) -> None:
        if work.answer.cancelled():
            _cancel(work.answer)
            return
        work.tries += 1
        work.begun_s = time.monotonic()
        attempt = work.tries
        with self._changed:
            self._running.add(work)
        if pool is None:
            self._settle(work, attempt, None, RuntimeError("no decoder processes"))
            return
        try:
            future = pool.schedule(run_guarded, args=(work.function, *work.arguments), timeout=self._timeout_s)
        except Exception as error:  # the pool has broken meanwhile
            self._settle(work, attempt, None, error)
        else:
            future.add_done_callback(lambda done: self._settle(work, attempt, *_outcome(done)))

    def _settle(self, work: _Work, attempt: int, result: Any, error: BaseException | None) -> None:
        """Hand over a result or an error, or queue the work again where the error says nothing about the file."""
        with self._changed:
            if work not in self._running or work.tries != attempt:
                return  # taken back meanwhile
            problem = self._judge(work, error) if error else None
            if error and problem is None and self._broken:
                return  # the keeper takes it back when it has ended the pool
            self._running.discard(work)
            if error and problem is None:
                self._waiting.appendleft(work)
            self._changed.notify_all()
        if error is None:
            _answer(work.answer, work.finish(result), None)
        elif problem is not None:
            _answer(work.answer, None, problem)

    def _judge(self, work: _Work, error: BaseException) -> PhotofindError | None:
        """What an error means for the file; None: nothing, try it again."""
        from pebble import ProcessExpired

        may_try_again = work.tries < _TRIES
        match error:
            case PhotofindError():
                return error
            case TimeoutError():
                # pebble goes by the wall clock, which also runs while the machine sleeps
                slept = time.monotonic() - work.begun_s < self._timeout_s
                sentence = _too_slow(self._timeout_s)
                return None if slept and may_try_again else UnreadableFile(sentence)
            case ProcessExpired():
                # SIGKILL comes from outside (a machine short of memory ends processes so) and 1 from the pool's own
                # pipe; a damaged file shows as another signal
                if error.exitcode == TOOK_TOO_MUCH:
                    return UnreadableFile(too_much_memory(self._memory_limit_bytes))
                innocent = error.exitcode in (1, -getattr(signal, "SIGKILL", 9))
                sentence = "The picture made its decoder crash; it is probably damaged. Restore it from a backup if there is one."
                return None if innocent and may_try_again else UnreadableFile(sentence)
        self._broken = True
        self._changed.notify_all()
        if may_try_again:
            return None
        _log.error("decoder processes keep failing: %r", error)
        return DecodersFailed("The helper processes that read pictures cannot be started; restart photofind.")


def _too_slow(timeout_s: float) -> str:
    return (
        f"The picture could not be read within {timeout_s:g} seconds and was given up. Try again when the disk has less to"
        " do; if that does not help, the file is damaged, or larger than this computer can read."
    )


def _end(pool: ProcessPool) -> None:
    pool.stop()
    pool.join()


def _outcome(done: Future[Any]) -> tuple[Any, BaseException | None]:
    error = done.exception()
    return (None, error) if error else (done.result(), None)


def _cancel(answer: Future[Any]) -> None:
    if answer.cancel():
        with suppress(InvalidStateError, RuntimeError):
            answer.set_running_or_notify_cancel()  # tells those who wait in concurrent.futures.wait


def _answer(answer: Future[Any], result: Any, problem: PhotofindError | None) -> None:
    try:
        if problem is not None:
            answer.set_exception(problem)
        else:
            answer.set_result(result)
    except InvalidStateError:
        _cancel(answer)  # its owner cancelled it while the work was under way

"""``MilvusStore`` in a process of its own, which ends with ``close`` and takes pymilvus with it.

In the program's own process pymilvus (with pandas and gRPC) holds 100 MB for good, and importing it and converting rows
holds the interpreter's lock, which the window waits for.
"""

import logging
import multiprocessing
import os
import threading
from collections.abc import Sequence
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photofind.core.errors import StoreFailed
from photofind.core.helper_process import lifeline
from photofind.store.durable import disk_errors
from photofind.store.milvus_collection import COLLECTION_PREFIX, Verdict
from photofind.store.milvus_files import damage_of
from photofind.store.milvus_server import CLOSE, OPEN, Call, Reply, serve_milvus
from photofind.store.vector_host_lock import ended_badly, lock_of

_log = logging.getLogger(__name__)
_LONGEST_CALL_S = 300.0  # the store inside has shorter time-outs for each request
_END_PATIENCE_S = 2.0


class MilvusProcess:
    """Starts the process at the first call. One thread calls, and lives as long as the process is wanted: on Linux a
    helper ends with the thread that started it. Every method may raise NoRoom, StoreFailed, LibraryInUse.
    """

    def __init__(self, *, folder: Path | None = None, uri: str = "", token: str = "") -> None:
        """Either the ``folder`` of a Milvus Lite file, or the ``uri`` (and ``token``) of a server or of Zilliz Cloud."""
        if (folder is None) == (not uri):
            raise ValueError("either a folder or the address of a server")
        self._place = (folder, uri, token)
        self._lock = threading.Lock()
        self._process: SpawnProcess | None = None
        self._pipe: Connection | None = None
        self._earlier_breakdowns = 0
        self._breakdowns = 0  # of the process that runs

    @property
    def breakdowns(self) -> int:
        """How often engine or process were lost or killed: when it has grown, ``MilvusCollection.verify`` is due."""
        return self._earlier_breakdowns + self._breakdowns

    @property
    def is_server(self) -> bool:
        """Whether the vectors go to a server, which costs this machine little."""
        return self._place[0] is None

    @property
    def process_id(self) -> int | None:
        """The process while it runs, for tests and for the curious."""
        return self._process.pid if self._process is not None else None

    def collection(self, key: str, dimension: int) -> "RemoteCollection":
        """The collection of the encoder ``key``, made when it is not there; see ``MilvusStore.collection``."""
        return RemoteCollection(self, key, dimension, self.call(OPEN, key, dimension))

    def is_in_doubt(self, key: str, *, has_rows: bool) -> bool:
        """Whether a Milvus Lite file has to be verified though nothing waits: the engine was killed in its work, or files
        of this encoder (which ``has_rows``) are not as they were written. Looks at some files only.
        """
        folder = self._place[0]
        if folder is None or self._process is not None:
            return False
        with disk_errors("the vector store"):
            name = COLLECTION_PREFIX + key
            is_lost = has_rows and not (folder / "collections" / name).exists()
            return is_lost or ended_badly(lock_of(folder)) or bool(damage_of(folder, name))

    def close(self) -> None:
        """Let the vector host write what it has and end, and the process with it; idempotent, the next call begins anew."""
        if self._process is None:
            return
        try:
            self.call(CLOSE)
        finally:
            with self._lock:
                self._end()

    def call(self, *call: Any) -> Any:
        """What the method of that name returns there; see ``milvus_server``."""
        with self._lock:
            reply = self._exchange(call)
            self._breakdowns = reply.breakdowns
        for name, level, text in reply.logged:
            logging.getLogger(name).log(level, "%s", text)
        if reply.error is not None:
            raise reply.error
        return reply.result

    def _exchange(self, call: Call) -> Reply:
        if self._pipe is None:
            self._start()
        assert self._pipe is not None
        try:
            self._pipe.send(call)
            if not self._pipe.poll(_LONGEST_CALL_S):
                raise TimeoutError
            reply: Reply = self._pipe.recv()
        except (EOFError, OSError) as error:  # TimeoutError is an OSError
            self._end()
            self._earlier_breakdowns += 1
            raise StoreFailed("The vector store ended unexpectedly and is opened again at its next use.") from error
        return reply

    def _start(self) -> None:
        spawn = multiprocessing.get_context("spawn")
        self._pipe, theirs = spawn.Pipe()
        self._process = spawn.Process(
            target=serve_milvus,
            args=(theirs, lifeline(), os.getpid(), *self._place),
            name="photofind milvus",
            daemon=True,
        )
        try:
            self._process.start()
        except OSError as error:
            theirs.close()
            self._end()
            raise StoreFailed(f"The vector store does not start ({error.strerror}): close other programs.") from error
        theirs.close()  # so that the end of the process is the end of the pipe

    def _end(self) -> None:
        if self._pipe is not None:
            self._pipe.close()  # which it takes for a goodbye
        process, self._process, self._pipe = self._process, None, None
        self._earlier_breakdowns, self._breakdowns = self.breakdowns, 0
        if process is None or process.pid is None:
            return
        process.join(_END_PATIENCE_S)
        if process.is_alive():
            process.kill()
            process.join()
        process.close()


class RemoteCollection:
    """``MilvusCollection`` (see there) over the pipe; what following the journal needs of it."""

    def __init__(self, process: MilvusProcess, key: str, dimension: int, notice: str) -> None:
        """Use ``MilvusProcess.collection``."""
        self.notice = notice
        self._process = process
        self._key = key
        self._dimension = dimension

    def upsert(
        self,
        ids: NDArray[np.int64],
        vectors: NDArray[np.float16],
        taken_s: NDArray[np.int64],
        content_hashes: Sequence[bytes],
    ) -> None:
        self._call("upsert", ids, vectors, taken_s, list(content_hashes))

    def flush(self) -> None:
        self._call("flush")

    def delete(self, ids: NDArray[np.int64]) -> None:
        self._call("delete", ids)

    def verify(self, expected: NDArray[np.int64]) -> Verdict:
        verdict: Verdict = self._call("verify", expected)
        return verdict

    def vectors_of(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        found: tuple[NDArray[np.int64], NDArray[np.float16]] = self._call("vectors_of", ids)
        return found

    def _call(self, method: str, *arguments: Any) -> Any:
        return self._process.call(method, self._key, *arguments)

"""What runs inside the Milvus process: the store, asked over a pipe. ``milvus_process`` is the other end.

Light at module level: the process must tie itself to its parent before anything heavy is imported.
"""

import logging
import multiprocessing
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from photofind.core.errors import PhotofindError, StoreFailed
from photofind.core.helper_process import end_with_parent, step_back
from photofind.store.milvus import MilvusStore
from photofind.store.milvus_collection import MilvusCollection
from photofind.store.milvus_examination import examine
from photofind.store.vector_host import VectorHost

OPEN, CLOSE, EXAMINE = "open", "close", "examine"
_OF_A_COLLECTION = frozenset({"upsert", "flush", "delete", "verify", "vectors_of"})
_BACKGROUND_NICENESS = 10

Call = tuple[Any, ...]
"""(OPEN, key, dimension) → the collection's notice; (EXAMINE, …) → what milvus_examination says; (CLOSE,); or a
collection's method, its key, and arguments."""


@dataclass(slots=True)
class Reply:
    """What came of a call, how often the store broke down so far, and what it had to log."""

    result: Any = None
    error: Exception | None = None
    breakdowns: int = 0
    logged: list[tuple[str, int, str]] = field(default_factory=list)


class _Logged(logging.Handler):
    """Keeps records for the next reply; the parent has the log file."""

    def __init__(self) -> None:
        super().__init__(logging.INFO)
        self._records: list[tuple[str, int, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self._records.append((record.name, record.levelno, record.getMessage()))

    def taken(self) -> list[tuple[str, int, str]]:
        records, self._records = self._records, []
        return records


def serve_milvus(
    pipe: Connection, parent_lifeline: Connection, parent_pid: int, folder: Path | None, uri: str, token: str
) -> None:
    """The whole life of the process: it ends after CLOSE, or when the pipe does."""
    end_with_parent(parent_lifeline, parent_pid)
    step_back(_BACKGROUND_NICENESS)  # Milvus follows; questions are answered from the journal
    multiprocessing.current_process().daemon = False  # it has a child, the vector host, which ends with it
    logged = _Logged()
    logging.getLogger().addHandler(logged)
    logging.getLogger("photofind").setLevel(logging.INFO)
    store = MilvusStore(uri=uri, token=token) if folder is None else MilvusStore(host=VectorHost(folder))
    collections: dict[str, MilvusCollection] = {}
    while True:
        try:
            call: Call = pipe.recv()
        except (EOFError, OSError):
            return
        reply = Reply()
        try:
            reply.result = _answer(store, collections, call)
        except (PhotofindError, ValueError) as error:
            reply.error = error
        except Exception as error:
            logging.getLogger(__name__).warning("%s failed", call[0], exc_info=True)
            reply.error = StoreFailed(f"The vector store failed ({error}); it is opened again at its next use.")
        reply.breakdowns, reply.logged = store.breakdowns, logged.taken()
        try:
            pipe.send(reply)
        except OSError:
            return
        if call[0] == CLOSE:
            return


def _answer(store: MilvusStore, collections: dict[str, MilvusCollection], call: Call) -> Any:
    method, *arguments = call
    if method == CLOSE:
        return store.close()
    if method == OPEN:
        key, dimension = arguments
        collections[key] = opened = store.collection(key, dimension)
        return opened.notice
    if method == EXAMINE:
        return examine(store, *arguments)
    if method not in _OF_A_COLLECTION:
        raise ValueError(f"no method {method}")
    key, *rest = arguments
    if key not in collections:  # opened in an earlier process
        raise StoreFailed("The vector store ended unexpectedly and is opened again at its next use.")
    return getattr(collections[key], method)(*rest)

"""What runs inside the vector host: the Milvus Lite engine behind a Unix socket, until told to stop."""

import logging
import os
import threading
import time
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from photofind.core.errors import PhotofindError
from photofind.core.helper_process import end_with_parent, step_back
from photofind.store.durable import sync_tree
from photofind.store.light_pymilvus import hide_client
from photofind.store.vector_host_lock import HostLock, HostRecord

# Lite flushes by itself when its memtable holds this much, and then a write blocks: at its default of 128 MB for 5 to
# 7 s. The indexer flushes each 2,000 rows, long before this.
_MEMTABLE_BYTES = 16 * 1024 * 1024
_CALLS_AT_ONCE = 4  # one writer, and questions
_GRACE_S = 5.0
_BACKGROUND_NICENESS = 10
_CLOCK_GRAIN_NS = 2_000_000_000  # file systems stamp times as coarsely as this (FAT)


def serve(
    folder: Path, lock: Path, socket: Path | None, control: Connection, lifeline: Connection, parent: int
) -> None:
    """Entry point of the process.

    Sends the address to connect to, or an exception, through ``control``; then stops cleanly at the first message.
    ``socket`` None (Windows) means a port of the loopback interface, which any local program can reach: unproven.
    """
    end_with_parent(lifeline, parent)
    step_back(_BACKGROUND_NICENESS)  # it only follows: questions are answered from the journal
    os.umask(0o077)  # Lite makes files and folders readable by all
    try:
        held = HostLock(lock, HostRecord(os.getpid(), parent, str(socket or "")))
        started_ns = time.time_ns() - _CLOCK_GRAIN_NS
        engine, server, address = _start(folder, socket)
    except (PhotofindError, OSError) as error:
        control.send(error)
        return
    except Exception as error:  # of milvus_lite, whose exceptions may not survive the pipe
        control.send(RuntimeError(f"{type(error).__name__}: {error}"))
        return
    control.send(address)
    try:
        control.recv_bytes()
    except EOFError:
        return
    server.stop(_GRACE_S).wait()
    engine.close()  # writes what is in memory to files, which it does not sync
    sync_tree(folder, newer_than_ns=started_ns)
    held.clear()
    held.release()


def _start(folder: Path, socket: Path | None) -> tuple[Any, Any, str]:
    os.environ.setdefault("MILVUS_LITE_MEMTABLE_MEMORY_LIMIT_BYTES", str(_MEMTABLE_BYTES))  # read when imported
    os.environ.setdefault("PYTHON_DOTENV_DISABLED", "1")  # pymilvus reads any .env above it
    hide_client()
    from milvus_lite.adapter.grpc.server import _build_server
    from milvus_lite.db import MilvusLite
    from milvus_lite.engine.collection import Collection
    from milvus_lite.storage import data_file, delta_file

    for name in ("pymilvus", "milvus_lite.adapter"):  # a traceback for each error that the client is told anyway
        logging.getLogger(name).setLevel(logging.CRITICAL)
    _check_pages(data_file, delta_file)
    engine = _mended(MilvusLite, Collection)(str(folder))
    server = _build_server(engine, _CALLS_AT_ONCE)
    if socket is not None:
        address = f"unix:{socket}"
        server.add_insecure_port(address)
    else:
        address = f"http://127.0.0.1:{server.add_insecure_port('127.0.0.1:0')}"
    server.start()
    return engine, server, address


def _check_pages(*modules: Any) -> None:
    """Have Milvus Lite write a checksum with each page of its files, and look at it when it reads one.

    Without, a bit that turned on the disk is a wrong vector and no error. Files from before have none, and are read.
    """
    import pyarrow.parquet  # type: ignore[import-untyped]

    class Checked:
        @staticmethod
        def write_table(table: Any, path: str) -> None:
            pyarrow.parquet.write_table(table, path, write_page_checksum=True)

        @staticmethod
        def read_table(path: str) -> Any:
            return pyarrow.parquet.read_table(path, page_checksum_verification=True)

    for module in modules:
        module.pq = Checked


def _mended(engine: Any, collection: Any) -> Any:
    """Milvus Lite 3.2.2 with two faults less.

    Two calls that touch a collection for the first time at once open it twice, and both then write its files. And
    ``flush`` returns while files are still being merged, so that their successors could not be synced after it.
    """
    lock = threading.RLock()

    class Engine(engine):  # type: ignore[misc]
        def get_collection(self, *arguments: Any, **options: Any) -> Any:
            with lock:
                return super().get_collection(*arguments, **options)

        def create_collection(self, *arguments: Any, **options: Any) -> Any:
            with lock:
                return super().create_collection(*arguments, **options)

        def drop_collection(self, *arguments: Any, **options: Any) -> None:
            with lock:
                super().drop_collection(*arguments, **options)

    flush = collection.flush

    def flush_and_merge(self: Any) -> None:
        flush(self)
        self._wait_for_bg()

    collection.flush = flush_and_merge
    return Engine

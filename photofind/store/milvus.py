"""Vectors in Milvus: a Milvus Lite file through the vector host, a Milvus server, or Zilliz Cloud.

Milvus Lite 3.2.2 loses acknowledged rows in five known ways, all around writes from several threads and failed writes
that are followed by others. So: writes are serialised here; after a write that failed, the engine is killed and writes
nothing more; what it holds is verified against the catalogue at the next use and refilled from the journal.
"""

import contextlib
import errno
import logging
import os
import re
import shutil
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from photofind.core.errors import StoreFailed
from photofind.store.durable import disk_errors, set_aside, store_failure
from photofind.store.light_pymilvus import import_client
from photofind.store.milvus_collection import COLLECTION_PREFIX, MilvusCollection, create, is_as_created
from photofind.store.milvus_files import damage_of, remove_leftover
from photofind.store.vector_host import OF_ITS_CONTENT, Unopenable, VectorHost

_log = logging.getLogger(__name__)
_TIMEOUT_S = 60.0
_CONNECT_TIMEOUT_S = 15.0
_MIN_FREE_BYTES = 256 * 1024 * 1024
_SHARE_OF_SMALL_DISK = 8
_WHAT = "the vector store"
_ERRNO = re.compile(r"\[Errno (\d+)\]")
_OF_MEMORY = re.compile(r"memory|malloc|^$", re.IGNORECASE)  # MemoryError says nothing at all
_READING = {"has_collection", "describe_collection", "list_collections", "query", "get", "search"}
# gRPC's default asks an idle server for a sign of life each 10 s here, for which gRPC servers hang up on a client.
_GRPC_OPTIONS = {"grpc.keepalive_time_ms": 2**31 - 1, "grpc.keepalive_permit_without_calls": 0}


class _Lost(StoreFailed):
    """The engine or the connection is gone."""


class _Crashed(_Lost):
    """The engine ended by a fault of its own, which what it reads may be the cause of."""


class _Unreadable(StoreFailed):
    """Milvus Lite cannot make sense of its files."""


class MilvusStore:
    """The connection, and what happens when it fails. ``collection`` gives what is read and written.

    All writes belong to one thread, the indexer's; reading is free to all. A connection lost, or closed by ``close``
    when idle, is made again by the next call. Every method may raise NoRoom or StoreFailed.
    """

    def __init__(
        self, *, host: VectorHost | None = None, uri: str = "", token: str = "", min_free_bytes: int = 0
    ) -> None:
        """Either ``host``, which this store then owns, or the ``uri`` (and ``token``) of a server or of Zilliz Cloud.

        With less than ``min_free_bytes`` (0: what is wise for the disk) nothing is written to the host.
        """
        if (host is None) == (not uri):
            raise ValueError("either a vector host or the address of a server")
        self.host = host
        self.breakdowns = 0
        """How often the engine was lost or killed: when it has grown, ``MilvusCollection.verify`` is due."""
        self._uri = uri
        self._token = token
        self._min_free_bytes = min_free_bytes
        self._client: Any = None
        self._lock = threading.RLock()  # the connection
        self._begun_anew = False
        self._opened: set[str] = set()  # collections whose files the engine that runs has in use
        self._write_lock = threading.RLock()  # Lite corrupts its log when two threads write, flushes included

    def collection(self, key: str, dimension: int) -> MilvusCollection:
        """The collection of the encoder ``key``, made when it is not there.

        A collection of Milvus Lite that does not open, is damaged, or was made for other vectors, is set aside with the
        whole folder and made anew; the collection's ``notice`` then says so, and everything has to be refilled.
        """
        name = COLLECTION_PREFIX + key
        notice = ""
        with self._write_lock:
            if self.host is None:
                if not self.call("has_collection", name):
                    create(self, name, dimension)
                elif not is_as_created(self, name, dimension):
                    raise StoreFailed(f"The Milvus server has another collection named {name}: rename or remove it.")
                self.call("load_collection", name)
            else:
                notice = self._open_embedded(self.host, name, dimension)
        return MilvusCollection(self, name, dimension, notice)

    def keys(self) -> list[str]:
        """The encoders that have a collection."""
        names = self.call("list_collections")
        return sorted(name.removeprefix(COLLECTION_PREFIX) for name in names if name.startswith(COLLECTION_PREFIX))

    def drop(self, key: str) -> None:
        """Remove an encoder's collection, if it is there."""
        with self.writing():
            self.call("drop_collection", COLLECTION_PREFIX + key)

    def close(self) -> None:
        """Disconnect, and let the vector host write what it has and end; idempotent, the next call opens again."""
        with self._write_lock, self._lock:
            self._disconnect()
            if self.host is not None:
                self.host.stop()

    # For MilvusCollection

    @contextlib.contextmanager
    def writing(self) -> Iterator[None]:
        """Around each write: one at a time, refused while there is too little room, and nothing after a failure."""
        with self._write_lock:
            if self.host is not None:
                self._refuse_without_room(self.host)
            try:
                yield
            except (StoreFailed, OSError) as error:
                if self.host is not None and not isinstance(error, _Lost):  # else another engine may run by now
                    self.abandon()
                if isinstance(error, OSError):
                    raise store_failure(error, _WHAT) from error
                raise

    def call(self, method: str, *arguments: Any, **options: Any) -> Any:
        """Call ``method`` of pymilvus's client; reading is tried again once in a new engine. Raises NoRoom, StoreFailed."""
        try:
            return self._call_once(method, *arguments, **options)
        except _Lost:
            if method not in _READING:
                raise
        return self._call_once(method, *arguments, **options)

    def _call_once(self, method: str, *arguments: Any, **options: Any) -> Any:
        client = self._connected()
        import grpc  # type: ignore[import-untyped]
        from pymilvus.exceptions import MilvusException

        try:
            return getattr(client, method)(*arguments, timeout=_TIMEOUT_S, **options)
        except (MilvusException, grpc.RpcError) as error:
            # Another thread that has lost the engine closes the connection under this one.
            lost = _is_lost(error) or client is not self._client
            crashed = lost and self.host is not None and self.host.has_crashed()
            if lost:
                self.abandon(client)
            raise self._failure(error, lost, crashed) from error

    def query(self, name: str, fields: list[str], expression: str = "id >= 0") -> list[dict[str, Any]]:
        """All rows that match, by one call of Lite, and by pages of a server, which gives no more than 16,384 at once."""
        if self.host is not None:
            rows: list[dict[str, Any]] = self.call("query", name, filter=expression, output_fields=fields, limit=2**31)
            return rows
        found: list[dict[str, Any]] = []
        pages = self.call("query_iterator", name, batch_size=4096, filter=expression, output_fields=fields)
        try:
            while page := pages.next():
                found += page
        finally:
            pages.close()
        return found

    def abandon(self, client: Any = None) -> None:
        """Give the connection up, and kill the engine where it is ours; the next call begins anew."""
        with self._lock:
            if client is not None and client is not self._client:
                return  # another thread has done so already
            self._disconnect()
            if self.host is not None:
                self.breakdowns += 1
                self.host.kill()

    # Connection

    def _connected(self) -> Any:
        with self._lock:
            if self._client is None:
                self._client = self._connect(self.host.uri() if self.host is not None else self._uri)
            return self._client

    def _connect(self, uri: str) -> Any:
        os.environ.setdefault("PYTHON_DOTENV_DISABLED", "1")  # pymilvus reads any .env above where it is installed
        import_client()
        import grpc
        from pymilvus import MilvusClient
        from pymilvus.exceptions import MilvusException

        for name in ("pymilvus", "pymilvus.milvus_client"):  # they log a traceback for each error that they also raise
            logging.getLogger(name).setLevel(logging.CRITICAL)
        options = {"dedicated": True, "grpc_options": _GRPC_OPTIONS}  # one connection, closed when it is closed
        try:
            return MilvusClient(uri, token=self._token, timeout=_CONNECT_TIMEOUT_S, **options)
        except (MilvusException, grpc.RpcError) as error:
            crashed = self.host is not None and self.host.has_crashed()
            if self.host is not None:
                self.host.kill()
            raise self._failure(error, lost=True, crashed=crashed) from error

    def _disconnect(self) -> None:
        client, self._client = self._client, None
        self._opened.clear()
        if client is not None:
            with contextlib.suppress(Exception):  # a connection that is lost may refuse to be closed
                client.close()

    def _failure(self, error: Exception, lost: bool, crashed: bool) -> StoreFailed:
        reason = str(getattr(error, "message", "") or error).partition("\n")[0][:200]
        _log.info("Milvus: %s", reason)
        number = _ERRNO.search(reason)
        if self.host is not None:
            if lost:
                kind = _Crashed if crashed else _Lost
                return kind("The vector store ended unexpectedly and is opened again at its next use.")
            if number and int(number[1]) not in OF_ITS_CONTENT:
                return store_failure(OSError(int(number[1]), os.strerror(int(number[1]))), _WHAT)
            of_memory = _OF_MEMORY.search(reason)
            sentence = f"The vector store failed ({reason}); it is opened again at its next use."
            return StoreFailed(sentence) if of_memory else _Unreadable(sentence)
        address = urlsplit(self._uri).hostname or self._uri
        if lost:
            return _Lost(f"The Milvus server {address} cannot be reached: check its address and token.")
        return StoreFailed(f"The Milvus server {address} refused a request ({reason}): check its address and token.")

    # Milvus Lite's files

    def _open_embedded(self, host: VectorHost, name: str, dimension: int) -> str:
        """Open the collection, or begin anew where that cannot be; returns the sentence that says so."""
        for is_last_try in (False, True):
            try:
                if name not in self._opened:
                    self._look_at_files(host, name)
                self._open_or_make(name, dimension)
                return ""
            except _Crashed as error:  # in two engines already, for reading is tried again
                if is_last_try:
                    return self._begin_anew(host, name, dimension, error)
            except (_Unreadable, Unopenable) as error:
                return self._begin_anew(host, name, dimension, error)
        raise AssertionError("never reached")

    def _look_at_files(self, host: VectorHost, name: str) -> None:
        with disk_errors(_WHAT):
            damage = damage_of(host.folder, name)
            if damage:
                raise _Unreadable(damage)
            if remove_leftover(host.folder, name):
                _log.warning("%s: leftover of a collection removed", name)

    def _open_or_make(self, name: str, dimension: int) -> None:
        if not self.call("has_collection", name):
            with self.writing():
                create(self, name, dimension)
        elif not is_as_created(self, name, dimension):
            raise _Unreadable(f"The vector store holds a collection {name} that is not this program's.")
        self.call("query", name, output_fields=["count(*)"])  # reads all of its files
        self._opened.add(name)

    def _begin_anew(self, host: VectorHost, name: str, dimension: int, error: StoreFailed) -> str:
        self.abandon()
        if self._begun_anew:  # a disk that damages what was just written is not filled with copies of it
            raise StoreFailed("The vector store was damaged twice in a row: check the disk of the library.") from error
        self._begun_anew = True
        with disk_errors(_WHAT):
            aside = set_aside(host.folder)
        _log.warning("the vector store is kept as %s: %s", aside, error)
        self._open_or_make(name, dimension)
        return f"The vector store could not be read and is filled again; the old one is kept as {aside}."

    def _refuse_without_room(self, host: VectorHost) -> None:
        # Writes that meet a full disk are the ones that make Lite lose rows.
        folder = host.folder if host.folder.exists() else host.folder.parent
        if not folder.exists():
            return
        usage = shutil.disk_usage(folder)
        least = self._min_free_bytes or min(_MIN_FREE_BYTES, usage.total // _SHARE_OF_SMALL_DISK)
        if usage.free < least:
            raise store_failure(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), _WHAT)


def _is_lost(error: Exception) -> bool:
    import grpc

    if isinstance(error, grpc.RpcError):
        return True
    return getattr(error, "code", None) in (2, grpc.StatusCode.UNAVAILABLE) or isinstance(
        error.__cause__, grpc.RpcError
    )

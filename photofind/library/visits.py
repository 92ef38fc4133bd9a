"""Work of others in the indexer's thread, while it has neither journal nor Milvus open."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

_Result = TypeVar("_Result")


class Visits:
    """``add`` from any thread, the rest from the indexer's."""

    def __init__(self) -> None:
        self._waiting: list[tuple[Callable[[], Any], Future[Any]]] = []
        self._lock = threading.Lock()
        self._is_closed = False

    def add(self, visit: Callable[[], _Result]) -> "Future[_Result]":
        """The future is cancelled where no visits are received any more."""
        future: Future[_Result] = Future()
        with self._lock:
            if self._is_closed:
                future.cancel()
            else:
                self._waiting.append((visit, future))
        return future

    @property
    def are_waiting(self) -> bool:
        return bool(self._waiting)

    def receive(self) -> None:
        """Do all that wait."""
        with self._lock:
            visits, self._waiting = self._waiting, []
        for visit, future in visits:
            if future.set_running_or_notify_cancel():
                try:
                    future.set_result(visit())
                except BaseException as error:
                    future.set_exception(error)

    def close(self) -> None:
        with self._lock:
            visits, self._waiting, self._is_closed = self._waiting, [], True
        for _, future in visits:
            future.cancel()

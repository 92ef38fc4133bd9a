"""Waiting that a stop or a pause can end."""

import time
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

_Result = TypeVar("_Result")

_LOOK_EVERY_S = 0.05


class Interrupted(Exception):
    """Work was left because of a pause, a stop, or another encoder."""


def result_unless(must_stop: Callable[[], bool], future: "Future[_Result]", patience_s: float) -> _Result:
    """The future's result; once ``must_stop``, the future has ``patience_s`` more, and is then given up.

    Raises Interrupted, and what the future raises.
    """
    deadline_s: float | None = None
    while not wait([future], timeout=_LOOK_EVERY_S).done:
        if must_stop():
            deadline_s = deadline_s or time.monotonic() + patience_s
            if time.monotonic() >= deadline_s:
                future.cancel()
                raise Interrupted
    return future.result()

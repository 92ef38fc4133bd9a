"""A read or write for the window that may fail: its result, or the sentence that says why there is none."""

import logging
from collections.abc import Callable
from concurrent.futures import CancelledError
from typing import TypeVar

from photofind.core.errors import PhotofindError

_log = logging.getLogger(__name__)
Result = TypeVar("Result")


def or_why_not(work: Callable[[], Result]) -> Callable[[], Result | str]:
    """For a thread of ``BackgroundCalls``. A result is never a ``str`` where that could be taken for a sentence."""

    def run() -> Result | str:
        try:
            return work()
        except PhotofindError as error:
            return str(error)
        except CancelledError:
            return "The library is being closed."
        except Exception as error:
            _log.exception("A call for the window failed")
            return f"That failed ({error}). The log says more."

    return run

"""Work that goes on in a thread while a ``with`` block runs."""

import threading
from types import TracebackType
from typing import Self


class Meanwhile:
    """``step`` is called every ``every_s`` seconds."""

    def __init__(self, name: str, every_s: float) -> None:
        self._every_s = every_s
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stopping.set()
        self._thread.join()

    def step(self) -> None:
        raise NotImplementedError

    def _run(self) -> None:
        while not self._stopping.wait(self._every_s):
            self.step()

"""Work of the librarian that is done step by step, with other jobs between the steps."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from photofind.library.librarian import Desk

Steps = Iterator[None]


@dataclass(slots=True, eq=False)
class LongWork:
    """``told``: the sentence about trouble that was said last."""

    work: "Callable[[Desk], Steps]"
    future: "Future[None]"
    until_it_succeeds: bool
    not_before_s: float = 0.0
    told: str = ""

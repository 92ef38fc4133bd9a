"""Commands that one program alone can do: the one that holds the library, be it this one or another."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from photofind.core.errors import LibraryInUse
from photofind.library.instance import Message, send_command

Done = TypeVar("Done")


def do_or_hand_over(
    library: Path,
    work: Callable[[], Done],
    request: Message,
    on_progress: Callable[[Message], None] | None = None,
) -> Done | Message:
    """What ``work`` returns, which takes the library for itself or raises LibraryInUse; else the answer to ``request`` of
    the program that holds it. Blocks.

    Raises LibraryInUse when that one cannot be reached, CommandRefused, and what ``work`` raises.
    """
    while True:
        try:
            return work()
        except LibraryInUse:
            reply = send_command(library, request, on_progress)
            if reply is not None:
                return reply  # else it ended just now: look again

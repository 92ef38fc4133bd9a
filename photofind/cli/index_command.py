"""``photofind index``: here, or in the program that has the library open."""

import itertools
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict
from typing import Any

from photofind.cli.output import ProgressLine, print_json, print_line, tell, words_for_progress
from photofind.config.paths import LibraryPaths
from photofind.core.errors import LibraryInUse, NoRoom
from photofind.core.events import Activity, Event, Notice, Progress
from photofind.encoders.shelf import Shelf
from photofind.library.index_run import run_index
from photofind.library.instance import CommandRefused, Message, send_command
from photofind.library.remote import TRY_AGAIN
from photofind.library.session import open_library

_MOST_ATTEMPTS = 2
_GO_ON = "What was indexed is kept; the same command goes on from there."


def run(
    paths: LibraryPaths, shelf_for: Callable[[str], Shelf], folders: Sequence[str], encoder_text: str, *, as_json: bool
) -> None:
    """Index and print the outcome. Raises PhotofindError, KeyboardInterrupt; what was done is kept."""
    began_s = time.monotonic()
    folders = [os.path.abspath(folder) for folder in folders]
    line = ProgressLine()
    try:
        outcome = _index(paths, shelf_for, folders, encoder_text, line)
    finally:
        line.clear()
    for message in outcome.pop("messages"):
        tell(message)
    outcome["problems"] = [{"path": problem["path"], "reason": problem["reason"]} for problem in outcome["problems"]]
    outcome = {**outcome, "seconds": time.monotonic() - began_s}
    if as_json:
        print_json(outcome)
        return
    print_line(
        f"{outcome['indexed']:,} indexed, {outcome['unchanged']:,} unchanged, {outcome['moved']:,} moved,"
        f" {outcome['removed']:,} removed, {len(outcome['problems']):,} problems, {outcome['other_files']:,} other files"
    )
    if outcome["photos_per_second"]:
        print_line(f"{outcome['photos_per_second']:.1f} photos a second; encoder {outcome['encoder']}")
    for problem in outcome["problems"]:
        tell(f"{problem['path']}: {problem['reason']}")


def _index(
    paths: LibraryPaths,
    shelf_for: Callable[[str], Shelf],
    folders: Sequence[str],
    encoder_text: str,
    line: ProgressLine,
) -> dict[str, Any]:
    cancelled = threading.Event()
    for attempt in itertools.count():
        try:
            with open_library(paths, shelf_for, watch=False) as engine:
                engine.add_listener(_tell_notices)
                report = run_index(
                    engine, folders, encoder_text, cancelled=cancelled, on_progress=lambda progress: _show(line, progress)
                )
                return asdict(report)
        except NoRoom as error:
            raise NoRoom(f"{error} {_GO_ON}") from error
        except LibraryInUse:
            reply = _hand_over(paths, folders, encoder_text, line, may_try_again=attempt < _MOST_ATTEMPTS)
            if reply is not None:
                return reply
    raise AssertionError("never reached")


def _hand_over(
    paths: LibraryPaths, folders: Sequence[str], encoder_text: str, line: ProgressLine, *, may_try_again: bool
) -> dict[str, Any] | None:
    """Have the program that holds the library do it; None if that has ended, so that it is to be done here."""
    try:
        return send_command(
            paths.folder,
            {"command": "index", "folders": list(folders), "encoder": encoder_text},
            on_progress=lambda message: _show_message(line, message),
        )
    except CommandRefused as refusal:
        if refusal.status == TRY_AGAIN and may_try_again:
            return None
        raise
    except LibraryInUse:
        if may_try_again:
            return None
        raise


def _show(line: ProgressLine, progress: Progress) -> None:
    if progress.activity is Activity.INDEXING:
        line.show(words_for_progress(progress.done, progress.total, progress.rate))


def _show_message(line: ProgressLine, message: Message) -> None:
    if message.get("activity") == Activity.INDEXING.value:
        line.show(words_for_progress(int(message["done"]), int(message["total"]), float(message["rate"])))


def _tell_notices(event: Event) -> None:
    if isinstance(event, Notice):
        tell(event.sentence)

"""An indexing run that somebody waits for."""

import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures import wait as wait_for
from typing import Any

from photofind.core.errors import PhotofindError
from photofind.core.events import Progress
from photofind.library.engine import Engine
from photofind.library.librarian import Desk
from photofind.library.tally import IndexReport, Tally

_LOOK_EVERY_S = 0.2


class NoSuchFolder(PhotofindError):
    """A folder to index that is not there."""


class Cancelled(PhotofindError):
    """The run was stopped; what was done is kept."""


def run_index(
    engine: Engine,
    folders: Sequence[str],
    encoder_text: str,
    *,
    cancelled: threading.Event,
    on_progress: Callable[[Progress], None],
) -> IndexReport:
    """Watch ``folders``, make ``encoder_text`` the library's encoder (unless ""), and index until nothing waits.

    Without folders all watched ones are scanned. Blocks; any thread but the GUI's.

    Raises:
        NoSuchFolder: a folder is not there.
        EncoderUnavailable, StoreFailed, NoRoom: as their sentences say.
        Cancelled: ``cancelled`` was set.
    """
    paths = [os.path.abspath(folder) for folder in folders]
    watched = engine.folders()
    for path in paths:
        if not os.path.isdir(path) and path not in watched:
            raise NoSuchFolder(f"There is no folder {path}.")

    def wait(future: "Future[Any]") -> Any:
        while wait_for((future,), _LOOK_EVERY_S).not_done:
            if cancelled.is_set():
                raise Cancelled("Stopped. What was indexed is kept; the same command goes on from there.")
            on_progress(engine.progress)
        return future.result()

    if encoder_text:
        engine.encoders.choose(encoder_text)
    places = [engine.cover(path) for path in paths or watched]
    tally = Tally(tuple(places))
    wait(engine.librarian.submit(lambda desk: _open_tally(engine, desk, tally)))
    try:
        engine.pacer.set_paused(False)  # somebody asked for this run; a pause goes on after it
        with engine.pacer.run_asked_for():
            for scan in [engine.scan(place) for place in places]:
                wait(scan)
            for place in set(engine.folders()).difference(watched, places):  # drives found elsewhere, or within them
                tally.cover(place)
                wait(engine.scan(place))
            wait(engine.indexer.when_done())
    finally:
        engine.pacer.set_paused(engine.settings.paused)
        engine.librarian.submit(lambda _: engine.intake.close_tally(tally))
    encoder_id = engine.desk.target.id
    return engine.librarian.submit(
        lambda desk: tally.report(
            desk.reader.problems_by_id(), desk.reader.other_file_count(places), encoder_id
        )
    ).result()


def _open_tally(engine: Engine, _: Desk, tally: Tally) -> None:
    engine.intake.open_tally(tally)

"""Hands changes on disk to the librarian in portions."""

from collections.abc import Callable
from concurrent.futures import Future
from functools import partial

from photofind.core.changes import Change
from photofind.library.intake import Intake
from photofind.library.librarian import Librarian

_CHANGES_IN_ONE_JOB = 200


def submit_changes(
    librarian: Librarian, intake: Intake, changes: list[Change], after_failure: Callable[[], None]
) -> None:
    """Have changes applied, so that nothing else waits long while thousands of files are unpacked. Any thread.

    ``after_failure``: there was no room, say; what was missed has to be looked for on the disk.
    """

    def look(done: "Future[None]") -> None:
        if not done.cancelled() and done.exception() is not None:
            after_failure()

    for start in range(0, len(changes), _CHANGES_IN_ONE_JOB):
        some = changes[start : start + _CHANGES_IN_ONE_JOB]
        librarian.submit(partial(intake.apply, changes=some)).add_done_callback(look)

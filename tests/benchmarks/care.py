"""What looking after a library of 100,000 photos costs: backups of edits, restoring them, the doctor's checks.

.venv/bin/python tests/benchmarks/care.py CACHE [COUNT]

The library is that of large_library.py, half of whose photos are tagged; for this it is copied, and rated throughout.
"""

import itertools
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path

from large_library import asked_for

from photofind.config.resources import resource
from photofind.config.settings import Settings
from photofind.encoders.shelf import Shelf
from photofind.library.doctor.closed_library import examine_closed
from photofind.library.edit_keeper import back_up_edits
from photofind.library.librarian import Librarian
from photofind.library.restoring import restore_backup
from photofind.library.session import librarian_at_work, library_paths
from photofind.store.edit_backup import read_backup
from photofind.store.edit_backups import EditBackups


def say(what: str, seconds: float, more: str = "") -> None:
    sys.stdout.write(f"{what:<58} {seconds:8.2f} s  {more}\n")
    sys.stdout.flush()


def timed(work: Callable[[], object]) -> float:
    began_s = time.perf_counter()
    work()
    return time.perf_counter() - began_s


class Waiting:
    """How long the librarian lets others wait while something else goes on."""

    def __init__(self, librarian: Librarian) -> None:
        self._librarian = librarian
        self._over = threading.Event()
        self.longest_s = 0.0
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> "Waiting":
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._over.wait(0.01):
            self.longest_s = max(self.longest_s, timed(lambda: self._librarian.submit(lambda _: None).result()))


def main() -> None:
    made = asked_for(__doc__)
    with tempfile.TemporaryDirectory() as folder:
        library = made.copy(Path(folder) / "library")
        paths = library_paths(library.folder)
        with librarian_at_work(paths) as librarian:
            rate = "UPDATE photos SET user_rating = id % 6"
            librarian.submit(lambda desk: desk.catalogue.connection.execute(rate) and None).result()
            with Waiting(librarian) as nothing:
                time.sleep(1)
            with Waiting(librarian) as waiting:
                seconds = timed(lambda: back_up_edits(paths))
            (newest, *_) = EditBackups(paths.catalogue_backups).paths()
            say(
                f"a backup of {made.count:,} edited photos",
                seconds,
                f"{newest.stat().st_size / 1e6:.1f} MB; the librarian waited {waiting.longest_s * 1000:.0f} ms"
                f" at most, {nothing.longest_s * 1000:.0f} ms without",
            )
            say("the same again, nothing new to keep", timed(lambda: back_up_edits(paths)))
            backup = read_backup(newest)
            clear = "UPDATE photos SET user_rating = NULL"
            librarian.submit(lambda desk: desk.catalogue.connection.execute(clear) and None).result()
            with Waiting(librarian) as waiting:
                seconds = timed(
                    lambda: restore_backup(
                        librarian, paths, backup, Settings(), lambda _: None, overwrite=False, dry_run=False
                    )
                )
            say("restoring all of it", seconds, f"the librarian waited {waiting.longest_s * 1000:.0f} ms at most")
        shelf = Shelf(made.folder.parent / "encoders", resource("shelf.json"))
        marks: list[tuple[str, float]] = []
        findings = examine_closed(
            paths, shelf, repair=False, on_check=lambda name: marks.append((name, time.perf_counter()))
        )
        marks.append(("", time.perf_counter()))
        for (name, began_s), (_, ended_s) in itertools.pairwise(marks):
            said = "; ".join(one.sentence for one in findings if one.check == name)
            say(f"the doctor: {name}", ended_s - began_s, said[:110])


if __name__ == "__main__":
    main()

"""Commands from other programs of the same user, done by the one that holds the library."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from photofind.core.errors import WrongUsage
from photofind.core.events import Progress
from photofind.core.findings import findings_as_json
from photofind.library.doctor.open_library import examine_open
from photofind.library.engine import Engine
from photofind.library.index_run import Cancelled, run_index
from photofind.library.instance import CommandRefused, Message
from photofind.library.restoring import restore_backup
from photofind.library.tagging import edit_photos
from photofind.store.edit_backup import read_backup

TRY_AGAIN = 75
"""The status of a command that the other program could not finish because it was closing (sysexits.h, EX_TEMPFAIL)."""

_UNKNOWN = "The running photofind does not know this command: it may be another version."
_NO_WINDOW = "A photofind without a window is at work in this library. Try again when it has finished."


class RemoteCommands:
    """``handle`` is called on threads of the command server."""

    def __init__(self, engine: Engine, raise_window: Callable[[Sequence[str]], bool] | None) -> None:
        self._engine = engine
        self._raise_window = raise_window

    def handle(self, request: Message, report: Callable[[Message], None], cancelled: threading.Event) -> Message:
        """Do one command; the reply is what the command line prints. Raises PhotofindError."""
        match request:
            case {"command": "index", "folders": list(folders), "encoder": str(encoder)}:
                return self._index(folders, encoder, report, cancelled)
            case {"command": "folders add", "folders": list(folders)}:
                for folder in folders:
                    self._engine.watch_folder(str(folder))
                return {"folders": self._engine.folders()}
            case {"command": "folders remove", "folders": list(folders)}:
                removed = [str(folder) for folder in folders if self._engine.unwatch_folder(str(folder))]
                return {"removed": removed, "folders": self._engine.folders()}
            case {"command": "tag", "paths": list(paths), "add": list(add), "remove": list(remove), "rating": rating}:
                job = self._engine.librarian.submit(lambda desk: edit_photos(desk, paths, add, remove, rating))
                return {"photos": job.result()}
            case {"command": "restore" | "doctor"}:
                return self._care(request, report)
            case {"command": "raise", "folders": list(folders)}:
                if self._raise_window is None or not self._raise_window([str(folder) for folder in folders]):
                    raise CommandRefused(_NO_WINDOW, 3)
                return {}
        raise WrongUsage(_UNKNOWN)

    def _care(self, request: Message, report: Callable[[Message], None]) -> Message:
        match request:
            case {"command": "restore", "backup": str(file), "overwrite": bool(overwrite), "dry_run": bool(dry_run)}:
                return self._restore(file, overwrite, dry_run)
            case {"command": "doctor", "repair": bool(repair)}:
                findings = examine_open(self._engine, repair=repair, on_check=lambda check: report({"check": check}))
                return {"findings": findings_as_json(findings)}
        raise WrongUsage(_UNKNOWN)

    def _restore(self, file: str, overwrite: bool, dry_run: bool) -> Message:
        engine = self._engine
        restored = restore_backup(
            engine.librarian,
            engine.paths,
            read_backup(Path(file)),
            engine.settings,
            lambda settings: engine.save_setting(**settings),
            overwrite=overwrite,
            dry_run=dry_run,
        )
        for folder in restored.folders if not dry_run else ():
            engine.watch_folder(folder)
        return asdict(restored)

    def _index(
        self, folders: list[Any], encoder: str, report: Callable[[Message], None], cancelled: threading.Event
    ) -> Message:
        def tell(progress: Progress) -> None:
            report({"done": progress.done, "total": progress.total, "rate": progress.rate, "activity": progress.activity.value})

        try:
            outcome = run_index(
                self._engine, [str(folder) for folder in folders], encoder, cancelled=cancelled, on_progress=tell
            )
        except Cancelled as ending:  # the other program has gone, or this one is closing: then it can do it itself
            raise CommandRefused(str(ending), TRY_AGAIN) from ending
        return asdict(outcome)

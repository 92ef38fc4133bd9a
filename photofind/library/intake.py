"""From what the watcher saw to rows of the catalogue: jobs of the librarian."""

import logging
import os
from collections.abc import Iterable

from photofind.core.changes import Appeared, Change, Changed, Moved, Unsure, Vanished
from photofind.core.errors import StoreFailed
from photofind.library.folders import watched_folder
from photofind.library.intake_scans import IntakeScans
from photofind.library.librarian import Desk
from photofind.library.scan import cannot_be_told, has_no_file, has_vanished, is_folder, stat_file
from photofind.media.sidecar import is_sidecar
from photofind.store.catalogue_reader import Folder

_log = logging.getLogger(__name__)


class Intake(IntakeScans):
    """Brings the catalogue in step with the disk. Every method runs on the librarian thread, but for the constructor."""

    # Changes

    def apply(self, desk: Desk, changes: Iterable[Change]) -> None:
        """Bring the catalogue in step with what the watcher saw.

        Moves are applied to rows in order, without a look at the disk, which is further ahead: in a chain (2 → 3, then
        1 → 2) each source is there again. Only then is each path that was named looked at.
        """
        folders = desk.reader.folders()
        moved: dict[str, None] = {}
        for change in changes:
            try:
                with desk.catalogue.transaction():
                    self._apply_one(desk, folders, change, moved)
            except StoreFailed:
                raise
            except Exception:
                _log.exception("a change could not be applied: %r", change)
                self._rescan(change.target if isinstance(change, Moved) else change.path)
        for path in moved:
            if has_no_file(path):
                self._path_is_gone(desk, path)
            else:
                self._file_is_there(desk, folders, path)
        desk.note_work()

    def _apply_one(self, desk: Desk, folders: list[Folder], change: Change, moved: dict[str, None]) -> None:
        match change:
            case Unsure(path):
                self._rescan(path)
            case Appeared(path, is_folder=True):
                if self._is_wanted(folders, path, is_folder=True):
                    self._rescan(path)
            case Appeared(path) | Changed(path):
                self._file_is_there(desk, folders, path)
            case Vanished(path):
                self._path_is_gone(desk, path)
            case Moved(source, target, of_folder):
                self._move(desk, folders, source, target, of_folder)
                if not of_folder:
                    moved.update(dict.fromkeys((source, target)))

    def _file_is_there(self, desk: Desk, folders: list[Folder], path: str) -> None:
        if is_sidecar(path):
            self._sidecar_changed(desk, folders, path)
            return
        folder = watched_folder(folders, path)
        if folder is None or not self._is_wanted(folders, path, is_folder=False):
            return
        if folder.offline:  # what is at its place now may be another drive
            self._rescan_once(folder.path)
            return
        file = stat_file(path)
        if file is None:
            self._path_is_gone(desk, path)
            return
        directory = os.path.dirname(path)
        before = desk.catalogue.file_at(path)
        if before is None:
            self._all_is_gone(desk, path)  # where a folder was
            self._add(desk, folder.id, directory, file)
        elif before.stat != file or desk.reader.has_problem(before.id):  # its rights may have changed
            self._note_changed(desk, before, file)

    def _sidecar_changed(self, desk: Desk, folders: list[Folder], sidecar: str) -> None:
        for picture in desk.catalogue.files_beside(sidecar):
            self._file_is_there(desk, folders, picture)

    def _path_is_gone(self, desk: Desk, path: str) -> None:
        if cannot_be_told(path):
            return
        if is_sidecar(path):
            self._sidecar_changed(desk, desk.reader.folders(), path)
        if any(folder.path == path for folder in desk.reader.folders()):
            self._rescan(path)  # a watched folder that vanishes is away, not deleted
            return
        away = watched_folder(desk.reader.folders(), path)
        if away is not None and away.offline:
            self._rescan_once(away.path)
            return
        if away is not None and has_vanished(away.path):  # it may be back before the watcher misses it
            self._look_again_later(away.path)
            return
        if os.path.isfile(path):  # replaced meanwhile
            self._file_is_there(desk, desk.reader.folders(), path)
        elif is_folder(path):
            self._no_file_is_at(desk, path)
            if self._is_wanted(desk.reader.folders(), path, is_folder=True):
                self._rescan_once(path)
        else:
            self._all_is_gone(desk, path)

    def _all_is_gone(self, desk: Desk, path: str) -> None:
        self._note_gone(desk, desk.reader.ids_at(path))
        desk.catalogue.forget_other_files(*_split(path))
        desk.catalogue.forget_other_files_below(path)

    def _move(self, desk: Desk, folders: list[Folder], source: str, target: str, of_folder: bool) -> None:
        folder = watched_folder(folders, target)
        if not of_folder and (is_sidecar(source) or is_sidecar(target)):
            return  # both paths are looked at in the end
        if folder is None or not self._is_wanted(folders, target, is_folder=of_folder):
            self._path_is_gone(desk, source)
            return
        if any(other.path == source for other in folders):
            self._rescan(source)
            return
        if of_folder:
            self._move_folder(desk, folder, source, target)
            return
        moving = desk.catalogue.file_at(source)
        if moving is None:
            if desk.catalogue.file_at(target) is None:
                self._note_gone(desk, desk.reader.ids_at(target))  # a folder was there
            return
        self._note_gone(desk, desk.reader.ids_at(target))  # it was overwritten
        desk.catalogue.move_file(moving.id, folder.id, target)
        desk.catalogue.forget_other_files(*_split(target))
        for tally in self._tallies:
            tally.note_moved(moving.id)
        desk.note_changed(moving.id)

    def _move_folder(self, desk: Desk, folder: Folder, source: str, target: str) -> None:
        overwritten = desk.reader.ids_at(target)
        self._note_gone(desk, overwritten)
        for photo_id in desk.catalogue.move_folder(source, target, folder.id):
            desk.note_changed(photo_id)
            for tally in self._tallies:
                tally.note_moved(photo_id)
        self._rescan(target)


def _split(path: str) -> tuple[str, list[str]]:
    directory, name = os.path.split(path)
    return directory, [name]

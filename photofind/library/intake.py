"""From what is on disk to rows of the catalogue: jobs and long work of the librarian."""

import logging
import os
from collections.abc import Iterable, Iterator

from photofind.core.changes import Appeared, Change, Changed, Moved, Unsure, Vanished
from photofind.core.errors import StoreFailed
from photofind.library.folders import is_at_or_below, watched_folder
from photofind.library.intake_notes import IntakeNotes
from photofind.library.librarian import Desk, Steps
from photofind.library.scan import Listing, stat_file, walk
from photofind.media.formats import PICTURE_SUFFIXES, Kind, raw_supported, sniff
from photofind.media.sidecar import is_sidecar
from photofind.store.catalogue_files import FileStat, KnownFile
from photofind.store.catalogue_reader import Folder

_log = logging.getLogger(__name__)

_FILES_IN_ONE_STEP = 200


class Intake(IntakeNotes):
    """Brings the catalogue in step with the disk. Every method runs on the librarian thread, but for the constructor."""

    # Scans

    def scan(self, desk: Desk, path: str) -> Steps:
        """Compare all of ``path`` (a watched folder or a part of one) with the catalogue.

        Between two steps anything may happen to disk, catalogue and watched folders, so each step looks anew.
        """
        visited: set[str] = set()
        unreadable: set[str] = set()
        if not self._may_scan(desk, path):
            return
        for listing in walk(path, self._rules):
            visited.add(listing.directory)
            if listing.readable:
                yield from self._compare(desk, listing)
            else:
                unreadable.add(listing.directory)
                self._say(f"The folder {listing.directory} cannot be read; its photos stay as they are. Check its rights.")
            yield
            if watched_folder(desk.reader.folders(), path) is None:
                return
        if not self._may_scan(desk, path):
            return  # went away while it was walked through: what was not seen is not gone
        for directory in desk.catalogue.directories_below(path) - visited:
            if not any(is_at_or_below(directory, other) for other in unreadable):
                self._note_missing(desk, directory, listed=frozenset())
            yield
        desk.note_work()

    def _may_scan(self, desk: Desk, path: str) -> bool:
        folder = watched_folder(desk.reader.folders(), path)
        return folder is not None and self._look_for(desk, folder)

    def _compare(self, desk: Desk, listing: Listing) -> Iterator[None]:
        known: dict[str, KnownFile] = {}
        others: dict[str, tuple[int, int]] = {}
        folder: Folder | None = None
        for position, file in enumerate(listing.files):
            if position % _FILES_IN_ONE_STEP == 0:
                if position:
                    desk.note_work()
                    yield
                known = desk.catalogue.files_in(listing.directory)
                others = desk.catalogue.other_files_in(listing.directory)
                folder = watched_folder(desk.reader.folders(), listing.directory)
            if folder is None:
                return
            before = known.get(file.name)
            if before is not None:
                self._note_found(before.id, listing.directory)
                if before.stat != file:
                    desk.catalogue.note_changed(before.id, file)
                    desk.note_counts()
            elif others.get(file.name) != (file.size_bytes, file.mtime_ns):
                self._add(desk, folder.id, listing.directory, file)
        self._note_missing(desk, listing.directory, frozenset(file.name for file in listing.files))
        if listing.files:
            desk.note_work()

    def _note_missing(self, desk: Desk, directory: str, listed: frozenset[str]) -> None:
        """What is known in ``directory`` and not ``listed``, and still not there, or now passed over, is gone."""
        folder = watched_folder(desk.reader.folders(), directory)
        is_wanted = folder is not None and (
            directory == folder.path or not self._rules.skips_path(directory, folder.path)
        )

        def is_missing(name: str) -> bool:
            return name not in listed and not (is_wanted and os.path.lexists(os.path.join(directory, name)))

        known = desk.catalogue.files_in(directory)
        self._note_gone(desk, [file.id for name, file in known.items() if is_missing(name)])
        missing = [name for name in desk.catalogue.other_files_in(directory) if is_missing(name)]
        if missing:
            desk.catalogue.forget_other_files(directory, missing)
            desk.note_counts()

    def _add(self, desk: Desk, folder_id: int, directory: str, file: FileStat) -> None:
        kind = _kind(os.path.join(directory, file.name))
        if kind is Kind.PICTURE or (kind is Kind.RAW and raw_supported()):
            photo_id, came_back = desk.catalogue.add_file(folder_id, directory, file)
            desk.catalogue.forget_other_files(directory, [file.name])
            self._note_found(photo_id, directory)
            if came_back:
                desk.note_membership()
            desk.note_counts()
        elif kind is not None:
            desk.catalogue.note_other_file(directory, file, kind.name.lower())
            desk.note_counts()

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
            if os.path.lexists(path):
                self._file_is_there(desk, folders, path)
            else:
                self._path_is_gone(desk, path)
        desk.note_work()

    def _apply_one(self, desk: Desk, folders: list[Folder], change: Change, moved: dict[str, None]) -> None:
        match change:
            case Unsure(path):
                self._rescan(path)
            case Appeared(path, is_folder=True):
                if self._is_wanted(folders, path):
                    self._rescan(path)
            case Appeared(path) | Changed(path):
                self._file_is_there(desk, folders, path)
            case Vanished(path):
                self._path_is_gone(desk, path)
            case Moved(source, target, is_folder):
                self._move(desk, folders, source, target, is_folder)
                if not is_folder:
                    moved.update(dict.fromkeys((source, target)))

    def _file_is_there(self, desk: Desk, folders: list[Folder], path: str) -> None:
        if is_sidecar(path):
            self._sidecar_changed(desk, folders, path)
            return
        folder = watched_folder(folders, path)
        if folder is None or not self._is_wanted(folders, path):
            return
        file = stat_file(path)
        if file is None:
            self._path_is_gone(desk, path)
            return
        directory = os.path.dirname(path)
        before = desk.catalogue.file_at(path)
        if before is None:
            self._add(desk, folder.id, directory, file)
        elif before.stat != file:
            desk.catalogue.note_changed(before.id, file)
            desk.note_counts()

    def _sidecar_changed(self, desk: Desk, folders: list[Folder], sidecar: str) -> None:
        for picture in desk.catalogue.files_beside(sidecar):
            self._file_is_there(desk, folders, picture)

    def _path_is_gone(self, desk: Desk, path: str) -> None:
        if is_sidecar(path):
            self._sidecar_changed(desk, desk.reader.folders(), path)
            return
        if any(folder.path == path for folder in desk.reader.folders()):
            self._rescan(path)  # a watched folder that vanishes is away, not deleted
            return
        if os.path.isfile(path):  # replaced meanwhile
            self._file_is_there(desk, desk.reader.folders(), path)
            return
        self._note_gone(desk, desk.reader.ids_at(path))
        directory, name = os.path.split(path)
        desk.catalogue.forget_other_files(directory, [name])
        desk.catalogue.forget_other_files_below(path)

    def _move(self, desk: Desk, folders: list[Folder], source: str, target: str, is_folder: bool) -> None:
        folder = watched_folder(folders, target)
        if folder is None or not self._is_wanted(folders, target):
            self._path_is_gone(desk, source)
            return
        if any(other.path == source for other in folders):
            self._rescan(source)
            return
        if is_folder:
            self._move_folder(desk, folder, source, target)
            return
        if is_sidecar(source) or is_sidecar(target):
            return  # both paths are looked at in the end
        moving = desk.catalogue.file_at(source)
        if moving is None:
            if desk.catalogue.file_at(target) is None:
                self._note_gone(desk, desk.reader.ids_at(target))  # a folder was there
            return
        self._note_gone(desk, desk.reader.ids_at(target))  # it was overwritten
        desk.catalogue.move_file(moving.id, folder.id, target)
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


def _kind(path: str) -> Kind | None:
    """None for a file that cannot be opened and whose name does not say picture: it is looked at again next time."""
    is_called_picture = os.path.splitext(path)[1].lower() in PICTURE_SUFFIXES
    try:
        kind, _ = sniff(path)
    except OSError:
        return Kind.PICTURE if is_called_picture else None
    if kind in (Kind.OTHER, Kind.VIDEO) and is_called_picture:
        return Kind.PICTURE  # to be listed as a problem, not passed over
    return kind

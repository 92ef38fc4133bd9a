"""From what is on disk to rows of the catalogue: jobs and long work of the librarian."""

import os
from collections.abc import Callable, Iterable, Iterator

from photofind.core.changes import Appeared, Change, Changed, Moved, Unsure, Vanished
from photofind.library.identity import is_current
from photofind.library.librarian import Desk, Steps
from photofind.library.scan import Listing, SkipRules, stat_file, walk
from photofind.library.tally import Tally
from photofind.media.formats import PICTURE_SUFFIXES, Kind, raw_supported, sniff
from photofind.media.sidecar import is_sidecar, sidecar_candidates
from photofind.store.catalogue_files import FileStat
from photofind.store.catalogue_reader import Folder, Work

_FILES_IN_ONE_STEP = 200


class Intake:
    """Brings the catalogue in step with the disk. Every method runs on the librarian thread, but for the constructor.

    ``rescan`` is called with a folder that must be scanned, ``wake_indexer`` when there may be new work.
    """

    def __init__(self, rules: SkipRules, rescan: Callable[[str], None], wake_indexer: Callable[[], None]) -> None:
        self._rules = rules
        self._rescan = rescan
        self._wake_indexer = wake_indexer
        self._tallies: list[Tally] = []

    def open_tally(self, tally: Tally) -> None:
        self._tallies.append(tally)

    def close_tally(self, tally: Tally) -> None:
        self._tallies.remove(tally)

    @property
    def tallies(self) -> tuple[Tally, ...]:
        return tuple(self._tallies)

    # Scans

    def scan(self, desk: Desk, path: str) -> Steps:
        """Compare all of ``path`` (a watched folder or a part of one) with the catalogue."""
        folder = watched_folder(desk.reader.folders(), path)
        if folder is None:
            return
        if not self._is_reachable(desk, folder):
            return
        visited: set[str] = set()
        unreadable: set[str] = set()
        for listing in walk(path, self._rules):
            visited.add(listing.directory)
            if listing.readable:
                yield from self._compare(desk, folder.id, listing)
            else:
                unreadable.add(listing.directory)
                self._say(f"The folder {listing.directory} cannot be read; its photos stay as they are. Check its rights.")
            yield
        if path == folder.path and not self._is_reachable(desk, folder):
            return  # went away while it was walked through: what was not seen is not gone
        for directory in desk.catalogue.directories_below(path) - visited:
            if not any(_is_at_or_below(directory, other) for other in unreadable):
                self._note_gone(desk, [known.id for known in desk.catalogue.files_in(directory).values()])
                desk.catalogue.forget_other_files(directory, desk.catalogue.other_files_in(directory))
            yield
        self._wake_indexer()

    def _is_reachable(self, desk: Desk, folder: Folder) -> bool:
        """Whether the folder is there; an empty one that held photos counts as away: its drive is not mounted."""
        try:
            with os.scandir(folder.path) as entries:
                is_there = any(entries) or not desk.reader.ids_at(folder.path)
        except OSError:
            is_there = False
        if folder.offline == is_there:
            desk.catalogue.set_offline(folder.id, not is_there)
            desk.note_membership()
        if not is_there:
            self._say(f"The folder {folder.path} cannot be reached now. Its photos stay, and come back with it.")
        return is_there

    def _compare(self, desk: Desk, folder_id: int, listing: Listing) -> Iterator[None]:
        known = desk.catalogue.files_in(listing.directory)
        others = desk.catalogue.other_files_in(listing.directory)
        for position, file in enumerate(listing.files, start=1):
            before = known.pop(file.name, None)
            if before is not None:
                others.pop(file.name, None)
                self._note_found(before.id)
                if before.stat != file:
                    desk.catalogue.note_changed(before.id, file)
                    desk.note_counts()
            elif others.pop(file.name, None) != (file.size_bytes, file.mtime_ns):
                self._add(desk, folder_id, listing.directory, file)
            if position % _FILES_IN_ONE_STEP == 0:
                self._wake_indexer()
                yield
        self._note_gone(desk, [gone.id for gone in known.values()])
        if others:
            desk.catalogue.forget_other_files(listing.directory, others)
        if listing.files:
            self._wake_indexer()

    def _add(self, desk: Desk, folder_id: int, directory: str, file: FileStat) -> None:
        kind = _kind(os.path.join(directory, file.name))
        if kind is Kind.PICTURE or (kind is Kind.RAW and raw_supported()):
            photo_id, came_back = desk.catalogue.add_file(folder_id, directory, file)
            desk.catalogue.forget_other_files(directory, [file.name])
            self._note_found(photo_id)
            if came_back:
                self._note_back(photo_id)
                desk.note_membership()
            desk.note_counts()
        else:
            desk.catalogue.note_other_file(directory, file, kind.name.lower())
            desk.note_counts()

    # Changes

    def apply(self, desk: Desk, changes: Iterable[Change]) -> None:
        """Bring the catalogue in step with what the watcher saw."""
        folders = desk.reader.folders()
        for change in changes:
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
        self._wake_indexer()

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
        directory = os.path.dirname(sidecar)
        for name in desk.catalogue.files_in(directory):
            picture = os.path.join(directory, name)
            if sidecar in sidecar_candidates(picture):
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
            self._path_is_gone(desk, source)
            self._file_is_there(desk, folders, target)
            return
        moving = desk.reader.ids_at(source)
        file = stat_file(target)
        if len(moving) != 1 or file is None or os.path.lexists(source):
            self._path_is_gone(desk, source)
            if desk.catalogue.file_at(target) is None:
                self._note_gone(desk, desk.reader.ids_at(target))  # a folder was there
            self._file_is_there(desk, folders, target)
            return
        self._note_gone(desk, desk.reader.ids_at(target))  # it was overwritten
        desk.catalogue.move_file(moving[0], folder.id, target)
        for tally in self._tallies:
            tally.note_moved(moving[0])
        desk.note_changed(moving[0])
        self._file_is_there(desk, folders, target)  # its content or sidecar may have changed as well

    def _move_folder(self, desk: Desk, folder: Folder, source: str, target: str) -> None:
        overwritten = desk.reader.ids_at(target)
        self._note_gone(desk, overwritten)
        for photo_id in desk.catalogue.move_folder(source, target, folder.id):
            desk.note_changed(photo_id)
            for tally in self._tallies:
                tally.note_moved(photo_id)
        self._rescan(target)

    def note_unreadable(self, desk: Desk, work: Work, reason: str) -> None:
        """The file gave no picture. One that is not there any more is no problem, but gone, or its folder is away."""
        if not is_current(desk, work):
            return
        if os.path.lexists(work.path):
            desk.catalogue.record_problem(work.id, reason)
            desk.note_counts()
            return
        folder = watched_folder(desk.reader.folders(), work.path)
        if folder is None or os.path.isdir(folder.path):
            self._note_gone(desk, [work.id])
        else:
            desk.catalogue.set_offline(folder.id, True)
            desk.note_membership()

    # What is noted

    def _is_wanted(self, folders: list[Folder], path: str) -> bool:
        folder = watched_folder(folders, path)
        return folder is not None and (path == folder.path or not self._rules.skips_path(path, folder.path))

    def _note_gone(self, desk: Desk, ids: list[int]) -> None:
        if ids:
            desk.catalogue.mark_gone(ids)
            desk.note_membership()
            for tally in self._tallies:
                for photo_id in ids:
                    tally.note_gone(photo_id)

    def _note_found(self, photo_id: int) -> None:
        for tally in self._tallies:
            tally.note_found(photo_id)

    def _note_back(self, photo_id: int) -> None:
        for tally in self._tallies:
            tally.note_back(photo_id)

    def _say(self, sentence: str) -> None:
        for tally in self._tallies:
            tally.say(sentence)


def watched_folder(folders: Iterable[Folder], path: str) -> Folder | None:
    """The watched folder that ``path`` is or lies in."""
    return next((folder for folder in folders if _is_at_or_below(path, folder.path)), None)


def _is_at_or_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _kind(path: str) -> Kind:
    try:
        kind, _ = sniff(path)
    except OSError:  # no right to read it, or gone: decoding will say so if its name says picture
        kind = Kind.OTHER
    if kind in (Kind.OTHER, Kind.VIDEO) and os.path.splitext(path)[1].lower() in PICTURE_SUFFIXES:
        return Kind.PICTURE  # to be listed as a problem, not passed over
    return kind

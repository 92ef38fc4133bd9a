"""What scans and changes note about files and folders."""

import os
import time
from collections.abc import Callable

from photofind.core.tree import is_at_or_below
from photofind.library.folders import watched_folder
from photofind.library.identity import is_current
from photofind.library.intake_folders import IntakeFolders
from photofind.library.librarian import Desk
from photofind.library.scan import has_no_file, stat_file
from photofind.media.formats import Kind, is_called_picture, raw_supported, sniff
from photofind.media.system_problems import may_have_passed
from photofind.media.writers import is_open_for_writing
from photofind.store.catalogue_files import FileStat, KnownFile
from photofind.store.catalogue_reader import Folder
from photofind.store.catalogue_work import Work

_EMPTY_PATIENCE_S = 60.0  # no longer than until folders are looked at again
_MOST_NAMES = 20  # of one file that are looked at; files that are alike by chance may be many


class IntakeNotes(IntakeFolders):
    """See ``Intake``."""

    def note_unreadable(self, desk: Desk, work: Work, reason: str) -> None:
        """The file gave no picture. One that is not there any more is no problem, but gone, or its folder is away."""
        if not is_current(desk, work):
            return
        if not has_no_file(work.path):
            if work.is_new and is_open_for_writing(work.path):
                self._no_file_is_at(desk, work.path)  # yet; that it is closed will be told
            elif not self._is_other_file(desk, work.path):
                desk.catalogue.record_problem(work.id, reason)
            desk.note_counts()
            return
        folder = watched_folder(desk.reader.folders(), work.path)
        if folder is None or self._look_for(desk, folder):
            self._note_gone(desk, [work.id])

    def _is_other_file(self, desk: Desk, path: str) -> bool:
        """Whether a file that was a picture is none now, as a scan would say that sees it for the first time."""
        kind, file = _kind(path), stat_file(path)
        if kind not in (Kind.OTHER, Kind.VIDEO) or file is None:
            return False
        self._no_file_is_at(desk, path)
        desk.catalogue.note_other_file(os.path.dirname(path), file, kind.name.lower())
        return True

    def _no_file_is_at(self, desk: Desk, path: str) -> None:
        """What is there is a folder, or no picture."""
        here = desk.catalogue.file_at(path)
        self._note_gone(desk, [] if here is None else [here.id])
        directory, name = os.path.split(path)
        if desk.catalogue.is_other_file(directory, name):  # a scan that finds nothing new writes nothing
            desk.catalogue.forget_other_files(directory, [name])

    # What is noted

    def _is_wanted(self, folders: list[Folder], path: str, *, is_folder: bool) -> bool:
        folder = watched_folder(folders, path)
        return folder is not None and (
            path == folder.path or not self._rules.skips_path(path, folder.path, is_folder=is_folder)
        )

    def _note_gone(self, desk: Desk, ids: list[int]) -> None:
        if ids:
            desk.catalogue.mark_gone(ids)
            desk.note_membership()
            for tally in self._tallies:
                for photo_id in ids:
                    tally.note_gone(photo_id)

    def _gone_in(self, directory: str, folder: Folder | None) -> Callable[[str], bool]:
        """Whether a file of ``directory`` that was not listed is gone: still not there, or passed over now."""
        is_wanted = folder is not None and (
            directory == folder.path or not self._rules.skips_path(directory, folder.path)
        )
        return lambda name: not is_wanted or self._rules.skips_file(name) or has_no_file(os.path.join(directory, name))

    def _forget_others(self, desk: Desk, directory: str, names: list[str]) -> None:
        if names:
            desk.catalogue.forget_other_files(directory, names)
            desk.note_counts()

    def _note_changed(self, desk: Desk, before: KnownFile, now: FileStat) -> None:
        """What was written by one of a file's names (links) has changed under all; the system tells of one only."""
        desk.catalogue.note_changed(before.id, now)
        if (before.stat.size_bytes, before.stat.mtime_ns) != (now.size_bytes, now.mtime_ns):
            for path in desk.reader.files_like(before.stat.size_bytes, before.stat.mtime_ns, _MOST_NAMES):
                other, there = desk.catalogue.file_at(path), stat_file(path)
                if other is not None and there is not None and there != other.stat:
                    desk.catalogue.note_changed(other.id, there)
        desk.note_counts()
        desk.note_work()

    def _note_found(self, ids: list[int], directory: str) -> None:
        for tally in self._tallies:
            if any(is_at_or_below(directory, folder) for folder in tally.folders):
                tally.note_found(ids)

    def _add(self, desk: Desk, folder_id: int, directory: str, file: FileStat) -> None:
        """A file that is not known as a picture. A new empty one is none yet: programs keep a name so until they have more."""
        path = os.path.join(directory, file.name)
        is_new = abs(time.time() - file.mtime_ns / 1e9) < _EMPTY_PATIENCE_S
        if file.size_bytes == 0 and is_new and not os.path.islink(path):
            self._look_again_later(directory)
            return
        kind = _kind(path)
        if kind is Kind.PICTURE or (kind is Kind.RAW and raw_supported()):
            photo_id, came_back = desk.catalogue.add_file(folder_id, directory, file)
            desk.catalogue.forget_other_files(directory, [file.name])
            self._note_found([photo_id], directory)
            if came_back:
                desk.note_membership()
            desk.note_counts()
        elif kind is not None:
            desk.catalogue.note_other_file(directory, file, kind.name.lower())
            desk.note_counts()

    def _note_unreadable_folder(self, directory: str) -> None:
        """Told once, and looked at again later."""
        sentence = (
            f"The folder {directory} cannot be read; its photos stay as they are. Check its rights, and its disk."
        )
        self._say(sentence)
        if directory not in self._unreadable and not self._tallies:
            self._tell(sentence)
        self._unreadable.add(directory)
        self._look_again_later(directory)

    def _look_again_later(self, directory: str) -> None:
        if directory not in self._looked_at_later:
            self._looked_at_later.add(directory)
            self._rescan_later(directory)

    def _note_readable_folder(self, directory: str) -> None:
        self._unreadable.discard(directory)

    def _try_again(self, desk: Desk, path: str) -> None:
        """Files below ``path`` that the system would not give, and may give now, are read again."""
        ids = [
            photo_id
            for photo_id, problem in desk.reader.problems_by_id()
            if is_at_or_below(problem.path, path) and may_have_passed(problem.reason, problem.path)
        ]
        if ids:
            desk.catalogue.try_again(ids)
            desk.note_counts()
            desk.note_work()


def _kind(path: str) -> Kind | None:
    """None for a file that cannot be opened and whose name does not say picture: it is looked at again next time."""
    try:
        kind, _ = sniff(path)
    except OSError:
        return Kind.PICTURE if is_called_picture(path) else None
    if kind in (Kind.OTHER, Kind.VIDEO) and is_called_picture(path):
        return Kind.PICTURE  # to be listed as a problem, not passed over
    return kind

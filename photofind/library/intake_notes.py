"""What scans and changes note about files and folders."""

import os
from collections.abc import Callable

from photofind.config import volumes
from photofind.core.tree import is_at_or_below, overlap
from photofind.library.folders import watched_folder
from photofind.library.identity import is_current
from photofind.library.librarian import Desk
from photofind.library.scan import SkipRules, has_no_file, stat_file
from photofind.library.tally import Tally
from photofind.media.formats import PICTURE_SUFFIXES, Kind, raw_supported, sniff
from photofind.media.system_problems import may_have_passed
from photofind.store.catalogue_files import FileStat, KnownFile
from photofind.store.catalogue_reader import Folder
from photofind.store.catalogue_work import Work

_MOST_NAMES = 20  # of one file that are looked at; files that are alike by chance may be many
_SAMPLE = 40  # photos that tell whether a folder on another volume is still the same


class IntakeNotes:
    """See ``Intake``. ``rescan`` is called with a folder that must be scanned, ``rescan_later`` with one that cannot be
    read now; ``tell`` with a sentence for the user that no run waits for; ``relocated`` with the old and the new path of a
    watched folder that is mounted elsewhere now and must be watched and scanned there.
    """

    def __init__(
        self,
        rules: SkipRules,
        rescan: Callable[[str], None],
        rescan_later: Callable[[str], None] = lambda _: None,
        tell: Callable[[str], None] = lambda _: None,
        relocated: Callable[[str, str], None] = lambda *_: None,
    ) -> None:
        self._rules = rules
        self._rescan, self._rescan_later = rescan, rescan_later
        self._tell, self._relocated = tell, relocated
        self._tallies: list[Tally] = []
        self._unreadable: set[str] = set()  # folders, told of
        self._looked_at_later: set[str] = set()
        self._rescans: set[str] = set()  # asked for, and not begun

    def open_tally(self, tally: Tally) -> None:
        self._tallies.append(tally)

    def close_tally(self, tally: Tally) -> None:
        self._tallies.remove(tally)

    @property
    def rules(self) -> SkipRules:
        """Any thread."""
        return self._rules

    @property
    def tallies(self) -> tuple[Tally, ...]:
        return tuple(self._tallies)

    def is_reachable(self, desk: Desk, folder_id: int) -> bool:
        """Whether a watched folder can be reached now. False for one that is not watched any more."""
        folder = next((folder for folder in desk.reader.folders() if folder.id == folder_id), None)
        return folder is not None and self._look_for(desk, folder)

    def _look_for(self, desk: Desk, folder: Folder) -> bool:
        """Whether the folder is there now, and not another drive's in its place.

        One that is mounted elsewhere is relocated, and not there. An empty one that held photos counts as away, unless it is
        surely the same folder: it may be the mount point of a drive that is not mounted.
        """
        place = volumes.place_of(folder.path)
        is_other = False
        try:
            with os.scandir(folder.path) as entries:
                is_empty = not any(entries)
        except OSError:
            is_there = False
        else:
            is_same = place == folder.place and volumes.is_certain(place)
            is_other = not is_same and not is_empty and self._is_another(desk, folder, place)
            is_there = is_same or (not is_other and (not is_empty or not desk.reader.ids_at(folder.path)))
        if is_there and place != folder.place:
            desk.catalogue.set_place(folder.id, place)
        if not is_there and self._relocate(desk, folder):
            return False
        if folder.offline == is_there:
            desk.catalogue.set_offline(folder.id, not is_there)
            desk.note_membership()
        if not is_there:
            sentence = f"The folder {folder.path} cannot be reached now. Its photos stay, and come back with it."
            if is_other:
                sentence = (
                    f"What is at {folder.path} now is not the folder that was there. Its photos stay, and come back with it;"
                    " if it is gone for good, remove the folder from the list and add it again."
                )
            if is_other and not folder.offline and not self._tallies:
                self._tell(sentence)
            self._say(sentence)
        return is_there

    def look_for_away(self, desk: Desk) -> None:
        """Drives have come or gone: look for the folders that are away, wherever they may be mounted."""
        for folder in desk.reader.folders():
            if folder.offline and self._look_for(desk, folder):
                self._rescan_once(folder.path)

    def look_for_moved(self, desk: Desk, path: str) -> None:
        """Before ``path`` is watched: a drive that holds it, or that it holds, may be one that is known elsewhere."""
        for folder in desk.reader.folders():
            if any(overlap(found, path) and found != folder.path for found in volumes.paths_of(folder.place)):
                self._look_for(desk, folder)

    def _is_another(self, desk: Desk, folder: Folder, place: str) -> bool:
        """Whether what is at the folder's path is another one. Restored from a backup to another volume, it is the same:
        its photos are there. Where numbers are used again, as those of vaults and of FAT drives are, they tell, too.
        """
        if not place or not folder.place or (volumes.is_certain(place) and volumes.is_same_volume(place, folder.place)):
            return False
        known = desk.catalogue.some_files_of(folder.id, _SAMPLE)
        same = sum(_is_unchanged(*file) for file in known)
        if volumes.are_other_volumes(place, folder.place):
            return bool(known) and same * 2 <= len(known)
        return bool(known) and same == 0

    def _relocate(self, desk: Desk, folder: Folder) -> bool:
        """Whether the folder was found at another path."""
        others = [other.path for other in desk.reader.folders() if other.id != folder.id]
        known = desk.catalogue.some_files_of(folder.id, _SAMPLE)
        for path in volumes.paths_of(folder.place):
            if path == folder.path or any(overlap(path, other) for other in others):
                continue
            there = [(path + file[len(folder.path) :], size_bytes, mtime_ns) for file, size_bytes, mtime_ns in known]
            if not known or any(_is_unchanged(*file) for file in there):
                desk.catalogue.relocate_folder(folder.id, folder.path, path)
                desk.catalogue.set_offline(folder.id, False)
                desk.note_membership()
                self._relocated(folder.path, path)
                return True
        return False

    def _split_drives(self, desk: Desk, folder: Folder) -> None:
        """Drives that are mounted in a watched folder become folders of their own, unless the user took them off."""
        known = {other.path for other in desk.reader.folders()}
        for point in volumes.volumes_below(folder.path):
            if (
                point not in known
                and not self._rules.skips_path(point, folder.path)
                and not desk.catalogue.was_watched(point)
            ):
                folder_id = desk.catalogue.split_folder(point, folder.id)
                desk.catalogue.set_place(folder_id, volumes.place_of(point))
                desk.note_membership()

    def _rescan_once(self, path: str) -> None:
        """Not again while a scan of it waits to begin: thousands of files may ask for it at once."""
        if path not in self._rescans:
            self._rescans.add(path)
            self._rescan(path)

    def note_unreadable(self, desk: Desk, work: Work, reason: str) -> None:
        """The file gave no picture. One that is not there any more is no problem, but gone, or its folder is away."""
        if not is_current(desk, work):
            return
        if not has_no_file(work.path):
            if not self._is_other_file(desk, work.path):
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
        """A file that is not known as a picture."""
        kind = _kind(os.path.join(directory, file.name))
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
        sentence = f"The folder {directory} cannot be read; its photos stay as they are. Check its rights, and its disk."
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

    def _say(self, sentence: str) -> None:
        for tally in self._tallies:
            tally.say(sentence)


def _is_unchanged(path: str, size_bytes: int, mtime_ns: int) -> bool:
    """FAT keeps times to two seconds, and in a zone of its own."""
    try:
        status = os.stat(path)
    except OSError:
        return False
    apart_s = abs(status.st_mtime_ns - mtime_ns) // 10**9 % 3600
    return status.st_size == size_bytes and min(apart_s, 3600 - apart_s) <= 2


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

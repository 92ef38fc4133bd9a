"""Which watched folders can be reached now, and where they are."""

import os
from collections.abc import Callable

from photofind.config import volumes
from photofind.core.tree import overlap
from photofind.library.librarian import Desk
from photofind.library.scan import SkipRules
from photofind.library.tally import Tally
from photofind.store.catalogue_reader import Folder

_SAMPLE = 40  # photos that tell whether a folder on another volume is still the same


class IntakeFolders:
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

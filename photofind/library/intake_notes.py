"""What scans and changes note about files and folders."""

import os
from collections.abc import Callable

from photofind.library.folders import is_at_or_below, watched_folder
from photofind.library.identity import is_current
from photofind.library.librarian import Desk
from photofind.library.scan import SkipRules
from photofind.library.tally import Tally
from photofind.store.catalogue_reader import Folder
from photofind.store.catalogue_work import Work


class IntakeNotes:
    """See ``Intake``. ``rescan`` is called with a folder that must be scanned."""

    def __init__(self, rules: SkipRules, rescan: Callable[[str], None]) -> None:
        self._rules = rules
        self._rescan = rescan
        self._tallies: list[Tally] = []

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

    def note_unreadable(self, desk: Desk, work: Work, reason: str) -> None:
        """The file gave no picture. One that is not there any more is no problem, but gone, or its folder is away."""
        if not is_current(desk, work):
            return
        if os.path.lexists(work.path):
            desk.catalogue.record_problem(work.id, reason)
            desk.note_counts()
            return
        folder = watched_folder(desk.reader.folders(), work.path)
        if folder is None or self._look_for(desk, folder):
            self._note_gone(desk, [work.id])

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

    def _note_found(self, photo_id: int, directory: str) -> None:
        for tally in self._tallies:
            if any(is_at_or_below(directory, folder) for folder in tally.folders):
                tally.note_found(photo_id)

    def _say(self, sentence: str) -> None:
        for tally in self._tallies:
            tally.say(sentence)

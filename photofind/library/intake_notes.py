"""What scans and changes note about files and folders."""

import os
from collections.abc import Callable

from photofind.library.folders import is_at_or_below, watched_folder
from photofind.library.identity import is_current
from photofind.library.librarian import Desk
from photofind.library.scan import SkipRules
from photofind.library.tally import Tally
from photofind.media.formats import PICTURE_SUFFIXES, Kind, raw_supported, sniff
from photofind.store.catalogue_files import FileStat
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

    def _gone_in(self, directory: str, folder: Folder | None) -> Callable[[str], bool]:
        """Whether a file of ``directory`` that was not listed is gone: still not there, or passed over now."""
        is_wanted = folder is not None and (
            directory == folder.path or not self._rules.skips_path(directory, folder.path)
        )
        return lambda name: not (is_wanted and os.path.lexists(os.path.join(directory, name)))

    def _forget_others(self, desk: Desk, directory: str, names: list[str]) -> None:
        if names:
            desk.catalogue.forget_other_files(directory, names)
            desk.note_counts()

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

    def _say(self, sentence: str) -> None:
        for tally in self._tallies:
            tally.say(sentence)


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

"""From what is on disk to rows of the catalogue: scans, which are long work of the librarian."""

from collections.abc import Callable, Iterator

from photofind.core.tree import is_at_or_below
from photofind.library.folders import watched_folder
from photofind.library.intake_notes import IntakeNotes
from photofind.library.librarian import Desk
from photofind.library.long_work import Steps
from photofind.library.scan import Listing, is_folder, walk
from photofind.store.catalogue_files import FileStat, KnownFile, Stamp
from photofind.store.catalogue_reader import Folder

_ROWS_AT_ONCE = 500
_NEW_AT_ONCE = 100  # each is opened, which may take long on a slow disk
_COST_OF_ADDING = 5  # in files that are only compared
_COST_OF_DIRECTORY = 10
_COST_OF_STEP = 1000


class _Step:
    """How much a scan has done since others had their turn, and the watched folders as they are since then."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.begin()

    def begin(self) -> None:
        self._done = 0
        self.folders = self._desk.reader.folders()

    def is_enough(self, more: int) -> bool:
        self._done += more
        return self._done >= _COST_OF_STEP

    def folder_of(self, path: str) -> Folder | None:
        return watched_folder(self.folders, path)


class _Here:
    """Which watched folders within the one that is scanned can be reached; each is looked for once."""

    def __init__(self, path: str, look_for: Callable[[Folder], bool]) -> None:
        self._path = path
        self._look_for = look_for
        self._found: dict[int, bool] = {}

    def holds(self, folder: Folder | None) -> bool:
        """``folder`` is the innermost one that a directory lies in. The scanned one itself was looked for before."""
        if folder is None or is_at_or_below(self._path, folder.path):
            return True
        if folder.id not in self._found:
            self._found[folder.id] = self._look_for(folder)
        return self._found[folder.id]


class IntakeScans(IntakeNotes):
    """See ``Intake``."""

    def scan(self, desk: Desk, path: str) -> Steps:
        """Compare all of ``path`` (a watched folder or a part of one) with the catalogue.

        Between two steps anything may happen to disk, catalogue and watched folders, so each step looks anew.
        """
        visited: set[str] = set()
        unreadable: set[str] = set()
        self._looked_at_later.discard(path)
        self._rescans.discard(path)
        if not self._may_scan(desk, path):
            return
        self._try_again(desk, path)
        if is_folder(path):
            self._no_file_is_at(desk, path)
        step = _Step(desk)
        here = _Here(path, lambda folder: self._look_for(desk, folder))
        is_wanted = self._is_wanted(desk.reader.folders(), path, is_folder=True)
        for listing in walk(path, self._rules) if is_wanted else ():
            if listing is not None:
                visited.add(listing.directory)
                if not here.holds(step.folder_of(listing.directory)):
                    pass  # the mount point of a drive that is away
                elif listing.readable:
                    self._note_readable_folder(listing.directory)
                    yield from self._compare(desk, listing, step)
                else:
                    unreadable.add(listing.directory)
                    self._note_unreadable_folder(listing.directory)
            if listing is None or step.is_enough(_COST_OF_DIRECTORY):
                yield
                step.begin()
                if step.folder_of(path) is None:
                    return
        if not self._may_scan(desk, path):
            return  # went away while it was walked through: what was not seen is not gone
        yield from self._compare_unseen(desk, path, visited, unreadable, step, here)
        desk.note_work()

    def _compare_unseen(
        self, desk: Desk, path: str, visited: set[str], unreadable: set[str], step: _Step, here: _Here
    ) -> Steps:
        """The directories that hold known files and were not come to: they are gone, most likely."""
        directory = desk.catalogue.directory_after(path, "")
        while directory is not None:
            if (
                directory not in visited
                and here.holds(step.folder_of(directory))
                and not any(is_at_or_below(directory, other) for other in unreadable)
            ):
                yield from self._compare(desk, Listing(directory), step)
            if step.is_enough(_COST_OF_DIRECTORY):
                yield
                step.begin()
            directory = desk.catalogue.directory_after(path, directory)

    def _may_scan(self, desk: Desk, path: str) -> bool:
        folder = watched_folder(desk.reader.folders(), path)
        if folder is None or not self._look_for(desk, folder):
            return False
        self._split_drives(desk, folder)
        return True

    def _compare(self, desk: Desk, listing: Listing, step: _Step) -> Iterator[None]:
        """Bring what is known of one directory in step with its listing.

        In portions of what is known, by name: a directory may hold all of a library.
        """
        unknown = dict(listing.files)
        after: str | None = ""
        while after is not None and step.folder_of(listing.directory) is not None:
            after = self._compare_photos(desk, listing, unknown, after, step)
            if step.is_enough(_ROWS_AT_ONCE if after is not None else len(listing.files) % _ROWS_AT_ONCE):
                yield
                step.begin()
        after = ""
        while after is not None and step.folder_of(listing.directory) is not None:
            after = self._compare_others(desk, listing, unknown, after, step)
            if after is not None and step.is_enough(_ROWS_AT_ONCE):
                yield
                step.begin()
        new = list(unknown)
        for start in range(0, len(new), _NEW_AT_ONCE):
            self._take_new(desk, listing, new[start : start + _NEW_AT_ONCE], step)
            if step.is_enough(_COST_OF_ADDING * _NEW_AT_ONCE):
                yield
                step.begin()

    def _compare_photos(
        self, desk: Desk, listing: Listing, unknown: dict[str, Stamp], after: str, step: _Step
    ) -> str | None:
        """Compare some known photos, and take them from ``unknown``. Returns the last one's name, None if it was all."""
        rows = desk.catalogue.files_in(listing.directory, after, _ROWS_AT_ONCE)
        missing: list[tuple[str, int]] = []
        found: list[int] = []
        for name, photo_id, known in rows:
            there = unknown.pop(name, None)
            if there is None:
                if name not in listing.files:
                    missing.append((name, photo_id))
                continue
            found.append(photo_id)
            if there != known:
                self._note_changed(desk, KnownFile(photo_id, FileStat(name, *known)), FileStat(name, *there))
        self._note_found(found, listing.directory)
        if missing:
            is_gone = self._gone_in(listing.directory, step.folder_of(listing.directory))
            self._note_gone(desk, [photo_id for name, photo_id in missing if is_gone(name)])
        return rows[-1][0] if len(rows) == _ROWS_AT_ONCE else None

    def _compare_others(
        self, desk: Desk, listing: Listing, unknown: dict[str, Stamp], after: str, step: _Step
    ) -> str | None:
        """The same for some files that are known to be no pictures; one that has changed stays in ``unknown``."""
        rows = desk.catalogue.other_files_in(listing.directory, after, _ROWS_AT_ONCE)
        missing: list[str] = []
        for name, size_bytes, mtime_ns in rows:
            there = unknown.get(name)
            if there is not None and there[:2] == (size_bytes, mtime_ns):
                del unknown[name]
            elif name not in listing.files:
                missing.append(name)
        if missing:
            is_gone = self._gone_in(listing.directory, step.folder_of(listing.directory))
            self._forget_others(desk, listing.directory, [name for name in missing if is_gone(name)])
        return rows[-1][0] if len(rows) == _ROWS_AT_ONCE else None

    def _take_new(self, desk: Desk, listing: Listing, names: list[str], step: _Step) -> None:
        folder = step.folder_of(listing.directory)
        if folder is None:
            return
        known = desk.catalogue.files_named(listing.directory, names)  # they may have come while others had their turn
        for name in names:
            there = FileStat(name, *listing.files[name])
            before = known.get(name)
            if before is None:
                self._add(desk, folder.id, listing.directory, there)
                continue
            self._note_found([before.id], listing.directory)
            if before.stat != there:
                self._note_changed(desk, before, there)
        desk.note_work()

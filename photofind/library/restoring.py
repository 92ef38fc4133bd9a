"""Bringing back what a backup holds: now where the photo is known, else when it appears.

What waits lies in the file ``waiting.edits`` beside the backups, in their format. Later backups hold it, too.
"""

import logging
import os
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from photofind import __version__
from photofind.config.paths import LibraryPaths
from photofind.config.settings import Settings, declared, fitted
from photofind.core.photo import PhotoId
from photofind.library.albums import restore_albums
from photofind.library.folders import watch_folder, watched_folder
from photofind.library.librarian import Desk, Librarian
from photofind.library.scan import SkipRules, rules_of
from photofind.store.durable import disk_errors, set_aside
from photofind.store.edit_backup import SUFFIX, Backup, DamagedBackup, content_lines, read_backup, write_backup
from photofind.store.edit_matching import EditMatcher
from photofind.store.user_edits import PhotoEdits, edits_of, merged

_log = logging.getLogger(__name__)

_IN_ONE_JOB = 250  # some 50 ms of the librarian's time
_lock = threading.Lock()  # of the waiting file: a process has one library open
NEVER_IN_A_BACKUP = frozenset({"milvus_token", "window_geometry"})


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of a restoration. Photos: ``restored`` were changed (``by_place`` of them found by their place alone, as
    their content is another one now), ``unchanged`` said the same or more already, ``waiting`` are not known yet.
    """

    restored: int
    by_place: int
    unchanged: int
    waiting: int
    folders: tuple[str, ...] = ()
    absent_folders: tuple[str, ...] = ()
    settings: tuple[str, ...] = ()
    albums: tuple[str, ...] = ()


def waiting_edits(paths: LibraryPaths) -> tuple[PhotoEdits, ...]:
    """Edits of photos that have not appeared yet. Any thread. Raises StoreFailed where their file is damaged."""
    path = paths.catalogue_backups / f"waiting{SUFFIX}"
    return read_backup(path).photos if path.exists() else ()


def _waiting_or_aside(paths: LibraryPaths) -> tuple[PhotoEdits, ...]:
    """The same; a damaged file is set aside, since nothing else may wait for it."""
    try:
        return waiting_edits(paths)
    except DamagedBackup as error:
        with disk_errors("the edits that wait"):
            aside = set_aside(paths.catalogue_backups / f"waiting{SUFFIX}")
        _log.warning("edits that waited for their photos are kept as %s: %s", aside, error)
        return ()


def restore_backup(
    librarian: Librarian,
    paths: LibraryPaths,
    backup: Backup,
    current: Settings,
    save_settings: Callable[[dict[str, object]], None],
    *,
    overwrite: bool,
    dry_run: bool,
) -> Restored:
    """Restore folders, settings, albums and photos. Blocks; any thread but the librarian's. Raises NoRoom, StoreFailed."""
    settings = settings_to_restore(backup, current, overwrite=overwrite)
    if settings and not dry_run:
        save_settings(settings)
    rules = rules_of(replace(current, **settings))  # type: ignore[arg-type]
    added, absent = librarian.submit(
        lambda desk: restore_folders(desk, backup.folders, rules, dry_run=dry_run)
    ).result()
    albums = librarian.submit(
        lambda desk: restore_albums(desk, backup.albums, overwrite=overwrite, dry_run=dry_run)
    ).result()
    restored = restore_photos(
        lambda job: librarian.submit(job).result(), paths, backup.photos, overwrite=overwrite, dry_run=dry_run
    )
    return replace(
        restored,
        folders=tuple(added),
        absent_folders=tuple(absent),
        settings=tuple(settings),
        albums=tuple(albums),
    )


def restore_photos(
    submit: "Submit",
    paths: LibraryPaths,
    photos: Sequence[PhotoEdits],
    *,
    overwrite: bool,
    dry_run: bool,
) -> Restored:
    """Give photos their edits back, in small jobs of the librarian. Blocks; any thread but the librarian's.

    What the library says stays, unless ``overwrite``. Raises NoRoom, StoreFailed.
    """
    with _lock:
        wanted = [replace(one, overwrite=True) for one in photos] if overwrite else list(photos)
        counts, left = _go_through(submit, wanted, dry_run)
        if not dry_run and left:
            _keep_waiting(paths, [*_waiting_or_aside(paths), *left])
        return Restored(counts.restored, counts.by_place, counts.unchanged, len(left))


def keep_waiting(paths: LibraryPaths, photos: Sequence[PhotoEdits]) -> None:
    """These edits wait for their photos. Any thread. Raises NoRoom, StoreFailed."""
    with _lock:
        _keep_waiting(paths, [*_waiting_or_aside(paths), *photos])


def apply_waiting(submit: "Submit", paths: LibraryPaths) -> int:
    """Give photos that have appeared the edits that waited for them. Returns how many still wait.

    Blocks; any thread but the librarian's. Raises NoRoom, StoreFailed.
    """
    with _lock:
        waiting = _waiting_or_aside(paths)
        if not waiting:
            return 0
        counts, left = _go_through(submit, waiting, dry_run=False)
        if counts.restored or counts.unchanged:
            _keep_waiting(paths, left)
        return len(left)


def restore_folders(
    desk: Desk, folders: Sequence[str], rules: SkipRules, *, dry_run: bool = False
) -> tuple[list[str], list[str]]:
    """A job of the librarian: watch those that are there. Returns the newly watched ones, and those that are not there."""
    added, absent = [], []
    for folder in folders:
        if watched_folder(desk.reader.folders(), folder) is not None:
            continue
        if os.path.isdir(folder):
            if not dry_run:
                watch_folder(desk, folder, rules)
            added.append(folder)
        else:
            absent.append(folder)
    return added, absent


def settings_to_restore(backup: Backup, current: Settings, *, overwrite: bool) -> dict[str, object]:
    """The settings that the backup has and the library leaves as they come; with ``overwrite`` all that differ."""
    wanted: dict[str, object] = {}
    for name, each in declared().items():
        if name in NEVER_IN_A_BACKUP or name not in backup.settings:
            continue
        try:
            value = fitted(each, backup.settings[name])
        except ValueError:
            continue
        now = getattr(current, name)
        if value != now and (overwrite or now == each.default):
            wanted[name] = value
    return wanted


@dataclass(frozen=True, slots=True)
class _Counts:
    restored: int = 0
    by_place: int = 0
    unchanged: int = 0
    done: frozenset[int] = frozenset()  # places in the list


Submit = Callable[[Callable[[Desk], _Counts]], _Counts]
"""Has a job of the librarian done, and waits for it."""


def _go_through(submit: Submit, photos: Sequence[PhotoEdits], dry_run: bool) -> tuple[_Counts, list[PhotoEdits]]:
    """Those found by content and place come first, so that of two copies each gets its own."""
    total, left = _Counts(), dict(enumerate(photos))
    matcher: list[EditMatcher] = []  # the librarian's connection is known in its thread only

    def in_portions(how: str) -> None:
        nonlocal total
        numbers = list(left)
        for start in range(0, len(numbers), _IN_ONE_JOB):
            some = {number: left[number] for number in numbers[start : start + _IN_ONE_JOB]}

            def job(desk: Desk, some: dict[int, PhotoEdits] = some) -> _Counts:
                if not matcher:
                    matcher.append(EditMatcher(desk.catalogue.connection))
                return _apply(desk, getattr(matcher[0], how), some, dry_run, by_place=how == "by_place")

            counts = submit(job)
            for number in counts.done:
                del left[number]
            total = _Counts(
                total.restored + counts.restored, total.by_place + counts.by_place, total.unchanged + counts.unchanged
            )

    for how in ("by_content_and_place", "by_content", "by_place"):
        in_portions(how)
    return total, list(left.values())


def _apply(
    desk: Desk, find: Callable[[PhotoEdits], PhotoId | None], some: dict[int, PhotoEdits], dry_run: bool, *, by_place: bool
) -> _Counts:
    restored, unchanged, done = 0, 0, set()
    for number, edits in some.items():
        photo_id = find(edits)
        if photo_id is None:
            continue
        done.add(number)
        (there,) = edits_of(desk.catalogue.connection, [photo_id])
        wanted = merged(there, edits)
        if wanted == there:
            unchanged += 1
            continue
        restored += 1
        if not dry_run:
            desk.catalogue.replace_edits(photo_id, wanted.rating, wanted.added, wanted.removed)
            desk.note_changed(photo_id)
    return _Counts(restored, restored if by_place else 0, unchanged, frozenset(done))


def _keep_waiting(paths: LibraryPaths, photos: Sequence[PhotoEdits]) -> None:
    path = paths.catalogue_backups / f"waiting{SUFFIX}"
    if photos:
        kept = dict.fromkeys(photos)  # a backup that is restored twice waits once
        write_backup(path, content_lines((), {}, kept), program=__version__, made_s=int(time.time()))
    else:
        path.unlink(missing_ok=True)

"""The backups of what the user said, and the settings file."""

import sqlite3
import time
from collections.abc import Iterator

from photofind.core.errors import StoreFailed
from photofind.library.doctor.ward import Diagnosis, Ward, broken, fine, note
from photofind.library.edit_keeper import back_up_edits
from photofind.library.restoring import waiting_edits
from photofind.store.catalogue_albums import albums_of
from photofind.store.durable import set_aside
from photofind.store.edit_backup import SUFFIX
from photofind.store.edit_backups import EditBackups
from photofind.store.user_edits import edited_photos


def check(ward: Ward) -> Iterator[Diagnosis]:
    heads, damaged = EditBackups(ward.paths.catalogue_backups).heads()
    can_write = ward.write is not None

    def keep_aside() -> str:
        for path in damaged:
            set_aside(path)
        return "They were set aside."

    if damaged:
        yield broken(
            "backups",
            "backup-damaged",
            f"{len(damaged)} backups of your edits are damaged.",
            "Your photos and edits are as they were; these backups could not bring them back.",
            mend=keep_aside if can_write else None,
        )
    waiting_file = ward.paths.catalogue_backups / f"waiting{SUFFIX}"
    try:
        waiting = len(waiting_edits(ward.paths))
    except StoreFailed:
        waiting = 0
        yield broken(
            "backups",
            "waiting-damaged",
            "The file with restored edits that wait for their photos is damaged.",
            "Photos that have not appeared yet would come without their tags and ratings.",
            mend=(lambda: f"It was set aside as {set_aside(waiting_file).name}: restore the backup again.") if can_write else None,
        )
    if waiting:
        yield note(
            "backups",
            "edits-waiting",
            f"Restored edits of {waiting:,} photos wait for those photos to appear.",
            "They are given back when the photos are indexed.",
            "Add the folders that hold them.",
        )
    if heads:
        made = time.strftime("%Y-%m-%d %H:%M", time.localtime(heads[0].made_s))
        yield fine("backups", f"Your edits are backed up {len(heads)} times, last on {made}.")
        return
    with ward.catalogue() as catalogue:
        is_edited = next(edited_photos(catalogue), None) is not None or _has_albums(catalogue)

    def make() -> str:
        back_up_edits(ward.paths)
        return "A backup was made."

    if is_edited:
        yield note(
            "backups",
            "no-backup",
            "There is no backup of your tags, ratings and albums yet.",
            "They would be lost with the catalogue.",
            mend=make if can_write else None,
        )
    else:
        yield fine("backups", "There are no tags, ratings or albums of yours to back up yet.")


def _has_albums(catalogue: sqlite3.Connection) -> bool:
    try:
        return bool(albums_of(catalogue))
    except sqlite3.OperationalError:  # a catalogue of an older photofind has none
        return False

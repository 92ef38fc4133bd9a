"""A catalogue that cannot be trusted is set aside before anything is written to it, and another takes its place."""

import logging

from photofind.config import settings as settings_file
from photofind.config.paths import LibraryPaths
from photofind.library.doctor.catalogue_repair import rebuild
from photofind.library.lone_librarian import lone_librarian
from photofind.library.scan import rules_of
from photofind.store.catalogue_damage import damage_of, forget_damage
from photofind.store.durable import disk_errors

_log = logging.getLogger(__name__)
_WHAT = "the catalogue"


def ensure_sound(paths: LibraryPaths) -> str:
    """See to it that the catalogue can be opened. Returns the sentence for the user where it had to be replaced, else "".

    What can be read of it is kept, and what the user had said comes back from the newest backup. The caller holds the
    library's lock and has no store open. Any thread; blocks. Raises NoRoom, StoreFailed.
    """
    with disk_errors(_WHAT):
        damage = damage_of(paths.catalogue)
    if not damage:
        return ""
    _log.warning("the catalogue is damaged: %s", damage)
    settings, _ = settings_file.load(paths.settings)
    done = rebuild(paths, rules_of(settings), lambda: lone_librarian(paths))
    forget_damage(paths.catalogue)
    return f"The catalogue was damaged. {done}"

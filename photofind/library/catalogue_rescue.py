"""A catalogue that cannot be trusted is set aside before anything is written to it, and another takes its place."""

import logging
import sqlite3

from photofind.config import settings as settings_file
from photofind.config.paths import LibraryPaths
from photofind.library.doctor.catalogue_repair import rebuild
from photofind.library.doctor.index_check import make_words_anew
from photofind.library.lone_librarian import lone_librarian
from photofind.library.scan import rules_of
from photofind.store.catalogue_damage import damage_of, forget_damage, is_in_doubt
from photofind.store.catalogue_examination import fts_trouble
from photofind.store.durable import disk_errors
from photofind.store.edit_backups import EditBackups

_log = logging.getLogger(__name__)
_WHAT = "the catalogue"


def ensure_sound(paths: LibraryPaths) -> str:
    """See to it that the catalogue can be opened. Returns the sentence for the user where it had to be mended, else "".

    What can be read of it is kept, and what the user had said comes back from the newest backup. The caller holds the
    library's lock and has no store open. Any thread; blocks. Raises NoRoom, StoreFailed.
    """
    with disk_errors(_WHAT):
        is_lost = _is_lost(paths)
        in_doubt = is_in_doubt(paths.catalogue)
        damage = "" if is_lost else damage_of(paths.catalogue)
    sentence = ""
    if is_lost or damage:
        _log.warning("the catalogue is %s", f"damaged: {damage}" if damage else "missing")
        settings, _ = settings_file.load(paths.settings)
        done = rebuild(paths, rules_of(settings), lambda: lone_librarian(paths))
        sentence = f"The catalogue was {'damaged' if damage else 'missing'}. {done}"
    elif in_doubt and paths.catalogue.exists() and (trouble := _trouble_of_words(paths)):
        _log.warning("the index of words is damaged: %s", trouble)
        with lone_librarian(paths) as librarian:
            sentence = make_words_anew(librarian)
    forget_damage(paths.catalogue)
    return sentence


def _is_lost(paths: LibraryPaths) -> bool:
    """Whether there was a catalogue, of which only what lies beside it is left."""
    is_empty = not paths.catalogue.exists() or paths.catalogue.stat().st_size == 0
    return is_empty and (bool(EditBackups(paths.catalogue_backups).paths()) or any(paths.vectors.glob("*.journal")))


def _trouble_of_words(paths: LibraryPaths) -> str:
    try:
        return fts_trouble(paths.catalogue)
    except sqlite3.Error as error:  # of an older photofind, or locked: said when it is opened
        _log.info("the index of words was not looked at: %s", error)
        return ""

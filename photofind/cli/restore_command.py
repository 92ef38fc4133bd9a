"""Backups of what the user said, from the command line."""

import os
import time
from dataclasses import asdict, replace
from pathlib import Path

from photofind.cli.handing_over import do_or_hand_over
from photofind.cli.output import print_json, print_line, tell
from photofind.config.paths import LibraryPaths
from photofind.config.settings import load, save
from photofind.core.errors import PhotofindError
from photofind.library.instance import LibraryLock, Message
from photofind.library.restoring import restore_backup
from photofind.library.session import librarian_at_work
from photofind.store.edit_backup import SUFFIX, Backup, read_backup
from photofind.store.edit_backups import EditBackups


def list_all(paths: LibraryPaths, *, as_json: bool) -> None:
    """The backups of a library, the newest first. Reads them all; works beside an open window."""
    heads, damaged = EditBackups(paths.catalogue_backups).heads()
    if as_json:
        backups = [{**asdict(head), "path": str(head.path)} for head in heads]
        print_json({"backups": backups, "damaged": [str(path) for path in damaged]})
        return
    for head in heads:
        print_line(f"{head.path.name}  {head.photos:,} photos with tags or ratings, {head.folders} folders, {head.albums} albums")
    for path in damaged:
        print_line(f"{path.name}  damaged")
    if not heads and not damaged:
        tell("There are no backups yet. One is made each day that something changes, and when photofind ends.")


def run(paths: LibraryPaths, name: str, *, overwrite: bool, dry_run: bool, as_json: bool) -> None:
    """Merge a backup into the library, which is made where there is none.

    Raises StoreFailed, NoRoom, LibraryInUse; PhotofindError where there is no such backup.
    """
    backup = _backup(paths, name)
    request: Message = {
        "command": "restore", "backup": str(backup.head.path), "overwrite": overwrite, "dry_run": dry_run,
    }  # fmt: skip

    def here() -> Message:
        with LibraryLock.acquire(paths.folder), librarian_at_work(paths) as librarian:
            current, _ = load(paths.settings)
            return asdict(
                restore_backup(
                    librarian,
                    paths,
                    backup,
                    current,
                    lambda values: save(paths.settings, replace(current, **values)),  # type: ignore[arg-type]
                    overwrite=overwrite,
                    dry_run=dry_run,
                )
            )

    reply = do_or_hand_over(paths.folder, here, request)
    if as_json:
        print_json({"backup": str(backup.head.path), "dry_run": dry_run, **reply})
        return
    made = time.strftime("%Y-%m-%d %H:%M", time.localtime(backup.head.made_s))
    print_line(f"Backup    {backup.head.path.name}, made {made}" + (" (nothing is changed: a dry run)" if dry_run else ""))
    place = f", {reply['by_place']:,} of them known by their place only" if reply["by_place"] else ""
    print_line(f"Photos    {reply['restored']:,} restored{place}; {reply['unchanged']:,} said so already")
    if reply["waiting"]:
        print_line(f"          {reply['waiting']:,} are not in the library yet and get theirs when they appear")
    for folder in reply["folders"]:
        print_line(f"Folder    {folder}: watched")
    for folder in reply["absent_folders"]:
        print_line(f"Folder    {folder} is not there now: add it when it is, with photofind folders add")
    if reply.get("albums"):  # a window of an older photofind knows none
        print_line("Albums    " + ", ".join(reply["albums"]))
    if reply["settings"]:
        print_line("Settings  " + ", ".join(reply["settings"]))


def _backup(paths: LibraryPaths, name: str) -> Backup:
    backups = EditBackups(paths.catalogue_backups)
    if not name:
        newest = backups.newest()
        if newest is None:
            raise PhotofindError(f"There is no backup in {backups.folder}: name the file of one.")
        return newest
    for path in (backups.folder / name, backups.folder / f"{name}{SUFFIX}", Path(os.path.abspath(name))):
        if path.is_file():
            return read_backup(path)
    raise PhotofindError(f"There is no backup {name}: photofind restore --list names those there are.")

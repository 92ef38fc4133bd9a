"""Whether changes in the watched folders are noticed at once: the system's limits, and drives that tell nothing."""

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from photofind.config.mount_table import is_of_a_network
from photofind.library.doctor.ward import Diagnosis, Ward, fine, note

_INOTIFY = Path("/proc/sys/fs/inotify")  # inotify(7)
_MOUNTS = Path("/proc/self/mountinfo")  # proc_pid_mountinfo(5)
_INSTANCES_TO_SPARE = 2


def check(ward: Ward) -> Iterator[Diagnosis]:
    if sys.platform != "linux":
        yield fine("watching", "This system has no limit on watched folders that photofind knows of.")
        return
    with ward.catalogue() as catalogue:
        folders = [os.fsdecode(row[0]) for row in catalogue.execute("SELECT path FROM folders WHERE watched = 1 ORDER BY id")]
        (needed,) = catalogue.execute(
            "SELECT count(*) FROM (SELECT directory FROM photos WHERE gone_s IS NULL UNION SELECT directory FROM other_files)"
        ).fetchone()
    watches, instances = used_by_others(set(_processes_of_photofind(ward)))
    most_watches, most_instances = limit("max_user_watches"), limit("max_user_instances")
    is_fine = True
    if most_watches and needed + watches > most_watches:
        is_fine = False
        yield note(
            "watching",
            "too-few-watches",
            f"The system watches {most_watches:,} folders for you, and photofind wants to watch {needed:,} or more"
            f" beside {watches:,} of other programs.",
            "Where the system refuses, a folder is looked through now and then instead, so changes are noticed later.",
            "sudo sysctl fs.inotify.max_user_watches=1048576",
        )
    if most_instances and instances + _INSTANCES_TO_SPARE > most_instances:
        is_fine = False
        yield note(
            "watching",
            "too-few-instances",
            f"The system lets {most_instances:,} programs of yours watch folders, and {instances:,} do so without photofind.",
            "Where the system refuses, a folder is looked through now and then instead, so changes are noticed later.",
            "sudo sysctl fs.inotify.max_user_instances=1024",
        )
    for folder in folders:
        kind = file_system_of(folder)
        if is_of_a_network(kind):
            is_fine = False
            yield note(
                "watching",
                f"network-folder:{folder}",
                f"The watched folder {folder} is on a network drive ({kind}).",
                "The system does not tell what other computers change there: photofind finds it when it looks through the"
                " folder every few minutes, not at once.",
                "Nothing needs to be done.",
            )
        elif folder in ward.watch_troubles:
            is_fine = False
            yield note(
                "watching",
                f"not-watched:{folder}",
                ward.watch_troubles[folder],
                "Changes there are noticed later.",
                "It ends by itself when its cause is gone.",
            )
    if is_fine:
        yield fine("watching", f"Changes are noticed at once: {needed:,} folders to watch, {most_watches:,} allowed.")


def limit(name: str) -> int:
    """A limit of inotify for each user; 0 where the system does not say."""
    try:
        return int((_INOTIFY / name).read_text())
    except (OSError, ValueError):
        return 0


def used_by_others(but: set[int]) -> tuple[int, int]:
    """Watches and instances of inotify that this user's other processes hold."""
    watches = instances = 0
    for process in Path("/proc").iterdir():
        if not process.name.isdigit() or int(process.name) in but:
            continue
        with contextlib.suppress(OSError):
            if process.stat().st_uid != os.getuid():
                continue
            for descriptor in (process / "fd").iterdir():
                with contextlib.suppress(OSError):
                    if os.readlink(descriptor) == "anon_inode:inotify":
                        instances += 1
                        watches += (process / "fdinfo" / descriptor.name).read_bytes().count(b"inotify wd:")
    return watches, instances


def file_system_of(folder: str) -> str:
    """The kind of the file system that a folder lies on, as mount(8) names it; "" where the system does not say."""
    best, kind = "", ""
    with contextlib.suppress(OSError):
        for line in _MOUNTS.read_bytes().splitlines():
            left, _, right = line.partition(b" - ")
            point = os.fsdecode(left.split(b" ")[4].replace(b"\\040", b" ").replace(b"\\011", b"\t").replace(b"\\134", b"\\"))
            if (folder == point or folder.startswith(point.rstrip("/") + "/")) and len(point) >= len(best):
                best, kind = point, os.fsdecode(right.split(b" ")[0])
    return kind


def _processes_of_photofind(ward: Ward) -> Iterator[int]:
    """This one, and the one that holds the library: what they watch is counted by folders."""
    from photofind.library.instance import holder_of

    yield os.getpid()
    yield holder_of(ward.paths)

"""One trial: deeds before a library watches, then bursts of deeds while it does, each compared with a fresh scan."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from restless_folders import Deed, RestlessFolders
from watched_library import Contents, WatchedLibrary, contents


@dataclass
class Found:
    """What was done in plain words, and what was wrong in the end."""

    log: list[str]
    differences: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        return "\n".join([*self.log, "=>", *self.differences])


def try_deeds(library: WatchedLibrary, base: Path, mark: int, bursts: Sequence[Sequence[Deed]]) -> Found:
    """The first burst is done before the folders are watched. Ends with the first burst that leaves a difference."""
    world = RestlessFolders(base, mark)
    found = Found(world.log)
    before = Contents()
    for number, burst in enumerate(bursts):
        world.was_away = False
        for deed in burst:
            world.do(deed)
        if number == 0:
            library.watch(world)
        world.log.append("-- settled")
        found.differences = library.differences(world)
        if not found.differences:
            now = contents(world, library.known(world))
            if not world.was_away:
                found.differences = _strangers(before, now, world.copied)
            before = now
        if found.differences:
            break
    library.leave(world)
    return found


def _strangers(before: Contents, now: Contents, copied: set[bytes]) -> list[str]:
    """Photos that are not themselves any more. Where something was written to the place of one that was renamed, as programs
    do that keep a backup, the place is what stays the same photo, wherever it goes."""
    known = set(before.of.values()) - copied
    return [
        f"another photo for the same content: {before.photos[content]} → {photo}"
        for content, photo in now.photos.items()
        if content in before.photos
        and before.photos[content].id != photo.id
        and now.of.get(before.photos[content].id, content) in known
    ]

"""One trial: deeds before a library watches, then bursts of deeds while it does, each compared with a fresh scan."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from restless_folders import Deed, RestlessFolders
from watched_library import Photo, WatchedLibrary, contents


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
    before: dict[bytes, Photo] = {}
    for number, burst in enumerate(bursts):
        for deed in burst:
            world.do(deed)
        if number == 0:
            library.watch(world)
        world.log.append("-- settled")
        found.differences = library.differences(world)
        if not found.differences:
            now = contents(world, library.known(world))
            found.differences = _strangers(before, now)
            before = now
        if found.differences:
            break
    library.leave(world)
    return found


def _strangers(before: dict[bytes, Photo], now: dict[bytes, Photo]) -> list[str]:
    """Photos that are not themselves any more. Where another content was written to the place of one that was renamed, as
    programs do that keep a backup, the place is what stays the same photo."""
    contents_at = {photo.path: content for content, photo in now.items()}
    return [
        f"another photo for the same content: {before[content]} → {photo}"
        for content, photo in now.items()
        if content in before
        and before[content].id != photo.id
        and contents_at.get(before[content].path, content) in (content, *before)
    ]

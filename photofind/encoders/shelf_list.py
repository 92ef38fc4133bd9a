"""The list of encoders that are offered, as a file of its own: changed without touching code."""

import json
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from photofind.core.errors import EncoderUnavailable


@dataclass(frozen=True, slots=True)
class ListedEncoder:
    """One entry of ``shelf.json``. ``languages`` holds two-letter codes, or ``*`` for many."""

    short: str
    name: str
    id: str
    description: str
    licence: str
    size_bytes: int
    languages: tuple[str, ...]
    proposable: bool


@dataclass(frozen=True, slots=True)
class Restriction:
    """Weights whose licence forbids common uses; ``model`` and ``tag`` are shell patterns over open_clip's names."""

    model: str
    tag: str
    licence: str
    use: str


@dataclass(frozen=True, slots=True)
class ShelfList:
    """What ``shelf.json`` says."""

    encoders: tuple[ListedEncoder, ...]
    restricted: tuple[Restriction, ...]

    def restriction_of(self, model: str, tag: str) -> Restriction | None:
        for one in self.restricted:
            if fnmatchcase(model.lower(), one.model.lower()) and fnmatchcase(tag.lower(), one.tag.lower()):
                return one
        return None


def read_shelf_list(path: Path) -> ShelfList:
    """Reads ``shelf.json``; raises ``EncoderUnavailable`` when the installation of photofind is damaged."""
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        return ShelfList(
            encoders=tuple(
                ListedEncoder(**{**entry, "languages": tuple(entry["languages"])}) for entry in content["encoders"]
            ),
            restricted=tuple(Restriction(**entry) for entry in content["restricted"]),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise EncoderUnavailable(
            f"The list of encoders “{path}” is missing or damaged: install photofind again."
        ) from error

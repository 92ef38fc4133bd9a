"""XMP files beside pictures: ``IMG.jpg.xmp`` (darktable, digiKam) and ``IMG.xmp`` (Lightroom, Capture One)."""

import os
import stat
from dataclasses import dataclass

from photofind.media.source import open_regular_file
from photofind.media.xmp import Properties, read_xmp

SIDECAR_SUFFIX = ".xmp"
_MAX_BYTES = 16 << 20


@dataclass(frozen=True, slots=True)
class Sidecar:
    """A sidecar that has been read."""

    path: str
    mtime_ns: int
    properties: Properties


def sidecar_candidates(picture_path: str) -> tuple[str, ...]:
    """Where a sidecar of this picture would lie, the one that counts most first. Touches no disk."""
    stem, _ = os.path.splitext(picture_path)
    bases = dict.fromkeys((picture_path, stem))
    return tuple(base + suffix for base in bases for suffix in (SIDECAR_SUFFIX, SIDECAR_SUFFIX.upper()))


def is_sidecar(path: str) -> bool:
    """Whether this is a sidecar's name. Touches no disk."""
    return path[-len(SIDECAR_SUFFIX) :].lower() == SIDECAR_SUFFIX


def sidecar_state(picture_path: str) -> tuple[str, int]:
    """Path and mtime in ns of the sidecar that counts; ("", 0) without one. Reads no content. Any thread."""
    for path in sidecar_candidates(picture_path):
        try:
            status = os.stat(path)
        except (OSError, ValueError):
            continue
        if stat.S_ISREG(status.st_mode):
            return path, status.st_mtime_ns
    return "", 0


def read_sidecar(picture_path: str) -> Sidecar | None:
    """The sidecar that counts, read; None without one. An unreadable one counts as empty: it never costs the picture."""
    path, mtime_ns = sidecar_state(picture_path)
    if not path:
        return None
    try:
        descriptor, state = open_regular_file(path)
        with os.fdopen(descriptor, "rb") as file:
            return Sidecar(path, state.st_mtime_ns, read_xmp(file.read(_MAX_BYTES)))
    except (OSError, ValueError):
        return Sidecar(path, mtime_ns, {})

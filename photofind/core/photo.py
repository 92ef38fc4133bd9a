"""A photo as the catalogue knows it."""

from dataclasses import dataclass

PhotoId = int


@dataclass(frozen=True, slots=True)
class Facts:
    """What a picture file and its sidecar say about the picture; None or () where they say nothing.

    ``taken`` is wall-clock time as the camera wrote it, ``2025-05-03T14:02:11``; cameras rarely know their zone,
    so none is invented. ``taken_offset_min`` is the offset from UTC in minutes where the file names one.
    ``hierarchy`` holds hierarchical keywords with ``|`` between levels: ``Places|Austria|Vienna``.
    """

    taken: str | None = None
    taken_offset_min: int | None = None
    camera_make: str | None = None
    camera_model: str | None = None
    lens: str | None = None
    exposure_s: float | None = None
    aperture: float | None = None
    iso: int | None = None
    focal_mm: float | None = None
    latitude: float | None = None
    longitude: float | None = None
    altitude_m: float | None = None
    rating: int | None = None
    label: str | None = None
    keywords: tuple[str, ...] = ()
    hierarchy: tuple[str, ...] = ()
    title: str | None = None
    caption: str | None = None


@dataclass(frozen=True, slots=True)
class PhotoRow:
    """What the grid, the viewer and the status line show of one photo.

    ``path`` is absolute; bytes that are not UTF-8 stand as lone surrogates (``os.fsdecode``).
    ``sort_s`` orders photos by date: wall-clock seconds since 1970, from the camera or else the file's time.
    ``average_colour`` is 0xRRGGBB. ``width`` and ``height`` are upright, 0 while not decoded yet.
    """

    id: PhotoId
    path: str
    sort_s: int
    width: int
    height: int
    size_bytes: int
    average_colour: int
    has_thumbnail: bool
    offline: bool
    rating: int | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class ProblemRow:
    """A picture file that could not be read, and why, in one sentence."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Counts:
    """How many photos there are and how far they are; photos = indexed + waiting + problems. ``offline``: without problems."""

    photos: int = 0
    indexed: int = 0
    waiting: int = 0
    problems: int = 0
    offline: int = 0
    other_files: int = 0


@dataclass(frozen=True, slots=True)
class FolderState:
    """A watched folder. ``offline`` means that it cannot be reached now; its photos stay."""

    path: str
    photos: int = 0
    offline: bool = False

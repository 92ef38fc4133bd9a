"""A question to the library and the answer to it."""

from array import array
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class PictureFile:
    """A picture to look like, by path; need not be in the library."""

    path: str


@dataclass(frozen=True, slots=True)
class PictureBytes:
    """A picture to look like, as the bytes of an image file (dropped from a browser, or pasted)."""

    data: bytes
    name: str = ""


@dataclass(frozen=True, slots=True)
class PictureOfPhoto:
    """A photo of the library to look like."""

    photo_id: int


PictureSource = PictureFile | PictureBytes | PictureOfPhoto


@dataclass(frozen=True, slots=True)
class Question:
    """Words, pictures, or both; nothing at all asks for every photo, newest first.

    ``limit`` None asks for all photos that have a vector, best first. ``offline`` False leaves out what cannot be reached
    now, True leaves only that.
    """

    text: str = ""
    pictures: tuple[PictureSource, ...] = ()
    limit: int | None = None
    offline: bool | None = None

    @property
    def is_empty(self) -> bool:
        return not self.text.strip() and not self.pictures


@dataclass(frozen=True, slots=True)
class Answer:
    """Photo ids, best first, each once.

    ``scores`` holds the cosine of each id, or nothing when the order is by date or the hits are literal.
    ``note`` is a sentence for the user when the answer needs one ("Only colours and names can be searched until …").
    """

    question: Question
    ids: "array[int]" = field(default_factory=lambda: array("q"))
    scores: "array[float]" = field(default_factory=lambda: array("f"))
    encoder: str = ""
    note: str = ""
    literal: bool = False
    seconds: float = 0.0

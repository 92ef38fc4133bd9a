"""A question to the library and the answer to it."""

from array import array
from dataclasses import dataclass, field
from enum import Enum

from photofind.core.pixels import Region


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


@dataclass(frozen=True, slots=True)
class PictureRegion:
    """A detail of a photo of the library to look like, as shares of its upright width and height, 0 to 1."""

    photo_id: int
    left: float
    top: float
    width: float
    height: float

    @property
    def region(self) -> Region:
        return Region(self.left, self.top, self.width, self.height)


PictureSource = PictureFile | PictureBytes | PictureOfPhoto | PictureRegion


class Band(Enum):
    """The groups of an answer."""

    LITERAL = "literal"
    STRONG = "strong"
    LIKELY = "likely"
    WEAK = "weak"


class Order(Enum):
    """How photos are ordered within each group of an answer; those that only might fit stay ordered by relevance."""

    RELEVANCE = "relevance"
    DATE = "date"  # newest first
    NAME = "name"
    RATING = "rating"  # best first


@dataclass(frozen=True, slots=True)
class Question:
    """Words, pictures, or both; nothing at all asks for every photo, newest first.

    ``text`` is what was typed, in the language of ``core.query``. ``limit`` None asks for all photos that have a vector,
    best first. ``offline`` False leaves out what cannot be reached now, True leaves only that. ``weights`` has one number
    above 0 for each picture; none at all means 1 each. ``liked`` and ``disliked`` are photos that the user said fit, or do
    not.
    """

    text: str = ""
    pictures: tuple[PictureSource, ...] = ()
    limit: int | None = None
    offline: bool | None = None
    weights: tuple[float, ...] = ()
    liked: tuple[int, ...] = ()
    disliked: tuple[int, ...] = ()
    order: Order = Order.RELEVANCE

    @property
    def is_empty(self) -> bool:
        return not self.text.strip() and not self.pictures


@dataclass(frozen=True, slots=True)
class Answer:
    """Photo ids, each once: literal hits first, then what looks like the question: strong, likely and weak hits.

    ``literal``, ``strong`` and ``likely`` count the ids of these groups, in this order; the rest is weak. ``scores`` and
    ``probabilities`` hold for each id after the literal ones its cosine and how likely it fits; both are empty where
    nothing was compared (by date, only filters, only words without an encoder for them), and then no id is weak.
    ``convincing`` is how many photos of the whole library are at least likely, whatever the limit.
    ``leaders`` has for each of the first ids the place of the one that it is a copy of, or of the same burst: its own place
    where it stands for itself; ids behind them all do. A stack lies within one group.
    ``note`` is a sentence for the user when the answer needs one ("Only colours and names can be searched until …").
    """

    question: Question
    ids: "array[int]" = field(default_factory=lambda: array("q"))
    scores: "array[float]" = field(default_factory=lambda: array("f"))
    encoder: str = ""
    note: str = ""
    literal: int = 0
    strong: int = 0
    likely: int = 0
    convincing: int = 0
    probabilities: "array[float]" = field(default_factory=lambda: array("f"))
    leaders: "array[int]" = field(default_factory=lambda: array("i"))
    seconds: float = 0.0

    @property
    def weak(self) -> int:
        """How many of the ids are weak hits."""
        return len(self.ids) - self.literal - self.strong - self.likely if self.scores else 0

    @property
    def is_nothing_convincing(self) -> bool:
        """Photos were compared, and none of them is more than a weak hit."""
        return 0 < self.weak == len(self.ids)

    def band_of(self, place: int) -> Band | None:
        """The group of the id at ``place``; None where the answer has no groups."""
        if place < self.literal:
            return Band.LITERAL
        if not self.scores:
            return None
        if place < self.literal + self.strong:
            return Band.STRONG
        return Band.LIKELY if place < self.literal + self.strong + self.likely else Band.WEAK

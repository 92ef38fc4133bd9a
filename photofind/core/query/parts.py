"""What a question typed into the search box consists of. Values only: any thread."""

from dataclasses import dataclass
from datetime import date
from enum import Enum


@dataclass(frozen=True, slots=True)
class Words:
    """Free text. The encoder gets it, and literal search looks for it; ``weight`` is above 0.

    ``negated``: photos that look like this are unwanted (``-dog``, ``without dog``).
    """

    text: str
    weight: float = 1.0
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Literal:
    """Quoted text, which must (or, ``negated``, must not) stand in names, folders, tags, captions, camera or date."""

    text: str
    negated: bool = False


class TextField(Enum):
    """Fields that are compared as literal words, whole or by their beginning."""

    CAMERA = "camera"
    LENS = "lens"
    FOLDER = "folder"
    NAME = "name"
    TYPE = "type"  # the file's format: jpg, png, heic
    TAG = "tag"  # a hierarchical tag is found by any of its levels


class NumberField(Enum):
    """Fields that are compared as numbers."""

    RATING = "rating"  # 0 to 5; unrated photos are 0
    MEGAPIXELS = "size"
    ISO = "iso"


class Trait(Enum):
    """What a photo is or has, or not."""

    FAVOURITE = "is:favourite"  # rated 5
    PORTRAIT = "is:portrait"
    LANDSCAPE = "is:landscape"
    SQUARE = "is:square"
    OFFLINE = "is:offline"  # cannot be reached now
    DUPLICATE = "is:duplicate"  # another photo has the same bytes
    GPS = "has:gps"


@dataclass(frozen=True, slots=True)
class TextFilter:
    """``camera:nikon``."""

    field: TextField
    value: str
    negated: bool = False


@dataclass(frozen=True, slots=True)
class NumberFilter:
    """``rating:>=4``, ``iso:100..400``: from ``least`` to ``most``, both included unless said otherwise; None is open."""

    field: NumberField
    least: float | None = None
    most: float | None = None
    least_excluded: bool = False
    most_excluded: bool = False
    negated: bool = False


@dataclass(frozen=True, slots=True)
class DateFilter:
    """``date:2019..2021``: from the beginning of ``first`` to the end of ``last``, in the camera's wall-clock time."""

    first: date | None = None
    last: date | None = None
    negated: bool = False


@dataclass(frozen=True, slots=True)
class TraitFilter:
    """``is:portrait``."""

    trait: Trait
    negated: bool = False


@dataclass(frozen=True, slots=True)
class NearFilter:
    """``near:48.2,16.4,5km``: within ``radius_km`` of a place, along the earth's surface."""

    latitude: float
    longitude: float
    radius_km: float
    negated: bool = False


Filter = TextFilter | NumberFilter | DateFilter | TraitFilter | NearFilter
Part = Words | Literal | Filter


@dataclass(frozen=True, slots=True)
class Mistake:
    """A piece of the question that makes no sense, with one sentence that says what would; it is left out of the search.

    ``start`` and ``end`` are its place in the text.
    """

    start: int
    end: int
    sentence: str


@dataclass(frozen=True, slots=True)
class Query:
    """A question as it was understood; parts in the order they were typed. All filters hold together (and)."""

    parts: tuple[Part, ...] = ()
    mistakes: tuple[Mistake, ...] = ()

    @property
    def words(self) -> tuple[Words, ...]:
        return tuple(part for part in self.parts if isinstance(part, Words))

    @property
    def wanted(self) -> tuple[Words, ...]:
        return tuple(words for words in self.words if not words.negated)

    @property
    def unwanted(self) -> tuple[Words, ...]:
        return tuple(words for words in self.words if words.negated)

    @property
    def wanted_text(self) -> str:
        """All wanted words in one line."""
        return " ".join(words.text for words in self.wanted)

    @property
    def literals(self) -> tuple[Literal, ...]:
        return tuple(part for part in self.parts if isinstance(part, Literal))

    @property
    def filters(self) -> tuple[Filter, ...]:
        return tuple(part for part in self.parts if not isinstance(part, Words | Literal))

"""What the library tells those who listen; posted from worker threads, so listeners hop threads themselves."""

from dataclasses import dataclass, field
from enum import Enum

from photofind.core.literal_finds import PhotoText
from photofind.core.pace import Pace
from photofind.core.photo import Counts, FolderState, PhotoId
from photofind.core.pixels import Region
from photofind.core.question import Answer


@dataclass(frozen=True, slots=True)
class PhotosChanged:
    """Photos came, went or look different. ``changed`` names rows to read again; ``membership``: ask the question again."""

    changed: tuple[PhotoId, ...] = ()
    membership: bool = False


@dataclass(frozen=True, slots=True)
class AnswerReady:
    """The answer to ``Engine.ask`` with this ticket."""

    ticket: int
    answer: Answer


@dataclass(frozen=True, slots=True)
class AnswerFailed:
    """The question with this ticket has no answer; ``sentence`` says why."""

    ticket: int
    sentence: str


@dataclass(frozen=True, slots=True)
class PictureReady:
    """A picture of a question could be read; ``thumbnail`` is a small JPEG of it for its chip.

    ``note`` is a sentence for the user where there is something to know about it.
    """

    ticket: int
    thumbnail: bytes
    note: str = ""


@dataclass(frozen=True, slots=True)
class PictureRefused:
    """A dropped or pasted picture that cannot be read."""

    ticket: int
    sentence: str


@dataclass(frozen=True, slots=True)
class ViewReady:
    """A photo decoded for the viewer: ``rgb`` is width × height × 3 bytes, upright, rows from the top without padding."""

    ticket: int
    photo_id: PhotoId
    width: int
    height: int
    rgb: bytes


@dataclass(frozen=True, slots=True)
class ViewFailed:
    """A photo that the viewer cannot show."""

    ticket: int
    photo_id: PhotoId
    sentence: str


@dataclass(frozen=True, slots=True)
class OverlayReady:
    """Why a photo answers a question: ``strengths``, rows × columns bytes from the top, say where in the picture the words
    were found, 0 nowhere to 255 most. They lie over ``seen``, the part of the upright photo that the encoder sees (padding
    of its input lies outside of the photo). ``finds`` are the texts of the photo that hold words of the question.
    """

    ticket: int
    photo_id: PhotoId
    rows: int
    columns: int
    strengths: bytes
    seen: Region
    finds: tuple[PhotoText, ...] = ()


@dataclass(frozen=True, slots=True)
class OverlayFailed:
    """There is no saying where in the picture the words were found; ``finds`` as above, all the same."""

    ticket: int
    photo_id: PhotoId
    sentence: str
    finds: tuple[PhotoText, ...] = ()


class Activity(Enum):
    """What the library is doing in the background."""

    IDLE = "idle"
    LOOKING = "looking"  # walking through folders
    INDEXING = "indexing"
    PAUSED = "paused"
    PAUSED_ON_BATTERY = "battery"  # resumes by itself, or when the user says so
    PAUSED_FOR_ROOM = "room"  # the disk is full, or nearly; resumes by itself
    READ_ONLY = "read-only"  # the library cannot be written: nothing goes on
    STOPPED_BY_TROUBLE = "trouble"  # no rights, a disk that fails; resumes by itself


@dataclass(frozen=True, slots=True)
class Progress:
    """How far indexing is. ``rate`` is photos a second, 0 while unknown; ``seconds_left`` None while unknown.

    ``sentence`` is set with STOPPED_BY_TROUBLE, PAUSED_FOR_ROOM and READ_ONLY: what stands in the way and what to do. ``pace`` says
    why it is slow.
    """

    activity: Activity
    done: int = 0
    total: int = 0
    rate: float = 0.0
    seconds_left: float | None = None
    sentence: str = ""
    pace: Pace = Pace.FULL


@dataclass(frozen=True, slots=True)
class LibraryState:
    """Counts and folders, after they have changed."""

    counts: Counts = field(default_factory=Counts)
    folders: tuple[FolderState, ...] = ()


@dataclass(frozen=True, slots=True)
class EncoderState:
    """Which encoder answers, and what is under way with it.

    ``id`` answers now; ``coming_id`` is being filled in the background and will take over. ``proposed`` is the shelf
    entry to offer while only palette is there. ``installing`` names what is downloaded, with bytes done and in all.
    """

    id: str
    name: str
    is_palette: bool
    coming_id: str = ""
    coming_name: str = ""
    coming_done: int = 0
    coming_total: int = 0
    proposed: str = ""
    installing: str = ""
    installing_done: int = 0
    installing_total: int = 0


@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence for the user that needs no answer."""

    sentence: str
    is_error: bool = False


@dataclass(frozen=True, slots=True)
class RaiseRequested:
    """A second start of the program asks this one to show its window."""


Event = (
    PhotosChanged
    | AnswerReady
    | AnswerFailed
    | PictureReady
    | PictureRefused
    | ViewReady
    | ViewFailed
    | OverlayReady
    | OverlayFailed
    | Progress
    | LibraryState
    | EncoderState
    | Notice
    | RaiseRequested
)

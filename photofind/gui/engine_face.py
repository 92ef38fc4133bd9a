"""The library as the window sees it: what the window may call, and nothing else."""

from collections.abc import Callable, Sequence
from typing import Protocol

from photofind.core.album import Album
from photofind.core.events import Event
from photofind.core.findings import Finding
from photofind.core.photo import PhotoRow, ProblemRow
from photofind.core.query import KnownValues
from photofind.core.question import PictureSource, Question


class ShelfEntryFace(Protocol):
    """An encoder a user can pick; ``languages`` and ``licence`` are words to show."""

    @property
    def id(self) -> str: ...
    @property
    def short(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def description(self) -> str: ...
    @property
    def licence(self) -> str: ...
    @property
    def size_bytes(self) -> int: ...
    @property
    def installed(self) -> bool: ...
    @property
    def proposable(self) -> bool: ...
    @property
    def restriction(self) -> str:
        """What the licence forbids, in words; empty where it forbids nothing that matters here."""


class SettingsFace(Protocol):
    """The settings that the window reads when it opens."""

    @property
    def theme(self) -> str: ...
    @property
    def thumbnail_px(self) -> int: ...
    @property
    def window_geometry(self) -> str: ...
    @property
    def side_bar(self) -> bool: ...
    @property
    def stack_alike(self) -> bool: ...
    @property
    def speed(self) -> str: ...
    @property
    def pause_on_battery(self) -> bool: ...
    @property
    def history(self) -> Sequence[str]:
        """The last questions, newest first."""


class EngineFace(Protocol):
    """Any thread may call; each method returns at once unless its docstring says otherwise."""

    @property
    def settings(self) -> SettingsFace:
        """Values in memory, as they were at the start."""

    def add_listener(self, listen: Callable[[Event], None]) -> None:
        """``listen`` is called on worker threads, first with the current Progress, LibraryState and EncoderState."""

    def warm_up(self) -> None:
        """A question is likely soon."""

    def ask(self, question: Question) -> int:
        """A ticket; AnswerReady or AnswerFailed follows unless a newer question comes first."""

    def prepare_picture(self, source: PictureSource) -> int:
        """A ticket; PictureReady (with a small JPEG for the chip) or PictureRefused follows."""

    def open_view(self, photo_id: int, max_width_px: int, max_height_px: int) -> int:
        """A ticket; ViewReady or ViewFailed follows."""

    def explain_view(self, photo_id: int, question: Question) -> int:
        """A ticket; OverlayReady or OverlayFailed follows unless a newer one is asked for first."""

    def add_folders(self, folders: Sequence[str]) -> None: ...

    def remove_folder(self, folder: str) -> None: ...

    def set_paused(self, paused: bool) -> None: ...

    def wish(self, **wishes: object) -> None:
        """Of the background work: ``speed`` and ``pause_on_battery``, which are kept, and ``looks``: the window is the
        active one.
        """

    def choose_encoder(self, encoder_id: str) -> None: ...

    def install_encoder(self, encoder_id: str) -> None: ...

    def cancel_install(self) -> None: ...

    def shelf_entries(self) -> Sequence[ShelfEntryFace]:
        """Cheap: the list is in memory."""

    def save_setting(self, **changes: object) -> None: ...

    def rows(self, ids: Sequence[int]) -> list[PhotoRow]:
        """Blocks; never on the GUI thread. In the order asked; unknown ids are left out."""

    def thumbnail(self, photo_id: int) -> bytes | None:
        """Blocks; never on the GUI thread. A JPEG, or None while there is none."""

    def problems(self) -> list[ProblemRow]:
        """Blocks; never on the GUI thread."""

    def try_again(self, paths: Sequence[str]) -> None:
        """Read these files once more, which could not be read."""

    def check_up(self, *, repair: bool) -> list[Finding]:
        """Blocks for seconds, a repair for longer; never on the GUI thread. Raises PhotofindError."""

    def known_values(self) -> KnownValues:
        """What filters can be completed with. Blocks; never on the GUI thread. Raises PhotofindError."""

    def albums(self) -> list[Album]:
        """In the user's order. Blocks; never on the GUI thread. Raises PhotofindError, as all about albums do."""

    def save_album(self, name: str, question: Question) -> Album:
        """Keep a question as the last album; its name has to be free. Blocks; never on the GUI thread."""

    def put_back_album(self, album: Album, position: int) -> Album:
        """Take in an album that was removed. Blocks; never on the GUI thread."""

    def album_question(self, album: Album) -> tuple[Question, int]:
        """What it asks here, and how many of its photos are not here now. Blocks; never on the GUI thread."""

    def rename_album(self, album_id: int, name: str) -> None:
        """Blocks; never on the GUI thread."""

    def move_album(self, album_id: int, position: int) -> None:
        """``position`` is counted from 0 without it. Blocks; never on the GUI thread."""

    def remove_album(self, album_id: int) -> None:
        """Blocks; never on the GUI thread."""

    def export_album(self, album: Album, target: str) -> None:
        """Write it to a file. Blocks; never on the GUI thread."""

    def import_album(self, source: str) -> Album:
        """From a file, as the last album, under a name that is free. Blocks; never on the GUI thread."""

    def save_report(self, findings: Sequence[Finding], target: str) -> None:
        """Write a report for support. Blocks; never on the GUI thread. Raises PhotofindError."""

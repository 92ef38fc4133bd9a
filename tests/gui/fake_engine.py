"""A library in memory that answers from a thread, through the same events as the real one."""

import colorsys
import math
import queue
import threading
from array import array
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QSize, Qt
from PySide6.QtGui import QColor, QImage, QLinearGradient, QPainter

from photofind.core import events
from photofind.core.album import Album, BadAlbum
from photofind.core.album import from_json as album_from_json
from photofind.core.errors import StoreFailed
from photofind.core.findings import REPAIR, Finding, Severity
from photofind.core.literal_finds import PhotoText, TextPlace
from photofind.core.photo import Counts, FolderState, PhotoRow, ProblemRow
from photofind.core.pixels import Region
from photofind.core.query import KnownValues
from photofind.core.question import (
    Answer,
    Order,
    PictureBytes,
    PictureFile,
    PictureOfPhoto,
    PictureRegion,
    PictureSource,
    Question,
)

DAY_S = 86_400
NEWEST_S = 1_746_280_931  # 3 May 2025


@dataclass(frozen=True)
class FakeShelfEntry:
    """An encoder of the fake shelf."""

    id: str
    short: str
    name: str
    description: str
    licence: str
    size_bytes: int
    installed: bool
    proposable: bool
    restriction: str = ""


@dataclass(frozen=True)
class FakeSettings:
    """The settings that the window reads."""

    theme: str = "system"
    thumbnail_px: int = 180
    window_geometry: str = ""
    side_bar: bool = True
    stack_alike: bool = True
    speed: str = "auto"
    pause_on_battery: bool = False
    history: tuple[str, ...] = ()


SHELF = (
    FakeShelfEntry("palette", "palette", "Palette", "Colours and layout", "built in", 0, True, False),
    FakeShelfEntry("open_clip:light", "light", "Light", "Fast, English", "MIT", 605_000_000, False, True),
    FakeShelfEntry(
        "open_clip:multi", "multilingual", "Multilingual", "Many languages", "Apache-2.0", 1_500_000_000,
        False, True,
    ),
)  # fmt: skip
PALETTE_STATE = events.EncoderState("palette", "Palette", True, proposed="open_clip:light")
LIGHT_STATE = events.EncoderState("open_clip:light", "Light", False)


class FakeEngine:
    """``photos`` synthetic photos in one folder; ``calls`` records what the window asked for.

    Words answer with the photos whose number has the words' length as its last digit, pictures with every third
    photo, the word "nothing" with none. ``groups`` says how many of them are literal, strong and likely hits, the rest
    being weak; without it none is weak. Photos that are liked come first, those that are not come last. ``held`` keeps
    answers back until ``release`` is called.
    """

    def __init__(
        self, photos: int = 0, *, settings: FakeSettings | None = None, thumbnails: Sequence[bytes] = ()
    ) -> None:
        self.settings = settings or FakeSettings()
        self.shelf = SHELF
        self.calls: list[tuple[object, ...]] = []
        self.held = False
        self.groups: tuple[int, int, int] | None = None
        self.leaders: tuple[int, ...] = ()  # of the places of any answer, those that stand for others
        self.broken_views: set[int] = set()
        self.unexplained: set[int] = set()
        self.offline: set[int] = set()
        self.problem_rows = [ProblemRow("/photos/broken.jpg", "This JPEG is damaged: it ends too early.")]
        self.findings = [
            Finding("disk", "disk-fine", Severity.FINE, "The library is yours alone, and 40 GB are free for it."),
            Finding("journal", "torn", Severity.BROKEN, "The last record is cut short.", "Nothing is lost.", REPAIR),
        ]
        self.check_up_fails = ""
        self.kept: list[tuple[Album, Question]] = []
        self.left_out = 0
        self.known = KnownValues()
        self._album_ids = count(100)
        self.progress = events.Progress(events.Activity.IDLE)
        self.encoder = LIGHT_STATE
        self._thumbnails = thumbnails
        self._folders: list[str] = ["/photos"] if photos else []
        self._ids = array("q", range(photos, 0, -1))
        self._listeners: list[Callable[[events.Event], None]] = []
        self._tickets = count(1)
        self._kept_back: list[events.Event] = []
        self._queue: queue.SimpleQueue[Callable[[], None] | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="fake-engine", daemon=True)
        self._thread.start()

    # -- for tests

    def post(self, event: events.Event) -> None:
        self._queue.put(lambda: [listen(event) for listen in self._listeners] and None)

    def post_state(self) -> None:
        folders = tuple(FolderState(path, len(self._ids) // len(self._folders)) for path in self._folders)
        problems = len(self.problem_rows)
        self.post(events.LibraryState(Counts(len(self._ids), len(self._ids), 0, problems, len(self.offline)), folders))

    def set_ids(self, ids: Sequence[int]) -> None:
        """Photos came or went."""
        self._ids = array("q", ids)
        self.post_state()
        self.post(events.PhotosChanged(membership=True))

    def release(self) -> None:
        """Send the answers that were held back, in the order of the questions."""
        self.held = False
        for event in self._kept_back:
            self.post(event)
        self._kept_back = []

    def asked(self) -> list[Question]:
        return [call[1] for call in self.calls if call[0] == "ask"]

    def called(self, name: str) -> list[tuple[object, ...]]:
        return [call[1:] for call in self.calls if call[0] == name]

    # -- the engine's face

    def add_listener(self, listen: Callable[[events.Event], None]) -> None:
        self._listeners.append(listen)
        self.post(self.progress)
        self.post_state()
        self.post(self.encoder)

    def start(self) -> None:
        self.calls.append(("start",))

    def stop(self) -> None:
        self._queue.put(None)
        self._thread.join(5)

    def warm_up(self) -> None:
        self.calls.append(("warm_up",))

    def ask(self, question: Question) -> int:
        self.calls.append(("ask", question))
        ticket = next(self._tickets)
        if question.text == "fail":
            self._answer(events.AnswerFailed(ticket, "The encoder could not be loaded. Install it again."))
            return ticket
        ids = self._found(question)
        if question.offline is not None:
            ids = array("q", (photo_id for photo_id in ids if (photo_id in self.offline) == question.offline))
        if question.order is Order.NAME:
            ids = array("q", sorted(ids))
        if question.liked or question.disliked:
            rank = dict.fromkeys(question.liked, -1) | dict.fromkeys(question.disliked, 1)
            ids = array("q", sorted(ids, key=lambda photo_id: rank.get(photo_id, 0)))
        if question.limit is not None:
            ids = ids[: question.limit]
        note = (
            "Only colours and names can be searched until an encoder is installed."
            if "literal" in question.text
            else ""
        )
        if question.is_empty or note:
            answer = Answer(question, ids, note=note, literal=len(ids) if note else 0)
        else:
            literal, strong, likely = self.groups or (0, len(ids) // 4, len(ids) - len(ids) // 4)
            compared = len(ids) - literal
            answer = Answer(
                question, ids, array("f", [0.3] * compared), "light", "", literal, strong, likely, strong + likely,
                array("f", [0.5] * compared), array("i", self.leaders),
            )  # fmt: skip
        self._answer(events.AnswerReady(ticket, answer))
        return ticket

    def prepare_picture(self, source: PictureSource) -> int:
        self.calls.append(("prepare_picture", source))
        ticket = next(self._tickets)
        bad = isinstance(source, PictureFile) and "broken" in source.path
        if bad or (isinstance(source, PictureBytes) and not source.data):
            self.post(events.PictureRefused(ticket, "This is not a picture, though its name says so."))
        else:
            number = source.photo_id if isinstance(source, PictureOfPhoto | PictureRegion) else 7
            jpeg = self.thumbnail(number) or b""
            note = ""
            if isinstance(source, PictureRegion):
                jpeg = cut_out(jpeg, source)
                note = "It was cut from the preview." if number in self.offline else ""
            self.post(events.PictureReady(ticket, jpeg, note))
        return ticket

    def open_view(self, photo_id: int, max_width_px: int, max_height_px: int) -> int:
        self.calls.append(("open_view", photo_id, max_width_px, max_height_px))
        ticket = next(self._tickets)
        if photo_id in self.broken_views:
            self._answer(events.ViewFailed(ticket, photo_id, "This photo cannot be read now. Its drive is away."))
            return ticket
        image = QImage.fromData(self.thumbnail(photo_id) or b"", "JPEG").convertToFormat(QImage.Format.Format_RGB888)
        image = image.scaled(
            QSize(max_width_px, max_height_px),
            Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )
        rows = [bytes(image.constScanLine(y))[: image.width() * 3] for y in range(image.height())]
        self._answer(events.ViewReady(ticket, photo_id, image.width(), image.height(), b"".join(rows)))
        return ticket

    def explain_view(self, photo_id: int, question: Question) -> int:
        """The sun of every painted picture, as a 7 × 7 encoder that sees the middle square would find it."""
        self.calls.append(("explain_view", photo_id, question))
        ticket = next(self._tickets)
        finds = (PhotoText(TextPlace.NAME, f"IMG_{photo_id:05}.jpg"), PhotoText(TextPlace.TAG, "Places|Austria|Vienna"))
        if photo_id in self.unexplained:
            self._answer(events.OverlayFailed(ticket, photo_id, "It is not available for this encoder.", finds))
            return ticket
        sun_x, sun_y = (80 + photo_id * 53 % 250 - 50) / 300 * 7 - 0.5, (90 + photo_id * 31 % 120) / 300 * 7 - 0.5
        near = (max(0.0, 1 - math.hypot(column - sun_x, row - sun_y) / 2.2) for row in range(7) for column in range(7))
        self._answer(events.OverlayReady(
            ticket, photo_id, 7, 7, bytes(round(255 * share) for share in near), Region(0.125, 0, 0.75, 1), finds
        ))  # fmt: skip
        return ticket

    def add_folders(self, folders: Sequence[str]) -> None:
        self.calls.append(("add_folders", list(folders)))
        self._folders += [folder for folder in folders if folder not in self._folders]
        self.post_state()

    def remove_folder(self, folder: str) -> None:
        self.calls.append(("remove_folder", folder))
        self._folders.remove(folder)
        self.post_state()

    def set_paused(self, paused: bool) -> None:
        self.calls.append(("set_paused", paused))

    def wish(self, **wishes: object) -> None:
        self.calls.append(("wish", wishes))

    def choose_encoder(self, encoder_id: str) -> None:
        self.calls.append(("choose_encoder", encoder_id))

    def install_encoder(self, encoder_id: str) -> None:
        self.calls.append(("install_encoder", encoder_id))
        self.encoder = replace(self.encoder, installing=encoder_id, installing_done=0, installing_total=605_000_000)
        self.post(self.encoder)

    def cancel_install(self) -> None:
        self.calls.append(("cancel_install",))
        self.encoder = replace(self.encoder, installing="", installing_total=0)
        self.post(self.encoder)

    def shelf_entries(self) -> Sequence[FakeShelfEntry]:
        return self.shelf

    def save_setting(self, **changes: object) -> None:
        self.calls.append(("save_setting", changes))

    def rows(self, ids: Sequence[int]) -> list[PhotoRow]:
        self._refuse_gui_thread()
        known = len(self._ids)
        return [self._row(photo_id) for photo_id in ids if photo_id <= known or photo_id in self._ids]

    def thumbnail(self, photo_id: int) -> bytes | None:
        if self._thumbnails:
            return self._thumbnails[photo_id % len(self._thumbnails)]
        return painted_jpeg(photo_id)

    def problems(self) -> list[ProblemRow]:
        self._refuse_gui_thread()
        return list(self.problem_rows)

    def try_again(self, paths: Sequence[str]) -> None:
        """Files that are called mended can be read now."""
        self.calls.append(("try_again", list(paths)))
        self.problem_rows = [row for row in self.problem_rows if row.path not in paths or "mended" not in row.path]
        self.post_state()

    def check_up(self, *, repair: bool) -> list[Finding]:
        self._refuse_gui_thread()
        self.calls.append(("check_up", repair))
        if self.check_up_fails:
            raise StoreFailed(self.check_up_fails)
        if repair:
            self.findings = [replace(one, mended="It was mended.") if one.is_trouble else one for one in self.findings]
        return list(self.findings)

    def known_values(self) -> KnownValues:
        self._refuse_gui_thread()
        self.calls.append(("known_values",))
        return self.known

    def albums(self) -> list[Album]:
        self._refuse_gui_thread()
        return [album for album, _question in self.kept]

    def save_album(self, name: str, question: Question) -> Album:
        self._refuse_gui_thread()
        assert name not in [album.name for album in self.albums()]
        album = Album(name, question.text, id=next(self._album_ids))
        self.kept.append((album, question))
        return album

    def put_back_album(self, album: Album, position: int) -> Album:
        self._refuse_gui_thread()
        self.kept.insert(position, (album, Question(album.text)))
        return album

    def album_question(self, album: Album) -> tuple[Question, int]:
        self._refuse_gui_thread()
        return next((question, self.left_out) for each, question in self.kept if each.id == album.id)

    def rename_album(self, album_id: int, name: str) -> None:
        self._refuse_gui_thread()
        if not name.strip():
            raise BadAlbum("An album needs a name.")
        self.kept = [(replace(a, name=name) if a.id == album_id else a, question) for a, question in self.kept]

    def move_album(self, album_id: int, position: int) -> None:
        self._refuse_gui_thread()
        moved = next(each for each in self.kept if each[0].id == album_id)
        self.kept.remove(moved)
        self.kept.insert(position, moved)

    def remove_album(self, album_id: int) -> None:
        self._refuse_gui_thread()
        self.kept = [each for each in self.kept if each[0].id != album_id]

    def export_album(self, album: Album, target: str) -> None:
        self._refuse_gui_thread()
        Path(target).write_text(album.to_json())

    def import_album(self, source: str) -> Album:
        self._refuse_gui_thread()
        album = album_from_json(Path(source).read_text())
        return self.save_album(f"{album.name} (2)", Question(album.text))

    def save_report(self, findings: Sequence[Finding], target: str) -> None:
        self._refuse_gui_thread()
        self.calls.append(("save_report", list(findings), target))

    # -- inside

    def _found(self, question: Question) -> "array[int]":
        if question.text.strip() == "nothing":
            return array("q")
        ids = self._ids
        if question.text.strip():
            digit = len(question.text.strip()) % 10
            ids = array("q", [photo_id for photo_id in ids if photo_id % 10 == digit])
        return ids[::3] if question.pictures else ids[:]

    def _answer(self, event: events.Event) -> None:
        if self.held:
            self._kept_back.append(event)
        else:
            self.post(event)

    def _row(self, photo_id: int) -> PhotoRow:
        red, green, blue = (round(255 * part) for part in colorsys.hsv_to_rgb(photo_id * 0.137 % 1, 0.35, 0.55))
        return PhotoRow(
            id=photo_id,
            path=f"/photos/IMG_{photo_id:05}.jpg",
            sort_s=NEWEST_S - (len(self._ids) - photo_id) * DAY_S // 12,
            width=400,
            height=300,
            size_bytes=3_400_000,
            average_colour=red << 16 | green << 8 | blue,
            has_thumbnail=True,
            offline=photo_id in self.offline,
        )

    def _refuse_gui_thread(self) -> None:
        assert threading.current_thread() is not threading.main_thread(), "a blocking read on the GUI thread"

    def _run(self) -> None:
        while (task := self._queue.get()) is not None:
            task()


def painted_jpeg(number: int) -> bytes:
    """A small picture that differs with its number: a gradient with a sun somewhere."""
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    gradient = QLinearGradient(0, 0, 0, 300)
    gradient.setColorAt(0, QColor.fromHsvF(number * 0.137 % 1, 0.5, 0.9))
    gradient.setColorAt(1, QColor.fromHsvF(number * 0.137 % 1, 0.6, 0.4))
    painter.fillRect(image.rect(), gradient)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(255, 240, 200))
    painter.drawEllipse(50 + number * 53 % 250, 60 + number * 31 % 120, 60, 60)
    painter.end()
    return jpeg_of(image)


def jpeg_of(image: QImage) -> bytes:
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "JPEG", 88)
    return bytes(buffer.data().data())


def cut_out(jpeg: bytes, source: PictureRegion) -> bytes:
    image = QImage.fromData(jpeg, "JPEG")
    width, height = image.width(), image.height()
    return jpeg_of(
        image.copy(
            round(source.left * width), round(source.top * height),
            max(1, round(source.width * width)), max(1, round(source.height * height)),
        )
    )  # fmt: skip


def thumbnails_from(folder: Path) -> list[bytes]:
    """JPEG files to use as thumbnails."""
    return [path.read_bytes() for path in sorted(folder.glob("*.jpg"))]

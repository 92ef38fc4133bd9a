"""The indexer: the worker thread that takes photos through decoder, encoder, journal and Milvus."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from photofind.core.errors import EncoderUnavailable, NoRoom, PhotofindError, StoreFailed
from photofind.core.events import Event
from photofind.library.encoder_desk import EncoderDesk, LibraryEncoder
from photofind.library.encoder_switch import remember_encoders
from photofind.library.indexing_round import IndexingRound
from photofind.library.intake import Intake
from photofind.library.interruption import Interrupted
from photofind.library.librarian import Librarian
from photofind.library.milvus_follower import MilvusFollower
from photofind.library.open_writers import OpenWriters
from photofind.library.progress import ProgressBoard
from photofind.library.room import Room
from photofind.library.vector_writer import VectorWriter
from photofind.library.visits import Visits
from photofind.media.decoder_pool import DecoderPool
from photofind.store.catalogue_reader import CatalogueReader

_Result = TypeVar("_Result")

_log = logging.getLogger(__name__)

_TRY_AGAIN_S = 10.0
_TIDY_UP_S = 2.0
_BREATHER_S = 1.0


class Indexer:
    """Works until nothing waits, then sleeps until it is woken. The public methods may be called from any thread."""

    def __init__(
        self,
        *,
        catalogue_path: Path,
        librarian: Librarian,
        intake: Intake,
        desk: EncoderDesk,
        decoders: DecoderPool,
        follower: MilvusFollower | None,
        progress: ProgressBoard,
        room: Room,
        announce: Callable[[Event], None],
        encoder_changed: Callable[[], None],
        question_open: threading.Event,
        breathe: Callable[[int, Callable[[], bool]], int],
        wake: threading.Event,
        thumbnail_px: int,
        batch_size: int = 16,
    ) -> None:
        self._catalogue_path = catalogue_path
        self._librarian = librarian
        self._intake = intake
        self._desk = desk
        self._decoders = decoders
        self._follower = follower
        self._progress = progress
        self._room = room
        self._announce = announce
        self._encoder_changed = encoder_changed
        self._question_open = question_open
        self._breathe = breathe
        self._thumbnail_px = thumbnail_px
        self._batch_size = batch_size
        self._wake = wake
        self._stopping = threading.Event()
        self._paused = threading.Event()
        self._waiters: list[Future[None]] = []
        self._waiters_lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._writers = OpenWriters(librarian, intake, follower, announce)
        self._told_trouble = ""
        self._visits = Visits()

    # Any thread

    def start(self) -> None:
        self._thread = threading.Thread(target=self._run, name="indexer")
        self._thread.start()

    def stop(self) -> None:
        """Finish the batch at hand, bring it onto the disk, end. Idempotent."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None

    def wake(self) -> None:
        """There may be something to do."""
        self._wake.set()

    def set_paused(self, paused: bool) -> None:
        """Takes effect before the next photo is opened; what is under way is kept."""
        if paused:
            self._paused.set()
        else:
            self._paused.clear()
            self._wake.set()

    def stand_aside(self, visit: Callable[[], _Result]) -> "Future[_Result]":
        """Have ``visit`` done in the indexer's thread, soon, while it has neither journal nor Milvus open."""
        future = self._visits.add(visit)
        self._wake.set()
        return future

    def when_done(self) -> "Future[None]":
        """Fulfilled when nothing that can be reached waits and all vectors are where they belong; fails with trouble."""
        future: Future[None] = Future()
        with self._waiters_lock:
            self._waiters.append(future)
        self._wake.set()
        return future

    # Indexer thread

    def _run(self) -> None:
        try:
            with closing(CatalogueReader(self._catalogue_path)) as reader:
                while not self._stopping.is_set():
                    self._wake.clear()
                    if self._visits.are_waiting:
                        self._close_stores()
                        self._visits.receive()
                    wait_s = self._pause_for_room() or self._pass(reader)
                    if wait_s is None or wait_s > 0:
                        self._wake.wait(wait_s)
        except StoreFailed as error:
            _log.error("the indexer cannot read the catalogue: %s", error)
        finally:
            self._close_stores()
            self._visits.close()
            self._resolve(list(self._waiters), StoreFailed("photofind was closed before everything was indexed."))

    def _close_stores(self) -> None:
        self._writers.close()
        if self._follower is not None:
            self._follower.stop()

    def _has_to_leave(self) -> bool:
        return self._stopping.is_set() or self._visits.are_waiting

    def _pass(self, reader: CatalogueReader) -> float | None:
        """Do what there is to do. Returns how long to sleep before looking again, None for until woken."""
        encoders = self._desk.both
        try:
            if self._paused.is_set():
                self._writers.mend_unreadable(encoders, reader)
                return None
            if self._work(reader, encoders):
                return 0.0
            self._trouble_is_over()
        except Interrupted:
            return 0.0
        except (PhotofindError, CancelledError) as error:
            was_put_away = isinstance(error, CancelledError | EncoderUnavailable) and self._desk.both != encoders
            if self._stopping.is_set() or was_put_away:
                return 0.0
            self._say_trouble(error if isinstance(error, PhotofindError) else StoreFailed("Indexing was cut short."))
        except Exception as error:
            _log.exception("indexing failed")
            self._say_trouble(StoreFailed(f"Indexing failed ({error}). It is tried again; the log says more."))
        else:
            return None if self._follower is None or self._follower.is_at_rest else _TIDY_UP_S
        return _TRY_AGAIN_S

    def _work(self, reader: CatalogueReader, encoders: list[LibraryEncoder]) -> bool:
        """One pass over what waits, for the encoder that answers first. Returns whether there may be more."""
        with self._waiters_lock:
            before_this_pass = list(self._waiters)  # later ones may know of photos that this pass does not see
        target = encoders[-1]
        missing: EncoderUnavailable | None = None
        for encoder in encoders:
            try:
                writer = self._writers.of(encoder, reader)
            except EncoderUnavailable as error:
                _log.warning("encoder %s: %s", encoder.id, error)
                missing = error
                continue
            if encoder is target:
                self._librarian.count_for(writer.info.key)
            if self._round(reader, encoder, writer, reader.reachable_waiting(writer.info.key)):
                return True
        if missing is not None:
            if self._round(reader, target, None, reader.reachable_unread()):  # photos are at least shown
                return True
            self._progress.set_waiting(0)
            raise missing
        self._progress.set_waiting(0)
        self._promote(reader, encoders)
        self._follow(reader, self._desk.current, finish=True)
        self._resolve(before_this_pass, None)
        return False

    def _round(
        self, reader: CatalogueReader, encoder: LibraryEncoder, writer: VectorWriter | None, waiting: int
    ) -> bool:
        if not waiting:
            return False
        self._progress.set_waiting(waiting)
        self._room.refuse_if_short()

        def after_commit() -> None:
            self._trouble_is_over()
            self._follow(reader, encoder, finish=False)

        def must_stop() -> bool:
            return self._has_to_leave() or self._paused.is_set() or encoder not in self._desk.both

        IndexingRound(
            reader=reader,
            librarian=self._librarian,
            intake=self._intake,
            decoders=self._decoders,
            face=encoder.face,
            writer=writer,
            progress=self._progress,
            must_stop=must_stop,
            question_open=self._question_open,
            breathe=lambda most: self._breathe(most, must_stop),
            after_commit=after_commit,
            check_room=self._room.refuse_if_short,
            thumbnail_px=self._thumbnail_px,
            batch_size=self._batch_size,
        ).run()
        left = reader.reachable_unread() if writer is None else reader.reachable_waiting(writer.info.key)
        if left >= waiting:  # nothing moved, or as much has come: look again, but do not run hot
            self._wake.wait(_BREATHER_S)
        return True

    def _promote(self, reader: CatalogueReader, encoders: list[LibraryEncoder]) -> None:
        if len(encoders) == 1:
            return
        current, coming = encoders
        if reader.unseen_by_new_encoder(current.info().key, coming.info().key):
            return  # photos on a drive that is away would not be found any more: the old one goes on answering
        if self._desk.promote(coming):
            self._librarian.submit(lambda desk: remember_encoders(desk, self._desk)).result()
            self._writers.close()
            self._encoder_changed()

    def _follow(self, reader: CatalogueReader, encoder: LibraryEncoder, finish: bool) -> None:
        if self._follower is not None:
            self._follower.follow(reader, encoder, finish=finish, must_stop=self._has_to_leave)

    def _say_trouble(self, error: PhotofindError) -> None:
        if isinstance(error, NoRoom):
            self._room.note_refusal()
            error = self._no_room()
        if str(error) != self._told_trouble:
            self._told_trouble = str(error)
            _log.info("indexing stopped: %s", error)
        self._progress.set_trouble(str(error), for_room=isinstance(error, NoRoom))
        self._resolve(list(self._waiters), error)
        if isinstance(error, StoreFailed):
            self._writers.close()  # reopened, and checked against the catalogue, when it is tried again

    def _no_room(self) -> NoRoom:
        """One sentence, whichever store had no room; with how much is needed, which gets less while others make room."""
        progress = self._progress.current
        return NoRoom(self._room.sentence(progress.total - progress.done))

    def _pause_for_room(self) -> float:
        """How long to wait before looking whether there is room; 0 if there is, or if nobody needs any."""
        wait_s = 0.0 if self._paused.is_set() else self._room.wait_s()
        if wait_s > 0:
            error = self._no_room()
            self._progress.set_trouble(str(error), for_room=True)
            self._resolve(list(self._waiters), error)
        return wait_s

    def _trouble_is_over(self) -> None:
        self._room.note_success()
        self._told_trouble = ""
        self._progress.set_trouble("")

    def _resolve(self, waiters: "list[Future[None]]", error: PhotofindError | None) -> None:
        with self._waiters_lock:
            self._waiters = [future for future in self._waiters if future not in waiters]
        for future in waiters:
            if error is None:
                future.set_result(None)
            else:
                future.set_exception(error)

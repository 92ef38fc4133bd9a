"""The indexer: the worker thread that takes photos through decoder, encoder, journal and Milvus."""

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Future
from pathlib import Path

from photofind.core.errors import EncoderUnavailable, NoRoom, PhotofindError, StoreFailed
from photofind.core.events import Event, Notice
from photofind.library.encoder_desk import EncoderDesk, LibraryEncoder
from photofind.library.indexing_round import IndexingRound, Interrupted
from photofind.library.intake import Intake
from photofind.library.librarian import Librarian
from photofind.library.milvus_follower import MilvusFollower
from photofind.library.progress import ProgressBoard
from photofind.library.vector_writer import VectorWriter
from photofind.media.decoder_pool import DecoderPool
from photofind.store.catalogue_reader import CatalogueReader

_log = logging.getLogger(__name__)

_TRY_AGAIN_S = 10.0
_TIDY_UP_S = 2.0


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
        announce: Callable[[Event], None],
        encoder_changed: Callable[[], None],
        question_open: threading.Event,
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
        self._announce = announce
        self._encoder_changed = encoder_changed
        self._question_open = question_open
        self._thumbnail_px = thumbnail_px
        self._batch_size = batch_size
        self._wake = wake
        self._stopping = threading.Event()
        self._paused = threading.Event()
        self._waiters: list[Future[None]] = []
        self._waiters_lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._writer: VectorWriter | None = None
        self._told_trouble = ""

    # Any thread

    def start(self, paused: bool) -> None:
        if paused:
            self._paused.set()
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

    def when_done(self) -> "Future[None]":
        """Fulfilled when nothing that can be reached waits and all vectors are where they belong; fails with trouble."""
        future: Future[None] = Future()
        with self._waiters_lock:
            self._waiters.append(future)
        self._wake.set()
        return future

    # Indexer thread

    def _run(self) -> None:
        reader = CatalogueReader(self._catalogue_path)
        try:
            while not self._stopping.is_set():
                self._wake.clear()
                wait_s: float | None = _TIDY_UP_S
                try:
                    if self._paused.is_set():
                        wait_s = None
                    elif self._work(reader):
                        continue
                    elif self._follower is None or self._follower.is_at_rest:
                        wait_s = None
                    self._trouble_is_over()
                except Interrupted:
                    continue
                except PhotofindError as error:
                    self._say_trouble(error)
                    wait_s = _TRY_AGAIN_S
                except CancelledError:  # the librarian has stopped
                    break
                except Exception as error:
                    _log.exception("indexing failed")
                    self._say_trouble(StoreFailed(f"Indexing failed ({error}). It is tried again; the log says more."))
                    wait_s = _TRY_AGAIN_S
                self._wake.wait(wait_s)
        finally:
            self._close_writer()
            if self._follower is not None:
                self._follower.stop()
            reader.close()
            self._resolve(list(self._waiters), StoreFailed("photofind was closed before everything was indexed."))

    def _work(self, reader: CatalogueReader) -> bool:
        """One pass over what waits. Returns whether there may be more."""
        with self._waiters_lock:
            before_this_pass = list(self._waiters)  # later ones may know of photos that this pass does not see
        target = self._desk.target
        writer = self._open_writer(target, reader)
        key = "" if writer is None else writer.info.key
        waiting = reader.reachable_waiting(key) if writer is not None else reader.reachable_unread()
        self._progress.set_waiting(waiting)
        if waiting:
            this_round = IndexingRound(
                reader=reader,
                librarian=self._librarian,
                intake=self._intake,
                decoders=self._decoders,
                face=target.face,
                writer=writer,
                progress=self._progress,
                must_stop=lambda: self._stopping.is_set() or self._paused.is_set() or self._desk.target is not target,
                question_open=self._question_open,
                after_commit=lambda: self._follow(reader, target, finish=False),
                thumbnail_px=self._thumbnail_px,
                batch_size=self._batch_size,
            )
            if not this_round.run():
                time.sleep(0)  # rows moved under our hands: look again, but let others run
                self._wake.wait(1.0)
            return True
        if writer is None:
            raise EncoderUnavailable(self._missing_encoder(target))
        if target is self._desk.coming and self._desk.promote():
            current_id = target.id
            self._librarian.submit(lambda desk: _note_promoted(desk.catalogue.set_meta, current_id)).result()
            self._encoder_changed()
        self._follow(reader, target, finish=True)
        self._resolve(before_this_pass, None)
        return False

    def _follow(self, reader: CatalogueReader, target: LibraryEncoder, finish: bool) -> None:
        if self._follower is not None:
            self._follower.follow(reader, target, finish=finish, must_stop=self._stopping.is_set)

    def _open_writer(self, target: LibraryEncoder, reader: CatalogueReader) -> VectorWriter | None:
        """The writer for ``target``; None while its encoder cannot be had, so that photos are at least shown."""
        try:
            key = target.info().key
        except EncoderUnavailable as error:
            _log.warning("encoder %s: %s", target.id, error)
            self._close_writer()
            return None
        if self._writer is None or self._writer.info.key != key:
            self._close_writer()
            self._writer = writer = VectorWriter(target, self._librarian, self._intake)
            if writer.notice:
                self._announce(Notice(writer.notice))
            self._librarian.count_for(key)
            self._recover(writer, target, reader)
        return self._writer

    def _recover(self, writer: VectorWriter, target: LibraryEncoder, reader: CatalogueReader) -> None:
        lost = writer.reconcile(reader)
        if len(lost) and self._follower is not None:
            ids, vectors = self._follower.recover(target, lost)
            writer.refill(ids, vectors)
            lost = writer.reconcile(reader)
        if len(lost):
            writer.forget(lost)
        writer.tidy(reader)

    def _close_writer(self) -> None:
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _missing_encoder(self, target: LibraryEncoder) -> str:
        try:
            target.info()
        except EncoderUnavailable as error:
            return str(error)
        return f"The encoder {target.id} could not be loaded. It is tried again."

    def _say_trouble(self, error: PhotofindError) -> None:
        if str(error) != self._told_trouble:
            self._told_trouble = str(error)
            _log.info("indexing stopped: %s", error)
        self._progress.set_trouble(str(error))
        self._resolve(list(self._waiters), error)
        if isinstance(error, NoRoom | StoreFailed):
            self._close_writer()  # reopened, and checked against the catalogue, when it is tried again

    def _trouble_is_over(self) -> None:
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


def _note_promoted(set_meta: Callable[[str, str], None], encoder_id: str) -> None:
    set_meta("encoder", encoder_id)
    set_meta("coming_encoder", "")

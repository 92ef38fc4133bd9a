"""One pass of the indexer over the photos that wait."""

import threading
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from photofind.core.errors import UnreadablePicture
from photofind.core.photo import PhotoId
from photofind.encoders.protocol import EncoderFace
from photofind.library.identity import Identity, Settled, Verdict, picture_of
from photofind.library.intake import Intake
from photofind.library.interruption import Interrupted, result_unless
from photofind.library.librarian import Desk, Librarian
from photofind.library.progress import ProgressBoard
from photofind.library.vector_writer import Seen, VectorWriter
from photofind.media.decoder import Decoded, DecodeRequest
from photofind.media.decoder_pool import DecoderPool
from photofind.store.catalogue_reader import CatalogueReader, Work

_Result = TypeVar("_Result")

_SYNC_EVERY_S = 1.0
_COUNT_EVERY_S = 2.0
_BATCH_PATIENCE_S = 1.0  # a batch is worth a second; what is given up is encoded again
_BATCHES_IN_FLIGHT = 2
_YIELD_TO_QUESTION_S = 2.0
_NOT_A_VECTOR = "The encoder gave no usable vector for this picture, so it cannot be found by what it shows."


@dataclass(slots=True)
class _Reading:
    """A photo on its way through a decoder; ``hashed`` first when its content may be known already."""

    work: Work
    future: "Future[Any]"
    hashed: bool
    final: bool = False


class IndexingRound:
    """Decoders run ahead of the encoder in a bounded window; two batches are with it while the next is collected.

    Indexer thread only. Without a writer (no encoder to be had) photos are read and shown, not encoded.
    """

    def __init__(
        self,
        *,
        reader: CatalogueReader,
        librarian: Librarian,
        intake: Intake,
        decoders: DecoderPool,
        face: EncoderFace,
        writer: VectorWriter | None,
        progress: ProgressBoard,
        must_stop: Callable[[], bool],
        question_open: threading.Event,
        breathe: Callable[[int], int],
        after_commit: Callable[[], None],
        check_room: Callable[[], None],
        thumbnail_px: int,
        batch_size: int,
    ) -> None:
        self._reader = reader
        self._job = librarian.submit
        self._intake = intake
        self._decoders = decoders
        self._face = face
        self._writer = writer
        self._key = "" if writer is None else writer.info.key
        self._input_spec = None if writer is None else writer.info.input_spec
        self._progress = progress
        self._must_stop = must_stop
        self._question_open, self._breathe = question_open, breathe
        self._after_commit, self._check_room = after_commit, check_room
        self._thumbnail_px = thumbnail_px
        self._batch_size = batch_size
        self._window: deque[_Reading] = deque()
        self._upcoming: deque[Work] = deque()
        self._cursor: PhotoId = 0
        self._batch: list[tuple[Seen, NDArray[np.uint8]]] = []
        self._in_flight: deque[tuple[list[Seen], Future[NDArray[np.float32]]]] = deque()
        self._synced_s = time.monotonic()
        self._identity = Identity(self._key, lambda: intake.tallies, intake.is_reachable)
        self._put_off: list[tuple[Work, bytes]] = []
        self._encoder_is_loaded = False
        self._counted_s = time.monotonic()

    def run(self) -> None:
        """Take every waiting photo as far as it goes.

        Raises Interrupted, EncoderUnavailable, StoreFailed, NoRoom; what was encoded before is on disk even so.
        """
        try:
            while self._fill_window() or self._settle_put_off():
                if self._must_stop():
                    raise Interrupted
                self._settle(self._take_ready())
                while len(self._batch) >= self._batch_size:
                    self._send_batch()
                self._commit_if_due()
            self._send_batch()
        finally:
            for reading in self._window:
                reading.future.cancel()
            try:
                self._collect(leave=0)
            finally:
                self._commit()

    def _wait_for_encoder(self) -> None:
        """Somebody measures this run: loading the encoder is no part of its rate, and nothing is shown meanwhile."""
        self._encoder_is_loaded = True
        self._wait(self._face.encode_texts([""]), patience_s=0.0)

    def _wait(self, future: "Future[_Result]", patience_s: float) -> _Result:
        return result_unless(self._must_stop, future, patience_s)

    # Decoding

    def _fill_window(self) -> bool:
        """Keep decoders busy; False when nothing is left to read."""
        while len(self._window) < self._breathe(2 * self._batch_size):
            if not self._upcoming:
                page = (
                    self._reader.waiting(self._key, self._cursor, 4 * self._batch_size)
                    if self._writer is not None
                    else self._reader.unread(self._cursor, 4 * self._batch_size)
                )
                if not page:
                    break
                self._count()
                self._upcoming.extend(page)
                self._cursor = page[-1].id
            if self._must_stop():
                raise Interrupted
            self._begin(self._upcoming.popleft())
            if not self._window:  # many copies in a row need no decoder
                self._commit_if_due()
        return bool(self._window)

    def _count(self) -> None:
        """Photos may have come since the round began; counting 100,000 takes 60 ms, so not for every page."""
        if time.monotonic() - self._counted_s >= _COUNT_EVERY_S:
            self._counted_s = time.monotonic()
            if self._writer is None:
                self._progress.set_waiting(self._reader.reachable_unread())
            else:
                self._progress.set_waiting(self._reader.reachable_waiting(self._key) - self._writer.unsynced)

    def _begin(self, work: Work) -> None:
        if work.content_hash is not None:
            settled = self._job(lambda desk: self._identity.what_remains(desk, work)).result()
            if settled.verdict is Verdict.REUSE and self._reuse(settled, work.content_hash):
                return
        elif work.is_new and self._reader.possible_twins(work.size_bytes, work.mtime_ns, but=work.id):
            self._note_opened()
            self._window.append(_Reading(work, self._decoders.content_hash(work.path), hashed=True))
            return
        self._decode(work)

    def _decode(self, work: Work, *, final: bool = False) -> None:
        if self._intake.tallies and self._writer is not None and not self._encoder_is_loaded:
            self._wait_for_encoder()
        self._note_opened()
        request = DecodeRequest(work.path, input_spec=self._input_spec, thumbnail_px=self._thumbnail_px, facts=True)
        self._window.append(_Reading(work, self._decoders.decode(request), hashed=False, final=final))

    def _note_opened(self) -> None:
        for tally in self._intake.tallies:
            tally.note_opened()

    def _take_ready(self) -> list[_Reading]:
        """The readings at the head of the window that are finished, at least one."""
        ready = [self._window.popleft()]
        while self._window and self._window[0].future.done():
            ready.append(self._window.popleft())
        return ready

    # Settling

    def _settle(self, ready: list[_Reading]) -> None:
        jobs: list[tuple[_Reading, Decoded | None, Future[Settled | None]]] = []
        for reading in ready:
            try:
                outcome = self._wait(reading.future, patience_s=0.0)
            except UnreadablePicture as problem:
                jobs.append((reading, None, self._note_problem(reading.work, str(problem))))
                continue
            if reading.hashed:
                jobs.append((reading, None, self._settle_hash(reading.work, outcome[0])))
            else:
                jobs.append((reading, outcome, self._settle_read(reading, outcome)))
        for reading, decoded, job in jobs:
            settled = job.result()
            if settled is None:
                self._decode(reading.work)  # the hash was new
            elif settled.verdict is Verdict.LATER and decoded is not None:
                self._put_off.append((reading.work, decoded.content_hash))  # without its pixels: there may be thousands
            else:
                self._take(settled, decoded, reading.work)

    def _note_problem(self, work: Work, reason: str) -> "Future[Settled | None]":
        def job(desk: Desk) -> Settled | None:
            self._intake.note_unreadable(desk, work, reason)
            return Settled(work.id, Verdict.DONE)

        return self._job(job)

    def _settle_hash(self, work: Work, content_hash: bytes) -> "Future[Settled | None]":
        return self._job(lambda desk: self._identity.settle_by_hash(desk, work, content_hash))

    def _settle_put_off(self) -> bool:
        """All others are read: settle what had to wait for them. True if something has to be decoded once more."""
        self._commit()  # what is settled by now may have vectors to reuse
        put_off, self._put_off = self._put_off, []
        for work, content_hash in put_off:
            settled = self._job(partial(self._identity.settle_later, work=work, content_hash=content_hash)).result()
            if settled is None:
                self._decode(work, final=True)
            else:
                self._take(settled, None, work)
        return bool(self._window)

    def _settle_read(self, reading: _Reading, decoded: Decoded) -> "Future[Settled | None]":
        picture = picture_of(decoded)
        return self._job(
            lambda desk: self._identity.settle_read(
                desk, reading.work, picture, decoded.thumbnail, decoded.input_hash, final=reading.final
            )
        )

    def _take(self, settled: Settled, decoded: Decoded | None, work: Work) -> None:
        content_hash = decoded.content_hash if decoded is not None else work.content_hash
        if settled.verdict is Verdict.DONE or self._writer is None:
            self._progress.note_done(1)
        elif settled.verdict is Verdict.REUSE and settled.content_hash and self._reuse(settled, settled.content_hash):
            return
        elif decoded is not None and decoded.encoder_input is not None and content_hash is not None:
            self._batch.append((Seen(settled.photo_id, content_hash, decoded.input_hash), decoded.encoder_input))
        else:
            self._progress.note_done(1)  # settled by its hash, and no vector is there to reuse: the next round decodes it

    def _reuse(self, settled: Settled, content_hash: bytes) -> bool:
        assert self._writer is not None
        if not self._writer.append_copy(Seen(settled.photo_id, content_hash, settled.input_hash), settled.source):
            return False
        self._progress.note_done(1)
        return True

    # Encoding

    def _send_batch(self) -> None:
        """The encoder has the next batch while it computes one."""
        self._collect(leave=_BATCHES_IN_FLIGHT - 1)
        if self._batch:
            self._yield_to_question()
            batch, self._batch = self._batch[: self._batch_size], self._batch[self._batch_size :]
            future = self._face.encode_images(np.stack([pixels for _, pixels in batch]))
            self._in_flight.append(([seen for seen, _ in batch], future))

    def _collect(self, leave: int) -> None:
        while len(self._in_flight) > leave:
            contents, future = self._in_flight.popleft()
            assert self._writer is not None
            useless = self._writer.append(contents, self._wait(future, _BATCH_PATIENCE_S))
            for photo_id in useless:
                self._note_useless(photo_id)
            self._progress.note_done(len(contents))

    def _note_useless(self, photo_id: PhotoId) -> None:
        self._job(lambda desk: desk.catalogue.record_problem(photo_id, _NOT_A_VECTOR)).result()

    def _yield_to_question(self) -> None:
        """Somebody waits for an answer: start no batch before it is there, within reason."""
        deadline_s = time.monotonic() + _YIELD_TO_QUESTION_S
        while self._question_open.is_set() and time.monotonic() < deadline_s and not self._must_stop():
            time.sleep(0.005)

    def _commit_if_due(self) -> None:
        idle = not self._window and not self._upcoming
        if idle:
            self._send_batch()
            self._collect(leave=0)
        if idle or time.monotonic() - self._synced_s >= _SYNC_EVERY_S:
            self._commit()
            self._check_room()

    def _commit(self) -> None:
        self._synced_s = time.monotonic()
        if self._writer is not None and self._writer.sync():
            self._after_commit()

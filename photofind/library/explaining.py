"""Why a photo answers a question: where in the picture the words were found, and in which of its texts they stand."""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import CancelledError, ThreadPoolExecutor

import numpy as np

from photofind.core.errors import EncoderUnavailable, PhotofindError, UnreadablePicture
from photofind.core.events import Event, OverlayFailed, OverlayReady
from photofind.core.literal_finds import PhotoText, literal_finds
from photofind.core.photo import PhotoId, PhotoRow
from photofind.core.pixels import seen_by
from photofind.core.query import parse
from photofind.core.query.parts import Query
from photofind.core.question import PictureBytes, PictureFile, Question
from photofind.library.details import Thumbnails
from photofind.library.encoder_desk import EncoderDesk
from photofind.library.question_vectors import DecodeNow
from photofind.store.reader_pool import ReaderPool

_log = logging.getLogger(__name__)

_GONE = "This photo is not in the library any more."
_NO_WORDS = "The question has no words that could be found in the picture."
_NOT_THERE = "Nothing in the picture speaks for these words by itself."
_AWAY = "The drive of this photo is away, and there is no preview to look at: connect the drive."


class Explaining:
    """One photo at a time; the newest request wins. ``explain`` and ``stop``: any thread."""

    def __init__(
        self,
        readers: ReaderPool,
        desk: EncoderDesk,
        decode_now: DecodeNow,
        thumbnails: Thumbnails,
        announce: Callable[[Event], None],
    ) -> None:
        self._readers = readers
        self._desk = desk
        self._decode_now = decode_now
        self._thumbnails = thumbnails
        self._announce = announce
        self._lock = threading.Lock()
        self._newest = 0
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="explaining")

    def stop(self) -> None:
        """Waits for what is under way, which ends when encoder and decoders do."""
        self._executor.shutdown(wait=True, cancel_futures=True)

    def explain(self, ticket: int, photo_id: PhotoId, question: Question) -> None:
        """Announce OverlayReady or OverlayFailed; neither if a newer request came before this one's turn."""
        with self._lock:
            self._newest = ticket
        self._executor.submit(self._explain, ticket, photo_id, question)

    def _explain(self, ticket: int, photo_id: PhotoId, question: Question) -> None:
        if ticket != self._newest:
            return
        finds: tuple[PhotoText, ...] = ()
        try:
            query = parse(question.text)
            with self._readers.lend() as reader:
                rows, finds = reader.rows([photo_id]), literal_finds(query, reader.texts(photo_id))
            if not rows:
                raise UnreadablePicture(_GONE)
            self._announce(self._overlay(ticket, rows[0], query, finds))
        except PhotofindError as error:
            self._announce(OverlayFailed(ticket, photo_id, str(error), finds))
        except CancelledError:
            self._announce(OverlayFailed(ticket, photo_id, "photofind is closing.", finds))
        except Exception as error:
            _log.exception("a photo could not be explained")
            self._announce(OverlayFailed(ticket, photo_id, f"That failed ({error}). The log says more.", finds))

    def _overlay(self, ticket: int, row: PhotoRow, query: Query, finds: tuple[PhotoText, ...]) -> Event:
        text = query.wanted_text
        if not text:
            raise EncoderUnavailable(_NO_WORDS)
        encoder = self._desk.current
        spec = encoder.info().input_spec
        decoded = self._decode_now(self._picture_of(row), spec).result()
        assert decoded.encoder_input is not None
        found = encoder.face.attribute(decoded.encoder_input, text).result()
        if not found.any():
            return OverlayFailed(ticket, row.id, _NOT_THERE, finds)
        rows, columns = found.shape
        strengths = np.rint(found * 255).astype(np.uint8).tobytes()
        return OverlayReady(ticket, row.id, rows, columns, strengths, seen_by(spec, decoded.width, decoded.height), finds)

    def _picture_of(self, row: PhotoRow) -> PictureFile | PictureBytes:
        if not row.offline:
            return PictureFile(row.path)
        thumbnail = self._thumbnails.get(row.id)  # large enough for what an encoder sees
        if thumbnail is None:
            raise UnreadablePicture(_AWAY)
        return PictureBytes(thumbnail)

"""Pictures for the screen: photos for the viewer, dropped pictures for their chips."""

from collections.abc import Callable
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from typing import Any

from photofind.core.errors import PhotofindError
from photofind.core.events import Event, PictureReady, PictureRefused, ViewFailed, ViewReady
from photofind.core.photo import PhotoId
from photofind.core.pixels import InputSpec
from photofind.core.question import PictureBytes, PictureFile, PictureOfPhoto, PictureRegion, PictureSource
from photofind.library.details import Details, Thumbnails
from photofind.media.decoder import Decoded, DecodeRequest, ViewPixels
from photofind.media.decoder_pool import DecoderPool
from photofind.store.reader_pool import ReaderPool

_CHIP_PX = 96
_GONE = "This photo is not in the library any more."
_AWAY = "The drive of this photo is away: connect it to see more than the thumbnail."


class Viewing:
    """Everything is decoded in a decoder process; nothing here waits behind indexing. Any thread."""

    def __init__(
        self,
        *,
        readers: ReaderPool,
        decoders: DecoderPool,
        thumbnails: Thumbnails,
        announce: Callable[[Event], None],
    ) -> None:
        self._readers = readers
        self._decoders = decoders
        self._thumbnails = thumbnails
        self._details = Details(readers, decoders, thumbnails)
        self._announce = announce
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="viewing")

    def stop(self) -> None:
        self._executor.shutdown(wait=True, cancel_futures=True)

    def decode_now(self, source: PictureSource, input_spec: InputSpec | None, thumbnail_px: int = 0) -> "Future[Decoded]":
        """See ``decode_question_picture``; a detail of a photo of the library, too, which is looked up first.

        Raises UnreadablePicture, StoreFailed for such a photo.
        """
        if isinstance(source, PictureRegion):
            return self._details.cut(source, input_spec, thumbnail_px).decoded
        return decode_question_picture(self._decoders, source, input_spec, thumbnail_px)

    def prepare_picture(self, ticket: int, source: PictureSource) -> None:
        """Announce PictureReady with a thumbnail for the chip, or PictureRefused."""
        self._executor.submit(self._prepare, ticket, source)

    def _prepare(self, ticket: int, source: PictureSource) -> None:
        if isinstance(source, PictureOfPhoto):
            thumbnail = self._thumbnails.get(source.photo_id)
            self._announce(PictureRefused(ticket, _GONE) if thumbnail is None else PictureReady(ticket, thumbnail))
            return
        note = ""
        try:
            if isinstance(source, PictureRegion):
                detail = self._details.cut(source, None, _CHIP_PX)
                future, note = detail.decoded, detail.note
            else:
                future = self.decode_now(source, None, _CHIP_PX)
        except PhotofindError as error:
            self._announce(PictureRefused(ticket, str(error)))
            return
        _when_done(
            future,
            lambda decoded: self._announce(PictureReady(ticket, decoded.thumbnail, note)),
            lambda sentence: self._announce(PictureRefused(ticket, sentence)),
        )

    def open_view(self, ticket: int, photo_id: PhotoId, max_width_px: int, max_height_px: int) -> None:
        """Announce ViewReady with pixels that fit, or ViewFailed."""
        self._executor.submit(self._view, ticket, photo_id, max_width_px, max_height_px)

    def _view(self, ticket: int, photo_id: PhotoId, max_width_px: int, max_height_px: int) -> None:
        try:
            with self._readers.lend() as reader:
                rows = reader.rows([photo_id])
        except PhotofindError as error:
            self._announce(ViewFailed(ticket, photo_id, str(error)))
            return
        if not rows:
            self._announce(ViewFailed(ticket, photo_id, _GONE))
            return

        def show(pixels: ViewPixels) -> None:
            self._announce(ViewReady(ticket, photo_id, pixels.width, pixels.height, pixels.rgb))

        _when_done(
            self._decoders.view(rows[0].path, max_width_px, max_height_px),
            show,
            lambda sentence: self._announce(ViewFailed(ticket, photo_id, _AWAY if rows[0].offline else sentence)),
        )


def decode_question_picture(
    decoders: DecoderPool, source: PictureSource, input_spec: InputSpec | None, thumbnail_px: int = 0
) -> "Future[Decoded]":
    """Decode a picture of a question, ahead of all indexing. ``source`` is no photo of the library, and no part of one."""
    match source:
        case PictureFile(path):
            request = DecodeRequest(path, input_spec=input_spec, thumbnail_px=thumbnail_px, facts=False)
            return decoders.decode_now(request, input_spec, thumbnail_px)
        case PictureBytes(data):
            return decoders.decode_now(data, input_spec, thumbnail_px)
        case PictureOfPhoto() | PictureRegion():
            raise ValueError("a photo of the library is found by its id")


def _when_done(future: "Future[Any]", use: Callable[[Any], None], refuse: Callable[[str], None]) -> None:
    def finish(done: "Future[Any]") -> None:
        try:
            result = done.result()
        except PhotofindError as error:
            refuse(str(error))
        except CancelledError:
            refuse("photofind is closing.")
        else:
            use(result)

    future.add_done_callback(finish)

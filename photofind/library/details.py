"""Details of photos of the library, as pictures of a question."""

from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

from photofind.core.errors import UnreadablePicture
from photofind.core.photo import PhotoId
from photofind.core.pixels import InputSpec
from photofind.core.question import PictureRegion
from photofind.media.decoder import Decoded, DecodeRequest
from photofind.media.decoder_pool import DecoderPool
from photofind.store.reader_pool import ReaderPool

FROM_PREVIEW = "The drive of this photo is away: the detail was cut from its small preview and is searched for as well as it goes."
_GONE = "This photo is not in the library any more."
_NOTHING = "The drive of this photo is away, and there is no preview to cut the detail from: connect the drive."


class Thumbnails(Protocol):
    def get(self, photo_id: PhotoId) -> bytes | None: ...


@dataclass(frozen=True, slots=True)
class CutOut:
    """A detail on its way; ``note`` is a sentence for the user where it could not be cut from the photo itself."""

    decoded: "Future[Decoded]"
    note: str = ""


class Details:
    """Cut in a decoder from the photo's file, and from its thumbnail only while its drive is away. Any thread but the
    GUI's: it reads the catalogue.
    """

    def __init__(self, readers: ReaderPool, decoders: DecoderPool, thumbnails: Thumbnails) -> None:
        self._readers = readers
        self._decoders = decoders
        self._thumbnails = thumbnails

    def cut(self, source: PictureRegion, input_spec: InputSpec | None, thumbnail_px: int) -> CutOut:
        """Raises UnreadablePicture, StoreFailed; the future fails with UnreadablePicture."""
        with self._readers.lend() as reader:
            rows = reader.rows([source.photo_id])
        if not rows:
            raise UnreadablePicture(_GONE)
        if not rows[0].offline:
            request = DecodeRequest(rows[0].path, facts=False)
            return CutOut(self._decoders.decode_now(request, input_spec, thumbnail_px, source.region))
        thumbnail = self._thumbnails.get(source.photo_id)
        if thumbnail is None:
            raise UnreadablePicture(_NOTHING)
        return CutOut(self._decoders.decode_now(thumbnail, input_spec, thumbnail_px, source.region), FROM_PREVIEW)

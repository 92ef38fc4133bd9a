"""Words and pictures of questions as vectors."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from concurrent.futures import Future

import numpy as np
from numpy.typing import NDArray

from photofind.core.errors import EncoderUnavailable
from photofind.core.pixels import InputSpec
from photofind.core.question import PictureFile, PictureOfPhoto, PictureSource
from photofind.library.encoder_desk import LibraryEncoder
from photofind.media.decoder import Decoded
from photofind.store.catalogue_reader import CatalogueReader

DecodeNow = Callable[[PictureSource, InputSpec], "Future[Decoded]"]
Vector = NDArray[np.float32]

_TEXTS_KEPT = 256


class QuestionVectors:
    """Unit vectors float32 [d] of texts, kept for the next questions, and of pictures. One thread.

    Photos that come in have the same question asked again twice a second, and its words mean what they meant.
    """

    def __init__(self, reader: CatalogueReader, decode_now: DecodeNow) -> None:
        self._reader = reader
        self._decode_now = decode_now
        self._known: OrderedDict[tuple[str, str], Vector | None] = OrderedDict()

    def begin(self, texts: Sequence[str], encoder: LibraryEncoder) -> Callable[[], list[Vector | None]]:
        """Has the encoder work on those that it has not seen; the answer waits for it. None: no vector for this text.

        Both raise EncoderUnavailable.
        """
        key = encoder.info().key
        fresh = [text for text in dict.fromkeys(texts) if (key, text) not in self._known]
        future = encoder.face.encode_texts(fresh) if fresh else None

        def finish() -> list[Vector | None]:
            if future is not None:
                for text, vector in zip(fresh, future.result(), strict=True):
                    self._known[key, text] = vector
            found = []
            for text in texts:
                self._known.move_to_end((key, text))
                found.append(self._known[key, text])
            while len(self._known) > max(_TEXTS_KEPT, len(texts)):
                self._known.popitem(last=False)
            return found

        return finish

    def of_picture(self, source: PictureSource, encoder: LibraryEncoder) -> Vector:
        """Raises EncoderUnavailable, UnreadablePicture."""
        if isinstance(source, PictureOfPhoto):
            _, vectors = encoder.index().vectors_of(np.array([source.photo_id], np.int64))
            if len(vectors):
                return np.asarray(vectors[0], np.float32)
            rows = self._reader.rows([source.photo_id])
            if not rows:
                raise EncoderUnavailable("This photo is not in the library any more.")
            source = PictureFile(rows[0].path)
        decoded = self._decode_now(source, encoder.info().input_spec).result()
        assert decoded.encoder_input is not None
        return np.asarray(encoder.face.encode_images(decoded.encoder_input[None]).result()[0], np.float32)


def together(parts: Sequence[tuple[float, Vector]]) -> Vector | None:
    """The unit vector of a weighted sum; None where there is nothing, or all of it cancels out."""
    if not parts:
        return None
    total = np.sum([weight * vector for weight, vector in parts], axis=0, dtype=np.float32)
    length = float(np.linalg.norm(total))
    return None if length < 1e-6 else np.asarray(total / length, np.float32)

"""All reading of users' picture files goes through here, so a file that crashes or hangs a decoder costs that file only."""

from __future__ import annotations

from concurrent.futures import Future
from dataclasses import replace
from typing import TYPE_CHECKING

from photofind.core.pixels import InputSpec, Region
from photofind.media import decoder
from photofind.media.decoder import MAX_PIXELS, Decoded, DecodeRequest, ViewPixels
from photofind.media.decoder_lane import DecoderLane

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MEMORY_LIMIT_BYTES = 2 << 30
"""For each decoder process. `decoder.MAX_PIXELS` take 1.2 GB as Pillow holds them, and decoding takes more beside them.
Measured, of memory that counts: an idle decoder 26 MB; pictures of 102 megapixels as JPEG 150 (progressive 440), TIFF 460
(of 16 bits 710), PNG 820, WebP 1,740 MB; a PNG of 201 megapixels 800, an AVIF of 48 megapixels 490 MB."""

_IDLE_S = 60.0  # a process holds 30 MB and starts within a third of a second


class DecoderPool:
    """Decoder processes: ``workers`` of low priority for indexing, and one more for questions and the viewer.

    Every method may be called from any thread and returns at once, except `stop`. Futures fail with
    `decoder.UnreadableFile` (an `UnreadablePicture`: one sentence, and what is known of the file) for damaged, hung and
    crashed files alike, with `decoder.DecodersFailed` if no process can be started at all, and never with anything else;
    `stop` cancels them. A future may be cancelled: what has not begun then never begins.

    ``timeout_s`` counts from when a process takes up the file. ``memory_limit_bytes`` bounds each process (Linux),
    ``max_pixels`` what is decoded from one file.
    """

    def __init__(
        self,
        workers: int,
        *,
        timeout_s: float = 20.0,
        memory_limit_bytes: int = MEMORY_LIMIT_BYTES,
        max_pixels: int = MAX_PIXELS,
    ) -> None:
        self._max_pixels = max_pixels
        self._background = DecoderLane(
            "decoders",
            workers,
            timeout_s=timeout_s,
            memory_limit_bytes=memory_limit_bytes,
            in_background=True,
            idle_s=_IDLE_S,
        )
        self._questions = DecoderLane(
            "question-decoder",
            1,
            timeout_s=timeout_s,
            memory_limit_bytes=memory_limit_bytes,
            in_background=False,
            idle_s=_IDLE_S,
        )

    def stop(self) -> None:
        """End every process and cancel what is not done; blocks for less than a second or so. Idempotent, final."""
        self._background.stop()
        self._questions.stop()

    def decode(self, request: DecodeRequest) -> Future[Decoded]:
        """Read one file in the background, after those asked for before it."""
        return self._background.submit(
            decoder.decode_file,
            request,
            self._max_pixels,
            finish=lambda answer: _with_input(answer, request.input_spec),
        )

    def content_hash(self, path: str) -> Future[tuple[bytes, int, int]]:
        """Content hash, size in bytes and mtime in ns of one file, in the background."""
        return self._background.submit(decoder.hash_file, path)

    def decode_now(
        self,
        request_or_bytes: DecodeRequest | bytes,
        input_spec: InputSpec | None,
        thumbnail_px: int,
        region: Region | None = None,
    ) -> Future[Decoded]:
        """Read a file, or the bytes of an image file, or a part of the picture, for a question: never waits behind the
        background."""
        if isinstance(request_or_bytes, DecodeRequest):
            request = replace(request_or_bytes, input_spec=input_spec, thumbnail_px=thumbnail_px, region=region)
            return self._questions.submit(
                decoder.decode_file, request, self._max_pixels, finish=lambda answer: _with_input(answer, input_spec)
            )
        request = DecodeRequest("", input_spec, thumbnail_px, region=region)
        return self._questions.submit(
            decoder.decode_bytes,
            request_or_bytes,
            request,
            self._max_pixels,
            finish=lambda answer: _with_input(answer, input_spec),
        )

    def view(self, path: str, max_width_px: int, max_height_px: int) -> Future[ViewPixels]:
        """Read a file for the screen, scaled to fit and never enlarged; never waits behind the background."""
        return self._questions.submit(decoder.view_file, path, max_width_px, max_height_px, self._max_pixels)


def _with_input(answer: tuple[Decoded, bytes], spec: InputSpec | None) -> Decoded:
    decoded, pixels = answer
    return replace(decoded, encoder_input=_as_array(pixels, spec.size_px)) if spec else decoded


def _as_array(pixels: bytes, size_px: int) -> NDArray[np.uint8]:
    import numpy as np

    return np.frombuffer(pixels, np.uint8).reshape(size_px, size_px, 3)

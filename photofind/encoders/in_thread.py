"""A light encoder behind the same face as the encoder process, in one thread of this process."""

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photofind.core.errors import EncoderUnavailable
from photofind.encoders.protocol import NO_ATTRIBUTION, Encoder, EncoderInfo, TextVectors, Vectors


class EncoderInThread:
    """For encoders that need nothing but numpy. Any thread."""

    def __init__(self, encoder: Encoder) -> None:
        self._encoder = encoder
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix="encoder")

    def info(self) -> EncoderInfo:
        return self._encoder.info

    def encode_images(self, pictures: NDArray[np.uint8]) -> Future[Vectors]:
        try:
            return self._executor.submit(self._encoder.encode_images, pictures)
        except RuntimeError:
            return _stopped()

    def encode_texts(self, texts: Sequence[str]) -> Future[TextVectors]:
        try:
            return self._executor.submit(self._encoder.encode_texts, list(texts))
        except RuntimeError:
            return _stopped()

    def attribute(self, picture: NDArray[np.uint8], text: str) -> Future[NDArray[np.float32]]:  # noqa: ARG002
        """Light encoders have no place where a word was found."""
        future: Future[NDArray[np.float32]] = Future()
        future.set_exception(EncoderUnavailable(NO_ATTRIBUTION))
        return future

    def warm_up(self) -> None:
        """Nothing to load."""

    def stop(self) -> None:
        """Waits for what has begun, which takes milliseconds; what waits is cancelled. Idempotent."""
        self._executor.shutdown(wait=True, cancel_futures=True)


def _stopped() -> Future[Any]:
    future: Future[Any] = Future()
    future.set_exception(EncoderUnavailable("The encoder has been stopped; ask again when photofind is running."))
    return future

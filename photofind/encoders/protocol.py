"""What an encoder is: pictures and texts become unit vectors in one space."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from photofind.core.pixels import InputSpec

Vectors = NDArray[np.float32]
TextVectors = list[NDArray[np.float32] | None]

PALETTE_ID = "palette"
LOCAL_DIR_PREFIX = "local-dir:"
OPEN_CLIP_PREFIX = "open_clip:"

NO_ATTRIBUTION = "Where in the picture the words were found is not available for this encoder."


@dataclass(frozen=True, slots=True)
class EncoderInfo:
    """What is known of an encoder without running it.

    ``id`` is what a user names: ``palette``, ``local-dir:/abs/folder``, ``open_clip:MODEL/TAG``.
    ``key`` names files and collections: ``[a-z0-9_]``, at most 60 characters, starts with a letter; the same weights
    with the same preprocessing keep their key wherever they lie on this machine.
    ``name`` is for people. Vectors have ``dimension`` numbers.
    """

    id: str
    key: str
    name: str
    dimension: int
    input_spec: InputSpec


class Encoder(Protocol):
    """An encoder in the thread that calls it."""

    @property
    def info(self) -> EncoderInfo: ...

    def encode_images(self, pictures: NDArray[np.uint8]) -> Vectors:
        """uint8 [n, size, size, 3], RGB, as ``info.input_spec`` says → float32 [n, dimension], unit length."""
        ...

    def encode_texts(self, texts: Sequence[str]) -> TextVectors:
        """One vector of unit length for each text, None for a text that this encoder has no vector for."""
        ...


class EncoderFace(Protocol):
    """An encoder wherever it runs: in a thread or in a process of its own. Any thread may call; made by ``open_encoder``.

    Futures fail with ``EncoderUnavailable`` and its sentence, or are cancelled when the caller cancels them.
    """

    def info(self) -> EncoderInfo:
        """Blocks while weights are hashed for the first time; raises ``EncoderUnavailable``."""
        ...

    def encode_images(self, pictures: NDArray[np.uint8]) -> Future[Vectors]: ...

    def encode_texts(self, texts: Sequence[str]) -> Future[TextVectors]: ...

    def attribute(self, picture: NDArray[np.uint8], text: str) -> Future[NDArray[np.float32]]:
        """Where one picture, uint8 [size, size, 3], is like a text: float32 [rows, columns] over it, 0 to 1.

        All 0 where no part of the picture speaks for the text. Goes before pictures that wait, after texts.
        """
        ...

    def warm_up(self) -> None:
        """Start loading, return at once."""
        ...

    def stop(self) -> None:
        """Ends process and thread; idempotent. What still waits fails with ``EncoderUnavailable``."""
        ...

"""The vectors of usual words: encoded once by each encoder, a few at a time between questions, and kept in a file."""

import logging
import os
from concurrent.futures import Future
from hashlib import blake2b
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photofind.core.errors import EncoderUnavailable
from photofind.encoders.protocol import EncoderFace, TextVectors
from photofind.library.usual_words import usual_texts
from photofind.store.durable import replace_file

_log = logging.getLogger(__name__)
_AT_ONCE = 4  # a question that comes meanwhile waits for no more


class UsualVectors:
    """Unit vectors float32 [w, d] of ``usual_texts()`` by one encoder. One thread."""

    def __init__(self, face: EncoderFace, folder: Path, key: str) -> None:
        """``key`` names the encoder's file in ``folder``; other words have other files."""
        self._face = face
        self._texts = usual_texts()
        words = blake2b("\n".join(self._texts).encode(), digest_size=4).hexdigest()
        self._path = folder / f"{key}.{words}.words.npy"
        self._encoded: TextVectors = []
        self._under_way: Future[TextVectors] | None = None
        self._has_failed = False
        self.known = self._read()
        """None where they are not encoded yet, or cannot be."""

    @property
    def is_finished(self) -> bool:
        return self.known is not None or self._has_failed

    def go_on(self) -> None:
        """Take what the encoder has finished and give it the next few; returns at once."""
        if self.is_finished:
            return
        if self._under_way is not None:
            if not self._under_way.done():
                return
            try:
                self._encoded += self._under_way.result()
            except EncoderUnavailable as error:
                _log.info("usual words are not encoded: %s", error)
                self._has_failed = True
                return
        if len(self._encoded) == len(self._texts):
            self._take(self._encoded)
        else:
            done = len(self._encoded)
            self._under_way = self._face.encode_texts(self._texts[done : done + _AT_ONCE])

    def encode_all(self) -> None:
        """Wait for all of them. Raises EncoderUnavailable."""
        if not self.is_finished:
            self._take(self._face.encode_texts(self._texts).result())

    def _take(self, vectors: TextVectors) -> None:
        found = [vector for vector in vectors if vector is not None]
        if len(found) < len(self._texts):
            self._has_failed = True
            return
        self.known = np.array(found, np.float32)
        try:
            self._write(self.known)
        except OSError as error:  # encoded again next time
            _log.info("%s cannot be written: %s", self._path.name, error)

    def _read(self) -> NDArray[np.float32] | None:
        try:
            content = np.load(self._path, allow_pickle=False)
        except FileNotFoundError:
            return None
        except (OSError, ValueError, EOFError) as error:  # written anew
            _log.info("%s cannot be read: %s", self._path.name, error)
            return None
        fits = isinstance(content, np.ndarray) and content.ndim == 2 and len(content) == len(self._texts)
        return content.astype(np.float32) if fits and np.isfinite(content).all() else None

    def _write(self, vectors: NDArray[np.float32]) -> None:
        unfinished = self._path.with_suffix(".unfinished")  # always the same: a kill leaves one behind at most
        with open(unfinished, "wb") as file:
            np.save(file, vectors.astype(np.float16))
            file.flush()
            os.fsync(file.fileno())
        replace_file(unfinished, self._path)

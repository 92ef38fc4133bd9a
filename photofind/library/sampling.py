"""Some vectors of a library, for what is usual among its photos."""

import numpy as np
from numpy.typing import NDArray

from photofind.library.encoder_desk import LibraryEncoder

_COUNT = 800
_OTHER_LIBRARY = 0.05  # so much more or less of it, and others are drawn


class Sample:
    """Evenly drawn, and the same array until the library or its encoder is another. One thread."""

    def __init__(self) -> None:
        self._vectors = np.empty((0, 0), np.float32)
        self._drawn_from: tuple[str, int] = ("", 0)

    def of(self, encoder: LibraryEncoder) -> NDArray[np.float32]:
        """Unit vectors float32 [m, d], at most some hundreds. Raises EncoderUnavailable, StoreFailed."""
        index, key = encoder.index(), encoder.info().key
        drawn_key, drawn_count = self._drawn_from
        if key != drawn_key or abs(len(index) - drawn_count) > _OTHER_LIBRARY * drawn_count:
            ids = index.ids()
            _, vectors = index.vectors_of(ids[:: max(1, len(ids) // _COUNT)])
            self._vectors, self._drawn_from = vectors.astype(np.float32), (key, len(ids))
        return self._vectors

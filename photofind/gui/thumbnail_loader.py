"""Thumbnails of what is visible: decoded and scaled on threads, kept as pixmaps up to a number of bytes."""

import math
import os
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QObject, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter, QPixmap

from photofind.gui import own_jpegs, style
from photofind.gui.latest_first import LatestFirst

LEAST_KEPT_BYTES = 64 << 20
SCREENS_KEPT = 5
THREADS = max(1, min(4, os.cpu_count() or 1))
CROP_FROM_TOP = 0.35  # heads are mostly in the upper part of an upright picture


@dataclass(frozen=True, slots=True)
class _Request:
    photo_id: int
    edge_px: int  # of the screen, not of the layout
    ratio: float
    ground: int
    version: int  # of what is known to have changed


class ThumbnailLoader(QObject):
    """Pixmaps of photos, square and with round corners, in the size that the grid shows them.

    They are opaque, with the colour of the ground in the corners: copying pixels takes a third of the time of blending them.

    GUI thread. ``load`` is called on the loader's own threads and gives a JPEG that this program made, or None while
    there is none. ``arrived`` names a photo whose pixmap is there now.
    """

    arrived = Signal(int)

    def __init__(
        self, load: Callable[[int], bytes | None], parent: QObject | None = None, *, threads: int = THREADS
    ) -> None:
        super().__init__(parent)
        self._load = load
        self._kept: OrderedDict[int, QPixmap] = OrderedDict()
        self._kept_bytes = 0
        self._limit_bytes = LEAST_KEPT_BYTES
        self._absent: set[int] = set()
        self._stale: set[int] = set()
        self._version = 0
        self._ground = 0
        self._loaders = [LatestFirst("thumbnails", self._make, self) for _ in range(threads)]
        for loader in self._loaders:
            loader.done.connect(self._take, Qt.ConnectionType.QueuedConnection)

    def pixmap(self, photo_id: int) -> QPixmap | None:
        """What is there now, even in another size than the one wanted last; never waits."""
        return self._kept.get(photo_id)

    def is_settled(self, photo_id: int) -> bool:
        """Whether its pixmap is there, or known to be missing."""
        return photo_id in self._kept or photo_id in self._absent

    def want(
        self, photo_ids: Sequence[int], edge_px: int, ratio: float, ground: QColor, *, any_size: bool = False
    ) -> None:
        """Load what is missing of these, the first one first, and forget earlier wishes.

        ``edge_px`` in pixels of the layout, ``ratio`` pixels of the screen for one of them; ``ground`` is what they lie on.
        ``any_size``: what is there in another size will do for now. The first call with more photos than fit also raises
        the limit, so that a few screens of them are kept.
        """
        edge = round(edge_px * ratio)
        if ground.rgb() != self._ground:  # light became dark
            self._ground = ground.rgb()
            self.photos_changed(list(self._kept))
        self._limit_bytes = max(LEAST_KEPT_BYTES, SCREENS_KEPT * len(photo_ids) * edge * edge * 4)
        wanted: list[_Request] = []
        for photo_id in photo_ids:
            kept = self._kept.get(photo_id)
            if kept is not None:
                self._kept.move_to_end(photo_id)
                if (any_size or kept.width() == edge) and photo_id not in self._stale:
                    continue
            elif photo_id in self._absent:
                continue
            wanted.append(_Request(photo_id, edge, ratio, self._ground, self._version))
        for number, loader in enumerate(self._loaders):  # each photo has its thread, so that none is loaded twice
            loader.want([request for request in wanted if request.photo_id % len(self._loaders) == number])

    def photos_changed(self, changed: Iterable[int]) -> None:
        """These may have another thumbnail now, or one at last; the old one stays until the new one is there."""
        self._version += 1
        for photo_id in changed:
            self._absent.discard(photo_id)
            if photo_id in self._kept:
                self._stale.add(photo_id)

    def stop(self) -> None:
        for loader in self._loaders:
            loader.stop()

    def _make(self, request: _Request) -> QImage | None:
        radius_px = style.CELL_RADIUS_PX * request.ratio
        image = square(self._load(request.photo_id), request.edge_px, radius_px, request.ground)
        image.setDevicePixelRatio(request.ratio)  # here: set on the pixmap, it would copy all of it
        return None if image.isNull() else image

    def _take(self, request: _Request, image: QImage | None) -> None:
        if request.version == self._version:
            self._stale.discard(request.photo_id)
        if image is None:
            if request.version == self._version:
                self._absent.add(request.photo_id)
            return
        pixmap = QPixmap.fromImage(image)
        replaced = self._kept.pop(request.photo_id, None)
        self._kept_bytes += _bytes_of(pixmap) - (_bytes_of(replaced) if replaced is not None else 0)
        self._kept[request.photo_id] = pixmap
        while self._kept_bytes > self._limit_bytes and len(self._kept) > 1:
            forgotten, dropped = self._kept.popitem(last=False)
            self._stale.discard(forgotten)
            self._kept_bytes -= _bytes_of(dropped)
        self.arrived.emit(request.photo_id)


def square(jpeg: bytes | None, edge_px: int, radius_px: float, ground: int) -> QImage:
    """The picture filling a square with round corners; what does not fit is cut off. Null for no JPEG. Any thread."""
    picture = own_jpegs.decode_part(jpeg, square_part, QSize(edge_px, edge_px))
    if picture.isNull():
        return picture
    picture.convertTo(QImage.Format.Format_RGB32)
    upper, lower = _corners(edge_px, radius_px, ground)
    painter = QPainter(picture)
    painter.drawImage(0, 0, upper)
    painter.drawImage(0, edge_px - lower.height(), lower)
    painter.end()
    return picture


@lru_cache(maxsize=8)
def _corners(edge_px: int, radius_px: float, ground: int) -> tuple[QImage, QImage]:
    """What covers the uppermost and the lowest lines: drawing corners over is faster than filling a shape."""
    cover = QImage(edge_px, edge_px, QImage.Format.Format_ARGB32_Premultiplied)
    cover.fill(QColor.fromRgb(ground))
    painter = QPainter(cover)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationOut)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.GlobalColor.black)
    painter.drawRoundedRect(QRectF(0, 0, edge_px, edge_px), radius_px, radius_px)
    painter.end()
    lines = min(edge_px, math.ceil(radius_px))
    return cover.copy(0, 0, edge_px, lines), cover.copy(0, edge_px - lines, edge_px, lines)


def square_part(size: QSize) -> QRect:
    """The part of a picture that a square cell shows."""
    edge = min(size.width(), size.height())
    return QRect((size.width() - edge) // 2, round((size.height() - edge) * CROP_FROM_TOP), edge, edge)


def _bytes_of(pixmap: QPixmap) -> int:
    return pixmap.width() * pixmap.height() * 4

"""Paints one photo of the grid and what lies on it; nothing else."""

from array import array
from functools import lru_cache

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPalette, QPen, QPixmap
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from photofind.core.photo import PhotoRow
from photofind.gui import icons, status_words, style
from photofind.gui.icons import Glyph
from photofind.gui.photo_model import PHOTO_ID_ROLE, ROW_ROLE
from photofind.gui.quick_actions import (
    BADGE_PX,
    LEAST_CELL_FOR_ACTIONS_PX,
    LEAST_CELL_FOR_THUMBS_PX,
    Marks,
    dislike_badge,
    like_badge,
    select_badge,
    similar_badge,
    stack_badge,
)
from photofind.gui.stacks import Stacked
from photofind.gui.thumbnail_loader import ThumbnailLoader

_OFFLINE_OPACITY = 0.6
_SMOOTH = QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform
_SHADE = QColor(0, 0, 0, 150)
_ON_SHADE = QColor(255, 255, 255)


class PhotoDelegate(QStyledItemDelegate):
    """Draws the thumbnail, or the photo's average colour until there is one, and the marks on it."""

    def __init__(self, thumbnails: ThumbnailLoader, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._thumbnails = thumbnails
        self.marks: Marks | None = None  # none where photos cannot be judged
        self.stacks = Stacked(array("q"))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        cell: QRect = option.rect
        palette: QPalette = option.palette
        state = option.state
        photo: PhotoRow | None = index.data(ROW_ROLE)
        painter.save()
        # All shapes are pixmaps. With smoothing on, those of another size (soon replaced) take several times as long.
        painter.setRenderHints(_SMOOTH, False)
        if photo is not None and photo.offline:
            painter.setOpacity(_OFFLINE_OPACITY)
        self._paint_picture(painter, cell, palette, index.data(PHOTO_ID_ROLE), photo)
        painter.setOpacity(1)
        size = self.stacks.sizes.get(index.data(PHOTO_ID_ROLE), 0) if self.stacks.sizes else 0
        if size:
            _pill(painter, stack_badge(cell), size, is_open=index.data(PHOTO_ID_ROLE) in self.stacks.opened)
        if photo is not None and (photo.offline or photo.problem):
            self._paint_trouble(painter, cell, photo, below=BADGE_PX + style.SPACE_XS if size else 0)
        selected, hovered, has_focus = _marks(state)
        if selected:
            _ring(painter, cell, palette.color(style.ACCENT), 3)
        elif hovered:
            _ring(painter, cell, QColor(255, 255, 255, 150), 2)
        if has_focus:
            self._paint_focus(painter, cell, palette, selected)
        if hovered and cell.width() >= LEAST_CELL_FOR_ACTIONS_PX:
            _disc(painter, similar_badge(cell), Glyph.SIMILAR, _SHADE, _ON_SHADE)
        if selected:
            _disc(painter, select_badge(cell), Glyph.CHECK, palette.color(style.ACCENT), palette.color(style.ON_ACCENT))
        elif hovered and cell.width() >= LEAST_CELL_FOR_ACTIONS_PX:
            _disc(painter, select_badge(cell), Glyph.CHECK, QColor(0, 0, 0, 90), QColor(255, 255, 255, 200))
        if self.marks is not None:
            self._paint_thumbs(painter, cell, palette, index.data(PHOTO_ID_ROLE), self.marks, hovered)
        painter.restore()

    def _paint_picture(
        self, painter: QPainter, cell: QRect, palette: QPalette, photo_id: int, photo: PhotoRow | None
    ) -> None:
        pixmap = self._thumbnails.pixmap(photo_id)
        if pixmap is not None:
            painter.drawPixmap(cell, pixmap)
            return
        known = photo is not None and (photo.has_thumbnail or photo.average_colour)
        painter.fillRect(cell, QColor.fromRgb(photo.average_colour) if known and photo else palette.color(style.CONTROL))
        _cut_corners(painter, cell, palette.color(style.WINDOW))

    def _paint_thumbs(
        self, painter: QPainter, cell: QRect, palette: QPalette, photo_id: int, marks: Marks, hovered: bool
    ) -> None:
        """What was said of the photo; under the mouse also what could be."""
        offered = hovered and cell.width() >= LEAST_CELL_FOR_THUMBS_PX
        liked, disliked = photo_id in marks.liked, photo_id in marks.disliked
        lit = palette.color(style.ACCENT), palette.color(style.ON_ACCENT)
        if liked:
            _disc(painter, like_badge(cell), Glyph.LIKED, *lit)
        elif offered:
            _disc(painter, like_badge(cell), Glyph.LIKE, _SHADE, _ON_SHADE)
        if disliked:
            _disc(painter, dislike_badge(cell) if offered else like_badge(cell), Glyph.DISLIKED, _SHADE, _ON_SHADE)
        elif offered:
            _disc(painter, dislike_badge(cell), Glyph.DISLIKE, _SHADE, _ON_SHADE)

    def _paint_trouble(self, painter: QPainter, cell: QRect, photo: PhotoRow, below: int) -> None:
        top = cell.top() + style.SPACE_S + below
        corner = QRect(cell.right() - style.SPACE_S - BADGE_PX + 1, top, BADGE_PX, BADGE_PX)
        _disc(painter, corner, Glyph.OFFLINE if photo.offline else Glyph.WARNING, _SHADE, _ON_SHADE)

    def _paint_focus(self, painter: QPainter, cell: QRect, palette: QPalette, selected: bool) -> None:
        """A double line that stands out from any picture and from the ring of a selected photo."""
        inset = 4 if selected else 1
        inner = cell.adjusted(inset, inset, -inset, -inset)
        _ring(painter, inner, palette.color(style.WINDOW), 2)
        _ring(painter, inner.adjusted(2, 2, -2, -2), palette.color(style.TEXT), 2)


@lru_cache(maxsize=32)
def _marks(state: QStyle.StateFlag) -> tuple[bool, bool, bool]:
    """Selected, hovered, has the keyboard. Kept: Python's flags are slow, and hundreds are asked for in a frame."""
    flags = QStyle.StateFlag
    return bool(state & flags.State_Selected), bool(state & flags.State_MouseOver), bool(state & flags.State_HasFocus)


def _cut_corners(painter: QPainter, cell: QRect, ground: QColor) -> None:
    """Faster than a smooth shape: only the corners are blended."""
    edge, ratio = style.CELL_RADIUS_PX, painter.device().devicePixelRatio()
    corners = _corner_pixmap(ratio, ground.rgba())
    for right in (0, 1):
        for low in (0, 1):
            place = QRect(cell.left() + right * (cell.width() - edge), cell.top() + low * (cell.height() - edge), edge, edge)
            painter.drawPixmap(place, corners, _scaled(QRect(right * edge, low * edge, edge, edge), ratio))


@lru_cache(maxsize=4)
def _corner_pixmap(ratio: float, ground: int) -> QPixmap:
    """What lies round a circle in its square, in the colour of the ground."""
    edge = 2 * style.CELL_RADIUS_PX
    pixmap = _empty_pixmap(edge, edge, ratio)
    pixmap.fill(QColor.fromRgba(ground))
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_DestinationOut)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(Qt.GlobalColor.black)
    painter.drawEllipse(0, 0, edge, edge)
    painter.end()
    return pixmap


@lru_cache(maxsize=64)
def _scaled_part(left: int, top: int, width: int, height: int, ratio: float) -> QRect:
    return QRect(round(left * ratio), round(top * ratio), round(width * ratio), round(height * ratio))


def _scaled(rect: QRect, ratio: float) -> QRect:
    """In pixels of the screen."""
    return _scaled_part(rect.left(), rect.top(), rect.width(), rect.height(), ratio)


def _ring(painter: QPainter, cell: QRect, colour: QColor, width_px: int) -> None:
    """Its four sides: what is within a ring is empty, and blending it takes as long as drawing the photo."""
    ratio = painter.device().devicePixelRatio()
    ring = _ring_pixmap(cell.width(), cell.height(), ratio, colour.rgba(), width_px)
    width, height, side = cell.width(), cell.height(), style.CELL_RADIUS_PX + width_px
    for part in (
        QRect(0, 0, width, side), QRect(0, height - side, width, side),
        QRect(0, side, side, height - 2 * side), QRect(width - side, side, side, height - 2 * side),
    ):  # fmt: skip
        painter.drawPixmap(part.translated(cell.topLeft()), ring, _scaled(part, ratio))


@lru_cache(maxsize=16)
def _ring_pixmap(width_px: int, height_px: int, ratio: float, colour: int, line_px: int) -> QPixmap:
    """Drawn once for each size of cell: smooth outlines are slow, and Ctrl+A asks for hundreds of them."""
    pixmap = _empty_pixmap(width_px, height_px, ratio)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(QColor.fromRgba(colour), line_px))
    inset = line_px / 2
    outline = QRectF(0, 0, width_px, height_px).adjusted(inset, inset, -inset, -inset)
    painter.drawRoundedRect(outline, style.CELL_RADIUS_PX, style.CELL_RADIUS_PX)
    painter.end()
    return pixmap


def _disc(painter: QPainter, badge: QRect, glyph: Glyph, ground: QColor, ink: QColor) -> None:
    ratio = painter.device().devicePixelRatio()
    painter.drawPixmap(badge, _disc_pixmap(badge.width(), ratio, glyph, ground.rgba(), ink.rgba()))


def _pill(painter: QPainter, badge: QRect, count: int, *, is_open: bool) -> None:
    """How many alike photos one stands for; as an outline while they are all shown."""
    ratio = painter.device().devicePixelRatio()
    painter.drawPixmap(badge, _pill_pixmap(badge.width(), badge.height(), ratio, count, is_open))


@lru_cache(maxsize=64)
def _pill_pixmap(width_px: int, height_px: int, ratio: float, count: int, is_open: bool) -> QPixmap:
    pixmap = _empty_pixmap(width_px, height_px, ratio)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(_ON_SHADE, 1.5) if is_open else Qt.PenStyle.NoPen)
    painter.setBrush(_SHADE)
    pill = QRectF(0, 0, width_px, height_px).adjusted(1, 1, -1, -1)
    painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
    inset = max(3, height_px // 5)
    glyph = QRect(inset + 1, inset, height_px - 2 * inset, height_px - 2 * inset)
    icons.paint(painter, glyph, Glyph.STACK, _ON_SHADE)
    painter.setPen(_ON_SHADE)
    painter.setFont(style.font(style.SMALL, semibold=True))
    words = QRect(glyph.right(), 0, width_px - glyph.right() - 3, height_px)
    painter.drawText(words, Qt.AlignmentFlag.AlignCenter, status_words.number(count) if count < 100 else "99+")
    painter.end()
    return pixmap


@lru_cache(maxsize=32)
def _disc_pixmap(edge_px: int, ratio: float, glyph: Glyph, ground: int, ink: int) -> QPixmap:
    """Drawn once: with all photos selected, icons would take most of the time of painting them."""
    pixmap = _empty_pixmap(edge_px, edge_px, ratio)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor.fromRgba(ground))
    disc = QRect(0, 0, edge_px, edge_px)
    painter.drawEllipse(disc)
    inset = max(3, edge_px // 5)
    icons.paint(painter, disc.adjusted(inset, inset, -inset, -inset), glyph, QColor.fromRgba(ink))
    painter.end()
    return pixmap


def _empty_pixmap(width_px: int, height_px: int, ratio: float) -> QPixmap:
    pixmap = QPixmap(round(width_px * ratio), round(height_px * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    return pixmap

"""One photo, as large as the window: its thumbnail at once, the sharp picture as soon as it is decoded."""

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from photofind.core import events
from photofind.core.photo import PhotoRow
from photofind.gui import file_names, own_jpegs, status_words, style
from photofind.gui.icons import Glyph, IconButton
from photofind.gui.latest_first import LatestFirst
from photofind.gui.opening import Opening, fitted
from photofind.gui.sentence_plate import paint_sentence
from photofind.gui.viewer_buttons import BAR_PX, ViewerButtons
from photofind.gui.viewer_heading import INK, paint_heading

_RESIZED_MS = 120
_GROUND = QColor(20, 20, 20)  # dark in both themes: the picture is all there is to see


class Viewer(QWidget):
    """Lies over its whole parent while it is open. GUI thread.

    It knows photos by id; ``open_view(photo_id, width, height)`` asks for pixels (of the screen) and returns a ticket,
    ``load_thumbnail`` is called on a thread of the viewer's own.
    """

    closed = Signal()
    row_wanted = Signal(int)  # of the list: the photo before or after, if there is one
    similar_wanted = Signal()
    changed = Signal()  # another photo is open, or none, or its picture stands elsewhere

    def __init__(
        self,
        open_view: Callable[[int, int, int], int],
        load_thumbnail: Callable[[int], bytes | None],
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        self._covered = parent
        self._open_view = open_view
        self._photo_id = 0
        self._photo: PhotoRow | None = None
        self._row = -1
        self._is_gone = False
        self._position = ""
        self._ticket = 0
        self._sharp = QImage()
        self._rough = QImage()
        self._sentence = ""
        self._opening = Opening(self.update, self)
        self._thumbnails = LatestFirst("viewer-thumbnails", own_jpegs.decoding(load_thumbnail), self)
        self._thumbnails.done.connect(self._thumbnail_came, Qt.ConnectionType.QueuedConnection)
        self._resized = QTimer(self, singleShot=True, interval=_RESIZED_MS)
        self._resized.timeout.connect(self._ask)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setStyleSheet("QToolButton:hover { background: #333333; }")
        self._tools: dict[Qt.Key, Callable[[], None]] = {}
        self._buttons = ViewerButtons(self)
        self._buttons.add(Glyph.CLOSE, self.tr("Close (Esc)"), self.close_view)
        self._buttons.add(Glyph.SIMILAR, self.tr("Find similar photos"), self.similar_wanted.emit)
        self._back, self._forward = self._buttons.add_sides(
            (Glyph.BACK, self.tr("Previous photo (Left)"), lambda: self._step(-1)),
            (Glyph.FORWARD, self.tr("Next photo (Right)"), lambda: self._step(1)),
        )
        parent.installEventFilter(self)
        self.hide()

    @property
    def photo_id(self) -> int:
        return self._photo_id

    @property
    def is_sharp(self) -> bool:
        """Whether the picture itself is shown, not its thumbnail."""
        return not self._sharp.isNull()

    @property
    def has_thumbnail(self) -> bool:
        return not self._rough.isNull()

    @property
    def sentence(self) -> str:
        """Why there is no picture, if so."""
        return self._sentence

    @property
    def picture_place(self) -> QRect:
        """Where the picture stands in the viewer."""
        if self._sharp.isNull():
            return fitted(self._true_size(), self._room())
        return fitted(self._sharp.size() / self._sharp.devicePixelRatio(), self._room())

    def add_tool(self, glyph: Glyph, words: str, key: Qt.Key, act: Callable[[], None]) -> IconButton:
        """One more button in the bar, and its key."""
        self._tools[key] = act
        return self._buttons.add(glyph, words, act)

    def place_tools(self) -> None:
        """One of them is shown or hidden now."""
        self._buttons.place()
        self.update()

    def show_photo(self, photo_id: int, photo: PhotoRow | None, row: int, count: int, cell: QRect) -> None:
        """Open a photo from its ``cell``, or go on to it; ``photo`` may come later with ``show_facts``."""
        if not self.isVisible():
            self._opening.start(cell)
        self._photo_id, self._photo, self._is_gone = photo_id, photo, False
        self._sharp, self._rough, self._sentence = QImage(), QImage(), ""
        self._say_position(row, count)
        self._cover_parent()
        self.show()
        self.raise_()
        self.setFocus()
        self._thumbnails.want([photo_id])
        self._ask()
        self._describe()

    def list_changed(self, row: int, count: int, *, is_another: bool = False) -> None:
        """The open photo stands elsewhere in the list, -1: nowhere; another list is not to be answered behind it."""
        if is_another:
            self.close_view()
        elif row >= 0:
            self._say_position(row, count)
        else:
            self._is_gone = True
            self._position, self._sentence = "", self.tr("This photo is no longer there.")
        self._describe()

    def show_facts(self, photo: PhotoRow | None) -> None:
        """The row of the photo that is open has come or changed."""
        if photo is not None and photo.id == self._photo_id and photo != self._photo:
            is_back = self._photo is not None and self._photo.offline and not photo.offline
            self._photo = photo
            if is_back:
                self._sentence = ""
                self._ask()
            self._describe()

    def view_ready(self, event: events.ViewReady, image: QImage) -> None:
        if event.ticket == self._ticket:
            image.setDevicePixelRatio(self.devicePixelRatioF())
            self._sharp = image
            self._moved()

    def view_failed(self, event: events.ViewFailed) -> None:
        if event.ticket == self._ticket:
            self._sentence = event.sentence
            self.update()

    def close_view(self) -> None:
        if self.isHidden():
            return
        self._photo_id = self._ticket = 0
        self._sharp = self._rough = QImage()
        self._thumbnails.want([])
        self.hide()
        self.changed.emit()
        self.closed.emit()

    def stop(self) -> None:
        self._thumbnails.stop()

    # -- events

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._cover_parent()
        return super().eventFilter(watched, event)

    def resizeEvent(self, _event: QResizeEvent) -> None:
        self._buttons.place()
        self.changed.emit()
        if self.isVisible() and self._photo_id:
            self._resized.start()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        forward, back = (-1, 1) if self.isRightToLeft() else (1, -1)
        if key in (Qt.Key.Key_Escape, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.close_view()
        elif key == Qt.Key.Key_Right:
            self._step(forward)
        elif key == Qt.Key.Key_Left:
            self._step(back)
        elif key in (Qt.Key.Key_Space, Qt.Key.Key_Down, Qt.Key.Key_PageDown):
            self._step(1)
        elif key in (Qt.Key.Key_Up, Qt.Key.Key_PageUp, Qt.Key.Key_Backspace):
            self._step(-1)
        elif key in self._tools and not event.modifiers():
            self._tools[Qt.Key(key)]()
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        notches = event.angleDelta().y()
        if abs(notches) >= 120:
            self._step(-1 if notches > 0 else 1)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()  # nothing goes through to the grid below

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.close_view()
        event.accept()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        room = self._room()
        if self._opening.is_running:
            self._paint_opening(painter, room)
            painter.end()
            return
        painter.fillRect(self.rect(), _GROUND)
        image = self._rough if self._sharp.isNull() else self._sharp
        if not image.isNull():
            painter.drawImage(self.picture_place, image)
        elif self._photo is not None and self._photo.width:
            painter.fillRect(self.picture_place, QColor.fromRgb(self._photo.average_colour))
        if self._sentence:
            paint_sentence(painter, room, self._sentence, INK)
        heading = QRect(style.SPACE_L, 0, self._buttons.left_px - style.SPACE_XL, BAR_PX)
        paint_heading(painter, heading, self._photo, self._position)
        painter.end()

    # -- inside

    def _step(self, by: int) -> None:
        # When the open photo has gone, the one after it has moved up into its place.
        self.row_wanted.emit(self._row + by - (self._is_gone and by > 0))

    def _say_position(self, row: int, count: int) -> None:
        self._row = row
        self._position = self.tr("{number} of {count}").format(
            number=status_words.number(row + 1), count=status_words.number(count)
        )
        self._back.setEnabled(row > 0)
        self._forward.setEnabled(row < count - 1)

    def _cover_parent(self) -> None:
        self.setGeometry(self._covered.rect())

    def _room(self) -> QRect:
        return self.rect().adjusted(0, BAR_PX, 0, 0)

    def _ask(self) -> None:
        if self._photo_id:
            ratio = self.devicePixelRatioF()
            room = self._room().size()
            self._ticket = self._open_view(
                self._photo_id, max(1, round(room.width() * ratio)), max(1, round(room.height() * ratio))
            )

    def _true_size(self) -> QSize:
        """The picture's size on the screen, where one of its pixels is one of the screen's."""
        if self._photo is not None and self._photo.width and self._photo.height:
            return QSize(self._photo.width, self._photo.height) / self.devicePixelRatioF()
        return self._room().size() if self._rough.isNull() else self._rough.size()

    def _thumbnail_came(self, photo_id: int, image: QImage | None) -> None:
        if photo_id == self._photo_id and image is not None:
            self._rough = image
            self._moved()

    def _moved(self) -> None:
        self.update()
        self.changed.emit()

    def _describe(self) -> None:
        name = file_names.name_of(self._photo.path) if self._photo else self.tr("Photo")
        self.setAccessibleName(f"{name}, {self._position}")
        self._moved()

    def _paint_opening(self, painter: QPainter, room: QRect) -> None:
        ground = QColor(_GROUND)
        ground.setAlphaF(self._opening.share)
        painter.fillRect(self.rect(), ground)
        image = self._rough if self._sharp.isNull() else self._sharp
        target = self._opening.place(fitted(self._true_size(), room))
        if not image.isNull():
            painter.drawImage(target, image, self._opening.part(image))
        elif self._photo is not None:
            painter.fillRect(target, QColor.fromRgb(self._photo.average_colour))

"""Why an open photo was found, lying over it: where in the picture, and in which of its texts."""

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from photofind.core.pixels import Region
from photofind.gui.sentence_plate import paint_hint
from photofind.gui.viewer_heading import INK


class WhyOverlay(QWidget):
    """The mouse goes through it to the viewer. GUI thread."""

    def __init__(self, viewer: QWidget) -> None:
        super().__init__(viewer)
        self._viewer = viewer
        self._picture = QRect()
        self._seen = Region(0.0, 0.0, 1.0, 1.0)
        self._image = QImage()
        self._lines: list[str] = []
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(self.tr("Why this photo was found"))
        self.hide()

    @property
    def lines(self) -> list[str]:
        return self._lines

    @property
    def has_image(self) -> bool:
        return not self._image.isNull()

    def say(self, lines: list[str], image: QImage | None = None, seen: Region | None = None) -> None:
        """``image`` lies over ``seen``, in shares of the picture; None: there is none (any more)."""
        self._lines = lines
        self._image = QImage() if image is None else image
        self._seen = seen or self._seen
        self.setAccessibleDescription(". ".join(lines))
        self.show()
        self.lower()  # the viewer's buttons stay above it
        self.update()

    def lie_over(self, picture: QRect) -> None:
        """``picture`` in the viewer's pixels."""
        self._picture = picture
        self.setGeometry(self._viewer.rect())
        self.update()

    def image_place(self) -> QRectF:
        """Where all of the image would lie, padding of the encoder's input included."""
        width, height = self._picture.width(), self._picture.height()
        return QRectF(
            self._picture.x() + self._seen.left * width,
            self._picture.y() + self._seen.top * height,
            self._seen.width * width,
            self._seen.height * height,
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        if not self._image.isNull():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setClipRect(self._picture)
            painter.drawImage(self.image_place(), self._image)
            painter.setClipping(False)
        if self._lines:
            paint_hint(painter, self.rect(), self._lines, INK)
        painter.end()

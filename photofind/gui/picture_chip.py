"""A picture of the question, as it stands in the search bar."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QBrush, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QFrame, QHBoxLayout, QWidget

from photofind.gui import file_names, icons, own_jpegs, style
from photofind.gui.icons import Glyph, IconButton

CHIP_PX = 28


class PictureChip(QFrame):
    """A picture of the question: its thumbnail and a way to take it out again."""

    removed = Signal(int)

    def __init__(self, key: int, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.key = key
        self._pixmap = QPixmap()
        label = (
            self.tr("Picture in the question: {name}").format(name=name) if name else self.tr("Picture in the question")
        )
        self.setAccessibleName(label)
        self.setToolTip(file_names.as_tool_tip(name))
        self.setFixedHeight(CHIP_PX)
        self._remove = IconButton(Glyph.CLOSE, self.tr("Take this picture out of the question"), self, size_px=12)
        self._remove.clicked.connect(lambda: self.removed.emit(self.key))
        row = QHBoxLayout(self)
        row.setContentsMargins(CHIP_PX + 2, 0, 2, 0)
        row.addWidget(self._remove)

    @property
    def pixmap(self) -> QPixmap:
        """The thumbnail; null while it is not known."""
        return self._pixmap

    @property
    def has_thumbnail(self) -> bool:
        return not self._pixmap.isNull()

    def set_thumbnail(self, jpeg: bytes) -> None:
        """A JPEG that this program made."""
        image = own_jpegs.decode(jpeg)
        ratio = self.devicePixelRatioF()
        edge = round(CHIP_PX * ratio)
        cover = image.scaled(
            edge, edge, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
        )
        self._pixmap = QPixmap.fromImage(
            cover.copy((cover.width() - edge) // 2, (cover.height() - edge) // 2, edge, edge)
        )
        self._pixmap.setDevicePixelRatio(ratio)
        self.update()

    def click_remove(self) -> None:
        self._remove.click()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(self.palette().color(style.HOVER))
        painter.drawRoundedRect(self.rect(), style.RADIUS_PX, style.RADIUS_PX)
        edge = CHIP_PX
        left = self.width() - edge if self.isRightToLeft() else 0
        if self.has_thumbnail:
            painter.setBrush(QBrush(self._pixmap))
            painter.setBrushOrigin(left, 0)
            painter.drawRoundedRect(left, 0, edge, edge, style.RADIUS_PX, style.RADIUS_PX)
        else:
            box = self.rect().adjusted(5, 5, 0, -5)
            box.setWidth(box.height())
            icons.paint(painter, box, Glyph.PICTURE, self.palette().color(style.QUIET))
        painter.end()

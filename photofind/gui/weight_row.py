"""How much each picture of the question counts, below the search bar."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QHBoxLayout, QLabel, QWidget

from photofind.gui import style
from photofind.gui.weight_slider import WeightSlider

_THUMBNAIL_PX = 20


class WeightRow(QWidget):
    """Not there while a picture is all there is: alone there is nothing to balance."""

    weighed = Signal(int, float)  # by the picture's key
    came_or_went = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sliders: dict[int, WeightSlider] = {}
        self._thumbnails: dict[int, QLabel] = {}
        self._less, self._more = self._label(self.tr("Words")), self._label(self.tr("Picture"))
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(style.SPACE_S + 2, 0, style.SPACE_S + 2, 0)  # in line with the words of chips
        self._row.setSpacing(style.SPACE_S)
        self._row.addWidget(self._less)
        self._row.addWidget(self._more)
        self._row.addStretch(1)
        self.hide()

    def show_weights(self, weights: Mapping[int, float], *, words: bool) -> None:
        """One slider for each picture, from ``words`` to the picture where there is only one."""
        for key in [key for key in self.sliders if key not in weights]:
            for widget in (self.sliders.pop(key), self._thumbnails.pop(key)):
                self._row.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        for key, weight in weights.items():
            if key not in self.sliders:
                self._add(key)
            if not self.sliders[key].isSliderDown():
                self.sliders[key].show_weight(weight)
        is_balance = words and len(weights) == 1
        self._less.setVisible(is_balance)
        self._more.setVisible(is_balance)
        for thumbnail in self._thumbnails.values():
            thumbnail.setVisible(not is_balance)
        is_there = len(weights) + words > 1 and bool(weights)
        if is_there == self.isHidden():
            self.setVisible(is_there)
            self.came_or_went.emit()

    def show_thumbnail(self, key: int, pixmap: QPixmap) -> None:
        if key in self._thumbnails:
            ratio = self.devicePixelRatioF()
            edge = round(_THUMBNAIL_PX * ratio)
            small = pixmap.scaled(
                edge, edge, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
            )
            small.setDevicePixelRatio(ratio)
            self._thumbnails[key].setPixmap(small)

    def _add(self, key: int) -> None:
        slider, thumbnail = WeightSlider(self), QLabel(self)
        slider.weighed.connect(lambda weight: self.weighed.emit(key, weight))
        thumbnail.setFixedSize(_THUMBNAIL_PX, _THUMBNAIL_PX)
        self.sliders[key], self._thumbnails[key] = slider, thumbnail
        place = self._row.indexOf(self._more)
        self._row.insertWidget(place, thumbnail)
        self._row.insertWidget(place + 1, slider)

    def _label(self, words: str) -> QLabel:
        label = QLabel(words, self)
        label.setFont(style.font(style.SMALL))
        label.setForegroundRole(style.QUIET)
        return label

"""Chips one after another in as many rows as they need."""

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from photofind.gui import style


class ChipFlow(QWidget):
    """As high as its chips are in the width that it gets; not there without any."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chips: list[QWidget] = []
        self._after: QWidget | None = None
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.hide()

    def follow(self, widget: QWidget) -> None:
        """The Tab key leads from ``widget`` to the first chip; else it would come to chips made later last of all."""
        self._after = widget

    def show_chips(self, chips: Sequence[QWidget]) -> None:
        """In this order; those shown before that are not among them are deleted."""
        for chip in self._chips:
            if chip not in chips:
                chip.hide()
                chip.deleteLater()
        self._chips = list(chips)
        for chip in self._chips:
            chip.setParent(self)
            chip.show()
        stops = [chip.focusProxy() or chip for chip in self._chips]
        order = [*([self._after] if self._after else []), *stops]
        for before, after in pairwise(order):
            QWidget.setTabOrder(before, after)
        self.setVisible(bool(self._chips))
        self._place()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        left = top = row_px = 0
        for chip in self._chips:
            size = chip.sizeHint().expandedTo(chip.minimumSize())
            width = min(size.width(), self.width())
            if left and left + width > self.width():
                left, top, row_px = 0, top + row_px + style.SPACE_XS, 0
            box = QRect(left, top, width, size.height())
            chip.setGeometry(QStyle.visualRect(self.layoutDirection(), self.rect(), box))
            left += width + style.SPACE_XS
            row_px = max(row_px, size.height())
        self.setFixedHeight(top + row_px)

    def sizeHint(self) -> QSize:
        return QSize(0, self.height())

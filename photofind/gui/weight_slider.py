"""How much a picture counts beside the other parts of a question."""

from math import log2

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QSlider, QWidget

MOST = 4.0
_STEPS = 10  # for each doubling
_END = 2 * _STEPS  # log2 of MOST
_RESET_KEYS = (Qt.Key.Key_0, Qt.Key.Key_Space, Qt.Key.Key_Backspace)


class WeightSlider(QSlider):
    """From a quarter on the left to four times on the right; in the middle it counts as much as everything else."""

    weighed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(-_END, _END)
        self.setSingleStep(2)
        self.setPageStep(_STEPS)
        self.setMinimumWidth(28)  # many of them share a narrow window
        self.setMaximumWidth(84)
        self.valueChanged.connect(self._moved)
        self._say()

    @property
    def weight(self) -> float:
        return float(2 ** (self.value() / _STEPS))

    def show_weight(self, weight: float) -> None:
        """One that lies between two steps, or beyond the ends, is shown by the nearest, and not changed by that."""
        with QSignalBlocker(self):
            self.setValue(round(_STEPS * log2(min(MOST, max(1 / MOST, weight)))))
        self._say()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _RESET_KEYS and not event.modifiers():
            self.setValue(0)
        else:
            super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.setValue(0)
        event.accept()

    def _moved(self) -> None:
        self._say()
        self.weighed.emit(self.weight)

    def _say(self) -> None:
        if self.value() == 0:
            words = self.tr("The picture counts as much as each other part of the question")
        else:
            words = self.tr("The picture counts {times} times as much as each other part; 0: as much").format(
                times=self.locale().toString(self.weight, "g", 2)
            )
        self.setToolTip(words)
        self.setAccessibleName(self.tr("How much this picture counts"))
        self.setAccessibleDescription(words)

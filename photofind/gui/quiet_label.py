"""Text that gives way: one line, shortened with dots where the room ends."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from photofind.gui import file_names, style


class QuietLabel(QWidget):
    """One line in a token's colour; the whole text is in the tool tip when it does not fit."""

    def __init__(
        self,
        text: str = "",
        parent: QWidget | None = None,
        *,
        role: QPalette.ColorRole = style.QUIET,
        size_px: int = style.BASE,
        semibold: bool = False,
        elide: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
    ) -> None:
        super().__init__(parent)
        self._role, self._elide = role, elide
        self._text = ""
        self.setFont(style.font(size_px, semibold=semibold))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setMinimumWidth(24)
        self.set_text(text)

    @property
    def text(self) -> str:
        return self._text

    def set_text(self, text: str, role: QPalette.ColorRole | None = None) -> None:
        self._role = self._role if role is None else role
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._text) + 2, metrics.height() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(24, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self._role))
        shown = self.fontMetrics().elidedText(self._text, self._elide, self.width())
        self.setToolTip(file_names.as_tool_tip(self._text) if shown != self._text else "")
        # The painter mirrors left and right by itself where the language does.
        painter.drawText(self.rect(), Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()

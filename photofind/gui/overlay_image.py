"""From strengths to a picture that lies over a photo: one hue, whose opacity follows the value."""

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage

from photofind.core.events import OverlayReady
from photofind.gui import style

_MOST_OPACITY = 0.72  # what is found stays to be seen
_DOUBLINGS = 4


def overlay_image(event: OverlayReady) -> QImage:
    """Any thread. Soft: doubled step by step, so that no edges of patches are left, 16 pixels for each of them."""
    hue = QColor.fromRgb(style.FOUND)
    image = QImage(event.columns, event.rows, QImage.Format.Format_ARGB32)
    for place, strength in enumerate(event.strengths):
        hue.setAlphaF(strength / 255 * _MOST_OPACITY)
        image.setPixelColor(place % event.columns, place // event.columns, hue)
    image = image.convertToFormat(QImage.Format.Format_ARGB32_Premultiplied)
    for _ in range(_DOUBLINGS):
        size = QSize(image.width() * 2, image.height() * 2)
        image = image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    return image

"""The only pictures that are decoded in this process: small JPEGs that this program made itself."""

from collections.abc import Callable

from PySide6.QtCore import QBuffer, QIODevice, QRect, QSize
from PySide6.QtGui import QImage, QImageReader

_JPEG_BEGINS = b"\xff\xd8"


def decode(jpeg: bytes | None) -> QImage:
    """Any thread. A null image for anything that is no JPEG: no other of Qt's readers is tried."""
    return QImage.fromData(jpeg, "JPEG") if jpeg else QImage()  # type: ignore[arg-type]  # PySide's stub says bytes


def decode_part(jpeg: bytes | None, part: Callable[[QSize], QRect], size: QSize) -> QImage:
    """Any thread. A part of a picture in another size, null as above; ``part`` gets the size of the whole picture.

    The reader decodes no more than it needs, and unlike ``QImage.fromData`` it lets other threads run meanwhile.
    """
    if not jpeg or not jpeg.startswith(_JPEG_BEGINS):  # the reader would warn of it
        return QImage()
    buffer = QBuffer()
    buffer.setData(jpeg)
    buffer.open(QIODevice.OpenModeFlag.ReadOnly)
    reader = QImageReader(buffer, b"JPEG")
    reader.setAutoDetectImageFormat(False)
    whole = reader.size()
    if not whole.isValid():
        return QImage()
    reader.setClipRect(part(whole))
    reader.setScaledSize(size)
    return reader.read()


def decoding(load: Callable[[int], bytes | None]) -> Callable[[object], object]:
    """What a loader's thread does with a photo's id: the thumbnail as an image, None if there is none."""

    def decoded(photo_id: object) -> QImage | None:
        image = decode(load(photo_id) if isinstance(photo_id, int) else None)
        return None if image.isNull() else image

    return decoded

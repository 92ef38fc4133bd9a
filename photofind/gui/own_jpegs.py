"""The only pictures that are decoded in this process: small JPEGs that this program made itself."""

from collections.abc import Callable

from PySide6.QtGui import QImage


def decode(jpeg: bytes | None) -> QImage:
    """Any thread. A null image for anything that is no JPEG: no other of Qt's readers is tried."""
    return QImage.fromData(jpeg, "JPEG") if jpeg else QImage()  # type: ignore[arg-type]  # PySide's stub says bytes


def decoding(load: Callable[[int], bytes | None]) -> Callable[[object], object]:
    """What a loader's thread does with a photo's id: the thumbnail as an image, None if there is none."""

    def decoded(photo_id: object) -> QImage | None:
        image = decode(load(photo_id) if isinstance(photo_id, int) else None)
        return None if image.isNull() else image

    return decoded

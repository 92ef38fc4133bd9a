"""The only pictures that are decoded in this process: small JPEGs that this program made itself."""

from PySide6.QtGui import QImage


def decode(jpeg: bytes | None) -> QImage:
    """Any thread. A null image for anything that is no JPEG: no other of Qt's readers is tried."""
    return QImage.fromData(jpeg, "JPEG") if jpeg else QImage()  # type: ignore[arg-type]  # PySide's stub says bytes

"""What a drag or the clipboard offers: paths, picture bytes, photos of the grid. Nothing is opened or decoded here."""

import base64
import binascii
import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

from PySide6.QtCore import QBuffer, QIODevice, QMimeData
from PySide6.QtGui import QImage

from photofind.core.question import PictureBytes
from photofind.gui import file_names

PHOTO_IDS_FORMAT = "application/x-photofind-photo-ids"
# Lossless formats first: a browser offers the same picture in several.
_IMAGE_FORMATS = (
    "image/png",
    "image/jpeg",
    "image/webp",
    "image/avif",
    "image/heic",
    "image/gif",
    "image/tiff",
    "image/bmp",
)
_DATA_ADDRESS = re.compile(r"""data:image/[\w.+-]+(;[\w.+=-]+)*?(?P<base64>;base64)?,(?P<data>[^"'\s>]+)""")


@dataclass(frozen=True, slots=True)
class Offer:
    """Files and folders by path (which is which, only the disk knows), pictures as bytes, photos by id."""

    paths: tuple[str, ...] = ()
    pictures: tuple[PictureBytes, ...] = ()
    photo_ids: tuple[int, ...] = ()
    web_address: str = ""  # all that there is, when a browser gives no more

    def __bool__(self) -> bool:
        return bool(self.paths or self.pictures or self.photo_ids or self.web_address)


def may_hold_pictures(mime: QMimeData) -> bool:
    """Whether a drag is worth a welcome; called at each of its movements, so nothing is read yet."""
    return mime.hasUrls() or mime.hasImage() or mime.hasFormat(PHOTO_IDS_FORMAT) or bool(_raw_format(mime))


def read_offer(mime: QMimeData) -> Offer:
    """Photos of the grid before paths before pictures before addresses: the most exact that is there."""
    if mime.hasFormat(PHOTO_IDS_FORMAT):
        return Offer(photo_ids=tuple(_ids_from(bytes(mime.data(PHOTO_IDS_FORMAT).data()))))
    urls = mime.urls()
    paths = tuple(path for url in urls if (path := file_names.path_of(url)))
    if paths:
        return Offer(paths=paths)
    raw = _raw_format(mime)
    if raw and (data := bytes(mime.data(raw).data())):
        return Offer(pictures=(PictureBytes(data),))
    for text in (*(url.toString() for url in urls), mime.html() if mime.hasHtml() else ""):
        data = _from_data_address(text)
        if data:
            return Offer(pictures=(PictureBytes(data),))
    if mime.hasImage():
        # Only what was put there as pixels, by this program or by a system whose clipboard knows bitmaps alone.
        data = _png_of(mime.imageData())
        if data:
            return Offer(pictures=(PictureBytes(data),))
    web = [url.toString() for url in urls if url.scheme() in ("http", "https")]
    return Offer(web_address=web[0] if web else "")


def photo_ids_data(ids: Sequence[int]) -> bytes:
    """For a drag out of the grid, so that the search bar knows the photos again."""
    return array("q", ids).tobytes()


def _ids_from(data: bytes) -> "array[int]":
    ids: array[int] = array("q")
    ids.frombytes(data[: len(data) // ids.itemsize * ids.itemsize])
    return ids


def _raw_format(mime: QMimeData) -> str:
    formats = set(mime.formats())
    return next((name for name in _IMAGE_FORMATS if name in formats), "")


def _from_data_address(text: str) -> bytes:
    found = _DATA_ADDRESS.search(text)
    if not found:
        return b""
    data = unquote_to_bytes(found["data"])
    if not found["base64"]:
        return data
    try:
        return base64.b64decode(data, validate=False)
    except binascii.Error:
        return b""


def _png_of(image: object) -> bytes:
    if not isinstance(image, QImage) or image.isNull():
        return b""
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG", 80)  # type: ignore[call-overload]  # little compression: it is read again at once
    return bytes(buffer.data().data())

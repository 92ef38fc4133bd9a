"""What drags and the clipboard hold."""

import base64

import pytest
from fake_engine import painted_jpeg
from PySide6.QtCore import QMimeData, QUrl
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from photofind.core.question import PictureBytes
from photofind.gui.offered import PHOTO_IDS_FORMAT, Offer, may_hold_pictures, photo_ids_data, read_offer

PNG_HEAD = b"\x89PNG\r\n\x1a\n"


def test_files_of_a_file_manager_come_as_paths() -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("file:///fotos/S%C3%BCden%20%231.jpg"), QUrl.fromLocalFile("/fotos/Ordner")])
    assert may_hold_pictures(mime)
    assert read_offer(mime) == Offer(paths=("/fotos/Süden #1.jpg", "/fotos/Ordner"))


def test_a_picture_of_a_browser_comes_as_the_bytes_it_sent_and_is_not_decoded() -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/dog.png")])
    mime.setData("image/png", PNG_HEAD + b"not decodable")
    assert read_offer(mime) == Offer(pictures=(PictureBytes(PNG_HEAD + b"not decodable"),))


def test_pixels_become_a_png(qtbot: QtBot) -> None:
    mime = QMimeData()
    mime.setImageData(QImage.fromData(painted_jpeg(1)))
    assert may_hold_pictures(mime)
    (picture,) = read_offer(mime).pictures
    assert picture.data.startswith(PNG_HEAD)


@pytest.mark.parametrize("where", ["html", "url"])
def test_a_picture_inside_its_address_is_taken_from_there(where: str) -> None:
    address = "data:image/jpeg;base64," + base64.b64encode(b"\xff\xd8jpeg").decode()
    mime = QMimeData()
    if where == "html":
        mime.setHtml(f'<meta charset="utf-8"><img alt="x" src="{address}">')
        mime.setUrls([QUrl("https://example.org/")])
    else:
        mime.setUrls([QUrl(address)])
    assert read_offer(mime) == Offer(pictures=(PictureBytes(b"\xff\xd8jpeg"),))


def test_an_address_alone_is_said_to_be_one() -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.org/dog.jpg")])
    assert read_offer(mime) == Offer(web_address="https://example.org/dog.jpg")


def test_photos_of_the_grid_are_known_by_their_ids() -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("file:///a.jpg")])
    mime.setData(PHOTO_IDS_FORMAT, photo_ids_data([5, 7]))
    assert read_offer(mime) == Offer(photo_ids=(5, 7))


@pytest.mark.parametrize("data", [b"", b"1234567", b"data:image/png;base64,!!!"])
def test_nonsense_offers_nothing(data: bytes) -> None:
    mime = QMimeData()
    mime.setData(PHOTO_IDS_FORMAT if len(data) == 7 else "text/html", data)
    assert not read_offer(mime)


def test_text_is_no_picture() -> None:
    mime = QMimeData()
    mime.setText("a white dog")
    assert not may_hold_pictures(mime)
    assert not read_offer(mime)

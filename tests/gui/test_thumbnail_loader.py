"""Thumbnails: what is on the screen now comes first, and no more is kept than the limit."""

import threading
from collections.abc import Iterator

import pytest
from fake_engine import jpeg_of, painted_jpeg
from PySide6.QtCore import QRect, QSize
from PySide6.QtGui import QColor, QImage
from pytestqt.qtbot import QtBot

from photofind.gui import thumbnail_loader
from photofind.gui.thumbnail_loader import ThumbnailLoader, square, square_part

GROUND = QColor(30, 31, 32)


class Source:
    """Thumbnails in memory; ``go_on`` holds the loader's thread."""

    def __init__(self) -> None:
        self.asked: list[int] = []
        self.absent: set[int] = set()
        self.go_on = threading.Event()
        self.go_on.set()

    def load(self, photo_id: int) -> bytes | None:
        self.asked.append(photo_id)
        self.go_on.wait(10)
        return None if photo_id in self.absent else painted_jpeg(photo_id)


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def loader(qtbot: QtBot, source: Source) -> Iterator[ThumbnailLoader]:
    made = ThumbnailLoader(source.load, threads=1)
    yield made
    source.go_on.set()
    made.stop()


def test_a_thumbnail_is_square_and_sharp_on_a_dense_screen(qtbot: QtBot, loader: ThumbnailLoader) -> None:
    with qtbot.waitSignal(loader.arrived):
        loader.want([5], 100, 2.0, GROUND)
    pixmap = loader.pixmap(5)
    assert pixmap.size() == QSize(200, 200)
    assert pixmap.deviceIndependentSize().toSize() == QSize(100, 100)


def test_only_what_is_wanted_last_is_loaded_first_one_first(
    qtbot: QtBot, loader: ThumbnailLoader, source: Source
) -> None:
    source.go_on.clear()
    loader.want([1, 2, 3], 50, 1.0, GROUND)
    qtbot.waitUntil(lambda: source.asked == [1])
    loader.want([4, 5], 50, 1.0, GROUND)
    loader.want([6, 7], 50, 1.0, GROUND)
    source.go_on.set()
    qtbot.waitUntil(lambda: loader.pixmap(7) is not None)
    assert source.asked == [1, 6, 7]


def test_another_size_replaces_the_old_one_only_when_it_is_there(
    qtbot: QtBot, loader: ThumbnailLoader, source: Source
) -> None:
    with qtbot.waitSignal(loader.arrived):
        loader.want([1], 50, 1.0, GROUND)
    source.go_on.clear()
    loader.want([1], 80, 1.0, GROUND)
    assert loader.pixmap(1).width() == 50
    source.go_on.set()
    qtbot.waitUntil(lambda: loader.pixmap(1).width() == 80)


def test_while_a_window_is_resized_another_size_will_do(qtbot: QtBot, loader: ThumbnailLoader, source: Source) -> None:
    with qtbot.waitSignal(loader.arrived):
        loader.want([1], 50, 1.0, GROUND)
    with qtbot.waitSignal(loader.arrived):
        loader.want([1, 2], 80, 1.0, GROUND, any_size=True)  # what is missing comes in the new size
    assert (loader.pixmap(1).width(), loader.pixmap(2).width(), source.asked) == (50, 80, [1, 2])


def test_another_ground_gives_other_corners(qtbot: QtBot, loader: ThumbnailLoader, source: Source) -> None:
    for ground in (GROUND, QColor(250, 240, 230)):
        with qtbot.waitSignal(loader.arrived):
            loader.want([1], 50, 1.0, ground)
        corner = loader.pixmap(1).toImage().pixelColor(0, 0)
        assert abs(corner.green() - ground.green()) < 40
    assert source.asked == [1, 1]


def test_a_photo_without_thumbnail_is_asked_for_again_when_it_changes(
    qtbot: QtBot, loader: ThumbnailLoader, source: Source
) -> None:
    source.absent = {1}
    loader.want([1, 2], 50, 1.0, GROUND)
    qtbot.waitUntil(lambda: loader.pixmap(2) is not None)
    loader.want([1, 3], 50, 1.0, GROUND)
    qtbot.waitUntil(lambda: loader.pixmap(3) is not None)
    assert source.asked.count(1) == 1
    source.absent = set()
    loader.photos_changed([1])
    with qtbot.waitSignal(loader.arrived):
        loader.want([1], 50, 1.0, GROUND)
    assert loader.pixmap(1) is not None


def test_what_was_looked_at_longest_ago_is_forgotten_first(
    qtbot: QtBot, loader: ThumbnailLoader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(thumbnail_loader, "LEAST_KEPT_BYTES", 0)
    monkeypatch.setattr(thumbnail_loader, "SCREENS_KEPT", 2)
    for first in (0, 2, 4):
        loader.want([first, first + 1], 64, 1.0, GROUND)
        qtbot.waitUntil(lambda first=first: loader.pixmap(first + 1) is not None)
    assert [photo_id for photo_id in range(6) if loader.pixmap(photo_id) is not None] == [2, 3, 4, 5]


def test_bytes_that_are_no_jpeg_leave_the_place_empty(qtbot: QtBot) -> None:
    loader = ThumbnailLoader(lambda photo_id: b"no picture" if photo_id == 1 else painted_jpeg(photo_id))
    loader.want([1, 2], 50, 1.0, GROUND)
    qtbot.waitUntil(lambda: loader.pixmap(2) is not None)
    assert loader.pixmap(1) is None
    loader.stop()


def test_the_middle_of_a_wide_picture_and_the_upper_part_of_a_tall_one_are_shown() -> None:
    assert square_part(QSize(400, 300)) == QRect(50, 0, 300, 300)
    assert square_part(QSize(300, 400)) == QRect(0, 35, 300, 300)


@pytest.mark.parametrize("size", [QSize(1, 1), QSize(3, 900), QSize(512, 384), QSize(90, 90)])
def test_every_shape_fills_its_square_up_to_the_round_corners(size: QSize) -> None:
    image = QImage(size, QImage.Format.Format_RGB32)
    image.fill(QColor(10, 200, 30))
    done = square(jpeg_of(image), 64, 4, GROUND.rgb())
    assert done.size() == QSize(64, 64)
    corner = done.pixelColor(0, 0)
    assert abs(corner.green() - GROUND.green()) < 40 and not done.hasAlphaChannel(), (
        "the ground shows, and nothing is blended"
    )
    for point in ((32, 0), (0, 32), (63, 32), (32, 63), (32, 32)):
        colour = done.pixelColor(*point)
        assert colour.alpha() == 255
        assert colour.green() > 150

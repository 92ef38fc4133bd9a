"""What a user does with the window, on real photos, watcher and stores."""

import shutil
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

from dragging import drop_onto
from opened_window import OpenWindow
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QColor, QGuiApplication, QImage
from pytestqt.qtbot import QtBot

Open = Callable[[], AbstractContextManager[OpenWindow]]
MakePicture = Callable[..., Path]


def test_a_folder_dropped_on_the_window_fills_the_grid(open_window: Open, photos: Path) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(photos))])
    with open_window() as opened:
        drop_onto(opened.window, mime)
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp")


def test_typed_words_find_photos_and_esc_shows_all_again(open_window: Open, photos: Path, qtbot: QtBot) -> None:
    with open_window() as opened:
        opened.window.add_folders([str(photos)])
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp")
        words = opened.window.top.search.words
        for text, first in (("green", "leaf.png"), ("blue", "sea.webp"), ("red", "poppy.jpg")):
            words.clear()
            qtbot.keyClicks(words, text)
            opened.wait_until_first(first)
        qtbot.keyClick(words, Qt.Key.Key_Escape)
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp")
        assert words.text() == ""


def test_a_file_dropped_on_the_search_bar_finds_photos_that_look_like_it(
    open_window: Open, photos: Path, make_picture: MakePicture, qtbot: QtBot
) -> None:
    outside = make_picture(photos.parent / "außerhalb, mit Umlauten ä & Leerzeichen.png", (35, 65, 215))
    mime = QMimeData()
    mime.setData("text/uri-list", QUrl.fromLocalFile(str(outside)).toEncoded() + b"\r\n")
    with open_window() as opened:
        opened.window.add_folders([str(photos)])
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp")
        drop_onto(opened.window.top.search, mime)
        opened.wait_until_first("sea.webp")
        (chip,) = opened.window.top.search.chips
        qtbot.waitUntil(lambda: chip.has_thumbnail)
        chip.click_remove()
        qtbot.waitUntil(lambda: opened.window.search.question.is_empty)


def test_a_picture_pasted_from_the_clipboard_finds_photos_that_look_like_it(
    open_window: Open, photos: Path, qtbot: QtBot
) -> None:
    picture = QImage(200, 150, QImage.Format.Format_RGB32)
    picture.fill(QColor(40, 150, 50))
    with open_window() as opened:
        opened.window.add_folders([str(photos)])
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp")
        QGuiApplication.clipboard().setImage(picture)
        qtbot.keyClick(opened.window.top.search.words, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
        opened.wait_until_first("leaf.png")
        QGuiApplication.clipboard().clear()


def test_photos_that_come_change_their_name_or_go_do_so_in_the_grid(
    open_window: Open, photos: Path, make_picture: MakePicture, qtbot: QtBot
) -> None:
    elsewhere = make_picture(photos.parent / "elsewhere" / "violet.jpg", (120, 40, 160), size=(320, 240))
    with open_window() as opened:
        opened.window.add_folders([str(photos)])
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp")

        shutil.copy(elsewhere, photos / "neu ä.jpg")
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp", "neu ä.jpg")
        before = opened.ids()["neu ä.jpg"]

        (photos / "neu ä.jpg").rename(photos / "renamed.jpg")
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp", "renamed.jpg")
        assert opened.ids()["renamed.jpg"] == before

        (photos / "renamed.jpg").unlink()
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp")

        shutil.copytree(elsewhere.parent, photos / "a whole folder")
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp", "violet.jpg")
        (photos / "a whole folder").rename(photos / "moved")
        qtbot.waitUntil(lambda: any("moved" in row.path for row in opened.engine.rows(list(opened.window.model.ids))))
        shutil.rmtree(photos / "moved")
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp")


def test_a_search_that_is_open_takes_in_a_photo_that_comes(
    open_window: Open, photos: Path, make_picture: MakePicture, qtbot: QtBot
) -> None:
    with open_window() as opened:
        opened.window.add_folders([str(photos)])
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp")
        qtbot.keyClicks(opened.window.top.search.words, "green")
        opened.wait_until_first("leaf.png")
        opened.unfold()
        make_picture(photos / "greener.png", (0, 128, 0), size=(320, 240))
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp", "greener.png")


def test_enter_opens_a_photo_large_and_arrows_go_on(open_window: Open, photos: Path, qtbot: QtBot) -> None:
    with open_window() as opened:
        opened.window.add_folders([str(photos)])
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp")
        window = opened.window
        qtbot.keyClick(window.grid, Qt.Key.Key_Home)
        qtbot.keyClick(window.grid, Qt.Key.Key_Return)
        qtbot.waitUntil(lambda: window.viewer.isVisible() and window.viewer.is_sharp)
        assert window.viewer.photo_id == window.model.ids[0]
        qtbot.keyClick(window.viewer, Qt.Key.Key_Right)
        qtbot.waitUntil(lambda: window.viewer.photo_id == window.model.ids[1] and window.viewer.is_sharp)
        qtbot.keyClick(window.viewer, Qt.Key.Key_Escape)
        qtbot.waitUntil(lambda: not window.viewer.isVisible())


def test_a_broken_file_is_a_problem_to_look_at_and_stops_nothing(open_window: Open, photos: Path, qtbot: QtBot) -> None:
    (photos / "broken.jpg").write_bytes(b"\xff\xd8\xff and no more")
    with open_window() as opened:
        opened.window.add_folders([str(photos)])
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp")
        qtbot.waitUntil(lambda: [row.path for row in opened.engine.problems()] == [str(photos / "broken.jpg")])


def test_what_the_user_chose_is_there_after_a_restart(open_window: Open, photos: Path, qtbot: QtBot) -> None:
    with open_window() as opened:
        opened.window.add_folders([str(photos)])
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp")
        opened.window.grid.set_wanted_px(240)
        opened.window.resize(700, 600)
        opened.window.toggle_side_bar()
    with open_window() as opened:
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp")
        assert opened.window.grid.wanted_px == 240
        assert not opened.window.side_bar.isVisible()
        assert opened.window.size().width() == 700

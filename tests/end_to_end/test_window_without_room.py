"""The window on a library whose disk is full or read-only: real disks, real stores, the words that a user sees."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest
from opened_window import OpenWindow
from pytestqt.qtbot import QtBot

from photofind.app import _Opening
from photofind.config.paths import LibraryPaths
from photofind.config.settings import load
from photofind.core.events import Notice
from photofind.gui.main_window import MainWindow

Open = Callable[[], AbstractContextManager[OpenWindow]]
MakePicture = Callable[..., Path]


@pytest.fixture
def disk(small_disk: Callable[[int], Any], tmp_path: Path) -> Any:
    """The library of ``open_window`` lies on it."""
    disk = small_disk(48)
    (disk.folder / "library").mkdir(mode=0o700)
    (tmp_path / "library").symlink_to(disk.folder / "library")
    return disk


@pytest.fixture(autouse=True)
def _no_long_waits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("room._LOOK_EVERY_S", "librarian._TRY_AGAIN_S", "settings_writer._TRY_AGAIN_S"):
        monkeypatch.setattr(f"photofind.library.{name}", 0.1)


@pytest.fixture
def open_program(tmp_path: Path, qtbot: QtBot) -> Callable[[], AbstractContextManager[OpenWindow]]:
    """The window as the program opens it, on whatever state the library is in."""

    @contextmanager
    def open_() -> Iterator[OpenWindow]:
        opening = _Opening(LibraryPaths(tmp_path / "library"), [])
        opening.start()
        try:
            front = opening.front()
            window = MainWindow(front)
            qtbot.addWidget(window)
            window.show()
            opening.go_on()
            yield OpenWindow(window, front, qtbot)  # type: ignore[arg-type]
            window.close()
        finally:
            opening.close()

    return open_


def indexed(open_window: Open, photos: Path) -> None:
    with open_window() as opened:
        opened.window.add_folders([str(photos)])
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp")
        opened.engine.indexer.when_done().result(timeout=60)


@pytest.mark.parametrize("left_bytes", [3_000_000, 0])
def test_a_full_disk_is_said_in_the_status_line_and_the_words_go_when_there_is_room(
    left_bytes: int, open_window: Open, photos: Path, disk: Any, make_picture: MakePicture, qtbot: QtBot
) -> None:
    """Below the reserve, and with nothing left at all, so that even the news of the new photo cannot be written."""
    with open_window() as opened:
        opened.window.add_folders([str(photos)])
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp")
        opened.engine.indexer.when_done().result(timeout=60)
        disk.fill(left_bytes)
        make_picture(photos / "new.png", (120, 40, 160), size=(320, 240))
        doing = opened.window.status.doing
        qtbot.waitUntil(lambda: "The disk is full" in doing.text, timeout=30_000)
        assert "MB more room in" in doing.text
        assert doing.text.endswith("Photos are looked through again when there is room.")
        assert doing.isVisible() and not opened.window.status.pause.isVisible() and not opened.window.status.bar.isVisible()
        assert opened.window.notice.isHidden()  # a state is no alarm
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp")
        disk.make_room()
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp", "new.png")
        qtbot.waitUntil(lambda: not doing.isVisible(), timeout=30_000)


def test_settings_that_find_no_room_are_told_once_and_saved_when_there_is_room(
    open_window: Open, photos: Path, disk: Any, tmp_path: Path, qtbot: QtBot
) -> None:
    told: list[str] = []
    with open_window() as opened:
        opened.engine.add_listener(lambda event: told.append(event.sentence) if isinstance(event, Notice) else None)
        disk.fill()
        for place in range(5):
            opened.engine.save_setting(thumbnail_px=200 + place, window_geometry="x" * 8_000)
            opened.engine.librarian.submit(lambda _: None).exception(timeout=30)
        qtbot.waitUntil(lambda: "The settings cannot be saved" in opened.window.notice.sentence, timeout=30_000)
        disk.make_room()
        settings = tmp_path / "library" / "settings.json"
        qtbot.waitUntil(lambda: settings.exists() and load(settings)[0].thumbnail_px == 204, timeout=30_000)
        assert len(told) == 1
        assert not list(settings.resolve().parent.glob("settings.json.*"))  # no half of one


def test_a_library_on_a_read_only_drive_opens_for_looking_and_searching(
    open_window: Open, open_program: Open, photos: Path, disk: Any, qtbot: QtBot
) -> None:
    indexed(open_window, photos)
    disk.set_read_only(True)
    with open_program() as opened:
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp")
        doing = opened.window.status.doing
        qtbot.waitUntil(lambda: "is read-only: you can look at photos and search" in doing.text, timeout=30_000)
        qtbot.keyClicks(opened.window.top.search.words, "green")
        opened.wait_until_first("leaf.png")
        assert opened.window.notice.isHidden()
        opened.window.open_photo(0)
        qtbot.waitUntil(lambda: opened.window.viewer.is_sharp, timeout=30_000)
        opened.window.add_folders([str(photos)])
        qtbot.waitUntil(lambda: "nothing is saved" in opened.window.notice.sentence, timeout=30_000)
    disk.set_read_only(False)


def test_a_program_that_starts_on_a_full_disk_shows_photos_and_goes_on_when_there_is_room(
    open_window: Open, open_program: Open, photos: Path, disk: Any, make_picture: MakePicture, qtbot: QtBot
) -> None:
    indexed(open_window, photos)
    make_picture(photos / "new.png", (120, 40, 160), size=(320, 240))
    disk.fill()
    with open_program() as opened:
        doing = opened.window.status.doing
        qtbot.waitUntil(lambda: "is full: you can look at photos and search" in doing.text, timeout=30_000)
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp")
        qtbot.keyClicks(opened.window.top.search.words, "green")
        opened.wait_until_first("leaf.png")
        opened.unfold()
        disk.make_room()
        opened.wait_until_shown("poppy.jpg", "leaf.png", "sea.webp", "new.png")
        qtbot.waitUntil(lambda: not doing.isVisible(), timeout=30_000)

"""Opens the window on a library in memory, to look at it.

python tests/gui/show.py [--photos N] [--thumbnails FOLDER] [--scene NAME] [--theme light|dark] [--size 1600x1000]
"""

import argparse
import os
import sys
from dataclasses import replace
from pathlib import Path

from fake_engine import LIGHT_STATE, PALETTE_STATE, FakeEngine, FakeSettings, thumbnails_from
from PySide6.QtCore import QPoint, Qt, QTimer
from PySide6.QtTest import QTest

from photofind.core import events
from photofind.core.album import Album
from photofind.core.pace import Pace
from photofind.core.photo import Counts, FolderState, ProblemRow
from photofind.core.query import KnownValues
from photofind.core.question import PictureFile, Question
from photofind.gui.application import create_application
from photofind.gui.main_window import MainWindow

INDEXING = events.Progress(events.Activity.INDEXING, 11_276, 12_480, 8.2, 147.0)
TROUBLE = events.Progress(
    events.Activity.STOPPED_BY_TROUBLE, sentence="The disk is full. Free some space and photofind goes on by itself."
)
FOLDERS = (
    FolderState("/home/anna/Pictures", 9_120),
    FolderState("/home/anna/Pictures/Phone uploads 2016 to 2025", 3_112),
    FolderState("/media/anna/Archive", 248, offline=True),
)
HISTORY = ("grandma in the garden", "camera:nikon sunset", "a white dog in the snow", "\"IMG_2034\"")
KNOWN = KnownValues(cameras=("Nikon D750", "NIKON Z 6", "Pixel 7"), years=("2024", "2019"))
ALBUMS = ("Bello", "Snow and ice", "Sunsets at the sea since 2016, without people")
PROBLEMS = [
    ProblemRow("/home/anna/Pictures/2019/IMG_2231.jpg", "This JPEG is damaged: it ends too early."),
    ProblemRow("/home/anna/Pictures/scans/letter.png", "This is not a picture, though its name says so."),
    ProblemRow(
        "/home/anna/Pictures/panorama/alps stitched final final (2).tif",
        "The picture has 2,500 megapixels; the limit is 500. Save a smaller copy to have it found.",
    ),
]


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--photos", type=int, default=12_480)
    options.add_argument("--thumbnails", type=Path)
    options.add_argument("--scene", default="grid")
    options.add_argument("--theme", default="light")
    options.add_argument("--size", default="1200x800")
    options.add_argument("--cell", type=int, default=180)
    options.add_argument("--shot", type=Path, help="save the window as a picture here and end")
    given = options.parse_args()

    app = create_application(sys.argv[:1], Path(__file__).parents[2] / "resources/icons/photofind.svg")
    if os.environ.get("PHOTOFIND_RTL"):
        app.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    empty = given.scene in ("first", "looking", "away")
    engine = FakeEngine(
        0 if empty else given.photos,
        settings=FakeSettings(theme=given.theme, thumbnail_px=given.cell, history=HISTORY),
        thumbnails=thumbnails_from(given.thumbnails) if given.thumbnails else (),
    )
    engine.problem_rows = PROBLEMS
    engine.encoder = (
        PALETTE_STATE if given.scene in ("notice", "agree", "first", "literal", "indexing") else LIGHT_STATE
    )
    if given.scene == "download":
        engine.encoder = replace(
            PALETTE_STATE, installing="open_clip:light", installing_done=212_000_000, installing_total=605_000_000
        )
    if given.scene == "coming":
        engine.encoder = replace(
            PALETTE_STATE,
            proposed="",
            coming_id="open_clip:light",
            coming_name="Light",
            coming_done=40,
            coming_total=100,
        )
    window = MainWindow(engine, on_closed=engine.stop, choose_theme=app.theme.choose)
    width, height = given.size.split("x")
    window.resize(int(width), int(height))
    window.show()
    scene(given.scene, engine, window)
    if given.shot:
        QTimer.singleShot(2500, lambda: (window.grab().save(str(given.shot)), window.close()))
    app.exec()


def scene(name: str, engine: FakeEngine, window: MainWindow) -> None:  # noqa: PLR0912 - one branch a scene
    """What is going on in the picture."""
    if name not in ("first", "looking", "away"):
        engine.post(events.LibraryState(Counts(12_480, 11_276, 1_201, 3, 248), FOLDERS))
    if name == "first":
        engine.post(events.LibraryState())
    elif name == "looking":
        engine.post(events.LibraryState(Counts(), FOLDERS[:1]))
        engine.post(events.Progress(events.Activity.LOOKING, 0, 1_240))
    elif name == "away":
        engine.post(events.LibraryState(Counts(offline=248), FOLDERS[2:]))
    elif name in ("indexing", "coming"):
        engine.post(INDEXING)
    elif name == "paused":
        engine.post(replace(INDEXING, activity=events.Activity.PAUSED))
    elif name == "gentle":
        engine.post(replace(INDEXING, rate=2.9, seconds_left=415.0, pace=Pace.GENTLE_BESIDE_USER))
    elif name == "battery":
        engine.post(replace(INDEXING, activity=events.Activity.PAUSED_ON_BATTERY, pace=Pace.PAUSED_ON_BATTERY))
    elif name == "speed":
        engine.post(replace(INDEXING, rate=2.9, seconds_left=415.0, pace=Pace.GENTLE_ON_BATTERY))
        QTimer.singleShot(900, window.status.speed.click)
    elif name == "trouble":
        engine.post(TROUBLE)
    elif name == "text":
        window.top.search.type_more("a white dog in the snow")
    elif name == "literal":
        window.top.search.type_more("literal IMG_2")
    elif name in ("stacks", "stack open"):
        engine.groups = (3, 8, 14)
        engine.leaders = (0, 1, 2, 3, 4, 4, 4, 7, 8, 8, *range(10, 18), 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18, 18)[:25]
        window.top.search.type_more("dog")
        if name == "stack open":
            QTimer.singleShot(900, lambda: (window.grid.go_to(4), window.display.open_or_close_stack(window.model.photo_id(4))))
    elif name in ("groups", "by name", "unfolded"):
        engine.groups = {"by name": (3, 0, 0)}.get(name, (3, 8, 14))
        window.top.search.type_more("dog")
        if name == "unfolded":
            QTimer.singleShot(900, lambda: (window.display.fold_or_unfold(), window.grid.go_to(27)))
    elif name == "history":
        window.activateWindow()
        window.top.search.setFocus()
        QTimer.singleShot(900, lambda: QTest.keyClick(window.top.search.words, Qt.Key.Key_Down))
    elif name in ("albums", "keep"):
        engine.kept = [(Album(each, each, id=number), Question(each)) for number, each in enumerate(ALBUMS, 1)]
        window.albums.refresh()
        engine.groups = (0, 8, 14)
        if name == "keep":
            window.top.search.type_more("grandma in the garden")
            QTimer.singleShot(900, window.albums.keep)
        else:
            QTimer.singleShot(900, lambda: window.albums.open(engine.kept[1][0]))
            QTimer.singleShot(1200, lambda: window.side_bar.albums.choose(2))
    elif name in ("filters", "mistake", "fields", "values"):
        engine.known = KNOWN
        window.activateWindow()
        window.top.search.setFocus()
        typed = {
            "filters": 'a dog camera:nikon date:2019..2021 -is:portrait folder:"Phone uploads" rating:>=4',
            "mistake": "a dog rating:lots camera:nikon ",
            "fields": "a dog ca",
            "values": "a dog camera:n",
        }[name]
        QTimer.singleShot(500, lambda: QTest.keyClicks(window.top.search.words, typed))
    elif name == "thumbs":
        engine.groups = (3, 8, 14)
        window.top.search.type_more("dog")
        QTimer.singleShot(900, lambda: judge(window))
    elif name == "unconvincing":
        engine.groups = (0, 0, 0)
        window.top.search.type_more("a unicorn on the moon")
    elif name == "nothing":
        window.top.search.type_more("nothing")
    elif name in ("picture", "pictures"):
        for number in range(1 if name == "picture" else 3):
            window.search.add_picture(PictureFile(f"/home/anna/beach{number}.jpg"), 2.0**number)
        window.top.search.type_more("at sunset")
    elif name == "viewer":
        QTimer.singleShot(900, lambda: window.open_photo(4))
    elif name in ("detail", "detail found"):
        engine.offline = set(range(12_480)) if name == "detail found" else set()
        let_go = name == "detail found"
        QTimer.singleShot(900, lambda: (window.open_photo(4), QTimer.singleShot(600, lambda: draw(window, let_go))))
    elif name in ("why", "why not"):
        engine.unexplained = set(range(12_480)) if name == "why not" else set()
        window.top.search.type_more("sun")
        QTimer.singleShot(900, lambda: (window.open_photo(4), QTimer.singleShot(600, window.tools.why.toggle)))
    elif name == "selection":
        QTimer.singleShot(900, lambda: select(window))
    elif name == "problems":
        window.problems.open()
    elif name == "agree":
        QTimer.singleShot(900, lambda: window.encoder_notice.ask_about("open_clip:light"))
    elif name == "undo":
        QTimer.singleShot(
            900, lambda: window.notice.say("“Archive” is no longer watched. Its files are untouched.", "Undo")
        )
    elif name == "offline":
        engine.offline = set(range(1, 12_480, 3))
    elif name == "away menu":
        engine.offline = set(range(1, 12_480, 3))
        QTimer.singleShot(900, window.status.away.click)


def draw(window: MainWindow, let_go: bool) -> None:
    window.tools.detail.begin()
    place, drawing = window.viewer.picture_place, window.tools.detail.drawing
    at = lambda across, down: place.topLeft() + QPoint(round(across * place.width()), round(down * place.height()))  # noqa: E731
    QTest.mousePress(drawing, Qt.MouseButton.LeftButton, pos=at(0.3, 0.2))
    QTest.mouseMove(drawing, at(0.6, 0.65))
    if let_go:
        QTest.mouseRelease(drawing, Qt.MouseButton.LeftButton, pos=at(0.6, 0.65))


def judge(window: MainWindow) -> None:
    window.thumbs.judge([window.model.photo_id(row) for row in (3, 4)], True)
    window.thumbs.judge([window.model.photo_id(5)], False)
    QTimer.singleShot(300, lambda: hover(window, 1))


def hover(window: MainWindow, row: int) -> None:
    window.grid._hover(window.grid.visualRect(window.model.index(row)).center())


def select(window: MainWindow) -> None:
    model = window.model
    for row in (1, 2, 3, 8, 9):
        window.grid.selectionModel().select(model.index(row), window.grid.selectionModel().SelectionFlag.Select)
    window.grid.selectionModel().setCurrentIndex(model.index(9), window.grid.selectionModel().SelectionFlag.NoUpdate)
    window.grid.setFocus(Qt.FocusReason.TabFocusReason)


if __name__ == "__main__":
    main()

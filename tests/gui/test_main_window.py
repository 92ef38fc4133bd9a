"""The window as a whole: its states, its folders, its memory."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from dragging import drop_onto
from fake_engine import LIGHT_STATE, PALETTE_STATE, FakeEngine, FakeSettings
from PySide6.QtCore import QMimeData, QSize, Qt, QUrl
from PySide6.QtWidgets import QAbstractButton, QApplication, QFileDialog, QLineEdit, QListWidget, QSlider
from pytestqt.qtbot import QtBot

from photofind.core import events
from photofind.core.pace import Pace
from photofind.core.photo import Counts, FolderState, ProblemRow
from photofind.core.question import PictureFile
from photofind.gui.encoder_menu import encoder_menu
from photofind.gui.main_window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")  # the offscreen one cannot raise windows

Engines = Callable[..., FakeEngine]
Windows = Callable[..., MainWindow]


def state_says(window: MainWindow, beginning: str) -> bool:
    return window.stack.currentWidget() is window.empty and window.empty.sentence.text().startswith(beginning)


def test_the_first_start_asks_for_folders(qtbot: QtBot, engines: Engines, windows: Windows) -> None:
    window = windows(engines(0))
    qtbot.waitUntil(lambda: state_says(window, "Choose the folders your photos are in"))
    assert window.empty.button.text() == "Add folder…"
    assert window.status.shown.text == ""


def test_folders_dropped_on_the_window_are_watched(
    qtbot: QtBot, engines: Engines, windows: Windows, tmp_path: Path
) -> None:
    engine = engines(0)
    window = windows(engine)
    folder = tmp_path / "Fotos für Oma"
    folder.mkdir()
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(folder))])
    drop_onto(window, mime)
    qtbot.waitUntil(lambda: window.side_bar.list.folders() == [str(folder)])
    assert engine.called("add_folders") == [([str(folder)],)]
    qtbot.waitUntil(lambda: state_says(window, "There are no photos in these folders yet"))
    engine.post(events.Progress(events.Activity.LOOKING))
    qtbot.waitUntil(lambda: state_says(window, "Looking for photos"))


def test_a_folder_is_removed_at_once_and_undo_brings_it_back(qtbot: QtBot, engines: Engines, windows: Windows) -> None:
    engine = engines(20)
    window = windows(engine)
    qtbot.waitUntil(lambda: window.side_bar.list.count() == 1)
    window.side_bar.list.setCurrentRow(0)
    qtbot.keyClick(window.side_bar.list, Qt.Key.Key_Delete)
    assert engine.called("remove_folder") == [("/photos",)]
    assert window.notice.isVisible()
    assert "Its files are untouched" in window.notice.sentence
    window.notice.button.click()
    assert engine.called("add_folders") == [(["/photos"],)]
    assert not window.notice.isVisible()


def test_a_question_without_answer_offers_a_way_back(qtbot: QtBot, engines: Engines, windows: Windows) -> None:
    window = windows(engines(50))
    window.top.search.words.setText("nothing")
    qtbot.waitUntil(lambda: state_says(window, "No photos found for “nothing”"))
    window.empty.button.click()
    qtbot.waitUntil(lambda: window.stack.currentWidget() is window.grid)
    assert window.top.search.text == ""


def test_literal_answers_say_what_they_are(qtbot: QtBot, engines: Engines, windows: Windows) -> None:
    window = windows(engines(50))
    window.top.search.words.setText("literal")
    qtbot.waitUntil(window.note.isVisible)
    assert window.note.sentence.startswith("Only colours and names")
    window.top.search.clear_all()
    qtbot.waitUntil(lambda: not window.note.isVisible())


def test_a_drive_that_is_away_is_no_reason_to_worry(qtbot: QtBot, engines: Engines, windows: Windows) -> None:
    engine = engines(0)
    window = windows(engine)
    engine.post(events.LibraryState(Counts(), (FolderState("/media/a", 12, offline=True),)))
    qtbot.waitUntil(lambda: state_says(window, "Your folders cannot be reached now"))
    assert "Cannot be reached now" in window.side_bar.list.item(0).toolTip()


def test_photos_that_are_away_are_counted_and_can_be_left_out_or_shown_alone(
    qtbot: QtBot, engines: Engines, windows: Windows
) -> None:
    engine = engines(50)
    window = windows(engine)
    assert not window.status.away.isVisible()
    engine.offline = set(range(1, 13))
    engine.post_state()
    qtbot.waitUntil(lambda: window.status.away.text() == "12 cannot be reached")

    def choose(number: int) -> None:
        menu = window.away.menu()
        menu.actions()[number].trigger()
        assert [action.isChecked() for action in menu.actions()] == [number == other for other in range(3)]
        menu.close()

    choose(1)
    qtbot.waitUntil(lambda: window.status.shown.text == "38 photos")
    assert window.status.away.text() == "Only what can be reached"
    choose(2)
    qtbot.waitUntil(lambda: window.status.shown.text == "12 photos")
    engine.offline = set()
    engine.post_state()
    engine.post(events.PhotosChanged(membership=True))
    qtbot.waitUntil(lambda: state_says(window, "No photo that cannot be reached"))
    assert window.status.away.text() == "Only what cannot be reached", "what is left out is not forgotten"
    window.empty.button.click()
    qtbot.waitUntil(lambda: window.status.shown.text == "50 photos")
    assert not window.status.away.isVisible()


def test_indexing_is_told_and_can_be_paused_and_resumed(qtbot: QtBot, engines: Engines, windows: Windows) -> None:
    engine = engines(50)
    window = windows(engine)
    indexing = events.Progress(events.Activity.INDEXING, 10, 50, 8.0, 5.0)
    engine.post(indexing)
    qtbot.waitUntil(window.status.doing.isVisible)
    assert window.status.doing.text == "Looking through 40 photos · 8 a second · less than a minute left"
    assert window.status.bar.value() == 10
    window.status.pause.click()
    assert engine.called("set_paused") == [(True,)]
    engine.post(replace(indexing, activity=events.Activity.PAUSED))
    qtbot.waitUntil(lambda: window.status.doing.text == "Paused · 40 photos to go")
    window.status.pause.click()
    assert engine.called("set_paused") == [(True,), (False,)]
    engine.post(events.Progress(events.Activity.IDLE))
    qtbot.waitUntil(lambda: not window.status.doing.isVisible() and not window.status.pause.isVisible())


def test_speed_and_the_pause_on_battery_are_chosen_from_a_menu(
    qtbot: QtBot, engines: Engines, windows: Windows
) -> None:
    engine = engines(50, settings=FakeSettings(speed="gentle"))
    window = windows(engine)
    assert window.status.speed.accessibleName() == "Speed: Gentle"
    menu = window.speed.menu()
    auto, full, gentle, pause = (action for action in menu.actions() if not action.isSeparator())
    assert (auto.isChecked(), full.isChecked(), gentle.isChecked(), pause.isChecked()) == (False, False, True, False)
    auto.trigger()
    pause.trigger()
    menu.close()
    assert [wish for (wish,) in engine.called("wish") if "looks" not in wish] == [
        {"speed": "auto"}, {"pause_on_battery": True}
    ]  # fmt: skip
    assert window.status.speed.accessibleName() == "Speed: Automatic"


def test_a_full_disk_is_told_in_the_status_line_and_where_photos_are_missed_and_the_words_go(
    qtbot: QtBot, engines: Engines, windows: Windows
) -> None:
    engine = engines(50)
    window = windows(engine)
    engine.post(events.Progress(events.Activity.PAUSED_FOR_ROOM, 10, 50, sentence="The disk is full: 4 MB are needed."))
    words = "The disk is full: 4 MB are needed. Photos are looked through again when there is room."
    qtbot.waitUntil(lambda: window.status.doing.text == words)
    assert window.status.doing.accessibleName() == words
    assert not window.status.pause.isVisible() and not window.status.bar.isVisible()
    engine.set_ids([])
    engine.post(events.LibraryState(Counts(waiting=40), (FolderState("/photos", 0),)))
    qtbot.waitUntil(lambda: state_says(window, "Your photos have not been looked through yet"))
    assert window.empty.more.text() == "They appear here by themselves once the disk has room."
    engine.post(events.Progress(events.Activity.IDLE))
    qtbot.waitUntil(lambda: not window.status.doing.isVisible())


def test_a_pause_on_battery_says_so_and_can_be_ended_for_this_time(
    qtbot: QtBot, engines: Engines, windows: Windows
) -> None:
    engine = engines(50)
    window = windows(engine)
    engine.post(events.Progress(events.Activity.PAUSED_ON_BATTERY, 10, 50, pace=Pace.PAUSED_ON_BATTERY))
    qtbot.waitUntil(lambda: window.status.doing.text == "Paused while on battery · 40 photos to go")
    assert window.status.pause.toolTip() == "Go on looking through photos, on battery this time"
    engine.set_ids([])
    engine.post(events.LibraryState(Counts(waiting=40), (FolderState("/photos", 0),)))
    qtbot.waitUntil(lambda: state_says(window, "Your photos have not been looked through yet"))
    window.status.pause.click()
    assert engine.called("set_paused") == [(False,)]


def test_the_engine_hears_when_the_window_is_looked_at(
    qapp: QApplication, engines: Engines, windows: Windows
) -> None:
    engine = engines(50)
    windows(engine)
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationActive)
    qapp.applicationStateChanged.emit(Qt.ApplicationState.ApplicationInactive)
    assert engine.called("wish")[-2:] == [({"looks": True},), ({"looks": False},)]


def test_problems_are_listed_with_their_reasons_in_a_window_that_blocks_nothing(
    qtbot: QtBot, engines: Engines, windows: Windows
) -> None:
    engine = engines(50)
    engine.problem_rows = [
        ProblemRow("/photos/ä.jpg", "This JPEG is damaged."),
        ProblemRow("/photos/b.jpg", "Too large."),
    ]
    window = windows(engine)
    qtbot.waitUntil(lambda: window.status.problems.text() == "2 problems")
    window.status.problems.click()
    qtbot.waitUntil(lambda: window.problems.panel is not None and window.problems.panel.isVisible())
    assert not window.problems.panel.isModal()
    listed = window.problems.panel.list.model()
    names = [listed.index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in range(listed.rowCount())]
    assert names == ["ä.jpg: This JPEG is damaged.", "b.jpg: Too large."]
    assert "2 files" in window.problems.panel.heading.text()


def test_an_encoder_is_installed_only_after_a_yes_that_names_size_and_licence(
    qtbot: QtBot, engines: Engines, windows: Windows
) -> None:
    engine = engines(50)
    engine.encoder = PALETTE_STATE
    window = windows(engine)
    notice = window.encoder_notice
    qtbot.waitUntil(notice.isVisible)
    assert notice.yes.text() == "Install Light (0.6 GB)…"
    assert not notice.yes.property("primary")  # one button with the accent on a page, and this one can wait
    notice.yes.click()
    assert notice.yes.property("primary")
    assert "Light: 0.6 GB, licence MIT" in notice.words.text()
    assert not engine.called("install_encoder")
    engine.post(PALETTE_STATE)  # news from the library take no question away
    engine.post(events.Progress(events.Activity.LOOKING))
    qtbot.waitUntil(window.status.doing.isVisible)
    assert notice.yes.text() == "Download"
    notice.yes.click()
    assert engine.called("install_encoder") == [("open_clip:light",)]
    qtbot.waitUntil(notice.bar.isVisible)
    engine.post(replace(engine.encoder, installing_done=212_000_000))
    qtbot.waitUntil(lambda: notice.words.text() == "Downloading Light · 0.2 GB of 0.6 GB")
    notice.no.click()
    assert engine.called("cancel_install") == [()]
    qtbot.waitUntil(lambda: not notice.bar.isVisible())
    engine.post(LIGHT_STATE)
    qtbot.waitUntil(lambda: not notice.isVisible())


def test_an_offer_put_off_does_not_come_back_by_itself(qtbot: QtBot, engines: Engines, windows: Windows) -> None:
    engine = engines(50)
    engine.encoder = PALETTE_STATE
    window = windows(engine)
    qtbot.waitUntil(window.encoder_notice.isVisible)
    window.encoder_notice.no.click()
    engine.post(PALETTE_STATE)
    engine.post(events.Progress(events.Activity.LOOKING))
    qtbot.waitUntil(window.status.doing.isVisible)
    assert not window.encoder_notice.isVisible()


def test_the_encoder_menu_chooses_or_starts_to_install(qtbot: QtBot, engines: Engines, windows: Windows) -> None:
    engine = engines(50)
    window = windows(engine)
    qtbot.waitUntil(lambda: window.status.encoder.text() == "Light")
    menu = encoder_menu(engine, LIGHT_STATE, window.encoder_notice.ask_about, window)
    palette, light = (action for action in menu.actions() if "Palette" in action.text() or "Light" in action.text())
    palette.trigger()
    assert engine.called("choose_encoder") == [("palette",)]
    light.trigger()
    assert window.encoder_notice.isVisible()
    assert "licence MIT" in window.encoder_notice.words.text()


def test_the_encoder_being_filled_in_is_shown_beside_the_one_that_answers(
    qtbot: QtBot, engines: Engines, windows: Windows
) -> None:
    engine = engines(50)
    window = windows(engine)
    engine.post(replace(PALETTE_STATE, coming_id="x", coming_name="Light", coming_done=1, coming_total=4))
    qtbot.waitUntil(lambda: window.status.encoder.text() == "Palette · Light 25 %")


def test_size_place_and_photo_size_come_back_at_the_next_start(
    qtbot: QtBot, engines: Engines, windows: Windows
) -> None:
    engine = engines(50)
    window = windows(engine)
    window.resize(720, 520)
    window.top.zoom.setValue(240)
    window.toggle_side_bar()
    window.close()
    saved: dict[str, object] = {}
    for (changes,) in engine.called("save_setting"):
        saved.update(changes)
    again = windows(engines(50, settings=FakeSettings(**saved)))
    # The fixture gives every window a size after it was made, so the saved one is read again here.
    again._memory.restore(str(saved["window_geometry"]))
    assert again.size() == QSize(720, 520)
    assert again.grid.wanted_px == 240
    assert again.top.zoom.value() == 240
    assert not again.side_bar.isVisible()


def test_settings_that_make_no_sense_do_not_keep_the_window_from_opening(
    qtbot: QtBot, engines: Engines, windows: Windows
) -> None:
    window = windows(engines(50, settings=FakeSettings(theme="pink", thumbnail_px=9, window_geometry="ß!")))
    assert window.isVisible()
    assert window.grid.wanted_px >= 72


def test_a_theme_is_chosen_and_kept(qtbot: QtBot, engines: Engines, windows: Windows) -> None:
    engine = engines(50)
    chosen: list[str] = []
    window = windows(engine, choose_theme=chosen.append)
    dark = window.top.theme_menu().actions()[2]
    dark.trigger()
    assert chosen == ["system", "dark"]
    assert engine.called("save_setting") == [({"theme": "dark"},)]


def test_closing_ends_the_windows_threads_and_says_so_once(qtbot: QtBot, engines: Engines, windows: Windows) -> None:
    closed: list[bool] = []
    engine = engines(50)
    window = windows(engine, on_closed=lambda: closed.append(True))
    window.close()
    window.close()
    assert closed == [True]
    engine.post(events.Notice("nobody listens any more"))
    loaders = (window.model._loader, *window.thumbnails._loaders)
    assert not any(loader._thread is not None and loader._thread.is_alive() for loader in loaders)


def test_notices_and_raise_requests_reach_the_user(qtbot: QtBot, engines: Engines, windows: Windows) -> None:
    engine = engines(50)
    window = windows(engine)
    engine.post(events.Notice("The settings could not be read and were set aside.", is_error=True))
    qtbot.waitUntil(window.notice.isVisible)
    window.showMinimized()
    engine.post(events.RaiseRequested())
    qtbot.waitUntil(lambda: not window.isMinimized())


def test_everything_that_can_be_used_has_a_name(qtbot: QtBot, engines: Engines, windows: Windows) -> None:
    window = windows(engines(50))
    for kind in (QAbstractButton, QFileDialog, QLineEdit, QSlider, QListWidget):
        for widget in window.findChildren(kind):
            if widget.objectName() != "qt_toolbar_ext_button":
                assert widget.accessibleName() or getattr(widget, "text", str)() or not widget.isVisible(), widget
    assert window.grid.accessibleName() == "Photos"


def test_the_window_fits_800_by_600_with_everything_in_it(qtbot: QtBot, engines: Engines, windows: Windows) -> None:
    engine = engines(50)
    engine.encoder = PALETTE_STATE
    window = windows(engine)
    engine.post(events.Progress(events.Activity.INDEXING, 10, 12_500, 8.0, 1500.0))
    qtbot.waitUntil(lambda: window.status.doing.isVisible() and window.encoder_notice.isVisible())
    window.resize(800, 600)
    assert window.size() == QSize(800, 600)
    qtbot.waitUntil(lambda: window.top.search.width() >= 500)


def test_a_folder_picked_in_the_dialog_is_watched(
    qtbot: QtBot, engines: Engines, windows: Windows, tmp_path: Path
) -> None:
    engine = engines(0)
    window = windows(engine)
    window.side_bar.add.click()
    dialog = window.findChild(QFileDialog)
    assert dialog.isVisible()
    dialog.fileSelected.emit(str(tmp_path))
    assert engine.called("add_folders") == [([str(tmp_path)],)]
    dialog.reject()


def test_a_picture_picked_in_the_dialog_is_searched_with(qtbot: QtBot, engines: Engines, windows: Windows) -> None:
    window = windows(engines(20))
    window.top.search.picture_wanted.emit()
    dialog = window.findChild(QFileDialog)
    dialog.fileSelected.emit("/a.jpg")
    dialog.reject()
    qtbot.waitUntil(lambda: window.search.answered_question.pictures == (PictureFile("/a.jpg"),))

"""Reads for the window happen on threads, their results are used on the GUI thread."""

import threading

import pytest
from pytestqt.qtbot import QtBot

from photofind.gui.background_calls import BackgroundCalls


def test_a_read_runs_on_a_thread_and_its_result_arrives_on_the_gui_thread(qtbot: QtBot) -> None:
    calls = BackgroundCalls()
    got: list[tuple[threading.Thread, threading.Thread]] = []
    calls.call(threading.current_thread, lambda reader: got.append((reader, threading.current_thread())))
    qtbot.waitUntil(lambda: bool(got))
    ((reader, user),) = got
    assert reader is not threading.main_thread()
    assert user is threading.main_thread()
    calls.stop()


def test_one_read_that_hangs_does_not_keep_the_next_one_back(qtbot: QtBot) -> None:
    calls, go_on, got = BackgroundCalls(), threading.Event(), []
    calls.call(lambda: go_on.wait(20), got.append)
    calls.call(lambda: "second", got.append)
    calls.call(lambda: "third", got.append)
    qtbot.waitUntil(lambda: got == ["second", "third"])
    calls.stop()
    go_on.set()


def test_a_failed_read_is_logged_and_the_next_one_works(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    calls, got = BackgroundCalls(), []
    with caplog.at_level("ERROR"):
        calls.call(lambda: 1 // 0, got.append)
        calls.call(lambda: "good", got.append)
        qtbot.waitUntil(lambda: got == ["good"] and "failed" in caplog.text)
    calls.stop()


def test_nothing_arrives_after_the_end(qtbot: QtBot) -> None:
    calls, go_on, got = BackgroundCalls(), threading.Event(), []
    calls.call(lambda: go_on.wait(20), got.append)
    calls.stop()
    go_on.set()
    calls.call(lambda: "too late", got.append)
    for thread in calls._threads:
        thread.join(10)
        assert not thread.is_alive()
    with qtbot.waitSignal(calls._finished):
        calls._finished.emit(got.append, "still under way")
    assert not got

"""Events come over to the GUI thread, in order."""

import threading

from pytestqt.qtbot import QtBot

from photofind.core import events
from photofind.gui.bridge import EngineBridge

EVENTS = [
    events.PhotosChanged((1,), True),
    events.AnswerFailed(1, "No."),
    events.PictureReady(2, b"x"),
    events.PictureRefused(3, "No."),
    events.ViewFailed(4, 1, "No."),
    events.Progress(events.Activity.IDLE),
    events.LibraryState(),
    events.EncoderState("palette", "Palette", True),
    events.Notice("Hello."),
    events.RaiseRequested(),
]


def test_every_event_arrives_on_the_gui_thread_in_order(qtbot: QtBot) -> None:
    bridge = EngineBridge()
    got: list[tuple[object, threading.Thread]] = []
    for signal in bridge._signal_of.values():
        signal.connect(lambda event: got.append((event, threading.current_thread())))
    bridge.raise_requested.connect(lambda: got.append((EVENTS[-1], threading.current_thread())))
    worker = threading.Thread(target=lambda: [bridge.listen(event) for event in EVENTS])
    worker.start()
    worker.join()
    assert not got, "nothing may run on the worker thread"
    qtbot.waitUntil(lambda: len(got) == len(EVENTS))
    assert [event for event, _ in got] == EVENTS
    assert {thread for _, thread in got} == {threading.main_thread()}


def test_pixels_of_the_viewer_arrive_as_an_image(qtbot: QtBot) -> None:
    bridge = EngineBridge()
    event = events.ViewReady(7, 3, 3, 2, bytes([255, 0, 0] * 3 + [0, 0, 255] * 3))  # nine bytes a row: no padding
    with qtbot.waitSignal(bridge.view_ready) as caught:
        bridge.listen(event)
    assert caught.args[0] == event
    image = caught.args[1]
    assert (image.width(), image.height()) == (3, 2)
    assert image.pixelColor(2, 0).name() == "#ff0000"
    assert image.pixelColor(0, 1).name() == "#0000ff"


def test_nothing_arrives_after_the_window_has_closed(qtbot: QtBot) -> None:
    bridge = EngineBridge()
    got: list[object] = []
    bridge.notice.connect(got.append)
    bridge.progress.connect(got.append)
    bridge.listen(events.Notice("too late"))
    bridge.close()
    bridge.listen(events.Notice("far too late"))
    with qtbot.waitSignal(bridge._arrived):
        bridge._arrived.emit(events.Notice("still under way"), None)
    assert not got

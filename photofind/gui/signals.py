"""POSIX signals end the program as closing its window does."""

import contextlib
import signal
import socket
from collections.abc import Iterator

from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication


@contextlib.contextmanager
def quit_on_signals(application: QApplication) -> Iterator[None]:
    """SIGINT and SIGTERM close all windows. GUI thread, which is the main thread.

    Python runs handlers between bytecodes and Qt's loop runs none, so a byte on a socket wakes it.
    """
    reader, writer = socket.socketpair()
    reader.setblocking(False)
    writer.setblocking(False)

    def close_windows() -> None:
        with contextlib.suppress(OSError):
            reader.recv(64)
        application.closeAllWindows()
        application.quit()

    notifier = QSocketNotifier(reader.fileno(), QSocketNotifier.Type.Read)
    notifier.activated.connect(close_windows)
    old_descriptor = signal.set_wakeup_fd(writer.fileno(), warn_on_full_buffer=False)
    old_handlers = {number: signal.signal(number, lambda *_: None) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in old_handlers.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(old_descriptor)
        notifier.setEnabled(False)
        reader.close()
        writer.close()

"""What the system does with a file: open it with its program, show it in its folder. Nothing here waits."""

import subprocess
import sys
from pathlib import PurePath

from PySide6.QtCore import QObject
from PySide6.QtGui import QDesktopServices

from photofind.gui import file_names

_FILE_MANAGER = "org.freedesktop.FileManager1"


def open_with_system(path: str) -> bool:
    """Open a file with the program that the user chose for its kind. GUI thread; False if the system refused."""
    return QDesktopServices.openUrl(file_names.url_of(path))


def show_in_folder(path: str, parent: QObject) -> None:
    """Open the file manager with the file marked, or at least its folder. GUI thread."""
    if sys.platform == "win32":  # unproven
        subprocess.Popen(["explorer", "/select,", path])
    elif sys.platform == "darwin":  # unproven
        subprocess.Popen(["open", "-R", path])
    else:
        _ask_file_manager(path, parent)


def open_folder_of(path: str) -> bool:
    return QDesktopServices.openUrl(file_names.url_of(str(PurePath(path).parent)))


def _ask_file_manager(path: str, parent: QObject) -> None:
    """By the D-Bus interface that the file managers of GNOME, KDE, Xfce and Cinnamon offer; the answer comes later."""
    from PySide6.QtDBus import QDBusConnection, QDBusMessage, QDBusPendingCallWatcher

    bus = QDBusConnection.sessionBus()
    if not bus.isConnected():
        open_folder_of(path)
        return
    message = QDBusMessage.createMethodCall(_FILE_MANAGER, "/org/freedesktop/FileManager1", _FILE_MANAGER, "ShowItems")
    message.setArguments([[bytes(file_names.url_of(path).toEncoded().data()).decode("ascii")], ""])
    watcher = QDBusPendingCallWatcher(bus.asyncCall(message), parent)

    def answered() -> None:
        if watcher.isError():
            open_folder_of(path)
        watcher.deleteLater()

    watcher.finished.connect(answered)

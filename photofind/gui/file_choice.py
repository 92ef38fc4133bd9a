"""Dialogs that ask for a folder or a file; the system's own where it has one. They return at once."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget

from photofind.core.album import SUFFIX as ALBUM_SUFFIX


def ask_for_folder(parent: QWidget, chosen: Callable[[str], None]) -> QFileDialog:
    """``chosen`` gets the folder, and is not called when there is none."""
    dialog = QFileDialog(parent, QCoreApplication.translate("FileChoice", "Choose a folder with photos"))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return _open(dialog, chosen)


def ask_for_picture(parent: QWidget, chosen: Callable[[str], None]) -> QFileDialog:
    """``chosen`` gets the file's path. Any file can be picked: what is a picture shows when it is read."""
    dialog = QFileDialog(parent, QCoreApplication.translate("FileChoice", "Choose a picture to search with"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _open(dialog, chosen)


def ask_for_album(parent: QWidget, chosen: Callable[[str], None]) -> QFileDialog:
    """``chosen`` gets the path of a file that should hold an album."""
    dialog = QFileDialog(parent, QCoreApplication.translate("FileChoice", "Choose an album to import"))
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    dialog.setNameFilter(QCoreApplication.translate("FileChoice", "Albums of photofind") + f" (*{ALBUM_SUFFIX})")
    return _open(dialog, chosen, QStandardPaths.StandardLocation.DocumentsLocation)


def ask_where_to_export(parent: QWidget, name: str, chosen: Callable[[str], None]) -> QFileDialog:
    """``chosen`` gets the path of a file to write an album to."""
    title = QCoreApplication.translate("FileChoice", "Export an album")
    return _ask_where(parent, title, name, ALBUM_SUFFIX.removeprefix("."), chosen)


def ask_where_to_save(parent: QWidget, name: str, chosen: Callable[[str], None]) -> QFileDialog:
    """``chosen`` gets the path of a report to write, called ``name`` unless the user says otherwise."""
    return _ask_where(parent, QCoreApplication.translate("FileChoice", "Save a report for support"), name, "zip", chosen)


def ask_where_to_save_sheet(parent: QWidget, chosen: Callable[[str], None]) -> QFileDialog:
    """``chosen`` gets the path of a picture to write."""
    title = QCoreApplication.translate("FileChoice", "Save photos as one picture")
    pictures = QStandardPaths.StandardLocation.PicturesLocation
    return _ask_where(parent, title, QCoreApplication.translate("FileChoice", "photos.jpg"), "jpg", chosen, pictures)


def _ask_where(
    parent: QWidget,
    title: str,
    name: str,
    suffix: str,
    chosen: Callable[[str], None],
    place: QStandardPaths.StandardLocation = QStandardPaths.StandardLocation.DocumentsLocation,
) -> QFileDialog:
    dialog = QFileDialog(parent, title)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setDefaultSuffix(suffix)
    opened = _open(dialog, chosen, place)
    dialog.selectFile(name)
    return opened


def _open(
    dialog: QFileDialog,
    chosen: Callable[[str], None],
    place: QStandardPaths.StandardLocation = QStandardPaths.StandardLocation.PicturesLocation,
) -> QFileDialog:
    # Where the program was started from says nothing about where photos are.
    dialog.setDirectory(QStandardPaths.writableLocation(place))
    dialog.fileSelected.connect(chosen)
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()
    return dialog

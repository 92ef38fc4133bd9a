"""Dialogs that ask for a folder or a file; the system's own where it has one. They return at once."""

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QStandardPaths
from PySide6.QtWidgets import QFileDialog, QWidget


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


def ask_where_to_save(parent: QWidget, name: str, chosen: Callable[[str], None]) -> QFileDialog:
    """``chosen`` gets the path of a file to write, called ``name`` unless the user says otherwise."""
    dialog = QFileDialog(parent, QCoreApplication.translate("FileChoice", "Save a report for support"))
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setFileMode(QFileDialog.FileMode.AnyFile)
    dialog.setDefaultSuffix("zip")
    opened = _open(dialog, chosen, QStandardPaths.StandardLocation.DocumentsLocation)
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

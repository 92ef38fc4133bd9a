"""What to do with what was dropped or pasted: folders are watched, pictures are searched with."""

import os
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal

from photofind.core.question import PictureFile, PictureOfPhoto
from photofind.gui.background_calls import BackgroundCalls
from photofind.gui.offered import Offer

MOST_PICTURES = 6


class OfferTaker(QObject):
    """Tells folders from files on a thread, since only the disk knows, and it may be a slow one."""

    folders_offered = Signal(list)  # of str
    picture_offered = Signal(object)  # PictureSource
    refused = Signal(str)

    def __init__(self, background: BackgroundCalls, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._background = background

    def take(self, offer: Offer) -> None:
        for photo_id in offer.photo_ids[:MOST_PICTURES]:
            self.picture_offered.emit(PictureOfPhoto(photo_id))
        for picture in offer.pictures:
            self.picture_offered.emit(picture)
        if offer.web_address:
            self.refused.emit(
                self.tr("The browser gave only an address, and nothing is fetched from the web. "
                        "Copy the picture itself there and paste it here.")
            )  # fmt: skip
        if offer.paths:
            self._background.call(lambda: sort_paths(offer.paths), self._sorted)

    def _sorted(self, found: tuple[list[str], list[str]]) -> None:
        folders, files = found
        if folders:
            self.folders_offered.emit(folders)
        if not folders and not files:
            self.refused.emit(self.tr("That file is no longer there."))
        elif len(files) > MOST_PICTURES:
            self.refused.emit(
                self.tr("To search, drop up to {count} pictures. To add photos, drop the folder they are in.").format(
                    count=MOST_PICTURES
                )
            )
        else:
            for path in files:
                self.picture_offered.emit(PictureFile(path))


def sort_paths(paths: Sequence[str]) -> tuple[list[str], list[str]]:
    """Folders and files of these paths; asks the disk, so never on the GUI thread."""
    folders = [path for path in paths if os.path.isdir(path)]
    # What is no file either, such as a pipe, is named as what it is by the decoder, which opens none of them.
    return folders, [path for path in paths if path not in folders and os.path.lexists(path)]

"""Photos of the grid saved as one picture."""

import os
from array import array
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from PySide6.QtCore import QObject

from photofind.gui import desktop, file_choice, status_words
from photofind.gui.background_calls import BackgroundCalls
from photofind.gui.notice_bar import NoticeBar
from photofind.gui.photo_grid import PhotoGrid
from photofind.gui.photo_model import PhotoModel
from photofind.gui.shortcuts import connect_keys
from photofind.gui.why_not import or_why_not
from photofind.media.contact_sheet import MOST_PHOTOS, save_contact_sheet

KEYS = "Ctrl+Shift+S"
_WITHOUT_SELECTION = 100


class SheetControl(QObject):
    """Works on a thread: thumbnails are read and the picture is written there."""

    def __init__(
        self,
        grid: PhotoGrid,
        model: PhotoModel,
        read_thumbnail: Callable[[int], bytes | None],
        background: BackgroundCalls,
        notice: NoticeBar,
    ) -> None:
        super().__init__(grid)
        self._grid, self._model = grid, model
        self._read_thumbnail, self._background, self._notice = read_thumbnail, background, notice
        connect_keys(grid.window(), {KEYS: self.ask_where})

    @property
    def photo_ids(self) -> "array[int]":
        """The selected photos; with less than two of them the first of those that are shown."""
        chosen = self._grid.selected_ids()
        return (chosen if len(chosen) > 1 else self._model.ids[:_WITHOUT_SELECTION])[:MOST_PHOTOS]

    def words(self) -> str:
        """What the action says that it does."""
        return self.tr("Save {photos} as one picture…").format(photos=status_words.photos(len(self.photo_ids)))

    def ask_where(self) -> None:
        ids = self.photo_ids
        if ids:
            file_choice.ask_where_to_save_sheet(self._grid.window(), lambda target: self.save(ids, target))

    def save(self, ids: "array[int]", target: str) -> None:
        """An existing file is refused: it could be a photo."""

        def write() -> int:
            found = (jpeg for photo_id in ids if (jpeg := self._read_thumbnail(photo_id)) is not None)
            thumbnails = list(islice(found, MOST_PHOTOS))
            save_contact_sheet(thumbnails, Path(target))
            return len(thumbnails)

        def tell(outcome: int | str) -> None:
            if isinstance(outcome, str):
                self._notice.say(outcome, is_error=True)
                return
            said = self.tr("{photos} are saved as {name}.").format(
                photos=status_words.photos(outcome), name=os.path.basename(target)
            )
            self._notice.say(said, self.tr("Show in folder"), lambda: desktop.show_in_folder(target, self))

        self._notice.say(self.tr("Saving {photos} as one picture…").format(photos=status_words.photos(len(ids))))
        self._background.call(or_why_not(write), tell)

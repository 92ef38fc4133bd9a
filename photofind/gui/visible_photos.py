"""Has read what of the grid is looked at: rows and thumbnails of the photos on screen, and of those that come next."""

from PySide6.QtCore import QObject, QTimer

from photofind.gui import style
from photofind.gui.photo_model import PhotoModel
from photofind.gui.surface_view import SurfaceView
from photofind.gui.thumbnail_loader import ThumbnailLoader

_RESIZED_MS = 80  # since the last step of a resize: then photos are made in the size that stays


class VisiblePhotos(QObject):
    """Asks once for all changes of one turn of the event loop."""

    def __init__(self, view: SurfaceView, model: PhotoModel, thumbnails: ThumbnailLoader) -> None:
        super().__init__(view)
        self._view, self._model, self._thumbnails = view, model, thumbnails
        self._look = QTimer(self, singleShot=True, interval=0)
        self._look.timeout.connect(self._want)
        self._resizing = QTimer(self, singleShot=True, interval=_RESIZED_MS)
        self._resizing.timeout.connect(self._want)
        thumbnails.arrived.connect(self._thumbnail_arrived)
        model.dataChanged.connect(lambda *_: self.look())

    @property
    def are_complete(self) -> bool:
        """Whether there are photos, and each one on screen is painted as it will stay."""
        visible = self._view.visible()
        return bool(visible) and all(self._thumbnails.is_settled(self._model.photo_id(row)) for row in visible)

    def look(self) -> None:
        """Something else is on screen."""
        self._look.start()

    def resized(self) -> None:
        """Photos are of another size; more such steps are likely."""
        self._resizing.start()
        self._look.start()

    def _want(self) -> None:
        self._model.want_rows(self._view.visible())
        ids = [self._model.photo_id(row) for row in self._view.visible_and_next()]
        ground, ratio = self._view.palette().color(style.WINDOW), self._view.devicePixelRatioF()
        self._thumbnails.want(ids, self._view.cell_px, ratio, ground, any_size=self._resizing.isActive())

    def _thumbnail_arrived(self, photo_id: int) -> None:
        visible = self._view.visible()
        try:
            at = self._model.ids[visible.start : visible.stop].index(photo_id)
        except ValueError:  # it is on screen no longer
            return
        self._view.update_row(visible.start + at)

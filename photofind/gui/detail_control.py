"""A detail of the open photo as the question, from the button or key to the search."""

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt

from photofind.core import events
from photofind.core.pixels import Region
from photofind.core.question import PictureRegion
from photofind.gui.bridge import EngineBridge
from photofind.gui.detail_drawing import DetailDrawing
from photofind.gui.icons import Glyph
from photofind.gui.search_controller import SearchController
from photofind.gui.viewer import Viewer


class DetailControl(QObject):
    """GUI thread. ``say`` shows one sentence, below a viewer that has been closed."""

    def __init__(
        self, viewer: Viewer, search: SearchController, bridge: EngineBridge, say: Callable[[str], object], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._search = search
        self._say = say
        self._photo_id = 0
        self.drawing = DetailDrawing(viewer)
        self.drawing.left.connect(self.leave)
        self.drawing.chosen.connect(self._choose)
        viewer.add_tool(Glyph.DETAIL, self.tr("Search for a detail (R)"), Qt.Key.Key_R, self.begin)
        viewer.changed.connect(self._viewer_changed)
        bridge.picture_ready.connect(self._picture_ready)

    def begin(self) -> None:
        """Let the user draw a rectangle over the open photo."""
        self._photo_id = self._viewer.photo_id
        self.drawing.begin(self._viewer.picture_place)

    def leave(self) -> None:
        if not self.drawing.isHidden():
            self.drawing.hide()
            self._viewer.setFocus()

    def _choose(self, detail: Region) -> None:
        photo_id = self._photo_id
        self.leave()
        self._viewer.close_view()
        self._search.find_like(PictureRegion(photo_id, detail.left, detail.top, detail.width, detail.height))

    def _viewer_changed(self) -> None:
        if self.drawing.isHidden():
            return
        if self._viewer.photo_id == self._photo_id:
            self.drawing.lie_over(self._viewer.picture_place)
        else:
            self.leave()

    def _picture_ready(self, event: events.PictureReady) -> None:
        if event.note:
            self._say(event.note)

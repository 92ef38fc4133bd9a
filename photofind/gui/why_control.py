"""Why the open photo was found: shown on demand, and for the next photos too until it is put away."""

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QImage

from photofind.core import events
from photofind.core.question import Question
from photofind.gui.bridge import EngineBridge
from photofind.gui.engine_face import EngineFace
from photofind.gui.icons import Glyph
from photofind.gui.search_controller import SearchController
from photofind.gui.viewer import Viewer
from photofind.gui.why_overlay import WhyOverlay
from photofind.gui.why_words import lines_of

_NEARLY_ALL = 0.97


class WhyControl(QObject):
    """GUI thread. There is a button for it only while the photos answer a question with words."""

    def __init__(
        self, engine: EngineFace, viewer: Viewer, search: SearchController, bridge: EngineBridge, parent: QObject
    ) -> None:
        super().__init__(parent)
        self._engine = engine
        self._viewer = viewer
        self._search = search
        self._asked = (0, Question())  # the photo and the question that the overlay is about
        self._ticket = 0
        self._is_on = False
        self.overlay = WhyOverlay(viewer)
        self._button = viewer.add_tool(Glyph.WHY, self.tr("Why was this photo found? (Y)"), Qt.Key.Key_Y, self.toggle)
        self._button.hide()
        viewer.place_tools()
        viewer.changed.connect(self._viewer_changed)
        search.answered.connect(lambda *_: self._answered())
        bridge.overlay_ready.connect(self._ready)
        bridge.overlay_failed.connect(self._failed)

    @property
    def is_on(self) -> bool:
        return self._is_on

    def toggle(self) -> None:
        """Show it, or put it away."""
        if self._is_on or not self._question.text.strip():
            self._put_away()
        else:
            self._is_on = True
            self._viewer_changed()

    @property
    def _question(self) -> Question:
        return self._search.answered_question or Question()

    def _answered(self) -> None:
        has_words = bool(self._question.text.strip())
        if has_words == self._button.isHidden():
            self._button.setVisible(has_words)
            self._viewer.place_tools()
        if not has_words:
            self._put_away()

    def _viewer_changed(self) -> None:
        if not self._is_on:
            return
        if not self._viewer.photo_id:
            self._put_away()
            return
        self.overlay.lie_over(self._viewer.picture_place)
        if self._asked != (self._viewer.photo_id, self._question):
            self._asked = (self._viewer.photo_id, self._question)
            self._ticket = self._engine.explain_view(*self._asked)
            self.overlay.say([self.tr("Looking for the words in the picture…")])

    def _put_away(self) -> None:
        self._is_on = False
        self._asked, self._ticket = (0, Question()), 0
        self.overlay.hide()

    def _ready(self, event: events.OverlayReady, image: QImage) -> None:
        if event.ticket == self._ticket:
            lines = [self.tr("Coloured: what in the picture speaks for the words")]
            if min(event.seen.width, event.seen.height) < _NEARLY_ALL:
                lines.append(self.tr("The encoder sees only the middle of this photo"))
            self.overlay.say([*lines, *lines_of(event.finds)], image, event.seen)

    def _failed(self, event: events.OverlayFailed) -> None:
        if event.ticket == self._ticket:
            self.overlay.say([event.sentence, *lines_of(event.finds)])

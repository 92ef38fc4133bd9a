"""What can be asked about an open photo, beyond looking at it."""

from collections.abc import Callable

from PySide6.QtCore import QObject

from photofind.gui.bridge import EngineBridge
from photofind.gui.detail_control import DetailControl
from photofind.gui.engine_face import EngineFace
from photofind.gui.search_controller import SearchController
from photofind.gui.viewer import Viewer
from photofind.gui.why_control import WhyControl


class ViewerTools(QObject):
    """Puts the tools into the viewer's bar. GUI thread. ``say`` shows one sentence."""

    def __init__(
        self,
        engine: EngineFace,
        viewer: Viewer,
        search: SearchController,
        bridge: EngineBridge,
        say: Callable[[str], object],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self.detail = DetailControl(viewer, search, bridge, say, self)
        self.why = WhyControl(engine, viewer, search, bridge, self)

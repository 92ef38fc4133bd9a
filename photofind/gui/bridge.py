"""The one place where what happens in the library crosses over to the GUI thread."""

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QImage

from photofind.core import events
from photofind.gui.overlay_image import overlay_image


class EngineBridge(QObject):
    """Turns the events of an engine into signals on the GUI thread.

    ``listen`` is the listener to hand to ``Engine.add_listener``; any thread may call it. All signals are emitted on
    the GUI thread, in the order of the events.
    """

    photos_changed = Signal(object)  # PhotosChanged
    answer_ready = Signal(object)  # AnswerReady
    answer_failed = Signal(object)  # AnswerFailed
    picture_ready = Signal(object)  # PictureReady
    picture_refused = Signal(object)  # PictureRefused
    view_ready = Signal(object, QImage)  # ViewReady, its pixels
    view_failed = Signal(object)  # ViewFailed
    overlay_ready = Signal(object, QImage)  # OverlayReady, its image
    overlay_failed = Signal(object)  # OverlayFailed
    progress = Signal(object)  # Progress
    library_state = Signal(object)  # LibraryState
    encoder_state = Signal(object)  # EncoderState
    notice = Signal(object)  # Notice
    raise_requested = Signal()

    _arrived = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._closed = False
        self._signal_of = {
            events.PhotosChanged: self.photos_changed,
            events.AnswerReady: self.answer_ready,
            events.AnswerFailed: self.answer_failed,
            events.PictureReady: self.picture_ready,
            events.PictureRefused: self.picture_refused,
            events.ViewFailed: self.view_failed,
            events.OverlayFailed: self.overlay_failed,
            events.Progress: self.progress,
            events.LibraryState: self.library_state,
            events.EncoderState: self.encoder_state,
            events.Notice: self.notice,
        }
        self._arrived.connect(self._pass_on, Qt.ConnectionType.QueuedConnection)

    def listen(self, event: events.Event) -> None:
        """Any thread. Pixels of the viewer and what lies over them are made ready for the screen here, off the GUI thread."""
        if self._closed:
            return
        image: QImage | None = None
        if isinstance(event, events.ViewReady):
            raw = QImage(event.rgb, event.width, event.height, event.width * 3, QImage.Format.Format_RGB888)
            image = raw.convertToFormat(QImage.Format.Format_RGB32)  # a copy: ``raw`` only borrows the bytes
        elif isinstance(event, events.OverlayReady):
            image = overlay_image(event)
        self._arrived.emit(event, image)

    def close(self) -> None:
        """Nothing is passed on from now on, whatever still arrives."""
        self._closed = True

    @Slot(object, object)
    def _pass_on(self, event: events.Event, image: QImage | None) -> None:
        if self._closed:
            return
        if isinstance(event, events.ViewReady):
            self.view_ready.emit(event, image)
        elif isinstance(event, events.OverlayReady):
            self.overlay_ready.emit(event, image)
        elif isinstance(event, events.RaiseRequested):
            self.raise_requested.emit()
        else:
            self._signal_of[type(event)].emit(event)

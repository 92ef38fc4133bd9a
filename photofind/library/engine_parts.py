"""The parts of an open library that others than the window may use."""

from photofind.core.events import Progress
from photofind.library.encoder_desk import EncoderDesk
from photofind.library.encoder_switch import EncoderSwitch
from photofind.library.indexer import Indexer
from photofind.library.intake import Intake
from photofind.library.librarian import Librarian
from photofind.library.pacer import Pacer
from photofind.library.parts import Parts


class EngineParts:
    """For runs that somebody waits for, the doctor and tests. Any thread; see each part for what it allows."""

    _parts: Parts

    @property
    def pacer(self) -> Pacer:
        """How hard the background work may drive the machine."""
        return self._parts.pacer

    @property
    def watch_troubles(self) -> dict[str, str]:
        """Folders in which changes are not noticed at once, each with a sentence that says why. May block a moment."""
        return {} if self._parts.watcher is None else self._parts.watcher.troubles

    @property
    def librarian(self) -> Librarian:
        return self._parts.librarian

    @property
    def desk(self) -> EncoderDesk:
        return self._parts.desk

    @property
    def intake(self) -> Intake:
        return self._parts.intake

    @property
    def indexer(self) -> Indexer:
        return self._parts.indexer

    @property
    def encoders(self) -> EncoderSwitch:
        return self._parts.encoders

    @property
    def progress(self) -> Progress:
        return self._parts.progress.current

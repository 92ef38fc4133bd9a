"""The vector journals that the indexer has open."""

import logging
from collections.abc import Callable
from functools import partial

from photofind.core.errors import PhotofindError, StoreFailed
from photofind.core.events import Event, Notice
from photofind.library.encoder_desk import LibraryEncoder
from photofind.library.intake import Intake
from photofind.library.librarian import Librarian
from photofind.library.milvus_follower import MilvusFollower
from photofind.library.vector_mending import mend_vectors
from photofind.library.vector_writer import VectorWriter
from photofind.store.catalogue_reader import CatalogueReader
from photofind.store.vector_journal_reader import is_readable

_log = logging.getLogger(__name__)


class OpenWriters:
    """One for each encoder, opened and mended when it is asked for. Indexer thread."""

    def __init__(
        self, librarian: Librarian, intake: Intake, follower: MilvusFollower | None, announce: Callable[[Event], None]
    ) -> None:
        self._librarian = librarian
        self._intake = intake
        self._follower = follower
        self._announce = announce
        self._writers: dict[str, VectorWriter] = {}

    def of(self, encoder: LibraryEncoder, reader: CatalogueReader) -> VectorWriter:
        """Raises EncoderUnavailable, StoreFailed, NoRoom."""
        writer = self._writers.get(encoder.id)
        if writer is None:
            writer = VectorWriter(encoder, self._librarian, self._intake)
            try:
                self._mend(writer, encoder, reader)
            except BaseException:  # what was not mended may not be used
                _close(writer)
                raise
            self._writers[encoder.id] = writer
        return writer

    def _mend(self, writer: VectorWriter, encoder: LibraryEncoder, reader: CatalogueReader) -> None:
        if writer.notice:
            self._announce(Notice(writer.notice))
        recover = None if self._follower is None else partial(self._follower.recover, encoder)
        sentence = mend_vectors(writer, reader, recover)
        if sentence:
            self._announce(Notice(sentence))

    def mend_unreadable(self, encoders: list[LibraryEncoder], reader: CatalogueReader) -> None:
        """Questions are answered during a pause, too: for them, a journal that cannot be read is mended at once."""
        for encoder in encoders:
            try:
                if not is_readable(encoder.journal_path):
                    self.of(encoder, reader)
            except PhotofindError as error:
                _log.warning("the vectors of %s cannot be mended now: %s", encoder.id, error)

    def close(self) -> None:
        """They are reopened, and checked against the catalogue, when they are asked for again."""
        writers, self._writers = list(self._writers.values()), {}
        for writer in writers:
            _close(writer)


def _close(writer: VectorWriter) -> None:
    try:
        writer.close()
    except StoreFailed as error:  # what it could not write is not called encoded, and is done again
        _log.info("a journal did not close well: %s", error)

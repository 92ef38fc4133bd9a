"""Milvus follows the journal in its own rhythm, and gives back what the journal lost."""

import logging
import time
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from photofind.config.paths import LibraryPaths
from photofind.config.settings import Settings
from photofind.core.errors import NoRoom, StoreFailed
from photofind.core.events import Event, Notice
from photofind.library.encoder_desk import LibraryEncoder
from photofind.library.librarian import Librarian
from photofind.store.catalogue_reader import CatalogueReader
from photofind.store.milvus_process import MilvusProcess, RemoteCollection

_log = logging.getLogger(__name__)

_ROWS_IN_ONE_CALL = 256
_ROWS_IN_ONE_FLUSH = 2_000
_TRY_AGAIN_S = 60.0
_LOOK_FOR_ROOM_S = 180.0  # each look starts its processes
_WORTH_A_HOST = 20_000
_LOOK_EVERY_S = 60.0
_REST_AFTER_S = 20.0
_NO_ROOM = (
    "The disk is nearly full, so picture vectors are not copied to Milvus until there is more room. "
    "Searching goes on without it."
)


def open_milvus(paths: LibraryPaths, settings: Settings) -> MilvusProcess:
    """The store that the settings name: a server, Zilliz Cloud, or a Milvus Lite file of the library. Connects later."""
    if settings.milvus_uri:
        return MilvusProcess(uri=settings.milvus_uri, token=settings.milvus_token)
    return MilvusProcess(folder=paths.milvus)


class MilvusFollower:
    """Brings Milvus in step with catalogue and journal. Indexer thread only.

    Milvus is not what answers, so its trouble stops nothing: it is told once and tried again later.
    """

    def __init__(
        self,
        store: MilvusProcess,
        librarian: Librarian,
        announce: Callable[[Event], None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._store = store
        self._librarian = librarian
        self._announce = announce
        self._clock = clock
        self._collection: RemoteCollection | None = None
        self._key = ""
        self._breakdowns = -1
        self._unflushed: list[tuple[int, bytes]] = []
        self._not_before_s = float("-inf")
        self._used_s = float("-inf")
        self._look_s = float("-inf")
        self._looked_at = ""
        self._told = ""
        self._waits = False

    @property
    def is_at_rest(self) -> bool:
        """Nothing is to be written, and its processes have ended."""
        return self._collection is None and not self._waits

    def follow(
        self, reader: CatalogueReader, encoder: LibraryEncoder, *, finish: bool, must_stop: Callable[[], bool]
    ) -> None:
        """Write what waits; with ``finish`` all of it, flushed, else only full calls. Never raises StoreFailed.

        Milvus Lite's engine takes 600 MB for 100,000 photos, so while photos are being encoded it is started only when
        many wait, and ended at once.
        """
        if self._clock() < self._not_before_s:
            return
        try:
            if finish or self._store.is_server:
                self._follow(reader, encoder, finish, must_stop)
            elif self._many_wait(reader, encoder):
                self._follow(reader, encoder, True, must_stop)
                self._rest()
            self._told, self._waits = "", False
        except StoreFailed as error:
            # After a failed write the engine was killed; whatever it holds is compared at the next use.
            self._collection, self._unflushed, self._waits = None, [], True
            is_for_room = isinstance(error, NoRoom)
            self._not_before_s = self._clock() + (_LOOK_FOR_ROOM_S if is_for_room else _TRY_AGAIN_S)
            if is_for_room:
                self.stop()  # for as long as it can write nothing it need not take memory
            sentence = _NO_ROOM if is_for_room else str(error)
            if sentence != self._told:
                self._told = sentence
                _log.log(logging.INFO if is_for_room else logging.WARNING, "Milvus lags behind: %s", error)
                self._announce(Notice(sentence, is_error=not is_for_room))

    def _many_wait(self, reader: CatalogueReader, encoder: LibraryEncoder) -> bool:
        if self._clock() < self._look_s:
            return False
        self._look_s = self._clock() + _LOOK_EVERY_S
        return len(reader.to_store(encoder.info().key, _WORTH_A_HOST)) == _WORTH_A_HOST

    def _follow(
        self, reader: CatalogueReader, encoder: LibraryEncoder, finish: bool, must_stop: Callable[[], bool]
    ) -> None:
        key = encoder.info().key
        gone = reader.to_unstore(key)
        while not must_stop():
            written = set(self._unflushed)
            rows = [
                row
                for row in reader.to_store(key, _ROWS_IN_ONE_CALL + len(written))
                if (row[0], bytes(row[2])) not in written
            ][:_ROWS_IN_ONE_CALL]
            if not rows and not gone and not (finish and self._is_in_doubt(reader, key)):
                break
            if len(rows) < _ROWS_IN_ONE_CALL and not finish:
                return
            collection = self._open(reader, encoder)
            if gone:
                collection.delete(np.array(gone, np.int64))
                self._note_missing(key, gone)
                gone = []
            if not rows:
                continue
            self._write(collection, encoder, rows)
            if len(self._unflushed) >= _ROWS_IN_ONE_FLUSH:
                self._flush(key)
        if finish:
            self._flush(key)
            self._end_if_idle()

    def _is_in_doubt(self, reader: CatalogueReader, key: str) -> bool:
        """Nothing waits, and yet Milvus may lack what it should hold: looked for once, before it is opened."""
        if self._looked_at == key:
            return False
        self._looked_at = key
        return self._key != key and self._store.is_in_doubt(key, has_rows=bool(reader.stored_ids(key)))

    def _open(self, reader: CatalogueReader, encoder: LibraryEncoder) -> RemoteCollection:
        info = encoder.info()
        if self._collection is None or self._key != info.key or self._breakdowns != self._store.breakdowns:
            self._unflushed = []
            self._collection = collection = self._store.collection(info.key, info.dimension)
            if collection.notice:
                self._announce(Notice(collection.notice))
            # what ended well and was verified once needs no second look, which takes 4 s for 100,000 rows
            if self._key != info.key or self._breakdowns != self._store.breakdowns:
                self._verify(collection, reader, info.key)
            self._key, self._breakdowns = info.key, self._store.breakdowns
        self._used_s = self._clock()
        return self._collection

    def _verify(self, collection: RemoteCollection, reader: CatalogueReader, key: str) -> None:
        verdict = collection.verify(np.array(reader.stored_ids(key), np.int64))
        self._note_missing(key, verdict.missing.tolist())
        if len(verdict.extra):
            collection.delete(verdict.extra)

    def _write(self, collection: RemoteCollection, encoder: LibraryEncoder, rows: list[tuple[int, int, bytes]]) -> None:
        ids, vectors = encoder.index().vectors_of(np.array([row[0] for row in rows], np.int64))
        facts = {row[0]: row for row in rows}
        collection.upsert(
            ids,
            vectors,
            taken_s=np.array([facts[i][1] for i in ids.tolist()], np.int64),
            content_hashes=[facts[i][2] for i in ids.tolist()],
        )
        self._unflushed.extend((i, facts[i][2]) for i in ids.tolist())
        lost = sorted(facts.keys() - set(ids.tolist()))
        if lost:  # the journal must hold what the catalogue calls encoded; what it does not is encoded again
            key = self._key
            self._librarian.submit(lambda desk: desk.catalogue.forget_encoded(key, lost)).result()

    def _flush(self, key: str) -> None:
        if self._unflushed and self._collection is not None:
            self._collection.flush()
            done, self._unflushed = self._unflushed, []
            self._librarian.submit(lambda desk: desk.catalogue.mark_stored(key, done)).result()
            self._used_s = self._clock()

    def _note_missing(self, key: str, ids: list[int]) -> None:
        if ids:
            self._librarian.submit(lambda desk: desk.catalogue.mark_not_stored(key, ids)).result()

    def _end_if_idle(self) -> None:
        """Its processes take memory: they end when nothing was written for a while."""
        if self._collection is not None and self._clock() - self._used_s > _REST_AFTER_S:
            self._rest()

    def _rest(self) -> None:
        self._collection = None
        self._store.close()

    def recover(self, encoder: LibraryEncoder, ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float16]]:
        """The vectors of ``ids`` that Milvus still holds; none where it cannot be read."""
        info = encoder.info()
        try:
            return self._store.collection(info.key, info.dimension).vectors_of(ids)
        except StoreFailed as error:
            _log.warning("nothing can be recovered from Milvus: %s", error)
            return np.empty(0, np.int64), np.empty((0, info.dimension), np.float16)

    def stop(self) -> None:
        """Flush nothing more than what is written, disconnect, end the processes."""
        self._collection, self._unflushed = None, []
        try:
            self._store.close()
        except StoreFailed as error:
            _log.warning("the vector store did not close well: %s", error)

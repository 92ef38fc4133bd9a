"""The order of truth for vectors: journal on disk first, then the catalogue, then memory."""

import logging
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from photofind.core.errors import NoRoom
from photofind.core.photo import PhotoId
from photofind.encoders.protocol import EncoderInfo
from photofind.library.encoder_desk import LibraryEncoder
from photofind.library.intake import Intake
from photofind.library.librarian import Desk, Librarian
from photofind.store.catalogue_reader import CatalogueReader
from photofind.store.vector_journal import VectorJournal, round_vectors

_log = logging.getLogger(__name__)

_FEW_RECORDS = 1_000


def confirmed_records(encoder_key: str) -> str:
    """The name in the catalogue of how many records of a journal it counts on; nothing there means any number."""
    return f"records of {encoder_key}"


class Seen(NamedTuple):
    """What an encoder has seen of a photo. ``input_hash``, of the pixels that it was given, is None where it is not known."""

    photo_id: PhotoId
    content_hash: bytes
    input_hash: bytes | None


class VectorWriter:
    """Writes the vectors of one encoder. Indexer thread only; any call may raise StoreFailed or NoRoom."""

    def __init__(self, encoder: LibraryEncoder, librarian: Librarian, intake: Intake) -> None:
        self.info: EncoderInfo = encoder.info()
        self._librarian = librarian
        self._intake = intake
        self._journal = VectorJournal.open(encoder.journal_path, self.info.key, self.info.dimension)
        self.notice = self._journal.notice
        self._encoder = encoder
        self._confirmed = confirmed_records(self.info.key)
        self.lost_its_end = self._compare_with_catalogue()
        """Records that were on the disk are not there any more: what is left may be older than the catalogue says."""
        self._unsynced: list[tuple[Seen, NDArray[np.float16]]] = []
        encoder_id, key = encoder.id, self.info.key
        # so that counts can be told when the encoder is gone
        librarian.submit(lambda desk: desk.catalogue.set_meta(f"key of {encoder_id}", key)).result()

    def _compare_with_catalogue(self) -> bool:
        """Take off what a killed program wrote and did not confirm; True if confirmed records are missing at the end."""
        known = self._librarian.submit(lambda desk: desk.reader.meta(self._confirmed)).result()
        confirmed = int(known) if known else len(self._journal)
        if len(self._journal) > confirmed:
            _log.info("%d unconfirmed records are taken off", len(self._journal) - confirmed)
            self._journal.cut_to(confirmed)
            self._encoder.reload_index()
        elif self.notice or len(self._journal) < confirmed:
            self._encoder.reload_index()  # what is in memory may be more than what is left on the disk
        return len(self._journal) < confirmed

    def confirm(self) -> None:
        """The catalogue counts on what the journal holds now."""
        self._confirm(len(self._journal))

    def _confirm(self, records: int) -> None:
        """How many records the catalogue counts on. 0: any number."""
        self._librarian.submit(lambda desk: desk.catalogue.set_meta(self._confirmed, str(records or ""))).result()

    def missing(self, ids: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those of these photos whose vectors the journal does not hold."""
        return np.setdiff1d(ids, self._encoder.index().ids())

    def tidy(self, reader: CatalogueReader) -> None:
        """Write the journal anew without outdated and unknown vectors, once they are a third of it, or some are damaged."""
        live = reader.encoded_ids(self.info.key)
        damaged = self._encoder.index().damaged
        if damaged or len(self._journal) > len(live) * 3 // 2 + _FEW_RECORDS:
            self._confirm(0)
            try:
                self._journal.compact(live)
            except NoRoom as error:  # for a moment it takes twice the room; a long journal is no reason to stop
                _log.info("the journal stays as long as it is: %s", error)
                return
            self._confirm(len(self._journal))
        if damaged:
            _log.warning("%s: %d damaged records were left out", self._journal.path, damaged)
            self._encoder.reload_index()

    def forget(self, ids: NDArray[np.int64]) -> None:
        """These photos will be encoded again."""
        key, lost = self.info.key, ids.tolist()
        self._librarian.submit(lambda desk: desk.catalogue.forget_encoded(key, lost)).result()

    def refill(self, ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> int:
        """Take vectors that another store still held. Returns how many were not there as they are."""
        index = self._encoder.index()
        there, held = index.vectors_of(ids)
        same = dict(zip(there.tolist(), held, strict=True))
        news = np.array(
            [i not in same or not np.array_equal(same[i], v) for i, v in zip(ids.tolist(), vectors, strict=True)], np.bool_
        )
        if news.any():
            self._journal.append(ids[news], vectors[news])
            self._journal.sync()
            self._confirm(len(self._journal))
            index.upsert(ids[news], vectors[news])
        return int(news.sum())

    def append(self, contents: list[Seen], vectors: NDArray[np.float32]) -> list[PhotoId]:
        """Take vectors [n, d] of these photos' contents. Returns the photos whose vector is no vector."""
        usable = np.isfinite(vectors).all(axis=1) & (np.linalg.norm(vectors, axis=1) > 0)
        self._append_rounded([c for c, good in zip(contents, usable, strict=True) if good], round_vectors(vectors[usable]))
        return [seen.photo_id for seen, good in zip(contents, usable, strict=True) if not good]

    def append_copy(self, seen: Seen, source: PhotoId) -> bool:
        """Give a photo the vector of another one with the same content. False if that vector is not there."""
        waiting = [vector for other, vector in self._unsynced if other.photo_id == source]
        _, vectors = self._encoder.index().vectors_of(np.array([source], np.int64))
        if not waiting and not len(vectors):
            return False
        self._append_rounded([seen], waiting[-1][None] if waiting else vectors)
        return True

    def _append_rounded(self, contents: list[Seen], vectors: NDArray[np.float16]) -> None:
        self._journal.append(np.array([seen.photo_id for seen in contents], np.int64), vectors)
        self._unsynced.extend(zip(contents, vectors, strict=True))

    @property
    def unsynced(self) -> int:
        return len(self._unsynced)

    def sync(self) -> list[PhotoId]:
        """Bring what was appended onto the disk, and only then tell catalogue and memory. Returns the photos."""
        if not self._unsynced:
            return []
        self._journal.sync()
        done = self._unsynced
        key, ids = self.info.key, [seen.photo_id for seen, _ in done]
        contents = [(seen.photo_id, seen.content_hash) for seen, _ in done]
        inputs = {seen.photo_id: seen.input_hash for seen, _ in done if seen.input_hash is not None}
        records = len(self._journal)

        def job(desk: Desk) -> None:
            desk.catalogue.set_meta(self._confirmed, str(records))
            desk.catalogue.mark_encoded(key, contents, inputs)
            desk.note_membership()

        self._encoder.index().upsert(np.array(ids, np.int64), np.stack([vector for _, vector in done]))
        self._librarian.submit(job).result()
        self._unsynced = []
        for tally in self._intake.tallies:
            tally.note_encoded(ids)
        return ids

    def close(self) -> None:
        self._journal.close()

"""The vector journals: are their records as written, and does each photo that was encoded have its vector?"""

import contextlib
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photofind.core.errors import StoreFailed
from photofind.library.doctor.milvus_visit import vectors_in_milvus
from photofind.library.doctor.ward import Diagnosis, KnownEncoder, Ward, broken, fine, note
from photofind.library.librarian import Desk
from photofind.library.vector_writer import confirmed_records
from photofind.store.catalogue_examination import known_ids, twins_encoded
from photofind.store.catalogue_reader import CatalogueReader
from photofind.store.durable import PRIVATE_FILE, disk_errors, free_name
from photofind.store.vector_journal import VectorJournal
from photofind.store.vector_journal_reader import JournalContent, read_journal
from photofind.store.vector_records import HEADER_BYTES, RecordFormat

_SAME = 0.999  # cosine of two vectors of one content, which batches may round differently
_WHAT = "the picture vectors"
_MEANING = "Some photos are not found by meaning until they are looked at again; nothing else is lost."


def check(ward: Ward) -> Iterator[Diagnosis]:
    encoders = ward.encoders()
    for encoder in encoders:
        yield from _look_at(ward, encoder)
    others = sorted({path.stem for path in ward.paths.vectors.glob("*.journal")} - {encoder.key for encoder in encoders})
    for key in others:
        yield from _look_at_other(ward, key)
    if not encoders and not others:
        yield fine("journal", "No photo has been looked at by an encoder yet.")


def _look_at(ward: Ward, encoder: KnownEncoder) -> Iterator[Diagnosis]:
    path = ward.journal(encoder.key)
    with ward.catalogue() as catalogue:
        encoded = CatalogueReader(catalogue).encoded_ids(encoder.key)
        known, twins = known_ids(catalogue), twins_encoded(catalogue, encoder.key)
        lost_its_end = _lost_its_end(ward, encoder, CatalogueReader(catalogue))
    content: JournalContent | None = None
    if not path.exists() and not len(encoded):
        yield fine("journal", f"No photo has been looked at by {encoder.id} yet.")
        return
    may_mend = ward.write is not None and ward.has_milvus and encoder.dimension > 0

    def trouble(code: str, sentence: str, mend: Callable[[Ward, KnownEncoder], str]) -> Diagnosis:
        mended = (lambda: mend(ward, encoder)) if may_mend else None
        return broken("journal", f"{code}:{encoder.key}", sentence, _MEANING, mend=mended)

    if path.exists():
        try:
            content = read_journal(path, expected=(encoder.key, encoder.dimension) if encoder.dimension else None)
        except StoreFailed as error:
            yield trouble("journal-unreadable", f"The vectors of {encoder.id} cannot be read: {error}", _mend_records)
            return
        torn = _torn_bytes(path, content)
        if content.damaged or torn:
            what = f"{content.damaged:,} records are damaged" if content.damaged else "the last record is cut short"
            yield trouble("journal-damaged", f"In the file of vectors of {encoder.id}, {what}.", _mend_records)
    there = content.ids if content is not None else np.empty(0, np.int64)
    lost = np.setdiff1d(encoded, there)
    if len(lost):
        sentence = f"{len(lost):,} of {len(encoded):,} photos have lost their vectors of {encoder.id}."
        yield trouble("vectors-missing", sentence, _bring_back)
    elif lost_its_end:
        yield trouble("journal-shorter", f"The end of the file of vectors of {encoder.id} is missing.", _bring_back)
    orphans = np.setdiff1d(there, known)
    if len(orphans):
        yield _orphaned(ward, encoder, len(orphans))
    wrong = _unlike(content, twins) if content is not None else []
    if wrong:
        yield broken(
            "journal",
            f"vectors-unlike:{encoder.key}",
            f"{len(wrong):,} photos have other vectors than their exact copies have.",
            "Searching by meaning may find them for what they do not show.",
            mend=(lambda: _forget(ward, encoder, wrong)) if may_mend else None,
        )
    if content is not None and not (content.damaged or torn or lost_its_end or len(lost) or len(orphans) or wrong):
        yield fine("journal", f"Each of {len(encoded):,} photos has its vector of {encoder.id}.")


def _look_at_other(ward: Ward, key: str) -> Iterator[Diagnosis]:
    """The journal of an encoder that the library used before, or of a catalogue that was lost."""
    try:
        content = read_journal(ward.journal(key))
    except StoreFailed as error:
        yield note(
            "journal", f"journal-unreadable:{key}", f"Vectors of an encoder that is not in use cannot be read: {error}",
            "They are only missed when that encoder is chosen again: then photos are looked at again.",
        )  # fmt: skip
        return
    with ward.catalogue() as catalogue:
        orphans = np.setdiff1d(content.ids, known_ids(catalogue))
    if len(orphans):
        yield _orphaned(ward, KnownEncoder(key, key, content.dimension), len(orphans))


def _orphaned(ward: Ward, encoder: KnownEncoder, count: int) -> Diagnosis:
    return note(
        "journal",
        f"vectors-orphaned:{encoder.key}",
        f"{count:,} vectors of {encoder.id} are of photos that nobody knows any more.",
        "They only take room, and no question finds them.",
        mend=(lambda: _compact(ward, encoder)) if ward.write is not None and encoder.dimension > 0 else None,
    )


@contextlib.contextmanager
def _writable(ward: Ward, encoder: KnownEncoder) -> Iterator[VectorJournal]:
    """The journal, to be changed; only when that is done the catalogue counts on what it holds now."""
    assert ward.write is not None
    journal = VectorJournal.open(ward.journal(encoder.key), encoder.key, encoder.dimension)
    try:
        yield journal
        records = str(len(journal))
    finally:
        journal.close()
    ward.write(lambda desk: desk.catalogue.set_meta(confirmed_records(encoder.key), records))


def _lost_its_end(ward: Ward, encoder: KnownEncoder, reader: CatalogueReader) -> bool:
    """Whether records that the catalogue counts on are not there: then older vectors may look like the newest."""
    confirmed = int(reader.meta(confirmed_records(encoder.key)) or 0)
    path = ward.journal(encoder.key)
    there = path.stat().st_size - HEADER_BYTES if path.exists() and encoder.dimension else 0
    return there // RecordFormat(encoder.key, encoder.dimension or 1).size < confirmed


def _torn_bytes(path: Path, content: JournalContent) -> int:
    return max(0, path.stat().st_size - HEADER_BYTES) % RecordFormat(content.key, content.dimension).size


def _unlike(content: JournalContent, twins: list[list[int]]) -> list[int]:
    """Photos of one content whose vectors point elsewhere: which of them is right, only the encoder can say."""
    places = {photo_id: place for place, photo_id in enumerate(content.ids.tolist())}
    wrong: list[int] = []
    for group in twins:
        rows = [places[photo_id] for photo_id in group if photo_id in places]
        vectors = content.vectors[rows].astype(np.float32)
        if len(rows) > 1 and float((vectors @ vectors[0]).min()) < _SAME:
            wrong += group
    return wrong


# Mending; nobody else has the journal or Milvus open


def _mend_records(ward: Ward, encoder: KnownEncoder) -> str:
    """Cut off what is torn and leave out what is damaged, with the old file kept; then fill the gaps."""
    path = ward.journal(encoder.key)
    doubtful = _doubtful(ward, encoder)  # before the end is lost for good
    aside = _keep_copy(path)
    with _writable(ward, encoder) as journal:
        content = read_journal(path)
        if content.damaged:
            journal.compact(content.ids)
        done = _refill(ward, encoder, doubtful, journal)
    return f"The file was mended, and the old one kept as {aside.name}. {done}"


def _bring_back(ward: Ward, encoder: KnownEncoder) -> str:
    doubtful = _doubtful(ward, encoder)
    with _writable(ward, encoder) as journal:
        return _refill(ward, encoder, doubtful, journal)


def _doubtful(ward: Ward, encoder: KnownEncoder) -> NDArray[np.int64]:
    """Photos whose newest vector may not be in the journal."""
    with ward.reader() as reader:
        if _lost_its_end(ward, encoder, reader):
            return reader.encoded_ids(encoder.key)
    return _missing(ward, encoder)


def _missing(ward: Ward, encoder: KnownEncoder) -> NDArray[np.int64]:
    """Photos that have no vector in the journal, as far as it can be read."""
    path, there = ward.journal(encoder.key), np.empty(0, np.int64)
    with contextlib.suppress(StoreFailed):
        there = read_journal(path).ids if path.exists() else there
    with ward.reader() as reader:
        return np.setdiff1d(reader.encoded_ids(encoder.key), there)


def _refill(ward: Ward, encoder: KnownEncoder, doubtful: NDArray[np.int64], journal: VectorJournal) -> str:
    """Bring vectors back from Milvus where it has them of the same content; the others are encoded again."""
    assert ward.write is not None
    lost = np.union1d(doubtful, _missing(ward, encoder))  # and what was damaged is left out by now
    if not len(lost):
        return "No vector is missing."
    with ward.reader() as reader:
        contents = {photo_id: (reader.encoded_content(encoder.key, photo_id) or b"").hex() for photo_id in lost.tolist()}
    ids, vectors = vectors_in_milvus(ward, encoder, contents)
    if len(ids):
        journal.append(ids, vectors)
        journal.sync()
    again = np.setdiff1d(lost, ids).tolist()
    if again:
        ward.write(lambda desk: _encode_again(desk, encoder.key, again))
    return f"{len(ids):,} vectors came back from Milvus; {len(again):,} photos are looked at again."


def _compact(ward: Ward, encoder: KnownEncoder) -> str:
    with ward.reader() as reader:
        live = reader.encoded_ids(encoder.key)
    with _writable(ward, encoder) as journal:
        before = len(journal)
        journal.compact(live)
        return f"{before - len(journal):,} vectors that nobody needs were dropped."


def _forget(ward: Ward, encoder: KnownEncoder, ids: list[int]) -> str:
    assert ward.write is not None
    ward.write(lambda desk: _encode_again(desk, encoder.key, ids))
    return f"{len(ids):,} photos are looked at again."


def _encode_again(desk: Desk, key: str, ids: list[int]) -> None:
    desk.catalogue.forget_encoded(key, ids)
    desk.note_membership()
    desk.note_work()


def _keep_copy(path: Path) -> Path:
    aside = free_name(path)
    with disk_errors(_WHAT):
        shutil.copyfile(path, aside)  # no link: the torn end is cut off in place
        with contextlib.suppress(OSError):
            os.chmod(aside, PRIVATE_FILE)
    return aside

"""The vector store: does it open, and does it hold what the catalogue believes, as the journal has it?"""

import contextlib
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from photofind.core.errors import LibraryInUse, NoRoom, StoreFailed
from photofind.core.events import Event, Notice
from photofind.encoders.open_encoder import open_encoder
from photofind.library.doctor.milvus_visit import examination, holds_anything, milvus_of
from photofind.library.doctor.ward import Diagnosis, KnownEncoder, Ward, broken, fine, note
from photofind.library.encoder_desk import LibraryEncoder
from photofind.library.librarian import Desk
from photofind.library.milvus_follower import MilvusFollower
from photofind.store.catalogue_examination import stored_contents
from photofind.store.catalogue_reader import CatalogueReader
from photofind.store.milvus_examination import Examination
from photofind.store.vector_journal_reader import JournalContent, read_journal

_SAMPLE = 2000
_HASH_CHARACTERS = 32
_MEANING = "Questions are answered from the journal, so every photo is found as before; only the copy in Milvus is not right."


def check(ward: Ward) -> Iterator[Diagnosis]:
    encoders = [encoder for encoder in ward.encoders() if encoder.dimension]
    with ward.catalogue() as catalogue:
        stored = {encoder.key: stored_contents(catalogue, encoder.key) for encoder in encoders}
    if not any(stored.values()) and not holds_anything(ward):
        yield fine("milvus", "Milvus has not been needed yet.")
        return
    if not ward.has_milvus:
        yield note(
            "milvus",
            "milvus-not-looked-at",
            "Milvus was not looked at: only one program can open it, and only where it can write.",
            "It may be well or not.",
            "Run photofind doctor when nothing else has the library open and its folder can be written.",
        )
        return
    if not holds_anything(ward):
        yield _missing_altogether(ward, encoders, sum(map(len, stored.values())))
        return
    try:
        found = [_compare(ward, encoder, stored[encoder.key]) for encoder in encoders]
    except LibraryInUse:
        raise
    except NoRoom:
        raise
    except StoreFailed as error:
        yield _unreadable(ward, encoders, error)
        return
    for one in found:
        yield _told(ward, one)


@dataclass(slots=True)
class _Difference:
    encoder: KnownEncoder
    rows: int = 0
    doubles: int = 0
    missing: list[int] = field(default_factory=list)
    extra: list[int] = field(default_factory=list)
    wrong: list[int] = field(default_factory=list)


def _compare(ward: Ward, encoder: KnownEncoder, stored: dict[int, bytes]) -> _Difference:
    path = ward.journal(encoder.key)
    with ward.reader() as reader:
        waiting = {row[0] for row in reader.to_store(encoder.key, -1)}  # may be there, if a program ended before it noted so
    journal = read_journal(path, expected=(encoder.key, encoder.dimension)) if path.exists() else None
    ids = np.array(sorted(stored), np.int64)
    sample = ids[:: max(1, len(ids) // _SAMPLE)]
    try:
        seen = examination(ward, encoder, sample)
    except (LibraryInUse, NoRoom):
        raise
    except StoreFailed:  # once more: the machine may have been busy
        with contextlib.suppress(StoreFailed):
            milvus_of(ward).close()
        seen = examination(ward, encoder, sample)
    there = seen.content_hashes
    wrong = [i for i, content in stored.items() if i in there and there[i] != content.hex()[:_HASH_CHARACTERS]]
    return _Difference(
        encoder,
        rows=len(there),
        doubles=seen.doubles,
        missing=sorted(stored.keys() - there.keys()),
        extra=sorted(there.keys() - stored.keys() - waiting),
        wrong=sorted({*wrong, *_unlike(seen, journal)}),
    )


def _unlike(seen: Examination, journal: JournalContent | None) -> list[int]:
    """Of the sample, those whose vectors are not the journal's, which proves its own by checksums."""
    if journal is None:
        return []
    places = {photo_id: place for place, photo_id in enumerate(journal.ids.tolist())}
    both = [(n, places[photo_id]) for n, photo_id in enumerate(seen.ids.tolist()) if photo_id in places]
    mine, theirs = [n for n, _ in both], [place for _, place in both]
    differ: NDArray[np.bool_] = (seen.vectors[mine] != journal.vectors[theirs]).any(axis=1)
    return [int(seen.ids[mine[n]]) for n in np.flatnonzero(differ)]


def _told(ward: Ward, one: _Difference) -> Diagnosis:
    parts = [
        (len(one.missing), "rows are missing"),
        (one.doubles, "rows are there twice"),
        (len(one.wrong), "rows hold another vector than the journal"),
        (len(one.extra), "rows are of photos that it should not hold"),
    ]
    said = ", ".join(f"{count:,} {words}" for count, words in parts if count)
    if not said:
        return fine("milvus", f"Milvus holds {one.rows:,} vectors of {one.encoder.id}, the same as the journal's.")
    mend = (lambda: _mend(ward, one)) if ward.write is not None else None
    return broken("milvus", f"milvus-differs:{one.encoder.key}", f"In Milvus, {said}.", _MEANING, mend=mend)


def _unreadable(ward: Ward, encoders: list[KnownEncoder], error: StoreFailed) -> Diagnosis:
    if ward.settings.milvus_uri:
        return broken(
            "milvus",
            "milvus-unreachable",
            f"The vectors' server cannot be used: {error}",
            _MEANING,
            "Look after the server, its address and token in settings.json; photofind catches up by itself.",
        )

    def mend() -> str:
        # which sets aside what cannot be read, and only that
        notices = [milvus_of(ward).collection(encoder.key, encoder.dimension).notice for encoder in encoders]
        _forget_what_is_stored(ward, encoders)
        return " ".join([*filter(None, notices), _fill(ward, encoders).capitalize()])

    return broken(
        "milvus", "milvus-unreadable", f"Milvus cannot be opened: {error}", _MEANING,
        mend=mend if ward.write is not None else None,
    )  # fmt: skip


def _missing_altogether(ward: Ward, encoders: list[KnownEncoder], rows: int) -> Diagnosis:
    def mend() -> str:
        _forget_what_is_stored(ward, encoders)
        return f"It was begun anew and {_fill(ward, encoders)}"

    return broken(
        "milvus", "milvus-missing", f"Milvus is gone, which held {rows:,} vectors.", _MEANING,
        mend=mend if ward.write is not None else None,
    )  # fmt: skip


# Mending; nobody else has Milvus open


def _mend(ward: Ward, one: _Difference) -> str:
    assert ward.write is not None
    key = one.encoder.key
    with ward.reader() as reader:
        expected = np.array(reader.stored_ids(key), np.int64)
    collection = milvus_of(ward).collection(key, one.encoder.dimension)
    verdict = collection.verify(expected)  # which makes one of doubled rows
    if len(verdict.extra):
        collection.delete(verdict.extra)
        collection.flush()
    again = sorted({*verdict.missing.tolist(), *one.wrong})
    ward.write(lambda desk: desk.catalogue.mark_not_stored(key, again))
    return (
        f"{verdict.doubles:,} rows were made single, {len(verdict.extra):,} dropped, and {_fill(ward, [one.encoder])}"
    )


def _forget_what_is_stored(ward: Ward, encoders: list[KnownEncoder]) -> None:
    assert ward.write is not None

    def job(desk: Desk) -> None:
        for encoder in encoders:
            desk.catalogue.mark_not_stored(encoder.key, desk.reader.stored_ids(encoder.key))

    ward.write(job)


def _fill(ward: Ward, encoders: list[KnownEncoder]) -> str:
    """Write what the journal has and Milvus lacks, as indexing would. The journal was looked after before."""
    assert ward.librarian is not None
    told: list[str] = []

    def announce(event: Event) -> None:
        if isinstance(event, Notice) and event.is_error:
            told.append(event.sentence)

    waited = 0
    # a reader without a transaction of its own, for the follower looks again what waits
    with ward.librarian() as librarian, closing(CatalogueReader(ward.paths.catalogue)) as reader:
        for known in encoders:
            waited += len(reader.to_store(known.key, -1))
            encoder = LibraryEncoder(known.id, open_encoder(known.id, ward.shelf), ward.paths.vectors)
            try:
                follower = MilvusFollower(milvus_of(ward), librarian, announce)
                follower.follow(reader, encoder, finish=True, must_stop=lambda: False)
            finally:
                encoder.face.stop()
    if told:
        raise StoreFailed(told[0])
    return f"{waited:,} vectors were filled in from the journal."

"""What the checks work with: one library, and what may be done to it."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from photofind.config.paths import LibraryPaths
from photofind.config.settings import Settings
from photofind.core.errors import EncoderUnavailable, StoreFailed
from photofind.core.findings import REPAIR, Finding, Severity
from photofind.encoders.shelf import Shelf
from photofind.library.librarian import Desk, Librarian
from photofind.store.catalogue_examination import version_of
from photofind.store.catalogue_reader import CatalogueReader
from photofind.store.milvus_process import MilvusProcess
from photofind.store.sqlite_reading import connect_for_reading
from photofind.store.vector_records import HEADER_BYTES, unpack_header

Write = Callable[[Callable[[Desk], Any]], Any]
CLOSE_THE_WINDOW = "Close photofind's window, then run: photofind doctor --repair"


class NotNow(StoreFailed):
    """A part cannot be looked at until another one is mended."""


@dataclass(frozen=True, slots=True)
class KnownEncoder:
    """An encoder that the library works with. ``dimension`` is 0 where nothing says it any more."""

    id: str
    key: str
    dimension: int


@dataclass(frozen=True, slots=True)
class Ward:
    """``librarian`` lends one for a while; None where nothing may be written.

    ``is_alone``: no program has the library open, so whole files may be replaced. ``has_milvus``: the vector store may be
    opened here, and ``milvus`` is it, for the time of an examination. ``watch_troubles``: what the open library says of
    folders that are not simply watched. For one thread.
    """

    paths: LibraryPaths
    settings: Settings
    shelf: Shelf
    librarian: Callable[[], AbstractContextManager[Librarian]] | None = None
    is_alone: bool = False
    has_milvus: bool = False
    milvus: MilvusProcess | None = None
    watch_troubles: Mapping[str, str] = field(default_factory=dict)

    @property
    def write(self) -> Write | None:
        """Has a job of the librarian done and waits for it; None where nothing may be written."""
        lend = self.librarian
        if lend is None:
            return None

        def write(job: Callable[[Desk], Any]) -> Any:
            with lend() as librarian:
                return librarian.submit(job).result()

        return write

    def mending(self, job: Callable[[Desk], object], done: str) -> Callable[[], str] | None:
        """Has a job of the librarian done and says so; None where nothing may be written."""
        write = self.write
        if write is None:
            return None

        def mend() -> str:
            write(job)
            return done

        return mend

    @contextmanager
    def catalogue(self) -> Iterator[sqlite3.Connection]:
        """The catalogue, for reading, in one state. Raises NotNow where it cannot be read."""
        if not self.paths.catalogue.exists():
            raise NotNow("There is no catalogue.")
        try:
            with closing(connect_for_reading(self.paths.catalogue)) as connection:
                version_of(connection)
                connection.execute("BEGIN")
                yield connection
        except sqlite3.Error as error:
            raise NotNow(f"The catalogue cannot be read ({error}).") from error

    @contextmanager
    def reader(self) -> Iterator[CatalogueReader]:
        """The same, for questions. Raises NotNow."""
        with self.catalogue() as connection:
            yield CatalogueReader(connection)

    def encoders(self) -> list[KnownEncoder]:
        """The encoder that answers and the one that is coming. Raises NotNow."""
        found: list[KnownEncoder] = []
        with self.reader() as reader:
            for encoder_id in (reader.meta("encoder"), reader.meta("coming_encoder")):
                if encoder_id and encoder_id not in (one.id for one in found):
                    found.append(self._known(encoder_id, reader.meta(f"key of {encoder_id}")))
        return found

    def journal(self, key: str) -> Path:
        """Where the vectors of an encoder lie."""
        return self.paths.vectors / f"{key}.journal"

    def _known(self, encoder_id: str, key: str) -> KnownEncoder:
        """By the key that was written down with its vectors: what became of the weights since is another check's."""
        try:
            info = self.shelf.info(encoder_id)
            if key in ("", info.key):
                return KnownEncoder(encoder_id, info.key, info.dimension)
        except EncoderUnavailable:
            pass
        try:
            with self.journal(key).open("rb") as file:
                header = unpack_header(file.read(HEADER_BYTES))
        except OSError:
            header = None
        return KnownEncoder(encoder_id, key, header.dimension if header is not None else 0)


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """A finding, and how it is mended: ``mend`` returns what it has done, or raises PhotofindError."""

    finding: Finding
    mend: Callable[[], str] | None = None


def fine(check: str, sentence: str) -> Diagnosis:
    return Diagnosis(Finding(check, f"{check}-fine", Severity.FINE, sentence))


def note(
    check: str, code: str, sentence: str, meaning: str, remedy: str = "", mend: Callable[[], str] | None = None
) -> Diagnosis:
    return _said(Severity.NOTE, check, code, sentence, meaning, remedy, mend)


def broken(
    check: str, code: str, sentence: str, meaning: str, remedy: str = "", mend: Callable[[], str] | None = None
) -> Diagnosis:
    return _said(Severity.BROKEN, check, code, sentence, meaning, remedy, mend)


def _said(
    severity: Severity, check: str, code: str, sentence: str, meaning: str, remedy: str, mend: Callable[[], str] | None
) -> Diagnosis:
    return Diagnosis(Finding(check, code, severity, sentence, meaning, remedy or (REPAIR if mend else "")), mend)

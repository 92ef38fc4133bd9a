"""The durable record of an encoder's vectors: one append-only file of checked records (see vector_records)."""

import contextlib
import logging
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from photofind.core.errors import StoreFailed
from photofind.store.durable import (
    PRIVATE_FILE,
    disk_errors,
    private_folder,
    replace_file,
    set_aside,
    store_failure,
    sync_descriptor,
    sync_folder,
)
from photofind.store.vector_journal_reader import (
    RECORDS_AT_ONCE,
    VECTORS,
    JournalContent,
    read_journal,
    read_records,
    refuse_newer,
)
from photofind.store.vector_records import (
    HEADER_BYTES,
    RecordFormat,
    check_vectors,
    pack_header,
    round_vectors,
    unpack_header,
)

__all__ = ["JournalContent", "VectorJournal", "read_journal", "round_vectors"]

_log = logging.getLogger(__name__)
_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class VectorJournal:
    """The one writer of a journal; one thread uses it. Readers (``read_journal``) may be anywhere, at any time.

    A vector is durable when ``sync`` has returned; until then it is also kept in memory. Any call may raise NoRoom or
    StoreFailed.
    """

    def __init__(self, path: Path, key: str, dimension: int, *, descriptor: int, end: int, notice: str) -> None:
        """Use ``VectorJournal.open``."""
        self.path = path
        self.key = key
        self.dimension = dimension
        self.notice = notice
        self._format = RecordFormat(key, dimension)
        self._descriptor = descriptor
        self._end = end
        self._synced_end = end
        self._unsynced: list[bytes] = []
        self._unsynced_is_written = True
        self._broken = False

    @classmethod
    def open(cls, path: Path, key: str, dimension: int) -> "VectorJournal":
        """Open the journal at ``path`` for writing, or make it. A record cut short at its end is taken off.

        A file that cannot be this encoder's journal is renamed, and ``notice`` then says so in a sentence.
        Raises NoRoom, StoreFailed.
        """
        with disk_errors(VECTORS):
            private_folder(path.parent)
            notice = _make_usable(path, key, dimension)
            descriptor = os.open(path, os.O_RDWR | os.O_APPEND | _BINARY)
            try:
                record_bytes = RecordFormat(key, dimension).size
                size = os.fstat(descriptor).st_size
                end = size - (size - HEADER_BYTES) % record_bytes
                if end != size:
                    _log.warning("%s: %d bytes of a torn record taken off", path, size - end)
                    os.ftruncate(descriptor, end)
                # What lies here may have been written by a process that died before its sync.
                sync_descriptor(descriptor)
            except BaseException:
                os.close(descriptor)
                raise
        return cls(path, key, dimension, descriptor=descriptor, end=end, notice=notice)

    def __len__(self) -> int:
        """Number of records, older versions and removed photos included: what ``compact`` would go through."""
        return (self._end - HEADER_BYTES) // self._format.size

    def append(self, ids: NDArray[np.int64], vectors: NDArray[np.float16]) -> None:
        """Write a vector for each id; a later one of the same id replaces an earlier one.

        ``ids`` int64 [n], ``vectors`` float16 [n, dimension] from ``round_vectors``; anything else is a ValueError.
        After NoRoom or StoreFailed nothing of this call is in the journal.
        """
        check_vectors(ids, vectors, self.dimension)
        self._refuse_if_broken()
        self._write_what_is_not_written()
        data = self._format.pack(ids, vectors)
        self._write(data)
        self._unsynced.append(data)

    def sync(self) -> None:
        """Returns when all that was appended is on the disk.

        After NoRoom or StoreFailed call it again when there may be room: it then writes again everything since the last
        sync that worked, because a kernel may forget pages that it failed to write while it still shows them.
        """
        self._refuse_if_broken()
        self._write_what_is_not_written()
        if self._synced_end == self._end:
            return
        try:
            sync_descriptor(self._descriptor)
        except OSError as error:
            self._unsynced_is_written = False
            self._cut_back(self._synced_end)
            raise store_failure(error, VECTORS) from error
        self._synced_end = self._end
        self._unsynced.clear()

    def cut_to(self, records: int) -> None:
        """Take the records behind the first ``records`` off again. Raises StoreFailed."""
        self.sync()
        end = HEADER_BYTES + records * self._format.size
        with disk_errors(VECTORS):
            os.ftruncate(self._descriptor, end)
            sync_descriptor(self._descriptor)
        self._end = self._synced_end = end

    def compact(self, keep: NDArray[np.int64] | Iterable[int]) -> None:
        """Write the journal anew with only the last vector of each id in ``keep``, and put it in place of the old one.

        After an error the old journal is still in use.
        """
        self.sync()
        content = read_journal(self.path, keep=keep)
        fresh = self.path.with_name(f"{self.path.name}.new")
        try:
            with disk_errors(VECTORS):
                _create(fresh, pack_header(self.key, self.dimension), self._packed(content))
                os.close(self._descriptor)  # Windows renames no open file
                self._descriptor = -1
                try:
                    replace_file(fresh, self.path)
                finally:
                    self._descriptor = os.open(self.path, os.O_RDWR | os.O_APPEND | _BINARY)
                    self._end = self._synced_end = os.fstat(self._descriptor).st_size
        except StoreFailed:
            self._broken = self._descriptor < 0
            with contextlib.suppress(OSError):
                fresh.unlink(missing_ok=True)
            raise

    def close(self) -> None:
        """Sync and let go of the file; idempotent."""
        if self._descriptor < 0:
            return
        try:
            if not self._broken:
                self.sync()
        finally:
            os.close(self._descriptor)
            self._descriptor = -1

    def _packed(self, content: JournalContent) -> Iterable[bytes]:
        for start in range(0, len(content.ids), RECORDS_AT_ONCE):
            part = slice(start, start + RECORDS_AT_ONCE)
            yield self._format.pack(content.ids[part], content.vectors[part])

    def _write_what_is_not_written(self) -> None:
        if not self._unsynced_is_written:
            self._write(b"".join(self._unsynced))
            self._unsynced_is_written = True

    def _write(self, data: bytes) -> None:
        """All of ``data`` at the end of the file, or nothing."""
        rest = memoryview(data)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError as error:
            self._cut_back(self._end)
            raise store_failure(error, VECTORS) from error
        self._end += len(data)

    def _cut_back(self, end: int) -> None:
        try:
            os.ftruncate(self._descriptor, end)
            self._end = end
        except OSError:
            _log.exception("%s cannot be cut back to its last whole record", self.path)
            self._broken = True

    def _refuse_if_broken(self) -> None:
        if self._broken or self._descriptor < 0:
            raise StoreFailed("The file of picture vectors failed and is closed: start photofind again.")


def _make_usable(path: Path, key: str, dimension: int) -> str:
    """See to it that ``path`` has the header asked for; returns a sentence when the old file had to be renamed."""
    header_bytes = pack_header(key, dimension)
    path.with_name(f"{path.name}.new").unlink(missing_ok=True)
    if not path.exists():
        _create(path, header_bytes, ())
        sync_folder(path.parent)
        return ""
    if sys.platform != "win32":
        path.chmod(PRIVATE_FILE)
    with path.open("rb") as file:
        header = unpack_header(file.read(HEADER_BYTES))
        if header is not None:
            refuse_newer(header.version, path)
        if header is not None and (header.key, header.dimension) == (key, dimension):
            return ""
        # Records are checked with constants drawn from the key, so they prove whose they are without the header.
        ours = len(read_records(file.fileno(), key, dimension).ids) > 0
    if header is None and (ours or path.stat().st_size <= HEADER_BYTES):
        _log.warning("%s: damaged header written anew", path)
        with path.open("r+b") as file:
            file.write(header_bytes)
            file.flush()
            sync_descriptor(file.fileno())
        return ""
    aside = set_aside(path)
    _create(path, header_bytes, ())
    sync_folder(path.parent)
    return f"The file of picture vectors could not be read and is made again; the old one is kept as {aside}."


def _create(path: Path, header: bytes, blocks: Iterable[bytes]) -> None:
    """Write a synced private file; the caller syncs its folder. Raises OSError; no half of one is left then."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | _BINARY, PRIVATE_FILE)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(header)
            for block in blocks:
                file.write(block)
            file.flush()
            sync_descriptor(file.fileno())
    except OSError:
        with contextlib.suppress(OSError):
            path.unlink()
        raise

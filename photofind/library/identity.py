"""Which photo a file is: a new one, one that moved here, or a copy. Jobs of the librarian."""

import os
from dataclasses import dataclass
from enum import Enum

from photofind.core.photo import PhotoId
from photofind.library.librarian import Desk
from photofind.library.tally import Tally
from photofind.store.catalogue import ReadPicture
from photofind.store.catalogue_files import FileStat
from photofind.store.catalogue_reader import Twin, Work


class Verdict(Enum):
    """What remains to be done for a file that was read."""

    ENCODE = "encode"
    REUSE = "reuse"  # another photo with this content has a vector already
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Settled:
    """The photo that the file is, and what remains to be done. ``source`` has the vector to reuse."""

    photo_id: PhotoId
    verdict: Verdict
    source: PhotoId = 0
    content_hash: bytes = b""


def settle_by_hash(
    desk: Desk, work: Work, content_hash: bytes, encoder_key: str, tallies: tuple[Tally, ...]
) -> Settled | None:
    """Settle a file that was hashed but not decoded; None if its content is new, so that it must be decoded."""
    if not is_current(desk, work):
        return Settled(work.id, Verdict.DONE)
    for twin in desk.reader.twins(content_hash, but=work.id):
        if _has_left(twin):
            return _take_over(desk, work, twin, content_hash, encoder_key, tallies)
        desk.catalogue.copy_read(twin.id, work.id)
        thumbnail = desk.thumbnails.get(twin.id)
        if thumbnail is None:
            return None
        desk.thumbnails.put([(work.id, thumbnail)])
        desk.note_membership()
        return _what_remains(desk, work.id, content_hash, encoder_key)
    return None


def settle_read(
    desk: Desk, work: Work, picture: ReadPicture, thumbnail: bytes, encoder_key: str, tallies: tuple[Tally, ...]
) -> Settled:
    """Record what a file holds, and find out which photo it is."""
    if not is_current(desk, work):
        return Settled(work.id, Verdict.DONE)
    photo_id = work.id
    if work.is_new:  # never read before: it may be a photo that moved here
        twin = next((twin for twin in desk.reader.twins(picture.content_hash, but=work.id) if _has_left(twin)), None)
        if twin is not None:
            photo_id = _take_over(desk, work, twin, picture.content_hash, encoder_key, tallies).photo_id
    desk.catalogue.record_read(photo_id, picture)
    if thumbnail:
        desk.thumbnails.put([(photo_id, thumbnail)])
    desk.note_changed(photo_id)
    if work.is_new:
        desk.note_membership()
    return _what_remains(desk, photo_id, picture.content_hash, encoder_key)


def what_remains(desk: Desk, work: Work, encoder_key: str) -> Settled:
    """For a photo that was read before, whose content this encoder may know from a copy of it."""
    if not is_current(desk, work) or work.content_hash is None:
        return Settled(work.id, Verdict.DONE)
    return _what_remains(desk, work.id, work.content_hash, encoder_key)


def is_current(desk: Desk, work: Work) -> bool:
    """Whether the row is still what it was when the work was handed out: it may have gone, moved or changed."""
    known = desk.catalogue.file_at(work.path)
    return (
        known is not None
        and known.id == work.id
        and (known.stat.size_bytes, known.stat.mtime_ns) == (work.size_bytes, work.mtime_ns)
    )


def _has_left(twin: Twin) -> bool:
    """Whether the twin's file is no longer where it was; a drive that is away proves nothing."""
    return twin.is_gone or (not twin.is_offline and not os.path.lexists(twin.path))


def _take_over(
    desk: Desk, work: Work, twin: Twin, content_hash: bytes, encoder_key: str, tallies: tuple[Tally, ...]
) -> Settled:
    folder_id = desk.reader.folder_of(work.id)
    desk.catalogue.drop_placeholder(work.id)
    stat = FileStat(os.path.basename(work.path), work.size_bytes, work.mtime_ns)
    desk.catalogue.move_file(twin.id, folder_id, work.path, stat)
    desk.note_changed(twin.id)
    desk.note_membership()
    for tally in tallies:
        tally.note_moved(twin.id, placeholder=work.id)
    return _what_remains(desk, twin.id, content_hash, encoder_key)


def _what_remains(desk: Desk, photo_id: PhotoId, content_hash: bytes, encoder_key: str) -> Settled:
    if desk.reader.encoded_content(encoder_key, photo_id) == content_hash:
        return Settled(photo_id, Verdict.DONE)
    for twin in desk.reader.twins(content_hash, but=photo_id):
        if desk.reader.encoded_content(encoder_key, twin.id) == content_hash:
            return Settled(photo_id, Verdict.REUSE, source=twin.id, content_hash=content_hash)
    return Settled(photo_id, Verdict.ENCODE)

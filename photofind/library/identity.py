"""Which photo a file is: a new one, one that moved here, a copy, or the same one with another content."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from photofind.core.photo import PhotoId
from photofind.library.folders import watched_folder
from photofind.library.librarian import Desk
from photofind.library.scan import has_no_file, stat_file
from photofind.library.tally import Tally
from photofind.media.decoder import Decoded
from photofind.store.catalogue import ReadPicture
from photofind.store.catalogue_files import FileStat, KnownFile
from photofind.store.catalogue_work import Twin, Work


class Verdict(Enum):
    """What remains to be done for a file that was read."""

    ENCODE = "encode"
    REUSE = "reuse"  # another photo with this content has a vector already
    DONE = "done"
    LATER = "later"  # another file must be read first: the photo with this content may have moved here


@dataclass(frozen=True, slots=True)
class Settled:
    """The photo that the file is, and what remains to be done. ``source`` has the vector to reuse."""

    photo_id: PhotoId
    verdict: Verdict
    source: PhotoId = 0
    content_hash: bytes = b""
    input_hash: bytes | None = None


class Identity:
    """Decides for the files of one indexing round. Every method is a job of the librarian.

    A photo is its content: where the content of a file is that of a photo which has left its place, that photo is here
    now, with its id, vector and tags, and whatever photo was known here has left in turn. ``is_reachable`` says whether
    the watched folder with that id can be reached now; a drive that is away proves nothing.
    """

    def __init__(
        self, encoder_key: str, tallies: Callable[[], tuple[Tally, ...]], is_reachable: Callable[[Desk, int], bool]
    ) -> None:
        self._encoder_key = encoder_key
        self._tallies = tallies
        self._is_reachable = is_reachable
        self._displaced: set[PhotoId] = set()  # their place holds another content now

    def settle_by_hash(self, desk: Desk, work: Work, content_hash: bytes) -> Settled | None:
        """Settle a new file that was hashed but not decoded; None if it must be decoded."""
        if not is_current(desk, work):
            return Settled(work.id, Verdict.DONE)
        twins = desk.reader.twins(content_hash, but=work.id)
        left = self._one_that_left(desk, twins)
        if left is not None:
            self._take_over(desk, work, left)
            return self._what_remains(desk, left.id, content_hash)
        if not twins or self._any_to_read(desk, twins) or work.sidecar_mtime_ns or twins[0].sidecar_mtime_ns:
            return None
        thumbnail = desk.thumbnails.get(twins[0].id)
        if thumbnail is None:
            return None
        desk.catalogue.copy_read(twins[0].id, work.id)
        desk.thumbnails.put([(work.id, thumbnail)])
        desk.note_membership()
        return self._what_remains(desk, work.id, content_hash)

    def settle_read(
        self, desk: Desk, work: Work, picture: ReadPicture, thumbnail: bytes, input_hash: bytes, *, final: bool
    ) -> Settled:
        """Record what a file holds, and find out which photo it is; with ``final`` now, else perhaps LATER."""
        if not is_current(desk, work):
            return Settled(work.id, Verdict.DONE)
        photo_id = work.id
        if work.is_new or desk.reader.content_of(work.id) != picture.content_hash:
            twins = desk.reader.twins(picture.content_hash, but=work.id)
            left = self._one_that_left(desk, twins)
            if left is not None:
                self._take_over(desk, work, left)
                photo_id = left.id
            elif not final and self._any_to_read(desk, twins):
                if not work.is_new:
                    self._displaced.add(work.id)
                return Settled(work.id, Verdict.LATER)
        self._displaced.discard(photo_id)
        desk.catalogue.record_read(photo_id, picture)
        if thumbnail:
            desk.thumbnails.put([(photo_id, thumbnail)])
        desk.note_changed(photo_id)
        if work.is_new:
            desk.note_membership()
        return self._what_remains(desk, photo_id, picture.content_hash, input_hash)

    def settle_later(self, desk: Desk, work: Work, content_hash: bytes) -> Settled | None:
        """Settle what was put off, now that all other files are read; None if it must be decoded once more."""
        here = desk.catalogue.file_at(work.path)
        if here is not None and not _is_the_same(here, work):
            return Settled(work.id, Verdict.DONE)  # it changed again, or another photo was found to be here
        twins = desk.reader.twins(content_hash, but=work.id)
        left = self._one_that_left(desk, twins)
        if left is not None:
            self._take_over(desk, work, left)
            return self._what_remains(desk, left.id, content_hash)
        if self._any_to_read(desk, twins, reachable=True):
            return Settled(work.id, Verdict.DONE)  # as it stands: the next round reads the other, noted since this began
        if here is None:  # the photo that was here is elsewhere now, and this is a new one
            stat = stat_file(work.path)
            folder = watched_folder(desk.reader.folders(), work.path)
            if stat is not None and folder is not None:
                desk.catalogue.add_file(folder.id, os.path.dirname(work.path), stat)
            return Settled(work.id, Verdict.DONE)
        return None

    def what_remains(self, desk: Desk, work: Work) -> Settled:
        """For a photo that was read before, whose content this encoder may know from a copy of it."""
        if not is_current(desk, work) or work.content_hash is None:
            return Settled(work.id, Verdict.DONE)
        return self._what_remains(desk, work.id, work.content_hash)

    def _any_to_read(self, desk: Desk, twins: list[Twin], *, reachable: bool = False) -> bool:
        """Whether what is known of one of them may not hold any more, so that it must be read before it proves anything.

        While a folder is being scanned, photofind knows of a file that came before it knows of those it came from.
        """
        found_changed: set[PhotoId] = set()
        for twin in twins:
            here = None if twin.is_to_read or twin.is_gone else desk.catalogue.file_at(twin.path)
            stat = None if here is None else stat_file(twin.path)
            if here is not None and stat is not None and stat != here.stat:
                desk.catalogue.note_changed(twin.id, stat)
                desk.note_counts()
                desk.note_work()
                found_changed.add(twin.id)
        return any(
            (twin.is_to_read or twin.id in found_changed) and not (reachable and self._is_out_of_reach(desk, twin))
            for twin in twins
        )

    def _is_out_of_reach(self, desk: Desk, twin: Twin) -> bool:
        return twin.is_gone or not self._is_reachable(desk, twin.folder_id)

    def _one_that_left(self, desk: Desk, twins: list[Twin]) -> Twin | None:
        return next((twin for twin in twins if self._has_left(desk, twin)), None)

    def _has_left(self, desk: Desk, twin: Twin) -> bool:
        if twin.is_gone or twin.id in self._displaced:
            return True
        return has_no_file(twin.path) and self._is_reachable(desk, twin.folder_id)

    def _take_over(self, desk: Desk, work: Work, twin: Twin) -> None:
        """The photo ``twin`` is the one at ``work``'s path."""
        folder = watched_folder(desk.reader.folders(), work.path)
        folder_id = twin.folder_id if folder is None else folder.id
        here = desk.catalogue.file_at(work.path)
        if work.is_new:
            desk.catalogue.drop_placeholder(work.id)
        elif here is not None:
            desk.catalogue.mark_gone([here.id])
            self._displaced.add(here.id)
        stat = FileStat(os.path.basename(work.path), work.size_bytes, work.mtime_ns, work.sidecar_mtime_ns)
        desk.catalogue.move_file(twin.id, folder_id, work.path, stat)
        if twin.sidecar_mtime_ns == work.sidecar_mtime_ns:
            desk.catalogue.note_read(twin.id)
        self._displaced.discard(twin.id)
        desk.note_changed(twin.id)
        desk.note_membership()
        for tally in self._tallies():
            if here is not None and not work.is_new:
                tally.note_gone(here.id)
            tally.note_moved(twin.id, placeholder=work.id)

    def _what_remains(self, desk: Desk, photo_id: PhotoId, content_hash: bytes, input_hash: bytes = b"") -> Settled:
        key = self._encoder_key
        before = desk.reader.encoded_content(key, photo_id)
        if before == content_hash:
            return Settled(photo_id, Verdict.DONE)
        if input_hash and desk.reader.encoded_input(key, photo_id) == input_hash:  # only what is said about it changed
            desk.catalogue.note_same_input(key, photo_id, content_hash)
            return Settled(photo_id, Verdict.DONE)
        twins = desk.reader.twins(content_hash, but=photo_id)
        twin = next((one for one in twins if desk.reader.encoded_content(key, one.id) == content_hash), None)
        if before is not None and (input_hash or twin is not None):
            desk.catalogue.note_other_input(key, photo_id)
        if twin is None:
            return Settled(photo_id, Verdict.ENCODE)
        return Settled(photo_id, Verdict.REUSE, twin.id, content_hash, desk.reader.encoded_input(key, twin.id))


def is_current(desk: Desk, work: Work) -> bool:
    """Whether the row is still what it was when the work was handed out: it may have gone, moved or changed."""
    here = desk.catalogue.file_at(work.path)
    return here is not None and _is_the_same(here, work)


def _is_the_same(here: KnownFile, work: Work) -> bool:
    return here.id == work.id and (here.stat.size_bytes, here.stat.mtime_ns) == (work.size_bytes, work.mtime_ns)


def picture_of(decoded: Decoded) -> ReadPicture:
    """What the catalogue keeps of a decoded file."""
    return ReadPicture(
        content_hash=decoded.content_hash,
        size_bytes=decoded.size_bytes,
        mtime_ns=decoded.mtime_ns,
        format=decoded.format,
        width=decoded.width,
        height=decoded.height,
        average_colour=decoded.average_colour,
        facts=decoded.facts,
    )

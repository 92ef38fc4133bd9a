"""The librarian: the one thread that writes catalogue, thumbnails and settings."""

import logging
import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

from photofind.core.errors import NoRoom, PhotofindError, StoreFailed
from photofind.core.events import Event, LibraryState, Notice, PhotosChanged
from photofind.core.photo import PhotoId
from photofind.library.long_work import LongWork, Steps
from photofind.library.room import Room
from photofind.store.catalogue import Catalogue
from photofind.store.catalogue_reader import CatalogueReader
from photofind.store.thumbnails import Thumbnails

_log = logging.getLogger(__name__)

_Result = TypeVar("_Result")

_JOBS_IN_ONE_COMMIT = 64  # a commit waits for the disk; so many jobs may share one
_IDS_IN_ONE_STEP = 2000
_DONE = object()
_TRY_AGAIN_S = 15.0
_ANNOUNCE_EVERY_S = 0.3
_COUNT_EVERY_S = 1.0


class Desk:
    """What a job of the librarian works with. Librarian thread only."""

    def __init__(self, catalogue: Catalogue, thumbnails: Thumbnails) -> None:
        self.catalogue = catalogue
        self.reader = CatalogueReader(catalogue.connection)
        self.thumbnails = thumbnails
        self._changed: set[PhotoId] = set()
        self._membership = False
        self._counts = True
        self._work = False

    def note_work(self) -> None:
        """There may be something to index; the indexer is woken once this is committed, for it reads what is on disk."""
        self._work = True

    def take_work_flag(self) -> bool:
        flag, self._work = self._work, False
        return flag

    def note_changed(self, photo_id: PhotoId) -> None:
        """The photo looks different now."""
        self._changed.add(photo_id)
        self._counts = True

    def note_membership(self) -> None:
        """Photos came, went, or can be found that could not before."""
        self._membership = True
        self._counts = True

    def note_counts(self) -> None:
        """Only counts or folders are different."""
        self._counts = True

    def take_photo_changes(self) -> PhotosChanged | None:
        if not self._changed and not self._membership:
            return None
        changes = PhotosChanged(tuple(sorted(self._changed)), self._membership)
        self._changed.clear()
        self._membership = False
        return changes

    def take_counts_flag(self) -> bool:
        flag, self._counts = self._counts, False
        return flag


Job = Callable[[Desk], Any]


class Librarian:
    """Does jobs one after the other, several in one transaction, and long work (scans) step by step between them.

    ``submit``, ``post`` and ``begin`` may be called from any thread.
    """

    def __init__(
        self,
        catalogue_path: Path,
        thumbnails: Thumbnails,
        announce: Callable[[Event], None],
        work_waits: Callable[[], None] = lambda: None,
        room: Room | None = None,
    ) -> None:
        """While ``room`` is short, long work waits; jobs, which may be what the user says, are done even so."""
        self._catalogue_path, self._thumbnails = catalogue_path, thumbnails
        self._announce, self._work_waits, self._room = announce, work_waits, room
        self._jobs: queue.SimpleQueue[tuple[Job, Future[Any]] | None] = queue.SimpleQueue()
        self._long_work: list[LongWork] = []
        self._lock = threading.Lock()
        self._encoder_key, self._stopping = "", False
        self._thread: threading.Thread | None = None

    # Any thread

    def start(self) -> None:
        """Open the catalogue and begin. Returns when it is open.

        Raises:
            StoreFailed: the catalogue cannot be opened.
        """
        catalogue = Catalogue(self._catalogue_path)
        self.begin(self._mend_thumbnails, until_it_succeeds=True)
        self._thread = threading.Thread(target=self._run, args=(catalogue,), name="librarian")
        self._thread.start()

    def stop(self) -> None:
        """Do what was submitted, give up long work, close the catalogue."""
        if self._thread is not None:
            with self._lock:
                self._stopping = True
            self._jobs.put(None)
            self._thread.join()
            self._thread = None

    def submit(self, job: Callable[[Desk], _Result]) -> "Future[_Result]":
        """Have ``job`` done; the future is fulfilled when its writes are on disk."""
        future: Future[_Result] = Future()
        with self._lock:
            if not self._stopping:
                self._jobs.put((job, future))
                return future
        future.cancel()
        return future

    def begin(self, work: Callable[[Desk], Steps], *, until_it_succeeds: bool = False, after_s: float = 0) -> "Future[None]":
        """Have long work done step by step, ``after_s`` from now, after earlier work; each step is a transaction of its own.

        With ``until_it_succeeds`` it begins anew some time after a store has failed (no room, say).
        """
        future: Future[None] = Future()
        with self._lock:
            if not self._stopping:
                self._long_work.append(LongWork(work, future, until_it_succeeds, time.monotonic() + after_s))
                self._jobs.put(None)  # wakes the thread
                return future
        future.cancel()
        return future

    def count_for(self, encoder_key: str) -> None:
        """From now on, counts say how far this encoder is."""

        def job(desk: Desk) -> None:
            self._encoder_key = encoder_key
            desk.note_counts()

        self.submit(job)

    # Librarian thread

    def _run(self, catalogue: Catalogue) -> None:
        desk = Desk(catalogue, self._thumbnails)
        told_notice = ""
        under_way: tuple[Steps, LongWork] | None = None
        announced_s = counted_s = 0.0
        while True:
            if under_way is None:
                under_way = self._next_long_work(desk)
            self._do_jobs(desk, wait_s=0.0 if under_way is not None else _ANNOUNCE_EVERY_S)
            if under_way is not None:
                under_way = self._advance(desk, *under_way)
            if desk.take_work_flag():
                self._work_waits()
            with suppress(StoreFailed):  # no room, say: tried again the next time round
                self._thumbnails.mend()
            if self._thumbnails.notice != told_notice:
                told_notice = self._thumbnails.notice
                self._announce(Notice(told_notice))
                self.begin(self._mend_thumbnails, until_it_succeeds=True)
            now_s = time.monotonic()
            if now_s - announced_s >= _ANNOUNCE_EVERY_S:
                announced_s = now_s
                changes = desk.take_photo_changes()
                if changes is not None:
                    self._announce(changes)
                if now_s - counted_s >= _COUNT_EVERY_S and desk.take_counts_flag():
                    counted_s = now_s
                    self._announce_state(desk)
            if self._stopping and self._jobs.empty():
                break
        if under_way is not None:
            under_way[1].future.cancel()
        for waiting in self._long_work:
            waiting.future.cancel()
        catalogue.close()

    def _next_long_work(self, desk: Desk) -> "tuple[Steps, LongWork] | None":
        now_s = time.monotonic()
        with self._lock:
            due = next((work for work in self._long_work if work.not_before_s <= now_s), None)
            if due is None:
                return None
            self._long_work.remove(due)
        return due.work(desk), due

    def _mend_thumbnails(self, desk: Desk) -> Steps:
        """At the start, and when the thumbnails' file was found damaged: photos without one are read again."""
        after = 0
        while ids := desk.reader.ids_with_thumbnail(after, _IDS_IN_ONE_STEP):
            lost = set(ids) - set(self._thumbnails.ids(after, ids[-1]))
            if lost:
                desk.catalogue.forget_thumbnails(lost)
                desk.note_membership()
                desk.note_work()
            after = ids[-1]
            yield

    def _announce_state(self, desk: Desk) -> None:
        try:
            self._announce(LibraryState(desk.reader.counts(self._encoder_key), desk.reader.folder_states()))
        except Exception:
            _log.exception("counting failed")

    def _do_jobs(self, desk: Desk, wait_s: float) -> None:
        group: list[tuple[Job, Future[Any]]] = []
        try:
            item = self._jobs.get(timeout=wait_s) if wait_s else self._jobs.get_nowait()
            while True:
                if item is not None and item[1].set_running_or_notify_cancel():
                    group.append(item)
                if len(group) >= _JOBS_IN_ONE_COMMIT:
                    break
                item = self._jobs.get_nowait()
        except queue.Empty:
            pass
        if group:
            self._do_together(desk, group)

    def _do_together(self, desk: Desk, group: list[tuple[Job, "Future[Any]"]]) -> None:
        outcomes: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with desk.catalogue.transaction():
                for job, future in group:
                    try:
                        with desk.catalogue.transaction():
                            outcomes.append((future, job(desk), None))
                    except NoRoom:
                        raise
                    except Exception as error:
                        outcomes.append((future, None, error))
        except PhotofindError as error:  # nothing of the group was written
            outcomes = [(future, None, error) for _, future in group]
        except Exception as error:
            _log.exception("jobs failed")
            outcomes = [(future, None, error) for _, future in group]
        for future, result, trouble in outcomes:
            if trouble is None:
                future.set_result(result)
            else:
                future.set_exception(trouble)

    def _advance(self, desk: Desk, steps: Steps, long_work: "LongWork") -> "tuple[Steps, LongWork] | None":
        future = long_work.future
        try:
            if self._room is not None:
                self._room.refuse_if_short()
            with desk.catalogue.transaction():
                is_done = next(steps, _DONE) is _DONE
        except StoreFailed as error:
            if not isinstance(error, NoRoom):  # which is a state, and said as one
                if str(error) != long_work.told:
                    self._announce(Notice(str(error), is_error=True))
                long_work.told = str(error)
            elif self._room is not None:
                self._room.note_refusal()
            if long_work.until_it_succeeds:
                long_work.not_before_s = time.monotonic() + _TRY_AGAIN_S
                with self._lock:
                    self._long_work.append(long_work)
            else:
                future.set_exception(error)
            return None
        except Exception as error:
            _log.exception("long work failed")
            future.set_exception(error)
            return None
        if is_done:
            future.set_result(None)
            return None
        return steps, long_work

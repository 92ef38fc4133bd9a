"""A library whose engine is still on its way: its photos can be looked at, and everything else waits for the engine."""

import itertools
import threading
from array import array
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from photofind.config.settings import Settings
from photofind.core.errors import StoreFailed
from photofind.core.events import AnswerReady, Event, LibraryState, PhotosChanged
from photofind.core.photo import Counts, PhotoId, PhotoRow, ProblemRow
from photofind.core.question import Answer, PictureSource, Question
from photofind.library.front_albums import FrontAlbums
from photofind.store.first_look import FirstLook

if TYPE_CHECKING:  # loading them takes longer than painting the first photos
    from photofind.core.findings import Finding
    from photofind.encoders.shelf import ShelfEntry
    from photofind.library.engine import Engine
    from photofind.library.looking import LookingEngine

    AnyEngine = Engine | LookingEngine

Listener = Callable[[Event], None]


class LibraryFront(FrontAlbums):
    """What a window may call from its first moment on: all photos by date, their rows and thumbnails are answered from
    the stores; all other calls are kept and passed on, in order, once the engine is there.

    Any thread; all methods return at once but ``rows``, ``thumbnail`` and ``problems``. The caller holds the lock of the
    library, or nobody can write it, so that nothing changes between the first look and the engine.
    """

    def __init__(self, settings: Settings, look: FirstLook | None) -> None:
        """``look`` None: nothing can be shown before the engine is there."""
        self._settings = settings
        self._look = look
        self._ids: array[int] = array("q")
        self._folders: LibraryState | None = None
        self._lock = threading.RLock()
        self._engine: AnyEngine | None = None
        self._asked: tuple[int, Question] | None = None
        self._kept: list[Callable[[AnyEngine], object]] = []
        self._listeners: list[Listener] = []
        self._early_tickets = itertools.count(-1, -1)  # never those of the engine, which counts up from 1
        self._early_ticket_of: dict[int, int] = {}  # by the engine's own

    def look_first(self) -> bool:
        """Read what the first screen needs, answer who has asked already, and say whether there are photos. Blocks."""
        if self._look is None:
            return False
        ids = self._look.ids_by_date()
        folders = self._look.folder_states() if ids else ()
        with self._lock:
            if not ids or self._engine is not None:
                return False
            self._ids = ids
            # How far the encoder is takes a while to count: the engine says so soon.
            self._folders = LibraryState(Counts(photos=len(ids), indexed=len(ids)), folders)
            asked, self._asked = self._asked, None
            self._tell(self._folders)
            if asked is not None:
                self._answer(*asked)
        return True

    def attach(self, engine: "AnyEngine") -> None:
        """The engine has started: from now on it does everything, first what was kept for it.

        It may take over from one that could only look: what is shown is then asked for anew.
        """
        with self._lock:
            takes_over = self._engine is not None
            self._engine = engine
            for listen in self._listeners:
                engine.add_listener(partial(self._pass_on, listen))
            if self._asked is not None:
                self._pass_question(*self._asked)
            for call in self._kept:
                call(engine)
            self._kept.clear()
            if takes_over:
                self._tell(PhotosChanged(membership=True))
        self.close()

    def close(self) -> None:
        """Idempotent."""
        if self._look is not None:
            self._look.close()

    # The window's calls

    @property
    def settings(self) -> Settings:
        """As they are now."""
        return self._settings if self._engine is None else self._engine.settings

    def add_listener(self, listen: Listener) -> None:
        """``listen`` is called on worker threads, or at once with what is known."""
        with self._lock:
            self._listeners.append(listen)
            if self._engine is not None:
                self._engine.add_listener(partial(self._pass_on, listen))
            elif self._folders is not None:
                listen(self._folders)

    def ask(self, question: Question) -> int:
        with self._lock:
            if self._engine is not None:
                return self._engine.ask(question)
            ticket = next(self._early_tickets)
            self._asked = (ticket, question)
            if self._ids and question.is_empty:
                self._asked = None
                self._answer(ticket, question)
            return ticket

    def prepare_picture(self, source: PictureSource) -> int:
        return self._with_ticket(lambda engine: engine.prepare_picture(source))

    def open_view(self, photo_id: PhotoId, max_width_px: int, max_height_px: int) -> int:
        return self._with_ticket(lambda engine: engine.open_view(photo_id, max_width_px, max_height_px))

    def explain_view(self, photo_id: PhotoId, question: Question) -> int:
        return self._with_ticket(lambda engine: engine.explain_view(photo_id, question))

    def warm_up(self) -> None:
        self._keep(lambda engine: engine.warm_up())

    def add_folders(self, folders: Sequence[str]) -> None:
        self._keep(lambda engine: engine.add_folders(folders))

    def remove_folder(self, folder: str) -> None:
        self._keep(lambda engine: engine.remove_folder(folder))

    def try_again(self, paths: Sequence[str]) -> None:
        self._keep(lambda engine: engine.try_again(paths))

    def set_paused(self, paused: bool) -> None:
        self._keep(lambda engine: engine.set_paused(paused))

    def wish(self, **wishes: object) -> None:
        self._keep(lambda engine: engine.wish(**wishes))

    def choose_encoder(self, encoder_id: str) -> None:
        self._keep(lambda engine: engine.choose_encoder(encoder_id))

    def install_encoder(self, encoder_id: str) -> None:
        self._keep(lambda engine: engine.install_encoder(encoder_id))

    def cancel_install(self) -> None:
        self._keep(lambda engine: engine.cancel_install())

    def shelf_entries(self) -> "Sequence[ShelfEntry]":
        """Nothing until the engine is there, which says so by an EncoderState."""
        return () if self._engine is None else self._engine.shelf_entries()

    def save_setting(self, **changes: object) -> None:
        with self._lock:
            if self._engine is None:
                self._settings = replace(self._settings, **changes)  # type: ignore[arg-type]
            self._keep(lambda engine: engine.save_setting(**changes))

    def announce(self, event: Event) -> None:
        """Tell the listeners something that is no news of the engine."""
        self._keep(lambda engine: engine.announce(event))

    def rows(self, ids: Sequence[PhotoId]) -> list[PhotoRow]:
        """Blocks. In the order asked; unknown ids are left out."""
        if self._engine is None and self._look is not None:
            found = self._look.rows(ids)
            if self._engine is None:  # else the look may have been closed before it was asked
                return found
        return [] if self._engine is None else self._engine.rows(ids)

    def thumbnail(self, photo_id: PhotoId) -> bytes | None:
        """Blocks."""
        if self._engine is None and self._look is not None:
            jpeg = self._look.thumbnail(photo_id)
            if self._engine is None:
                return jpeg
        return None if self._engine is None else self._engine.thumbnail(photo_id)

    def problems(self) -> list[ProblemRow]:
        """Blocks. None until the engine is there: no one can ask for them before."""
        return [] if self._engine is None else self._engine.problems()

    def check_up(self, *, repair: bool) -> "list[Finding]":
        """Look at the library, and mend it. Blocks for seconds. Raises StoreFailed until the engine is there."""
        from photofind.library.doctor.open_library import examine_open

        return examine_open(self._started_engine(), repair=repair)

    def save_report(self, findings: "Sequence[Finding]", target: str) -> None:
        """Write a report for support. Blocks. Raises StoreFailed, NoRoom."""
        from photofind.library.doctor.support_report import save_report

        save_report(self._started_engine().paths, findings, Path(target))

    # Inside

    def _started_engine(self) -> "Engine":
        from photofind.library.looking import LookingEngine

        engine = self._any_engine()
        if isinstance(engine, LookingEngine):
            raise StoreFailed("The library cannot be written, so it can only be looked at: make its folder writable first.")
        return engine

    def _any_engine(self) -> "AnyEngine":
        if self._engine is None:
            raise StoreFailed("The library is still being opened: try again in a moment.")
        return self._engine

    def _keep(self, call: "Callable[[AnyEngine], object]") -> None:
        with self._lock:
            if self._engine is None:
                self._kept.append(call)
            else:
                call(self._engine)

    def _with_ticket(self, call: "Callable[[AnyEngine], int]") -> int:
        with self._lock:
            if self._engine is not None:
                return call(self._engine)
            ticket = next(self._early_tickets)

            def later(engine: "AnyEngine") -> None:
                self._early_ticket_of[call(engine)] = ticket

            self._kept.append(later)
            return ticket

    def _pass_question(self, ticket: int, question: Question) -> None:
        assert self._engine is not None
        self._early_ticket_of[self._engine.ask(question)] = ticket

    def _pass_on(self, listen: Listener, event: Event) -> None:
        with self._lock:  # a ticket is noted before its answer is passed on
            early = self._early_ticket_of.get(getattr(event, "ticket", 0))
        listen(event if early is None else replace(event, ticket=early))  # type: ignore[arg-type]

    def _answer(self, ticket: int, question: Question) -> None:
        self._tell(AnswerReady(ticket, Answer(question, self._ids[: question.limit])))

    def _tell(self, event: Event) -> None:
        for listen in self._listeners:
            listen(event)

"""Every part of an open library: built once, in order, each with its stop."""

import os
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass

from photofind.config.paths import LibraryPaths
from photofind.config.power import is_on_battery
from photofind.config.presence import Presence
from photofind.config.settings import Settings
from photofind.core.changes import Change
from photofind.core.events import Event, Notice
from photofind.core.pace import Pace
from photofind.encoders.open_encoder import open_encoder
from photofind.encoders.shelf import Shelf
from photofind.library.drives import Drives
from photofind.library.duty_cycle import DutyCycle
from photofind.library.edit_keeper import EditKeeper
from photofind.library.encoder_desk import EncoderDesk
from photofind.library.encoder_switch import EncoderSwitch
from photofind.library.explaining import Explaining
from photofind.library.indexer import Indexer
from photofind.library.intake import Intake
from photofind.library.librarian import Librarian
from photofind.library.milvus_follower import MilvusFollower, open_milvus
from photofind.library.pacer import Pacer, Wishes
from photofind.library.progress import ProgressBoard
from photofind.library.room import Room
from photofind.library.scan import rules_of
from photofind.library.searcher import Searcher
from photofind.library.settings_writer import SettingsWriter
from photofind.library.viewing import Viewing
from photofind.library.watcher import FolderWatcher
from photofind.media.decoder_pool import DecoderPool
from photofind.store.reader_pool import ReaderPool
from photofind.store.thumbnails import Thumbnails

THUMBNAIL_PX = 384
_LOOK_AGAIN_S = 60.0  # at a folder that cannot be read
_MOST_DECODERS = 16  # beside a fast graphics card reading is what bounds the rate


@dataclass(frozen=True, slots=True)
class Parts:
    """What an engine is made of."""

    thumbnails: Thumbnails
    librarian: Librarian
    settings_writer: SettingsWriter
    desk: EncoderDesk
    encoders: EncoderSwitch
    readers: ReaderPool
    viewing: Viewing
    explaining: Explaining
    progress: ProgressBoard
    intake: Intake
    indexer: Indexer
    pacer: Pacer
    searcher: Searcher
    errands: ThreadPoolExecutor
    watcher: FolderWatcher | None


def build(  # noqa: PLR0915 - it reads from top to bottom, each part with its stop
    stack: ExitStack,
    paths: LibraryPaths,
    settings: Settings,
    shelf: Shelf,
    *,
    watch: bool,
    follows_pace: bool,
    language: str,
    announce: Callable[[Event], None],
    save_setting: Callable[..., None],
    rescan: Callable[[str], None],
    note_changes: Callable[[list[Change]], None],
    note_watch_trouble: Callable[[str, str], None],
) -> Parts:
    """Start everything; ``stack`` stops it in reverse. Helper processes are started by threads of the parts themselves.

    Raises:
        StoreFailed: a store cannot be opened.
    """
    work_waits, question_open = threading.Event(), threading.Event()
    thumbnails = Thumbnails(paths.thumbnails)
    stack.callback(thumbnails.close)
    room = Room(paths.folder, on_refusal=work_waits.set)
    librarian = Librarian(paths.catalogue, thumbnails, announce, work_waits.set, room)
    librarian.start()
    stack.callback(librarian.stop)
    settings_writer = SettingsWriter(paths.settings, librarian, announce)
    keeper = EditKeeper(paths, librarian, announce)
    keeper.start()
    stack.callback(keeper.stop)
    desk = EncoderDesk(lambda encoder_id: open_encoder(encoder_id, shelf, idle_s=settings.encoder_idle_s), paths.vectors)
    stack.callback(desk.stop)
    encoders = EncoderSwitch(
        shelf=shelf, desk=desk, librarian=librarian, language=language, announce=announce, wake_indexer=work_waits.set
    )
    stack.callback(encoders.stop)
    encoders.begin()
    decoders = DecoderPool(
        settings.decoders or max(1, min(_MOST_DECODERS, os.cpu_count() or 1)), timeout_s=settings.decode_timeout_s
    )
    stack.callback(decoders.stop)
    readers = ReaderPool(paths.catalogue)
    stack.callback(readers.close)
    viewing = Viewing(readers=readers, decoders=decoders, thumbnails=thumbnails, announce=announce)
    stack.callback(viewing.stop)
    explaining = Explaining(readers, desk, viewing.decode_now, thumbnails, announce)
    stack.callback(explaining.stop)
    progress = ProgressBoard(announce)
    duty_cycle = DutyCycle()

    def rescan_later(path: str) -> None:
        librarian.begin(lambda desk: intake.scan(desk, path), until_it_succeeds=True, after_s=_LOOK_AGAIN_S)

    drives = Drives(librarian, rescan)
    intake = Intake(rules_of(settings), rescan, rescan_later, lambda text: announce(Notice(text, is_error=True)), drives.relocated)
    searcher = Searcher(
        catalogue_path=paths.catalogue,
        desk=desk,
        decode_now=viewing.decode_now,
        announce=announce,
        question_open=question_open,
    )
    searcher.start()
    stack.callback(searcher.stop)
    stack.callback(desk.stop)  # before the searcher, which may wait for an encoder that is still being loaded

    def breathe(most: int, must_stop: Callable[[], bool]) -> int:
        pacer.note_work()
        return duty_cycle.breathe(most, must_stop)

    indexer = Indexer(
        catalogue_path=paths.catalogue,
        librarian=librarian,
        intake=intake,
        desk=desk,
        decoders=decoders,
        follower=MilvusFollower(open_milvus(paths, settings), librarian, announce),
        progress=progress,
        room=room,
        announce=announce,
        encoder_changed=encoders.announce_state,
        question_open=question_open,
        breathe=breathe,
        wake=work_waits,
        thumbnail_px=THUMBNAIL_PX,
    )

    def apply_pace(pace: Pace, paused: bool) -> None:
        progress.set_pace(pace, paused)
        duty_cycle.set_pace(pace)
        indexer.set_paused(paused or pace is Pace.PAUSED_ON_BATTERY)

    pacer = Pacer(
        Wishes(settings.speed, settings.pause_on_battery, settings.paused),
        apply_pace,
        save_setting,
        follows=follows_pace,
        is_on_battery=is_on_battery,
        idle_s=Presence().idle_s,
    )
    pacer.start()
    stack.callback(pacer.stop)
    indexer.start()
    stack.callback(indexer.stop)
    errands = ThreadPoolExecutor(max_workers=1, thread_name_prefix="errands")
    stack.callback(lambda: errands.shutdown(wait=True, cancel_futures=True))
    watcher = FolderWatcher(note_changes, on_trouble=note_watch_trouble, on_mounts=drives.look) if watch else None
    drives.connect(intake, watcher, errands)
    if watcher is not None:
        watcher.start()
        stack.callback(watcher.stop)
    return Parts(
        thumbnails, librarian, settings_writer, desk, encoders, readers, viewing, explaining, progress, intake, indexer, pacer,
        searcher, errands, watcher,
    )  # fmt: skip

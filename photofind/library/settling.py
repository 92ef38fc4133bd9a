"""Turns the restless stream of file system events into few changes, each told once its file has come to rest."""

import os
from bisect import bisect_left
from collections.abc import Iterator
from math import inf

from photofind.core.changes import Appeared, Change, Moved, Unsure, Vanished
from photofind.core.tree import is_below, overlap
from photofind.library.pending import FOLDER_PATIENCE, Look, Pending, look_at

_MOST_PENDING = 5_000
_BURST_PATIENCE = 10.0  # how many times settle_s a watched folder may wait, once all of it will be scanned
_OPEN_PATIENCE = 10.0  # … and a file that was written but not closed


class SettlingTable:
    """What happened to paths but has not been told yet. Knows no clock and no thread: times are passed in.

    Feed it events as they come, in order; ``due`` gives the changes that have settled: nothing has happened to the
    path for ``settle_s``, it is not open for writing (for a while), and its size and times stand still. Applied in
    order, all changes together turn what was told before into what is there, whatever happened in between.

    A rename is told as it was, unless its source is new (then its target has appeared) or something new takes the
    source's place within ``settle_s`` (programs that keep a backup save like this: then the source has changed and
    the target has appeared). Whatever was known at and below the target of a move is gone. A move may name a target
    that a later change of the list moves on or lets vanish, and a source that nobody knows: then it stands for
    ``Appeared(target)``.

    What came and went within ``settle_s`` is told as vanished, since a scan may have seen it in between.
    """

    def __init__(self, settle_s: float, look: Look = look_at, most_pending: int = _MOST_PENDING) -> None:
        self._settle_s = settle_s
        self._look = look
        self._most_pending = most_pending
        self._recount_at = most_pending
        self._pending: dict[str, Pending] = {}
        self._moves: list[Moved] = []
        self._move_sources: set[str] = set()
        self._moves_since_s = inf
        self._next_s = inf
        self.roots: tuple[str, ...] = ()  # a burst below one of these collapses into Unsure(root)

    def __len__(self) -> int:
        return len(self._pending) + len(self._moves)

    @property
    def next_s(self) -> float:
        """When to call ``due`` next; infinity when nothing waits."""
        return min(self._next_s, self._moves_since_s + self._settle_s)

    # Events, in the order in which they happened

    def appeared(self, path: str, is_folder: bool, now_s: float) -> None:
        """A file or folder was made, or came from somewhere else."""
        if self._is_swallowed_by_doubt(path, now_s):
            return
        if path in self._move_sources and not is_folder:
            self._take_back_move(path, now_s)
        entry = self._pending.get(path)
        if entry is None:
            self._add(path, False, False, True, is_folder, now_s)
            return
        entry.exists, entry.is_folder = True, is_folder
        entry.touch(now_s)

    def changed(self, path: str, now_s: float, is_open: bool = False) -> None:
        """A file was written to (``is_open``: and not closed yet), or its times or rights were set."""
        if self._is_swallowed_by_doubt(path, now_s):
            return
        entry = self._pending.get(path)
        if entry is None:
            entry = self._add(path, True, False, True, False, now_s)
        entry.exists = True
        entry.is_open = is_open
        entry.touch(now_s)
        self._next_s = min(self._next_s, now_s + self._settle_s / 2)  # it may have been open until now

    def vanished(self, path: str, is_folder: bool, now_s: float) -> None:
        """A file or folder was removed, or went somewhere else."""
        if self._is_swallowed_by_doubt(path, now_s):
            return
        if is_folder:
            self._take_below(path)
        entry = self._pending.get(path)
        if entry is not None:
            entry.exists = entry.is_open = entry.is_unsure = False
            entry.is_folder = is_folder
            entry.touch(now_s)
        elif not self._is_in_new_folder(path):
            self._add(path, True, is_folder, False, is_folder, now_s)

    def moved(self, source: str, target: str, is_folder: bool, now_s: float) -> None:
        """A file or folder has another path now; what was at the target is overwritten."""
        if self._is_swallowed_by_doubt(source, now_s) and self._is_swallowed_by_doubt(target, now_s):
            return
        entry = self._pending.pop(source, None)
        below = self._take_below(source) if is_folder else []
        overwritten = self._pending.pop(target, None)
        if is_folder:
            self._take_below(target)
        is_told = not self._is_in_new_folder(source)
        if entry is not None:  # what was told of may not be what moves
            is_told = entry.is_told and entry.told_folder == is_folder
        if is_told or any(overlap(move.target, source) for move in self._moves):
            self._add_move(Moved(source, target, is_folder), now_s)
        else:
            self._add(source, False, is_folder, False, is_folder, now_s)
        if not is_told or entry is not None:
            here = self._add(target, is_told, is_folder, True, is_folder, now_s)
            here.is_open, here.is_unsure = (entry.is_open, entry.is_unsure) if entry is not None else (False, False)
            if not is_told and overwritten is not None:  # nobody hears that something moved over what was told of
                here.is_told, here.told_folder = overwritten.is_told, overwritten.told_folder
        elif self._pending_doubt_above(source) is not None:
            self._add(target, False, is_folder, True, is_folder, now_s)
        for path, other in below:
            self._pending[target + path[len(source) :]] = other

    def unsure(self, path: str, now_s: float, patience: float = FOLDER_PATIENCE) -> None:
        """Events below ``path`` were lost: only a scan can tell what is there."""
        self._take_below(path)
        self._pending.pop(path, None)
        if self._is_swallowed_by_doubt(path, now_s):
            return
        entry = self._add(path, True, True, True, True, now_s)
        entry.is_unsure, entry.patience = True, patience

    def forget(self, path: str) -> None:
        """Drop all that waits at and below ``path``: nobody wants to know any more."""
        self._take_below(path)
        self._pending.pop(path, None)

    # What has settled

    def due(self, now_s: float) -> list[Change]:
        """The changes that have settled by now, to be applied in this order. They are told once."""
        paths = sorted(self._pending)
        told: list[tuple[int, str, list[Change]]] = []
        self._next_s = inf
        for path in paths:
            entry = self._pending.get(path)
            if entry is None:  # swallowed by its folder just now
                continue
            ready_s = self._ready_s(path, entry, paths, now_s)
            if ready_s > now_s:
                self._next_s = min(self._next_s, ready_s)
                continue
            there = self._look(path)
            if entry.is_restless(there, now_s, self._settle_s):
                self._next_s = min(self._next_s, entry.since_s + self._settle_s)
                continue
            del self._pending[path]
            if entry.swallows:
                self._swallow(path, paths, now_s)
            changes = list(entry.changes(path, there))
            told.append((_rank(changes[0]), path, changes))
        self._recount_at = self._most_pending
        moves: list[Change] = []
        if told or now_s >= self._moves_since_s + self._settle_s:
            moves = list(self._moves)
            self._moves.clear()
            self._note_sources()
        return moves + [change for _, _, changes in sorted(told, key=lambda item: item[:2]) for change in changes]

    def _ready_s(self, path: str, entry: Pending, paths: list[str], now_s: float) -> float:
        """When this entry may be told; takes the first of its two looks on the way."""
        soon_s = now_s + self._settle_s / 4
        last_s = entry.first_s + self._settle_s * entry.patience
        if any(above.swallows for above in self._above(path)):
            return soon_s
        if entry.swallows:
            if entry.since_s + self._settle_s > now_s:
                return min(entry.since_s + self._settle_s, last_s)
            quiet_s = now_s - self._settle_s
            is_busy = any(self._pending[other].since_s > quiet_s for other in self._below(path, paths))
            return min(soon_s, last_s) if is_busy else now_s
        if entry.is_open:
            return entry.since_s + self._settle_s * _OPEN_PATIENCE
        if entry.exists and not entry.is_stamped:
            half_s = entry.since_s + self._settle_s / 2
            if half_s > now_s:
                return half_s
            entry.stamp, entry.is_stamped = self._look(path), True
        return entry.since_s + self._settle_s

    def _swallow(self, path: str, paths: list[str], now_s: float) -> None:
        quiet_s = now_s - self._settle_s
        for other in list(self._below(path, paths)):
            entry = self._pending[other]
            if not entry.is_open and entry.since_s <= quiet_s:
                del self._pending[other]

    # Bookkeeping

    def _add(self, path: str, is_told: bool, told_folder: bool, exists: bool, is_folder: bool, now_s: float) -> Pending:
        entry = Pending(is_told, told_folder, exists, is_folder, now_s, now_s)
        self._pending[path] = entry
        self._next_s = min(self._next_s, now_s + self._settle_s / 2)
        if len(self._pending) > self._recount_at:
            self._collapse(now_s)
        return entry

    def _collapse(self, now_s: float) -> None:
        for root in self.roots:
            if sum(1 for path in self._pending if is_below(path, root)) > self._most_pending:
                self.unsure(root, now_s, _BURST_PATIENCE)
        self._recount_at = max(self._most_pending, len(self._pending) + self._most_pending // 10)

    def _add_move(self, move: Moved, now_s: float) -> None:
        last = self._moves[-1] if self._moves else None
        if last is not None and last.target == move.source and last.source != move.target:
            self._moves[-1] = Moved(last.source, move.target, move.is_folder)
            # Nobody hears of the place in between, where something that was told of may have been overwritten.
            self._add(move.source, True, move.is_folder, False, move.is_folder, now_s)
            return
        self._moves.append(move)
        self._move_sources.add(move.source)
        self._moves_since_s = min(self._moves_since_s, now_s)

    def _take_back_move(self, source: str, now_s: float) -> None:
        """Something new is at the source of a move: tell it as a change there, if no later move builds on that one."""
        position = max(at for at, move in enumerate(self._moves) if move.source == source)
        move, later = self._moves[position], self._moves[position + 1 :]
        if move.is_folder or any(
            overlap(one, other)
            for after in later
            for one in (after.source, after.target)
            for other in (source, move.target)
        ):
            return
        del self._moves[position]
        self._note_sources()
        self._add(source, True, False, True, False, now_s)
        entry = self._pending.get(move.target)
        if entry is None:
            self._add(move.target, False, False, True, False, now_s)
        elif entry.exists:
            entry.is_told = False

    def _note_sources(self) -> None:
        self._move_sources = {move.source for move in self._moves}
        if not self._moves:
            self._moves_since_s = inf

    def _is_in_new_folder(self, path: str) -> bool:
        return any(entry.swallows and not entry.is_told for entry in self._above(path))

    def _pending_doubt_above(self, path: str) -> Pending | None:
        return next((entry for entry in self._above(path) if entry.is_unsure), None)

    def _is_swallowed_by_doubt(self, path: str, now_s: float) -> bool:
        entry = self._pending_doubt_above(path)
        if entry is not None:
            entry.touch(now_s)
        return entry is not None

    def _above(self, path: str) -> Iterator[Pending]:
        parent = os.path.dirname(path)
        while parent != path:
            entry = self._pending.get(parent)
            if entry is not None:
                yield entry
            path, parent = parent, os.path.dirname(parent)

    def _below(self, path: str, paths: list[str]) -> Iterator[str]:
        """The pending paths below ``path``; ``paths`` is sorted and may hold some that wait no longer."""
        prefix = path.rstrip(os.sep) + os.sep
        for position in range(bisect_left(paths, prefix), len(paths)):
            if not paths[position].startswith(prefix):
                break
            if paths[position] in self._pending:
                yield paths[position]

    def _take_below(self, path: str) -> list[tuple[str, Pending]]:
        taken = [(other, entry) for other, entry in self._pending.items() if is_below(other, path)]
        for other, _ in taken:
            del self._pending[other]
        return taken


def _rank(change: Change) -> int:
    """Vanished first, so that what vanished and came back is there in the end; folders before single files."""
    match change:
        case Vanished():
            return 0
        case Unsure() | Appeared(_, True):
            return 1
        case _:
            return 2

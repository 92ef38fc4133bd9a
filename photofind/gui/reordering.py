"""Where photos of one list stand in another: what keeps selection and place when the list is replaced."""

from array import array
from collections.abc import Sequence

_ID_BYTES = array("q").itemsize
_FEW = 8
_NEARBY = 2_048  # how far apart two stretches of the same photos are looked for
_MOST_LOST = 200
_AT_ONCE = 8_192

Span = tuple[int, int]  # first row, and the row after the last


class Reordering:
    """From rows of ``old`` to rows of ``new``; both are arrays of photo ids ("q"), each id once.

    Lists mostly change in a few places, so what they share at both ends is found by comparing memory and costs nothing
    for each photo; only the stretch between is looked through.
    """

    def __init__(self, old: "array[int]", new: "array[int]") -> None:
        self._old, self._new = old, new
        shorter = min(len(old), len(new))
        old_bytes, new_bytes = memoryview(old).cast("B"), memoryview(new).cast("B")
        self._head = _shared(old_bytes, new_bytes, shorter)
        self._tail = _shared(old_bytes, new_bytes, shorter - self._head, from_end=True)

    def row_now(self, row: int) -> int:
        """The row in the new list of what stood at ``row`` in the old one, -1 if it has gone."""
        spans = self.spans_now([(row, row + 1)]) if row >= 0 else []
        return spans[0][0] if spans else -1

    def spans_now(self, spans: Sequence[Span]) -> list[Span]:
        """The rows in the new list of what stood in ``spans`` of the old one, ascending and merged."""
        moved_by = len(self._new) - len(self._old)
        tail_from = len(self._old) - self._tail
        now: list[Span] = []
        between: list[Span] = []
        for first, end in sorted(spans):
            if first < self._head:
                now.append((first, min(end, self._head)))
            if end > tail_from:
                now.append((max(first, tail_from) + moved_by, end + moved_by))
            if first < tail_from and end > self._head:
                between.append((max(first, self._head), min(end, tail_from)))
        now += self._found_between(between)
        return _merged(now)

    def _found_between(self, spans: Sequence[Span]) -> list[Span]:
        count = sum(end - first for first, end in spans)
        start, stop = self._head, len(self._new) - self._tail
        if not count or start == stop:
            return []
        if count <= _FEW:  # a search in memory is faster than looking at each id
            rows = [
                find_id(self._new, self._old[row], start, stop) for first, end in spans for row in range(first, end)
            ]
            return [(row, row + 1) for row in rows if row >= 0]
        aligned = self._aligned()
        if aligned is None:
            wanted: set[int] = set()
            for first, end in spans:
                wanted.update(self._old[first:end])
            return _spans_of([row for row, photo_id in enumerate(self._new[start:stop], start) if photo_id in wanted])
        runs, elsewhere = aligned
        found: list[Span] = []
        for first, end in spans:
            for old_row, new_row, length in runs:
                low, high = max(first, old_row), min(end, old_row + length)
                if low < high:
                    found.append((low - old_row + new_row, high - old_row + new_row))
            found += [(row, row + 1) for old_row, row in elsewhere.items() if first <= old_row < end]
        return found

    def _aligned(self) -> tuple[list[tuple[int, int, int]], dict[int, int]] | None:
        """Runs that both lists have in the same order (old row, new row, length), and the rows of what moved past them.

        None when too little is in the same order for this to be worth while.
        """
        old_bytes, new_bytes = memoryview(self._old).cast("B"), memoryview(self._new).cast("B")
        old_row = new_row = self._head
        old_end, new_end = len(self._old) - self._tail, len(self._new) - self._tail
        runs: list[tuple[int, int, int]] = []
        lost: list[int] = []
        while old_row < old_end and new_row < new_end:
            most = min(old_end - old_row, new_end - new_row)
            length = _run(old_bytes[old_row * _ID_BYTES :], new_bytes[new_row * _ID_BYTES :], most)
            if length:
                runs.append((old_row, new_row, length))
                old_row, new_row = old_row + length, new_row + length
                continue
            inserted_to = find_id(self._new, self._old[old_row], new_row, min(new_end, new_row + _NEARBY))
            if inserted_to >= 0:
                new_row = inserted_to
                continue
            removed_to = find_id(self._old, self._new[new_row], old_row, min(old_end, old_row + _NEARBY))
            skipped_to = removed_to if removed_to >= 0 else old_row + 1
            lost += range(old_row, skipped_to)
            new_row += removed_to < 0
            old_row = skipped_to
            if len(lost) > _MOST_LOST and len(lost) * 4 > old_row - self._head:
                return None
        lost += range(old_row, old_end)
        return runs, self._elsewhere(lost, runs) if lost else {}

    def _elsewhere(self, lost: Sequence[int], runs: Sequence[tuple[int, int, int]]) -> dict[int, int]:
        row_of = {self._old[row]: row for row in lost}
        found: dict[int, int] = {}
        free_from = self._head
        for _, new_row, length in [*runs, (0, len(self._new) - self._tail, 0)]:
            for row, photo_id in enumerate(self._new[free_from:new_row], free_from):
                if photo_id in row_of:
                    found[row_of[photo_id]] = row
            free_from = new_row + length
        return found


def find_id(ids: "array[int]", photo_id: int, start: int = 0, stop: int | None = None) -> int:
    """The row of an id, -1 if it is not there; a search in memory, well under a millisecond in 100,000 ids."""
    needle = array("q", [photo_id]).tobytes()
    hay = memoryview(ids).cast("B")[start * _ID_BYTES : (len(ids) if stop is None else stop) * _ID_BYTES].tobytes()
    at = hay.find(needle)
    while at >= 0 and at % _ID_BYTES:
        at = hay.find(needle, at + 1)
    return -1 if at < 0 else start + at // _ID_BYTES


def _run(old: memoryview, new: memoryview, most: int) -> int:
    """How many ids both begin with, at most ``most``, looking ahead in growing steps."""
    length, step = 0, 64
    while length < most:
        step = min(step * 2, most - length)
        begin, end = length * _ID_BYTES, (length + step) * _ID_BYTES
        if bytes(old[begin:end]) != bytes(new[begin:end]):
            return length + _shared(old[begin:end], new[begin:end], step)
        length += step
    return length


def _shared(old: memoryview, new: memoryview, most: int, *, from_end: bool = False) -> int:
    """How many ids both begin (or end) with, at most ``most``.

    Compared in stretches that stay in the processor's cache: a copy is made of what is compared.
    """
    low, high = 0, most
    while low < high and high - low > _AT_ONCE and _same(old, new, low, low + _AT_ONCE, from_end=from_end):
        low += _AT_ONCE
    high = min(high, low + _AT_ONCE)
    while low < high:
        middle = (low + high + 1) // 2
        if _same(old, new, low, middle, from_end=from_end):
            low = middle
        else:
            high = middle - 1
    return low


def _same(old: memoryview, new: memoryview, low: int, high: int, *, from_end: bool) -> bool:
    """Whether ids ``low`` to ``high`` (from the end, counted backwards) are the same in both."""
    begin, end = low * _ID_BYTES, high * _ID_BYTES
    if from_end:
        return bytes(old[len(old) - end : len(old) - begin]) == bytes(new[len(new) - end : len(new) - begin])
    return bytes(old[begin:end]) == bytes(new[begin:end])


def _spans_of(rows: Sequence[int]) -> list[Span]:
    spans: list[Span] = []
    first = previous = -2
    for row in rows:
        if row != previous + 1:
            if first >= 0:
                spans.append((first, previous + 1))
            first = row
        previous = row
    if first >= 0:
        spans.append((first, previous + 1))
    return spans


def _merged(spans: list[Span]) -> list[Span]:
    merged: list[Span] = []
    for first, end in sorted(spans):
        if merged and first <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((first, end))
    return merged

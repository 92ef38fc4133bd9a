import shutil
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path

import pytest

from photofind.core.errors import NoRoom
from photofind.library.room import RESERVE_BYTES, Room

Usage = namedtuple("Usage", "total used free")
MB, GB, TB = 10**6, 10**9, 10**12


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Callable[[int, int], None]:
    """``disk(total, free)`` in bytes, from now on."""

    def be(total: int, free: int) -> None:
        monkeypatch.setattr(shutil, "disk_usage", lambda _: Usage(total, total - free, free))

    be(TB, TB)
    return be


def test_a_reserve_is_left_that_is_smaller_on_small_disks(disk: Callable[[int, int], None]) -> None:
    room = Room(Path("/library"))
    disk(TB, RESERVE_BYTES)
    room.refuse_if_short()
    disk(TB, RESERVE_BYTES - 1)
    with pytest.raises(NoRoom, match="The disk is full: photofind needs about 21 MB more room in /library"):
        room.refuse_if_short()
    disk(GB, 100 * MB)
    room.refuse_if_short()
    disk(GB, 99 * MB)
    with pytest.raises(NoRoom):
        room.refuse_if_short()


@pytest.mark.parametrize(
    ("free", "waiting", "words"),
    [(0, 0, "220 MB"), (219 * MB, 0, "1 MB"), (0, 1_000, "260 MB"), (TB, 250, "10 MB"), (0, 100_000, "4.3 GB")],
)
def test_it_says_about_how_much_is_needed(
    disk: Callable[[int, int], None], free: int, waiting: int, words: str
) -> None:
    disk(2 * TB, free)
    assert f"needs about {words} more room" in Room(Path("/library")).sentence(waiting)


def test_it_waits_until_there_is_more_than_the_reserve_so_that_it_does_not_stop_at_once_again(
    disk: Callable[[int, int], None],
) -> None:
    told: list[str] = []
    room = Room(Path("/library"), lambda: told.append("refused"))
    assert room.wait_s() == 0
    disk(TB, 199 * MB)
    assert room.wait_s() == 0  # nobody asked for room
    room.note_refusal()
    assert told == ["refused"]
    assert room.wait_s() > 0
    disk(TB, 219 * MB)
    assert room.wait_s() > 0
    disk(TB, 220 * MB)
    assert room.wait_s() == 0


def test_a_disk_that_refuses_though_it_seems_to_have_room_is_tried_less_and_less_often(
    disk: Callable[[int, int], None],
) -> None:
    """A quota of the user, say: only a write tells."""
    clock = Clock()
    room = Room(Path("/library"), clock=clock)
    waits = []
    for _ in range(6):
        room.note_refusal()
        began_s = clock.now_s
        while (wait_s := room.wait_s()) > 0:
            assert wait_s <= 2
            clock.now_s += wait_s
        waits.append(clock.now_s - began_s)
    assert waits == pytest.approx([10, 20, 40, 80, 120, 120])
    room.note_success()
    room.note_refusal()
    assert 0 < room.wait_s() <= 2
    clock.now_s += 10
    assert room.wait_s() == 0


def test_a_disk_that_is_not_there_is_not_called_full() -> None:
    room = Room(Path("/nowhere at all"))
    room.refuse_if_short()
    room.note_refusal()

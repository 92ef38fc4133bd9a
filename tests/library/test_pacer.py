"""How hard the background work may drive the machine: battery, presence and clock are the test's."""

import threading
from collections.abc import Callable, Iterator

import pytest

from photofind.core.pace import Pace
from photofind.library.duty_cycle import DutyCycle, gentle_cores
from photofind.library.pacer import AWAY_AFTER_S, Pacer, Wishes, pace_for


def unasked() -> float:
    raise AssertionError("nobody needed to know")


@pytest.mark.parametrize(
    ("wishes", "on_battery", "idle_s", "pace"),
    [
        (Wishes(), False, 3.0, Pace.GENTLE_BESIDE_USER),
        (Wishes(), False, None, Pace.GENTLE_BESIDE_USER),
        (Wishes(), False, AWAY_AFTER_S, Pace.FULL),
        (Wishes(looks=True), False, 3.0, Pace.FULL),
        (Wishes(looks=True), True, 3.0, Pace.GENTLE_ON_BATTERY),
        (Wishes(), True, 9_999.0, Pace.GENTLE_ON_BATTERY),
        (Wishes("full"), True, 3.0, Pace.FULL),
        (Wishes("gentle", looks=True), False, 9_999.0, Pace.GENTLE_AS_CHOSEN),
        (Wishes("full", pause_on_battery=True), True, 9_999.0, Pace.PAUSED_ON_BATTERY),
        (Wishes("full", pause_on_battery=True), False, 3.0, Pace.FULL),
        (Wishes(pause_on_battery=True, anyway=True), True, 3.0, Pace.GENTLE_ON_BATTERY),
        (Wishes("gentle", pause_on_battery=True, runs=1), True, 3.0, Pace.FULL),
    ],
)
def test_the_pace_follows_from_wish_power_and_presence(
    wishes: Wishes, on_battery: bool, idle_s: float | None, pace: Pace
) -> None:
    assert pace_for(wishes, on_battery=on_battery, idle_s=lambda: idle_s) is pace


def test_presence_is_not_asked_where_it_changes_nothing() -> None:
    for wishes, on_battery in ((Wishes(looks=True), False), (Wishes("full"), False), (Wishes(), True)):
        pace_for(wishes, on_battery=on_battery, idle_s=unasked)


class Machine:
    """A machine whose plug and user are the test's, and what the pacer made of them."""

    def __init__(self) -> None:
        self.on_battery = False
        self.idle_s: float | None = 0.0
        self.applied: list[tuple[Pace, bool]] = []
        self.saved: list[dict[str, object]] = []

    def pacer(self, wishes: Wishes, *, follows: bool = True) -> Pacer:
        return Pacer(
            wishes,
            lambda pace, paused: self.applied.append((pace, paused)),
            lambda **changes: self.saved.append(changes),
            follows=follows,
            is_on_battery=lambda: self.on_battery,
            idle_s=lambda: self.idle_s,
        )


def test_to_go_on_ends_the_pause_on_battery_until_there_has_been_mains() -> None:
    machine = Machine()
    machine.on_battery = True
    pacer = machine.pacer(Wishes(pause_on_battery=True))
    assert pacer.look() is Pace.PAUSED_ON_BATTERY
    pacer.go_on()
    assert pacer.look() is Pace.GENTLE_ON_BATTERY
    machine.on_battery = False
    assert pacer.look() is Pace.GENTLE_BESIDE_USER
    machine.on_battery = True
    assert pacer.look() is Pace.PAUSED_ON_BATTERY


def test_the_users_own_pause_is_another_one_and_outlasts_the_battery() -> None:
    machine = Machine()
    pacer = machine.pacer(Wishes(pause_on_battery=True))
    pacer.set_paused(True)
    assert machine.applied == [(Pace.FULL, True)]
    for on_battery in (True, False):
        machine.on_battery = on_battery
        pacer.look()
    pacer.set_paused(False)
    assert machine.applied[1:] == [
        (Pace.PAUSED_ON_BATTERY, True), (Pace.GENTLE_BESIDE_USER, True), (Pace.GENTLE_BESIDE_USER, False)
    ]  # fmt: skip


def test_a_program_started_to_do_the_work_looks_at_nothing() -> None:
    machine = Machine()
    machine.on_battery = True
    pacer = machine.pacer(Wishes("gentle", pause_on_battery=True), follows=False)
    pacer.start()
    assert pacer.look() is Pace.FULL
    assert machine.applied == [(Pace.FULL, False)]
    pacer.stop()


@pytest.fixture
def running() -> Iterator[tuple[Pacer, Callable[[Pace], None], Machine]]:
    """A pacer with its thread, a wait for the pace that it applies, and its machine."""
    machine, news = Machine(), threading.Condition()
    pacer = machine.pacer(Wishes())

    def told(pace: Pace, paused: bool) -> None:
        with news:
            machine.applied.append((pace, paused))
            news.notify()

    def wait_for(pace: Pace) -> None:
        with news:
            assert news.wait_for(lambda: machine.applied[-1:] == [(pace, False)], 10), machine.applied

    pacer._apply = told
    pacer.start()
    yield pacer, wait_for, machine
    pacer.stop()


def test_wishes_take_effect_at_once_and_are_saved(
    running: tuple[Pacer, Callable[[Pace], None], Machine],
) -> None:
    pacer, wait_for, machine = running
    wait_for(Pace.GENTLE_BESIDE_USER)
    pacer.wish(looks=True)
    wait_for(Pace.FULL)
    pacer.wish(speed="gentle")
    wait_for(Pace.GENTLE_AS_CHOSEN)
    with pacer.run_asked_for():
        wait_for(Pace.FULL)
    wait_for(Pace.GENTLE_AS_CHOSEN)
    machine.on_battery = True
    pacer.wish(pause_on_battery=True)
    wait_for(Pace.PAUSED_ON_BATTERY)
    assert machine.saved == [{"speed": "gentle"}, {"pause_on_battery": True}]


class Work:
    """Photos that cost ``photo_s`` of processor time each, on a clock that runs only while somebody works or rests."""

    def __init__(self, photo_s: float) -> None:
        self.now_s, self.used_s, self.photo_s = 0.0, 0.0, photo_s
        self.cycle = DutyCycle(cores=0.5, used_s=lambda: self.used_s, clock=lambda: self.now_s, wait=self.rest)

    def rest(self, seconds: float) -> None:
        self.now_s += seconds

    def do(self, photos: int) -> None:
        for _ in range(photos):
            self.cycle.breathe(32, lambda: False)
            self.used_s += self.photo_s
            self.now_s += self.photo_s / 2  # two cores


@pytest.mark.parametrize("photo_s", [0.03, 0.2, 3.0])
def test_gentle_work_keeps_half_a_core_busy_whatever_a_photo_costs(photo_s: float) -> None:
    work = Work(photo_s)
    work.cycle.set_pace(Pace.GENTLE_AS_CHOSEN)
    work.do(200)  # what was saved up is spent
    began_s, used_s = work.now_s, work.used_s
    work.do(400)
    assert (work.used_s - used_s) / (work.now_s - began_s) == pytest.approx(0.5, rel=0.05)


def test_full_speed_never_rests_and_a_few_photos_alone_are_done_at_once() -> None:
    work = Work(0.2)
    assert work.cycle.breathe(32, lambda: False) == 32
    work.do(100)
    assert work.now_s == pytest.approx(10)
    work.cycle.set_pace(Pace.GENTLE_BESIDE_USER)
    work.do(6)
    assert work.now_s == pytest.approx(10.6)
    assert work.cycle.breathe(32, lambda: False) == 2


def test_a_rest_ends_with_the_pace_and_with_a_stop() -> None:
    work = Work(100.0)
    work.cycle.set_pace(Pace.GENTLE_AS_CHOSEN)
    work.do(1)
    rested = []

    def wait(seconds: float) -> None:
        work.now_s += seconds
        rested.append(seconds)
        if len(rested) == 3:
            work.cycle.set_pace(Pace.FULL)

    work.cycle._wait = wait
    assert work.cycle.breathe(32, lambda: False) == 32
    assert len(rested) == 3
    work.cycle.set_pace(Pace.GENTLE_AS_CHOSEN)
    work.cycle.breathe(32, lambda: False)
    work.used_s += 100.0
    work.cycle.breathe(32, lambda: len(rested) >= 5)
    assert len(rested) == 5


def test_gentle_is_half_a_core_and_an_eighth_of_a_large_machine() -> None:
    assert [gentle_cores(cores) for cores in (1, 2, 4, 8, 16)] == [0.5, 0.5, 0.5, 1.0, 2.0]

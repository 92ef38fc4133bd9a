from photofind.core.events import Activity, Progress
from photofind.core.pace import Pace
from photofind.core.photo import Counts
from photofind.library.progress import ProgressBoard


class Clock:
    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def board() -> tuple[ProgressBoard, Clock, list[Progress]]:
    told: list[Progress] = []
    clock = Clock()
    return ProgressBoard(told.append, clock), clock, told


def test_rate_and_time_left_follow_what_is_done() -> None:
    progress, clock, _ = board()
    progress.set_waiting(100)
    for _ in range(4):
        clock.now_s += 1
        progress.note_done(10)
    assert progress.current == Progress(Activity.INDEXING, 40, 100, 10.0, 6.0)


def test_more_photos_do_not_take_back_what_is_done() -> None:
    progress, clock, _ = board()
    progress.set_waiting(10)
    clock.now_s += 1
    progress.note_done(5)
    progress.set_waiting(95)
    assert (progress.current.done, progress.current.total) == (5, 100)


def test_it_tells_a_few_times_a_second_and_every_change_of_activity() -> None:
    progress, clock, told = board()
    progress.set_waiting(1000)
    for _ in range(100):
        clock.now_s += 0.01
        progress.note_done(1)
    assert 4 <= len(told) <= 6
    progress.set_pace(Pace.FULL, True)
    assert told[-1].activity is Activity.PAUSED
    progress.set_pace(Pace.FULL, False)
    assert told[-1].activity is Activity.INDEXING


def test_looking_shows_while_a_scan_finds_nothing_to_do_yet() -> None:
    progress, _, told = board()
    progress.scan_began()
    assert told[-1].activity is Activity.LOOKING
    progress.set_waiting(3)
    assert told[-1].activity is Activity.INDEXING
    progress.set_waiting(0)
    progress.scan_ended()
    assert told[-1] == Progress(Activity.IDLE)


def test_trouble_comes_before_all_else_and_goes() -> None:
    progress, _, told = board()
    progress.set_waiting(3)
    progress.set_trouble("The disk is full.")
    assert (told[-1].activity, told[-1].sentence) == (Activity.STOPPED_BY_TROUBLE, "The disk is full.")
    progress.set_trouble("")
    assert told[-1].activity is Activity.INDEXING


def test_a_full_disk_is_a_pause_of_its_own_and_no_other_pause_hides_behind_it() -> None:
    progress, _, told = board()
    progress.set_waiting(3)
    progress.set_trouble("It needs 40 MB.", for_room=True)
    assert (told[-1].activity, told[-1].sentence) == (Activity.PAUSED_FOR_ROOM, "It needs 40 MB.")
    progress.set_trouble("It needs 20 MB.", for_room=True)
    assert told[-1].sentence == "It needs 20 MB."  # at once, though the activity is the same
    progress.set_pace(Pace.FULL, True)
    assert told[-1].activity is Activity.PAUSED
    progress.set_pace(Pace.FULL, False)
    assert told[-1].activity is Activity.PAUSED_FOR_ROOM
    progress.set_trouble("")
    assert told[-1].activity is Activity.INDEXING


def test_a_pace_has_a_rate_of_its_own_so_that_the_time_left_is_that_of_now() -> None:
    progress, clock, told = board()
    progress.set_waiting(1000)
    for _ in range(10):
        clock.now_s += 1
        progress.note_done(20)
    progress.set_pace(Pace.GENTLE_BESIDE_USER, False)
    assert (told[-1].pace, told[-1].seconds_left) == (Pace.GENTLE_BESIDE_USER, None)
    for _ in range(3):
        clock.now_s += 2
        progress.note_done(4)
    assert progress.current.rate == 2.0
    assert progress.current.seconds_left == (800 - 12) / 2


def test_a_pause_on_battery_shows_where_photos_wait_and_nowhere_else() -> None:
    progress, _, told = board()
    progress.set_pace(Pace.PAUSED_ON_BATTERY, False)
    assert progress.current.activity is Activity.IDLE
    progress.note_counts(Counts(photos=50, waiting=12))
    assert (told[-1].activity, told[-1].total) == (Activity.PAUSED_ON_BATTERY, 12)
    progress.set_pace(Pace.GENTLE_ON_BATTERY, False)
    assert told[-1].activity is Activity.INDEXING

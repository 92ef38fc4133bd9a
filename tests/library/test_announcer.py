from photofind.core.events import Event, Notice, RaiseRequested
from photofind.library.announcer import Announcer


def test_a_notice_from_before_anybody_listened_is_heard_by_the_first_who_does_and_once() -> None:
    announcer = Announcer()
    announcer.tell(Notice("The thumbnails are made again."))
    announcer.tell(RaiseRequested())
    first: list[Event] = []
    second: list[Event] = []
    announcer.add(first.append, ())
    announcer.add(second.append, ())
    announcer.tell(Notice("Another."))
    assert first == [Notice("The thumbnails are made again."), Notice("Another.")]
    assert second == [Notice("Another.")]

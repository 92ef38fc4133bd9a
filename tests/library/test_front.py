"""What a window sees of a library whose engine is still on its way."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from photofind.config.paths import LibraryPaths
from photofind.config.settings import Settings
from photofind.core.events import AnswerReady, Event, LibraryState
from photofind.core.photo import Facts
from photofind.core.question import Answer, Question
from photofind.library.front import LibraryFront
from photofind.store.catalogue import Catalogue, FileStat, ReadPicture
from photofind.store.first_look import FirstLook
from photofind.store.thumbnails import Thumbnails


class EngineOnItsWay:
    """Remembers what it was called for; its tickets count up from 1."""

    def __init__(self) -> None:
        self.calls: list[object] = []
        self.listeners: list[Callable[[Event], None]] = []
        self.settings = Settings()

    def add_listener(self, listen: Callable[[Event], None]) -> None:
        self.listeners.append(listen)

    def ask(self, question: Question) -> int:
        self.calls.append(question.text)
        return len(self.calls)

    def save_setting(self, **changes: object) -> None:
        self.calls.append(changes)

    def rows(self, _ids: object) -> list[Any]:
        return ["from the engine"]


@pytest.fixture
def front(tmp_path: Path) -> LibraryFront:
    """Three photos, the newest last."""
    paths = LibraryPaths(tmp_path)
    catalogue = Catalogue(paths.catalogue)
    with Thumbnails(paths.thumbnails) as thumbnails, catalogue.transaction():
        folder = catalogue.watch_folder("/photos")
        for number in (1, 2, 3):
            photo_id, _ = catalogue.add_file(folder, "/photos", FileStat(f"{number}.jpg", 10, number * 10**12))
            picture = ReadPicture(bytes(16), 10, number * 10**12, "JPEG", 40, 30, 0x808080, Facts())
            catalogue.record_read(photo_id, picture)
            thumbnails.put([(photo_id, b"jpeg %d" % photo_id)])
    catalogue.close()
    return LibraryFront(Settings(), FirstLook(paths.catalogue, paths.thumbnails))


def test_the_first_screen_is_answered_from_the_stores_whoever_comes_first(front: LibraryFront) -> None:
    heard: list[Event] = []
    front.add_listener(heard.append)
    asked_before = front.ask(Question())
    assert front.look_first()
    asked_after = front.ask(Question(limit=2))
    state, first, second = heard
    assert isinstance(state, LibraryState) and [folder.path for folder in state.folders] == ["/photos"]
    assert isinstance(first, AnswerReady) and (first.ticket, list(first.answer.ids)) == (asked_before, [3, 2, 1])
    assert isinstance(second, AnswerReady) and (second.ticket, list(second.answer.ids)) == (asked_after, [3, 2])
    assert [row.path for row in front.rows([2, 1])] == ["/photos/2.jpg", "/photos/1.jpg"]
    assert front.thumbnail(3) == b"jpeg 3"
    front.close()


def test_what_needs_the_engine_is_kept_for_it_and_answers_find_the_ticket_they_were_asked_with(front: LibraryFront) -> None:
    heard: list[Event] = []
    front.add_listener(heard.append)
    front.look_first()
    front.ask(Question("cat"))
    ticket = front.ask(Question("dog"))  # the newest question wins
    front.save_setting(side_bar=False)
    assert not front.settings.side_bar
    engine: Any = EngineOnItsWay()
    front.attach(engine)
    assert engine.calls == ["dog", {"side_bar": False}]
    (tell,) = engine.listeners
    tell(AnswerReady(1, Answer(Question("dog"))))
    assert isinstance(heard[-1], AnswerReady) and heard[-1].ticket == ticket
    rows: list[Any] = list(front.rows([1]))
    assert rows == ["from the engine"]
    assert front.ask(Question()) == 3  # the engine's own tickets from now on


def test_a_library_without_photos_or_without_stores_waits_for_the_engine(tmp_path: Path) -> None:
    paths = LibraryPaths(tmp_path)
    Catalogue(paths.catalogue).close()
    with Thumbnails(paths.thumbnails):
        pass
    empty = LibraryFront(Settings(), FirstLook(paths.catalogue, paths.thumbnails))
    for front in (empty, LibraryFront(Settings(), None)):
        heard: list[Event] = []
        front.add_listener(heard.append)
        front.ask(Question())
        assert not front.look_first()
        assert heard == []
        engine: Any = EngineOnItsWay()
        front.attach(engine)
        assert engine.calls == [""]

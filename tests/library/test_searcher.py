"""Questions, answered by the real palette from a real library."""

import queue
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from photofind.core.events import AnswerFailed, AnswerReady, Event, PictureReady, PictureRefused, ViewFailed, ViewReady
from photofind.core.question import Answer, PictureBytes, PictureFile, PictureOfPhoto, Question
from photofind.library.engine import Engine
from photofind.library.tally import IndexReport

RED, GREEN, BLUE = (220, 30, 30), (30, 160, 40), (30, 60, 220)

OpenEngine = Callable[..., AbstractContextManager[Engine]]
Index = Callable[..., IndexReport]
Ask = Callable[[Engine, Question], Answer]
MakePicture = Callable[..., Path]


@pytest.fixture
def three(photos: Path, make_picture: MakePicture) -> Path:
    make_picture(photos / "poppy.jpg", RED, size=(400, 300))
    make_picture(photos / "leaf.jpg", GREEN, size=(300, 400))
    make_picture(photos / "sea.jpg", BLUE, size=(400, 300))
    return photos


def events_of(engine: Engine) -> "queue.Queue[Event]":
    events: queue.Queue[Event] = queue.Queue()
    engine.add_listener(events.put)
    return events


def next_of(events: "queue.Queue[Event]", *kinds: type) -> Event:
    while True:
        event = events.get(timeout=30)
        if isinstance(event, kinds):
            return event


def test_questions_of_every_kind_are_answered(
    open_engine: OpenEngine, index: Index, ask: Ask, paths_of: Callable[..., list[str]], three: Path, make_picture: MakePicture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    outside = make_picture(three.parent / "outside.png", (40, 150, 50))
    with open_engine() as engine:
        index(engine, three)

        def best(question: Question) -> str:
            answer = ask(engine, question)
            assert len(answer.ids) == len(set(answer.ids)) == len(answer.scores) == 3
            return paths_of(engine, answer.ids)[0]

        assert best(Question("red")) == str(three / "poppy.jpg")
        assert best(Question(pictures=(PictureFile(str(outside)),))) == str(three / "leaf.jpg")
        assert best(Question(pictures=(PictureBytes(outside.read_bytes()),))) == str(three / "leaf.jpg")
        sea = ask(engine, Question("blue", limit=1)).ids[0]
        assert best(Question(pictures=(PictureOfPhoto(sea),))) == str(three / "sea.jpg")
        assert best(Question("green", pictures=(PictureFile(str(outside)),))) == str(three / "leaf.jpg")
        assert len(ask(engine, Question("red", limit=2)).ids) == 2
        assert len(ask(engine, Question()).scores) == 0
        # Photos that come in have the question asked again: the encoder knows nothing new about its words.
        monkeypatch.setattr(engine.desk.current.face, "encode_texts", lambda _: pytest.fail("encoded again"))
        assert best(Question("red")) == str(three / "poppy.jpg")


def test_the_newest_question_wins_and_the_last_is_always_answered(
    open_engine: OpenEngine, index: Index, three: Path
) -> None:
    with open_engine() as engine:
        index(engine, three)
        events = events_of(engine)
        tickets = [engine.ask(Question(f"red {number}")) for number in range(200)]
        answered = []
        while not answered or answered[-1] != tickets[-1]:
            event = next_of(events, AnswerReady)
            assert isinstance(event, AnswerReady)
            answered.append(event.ticket)
        assert answered == sorted(answered)
        assert len(answered) < len(tickets)


def test_vectors_put_away_come_back_from_the_journal_with_all_that_was_added_meanwhile(
    open_engine: OpenEngine, index: Index, ask: Ask, three: Path, make_picture: MakePicture
) -> None:
    with open_engine() as engine:
        index(engine, three)
        encoder = engine.desk.current
        before = encoder.index()
        encoder.put_away_index(unused_s=3600)
        assert encoder.index() is before
        encoder.put_away_index(unused_s=0)
        make_picture(three / "ruby.jpg", (200, 20, 30), size=(400, 300))
        index(engine, three)
        encoder.put_away_index(unused_s=0)
        assert len(ask(engine, Question("red")).ids) == 4
        assert encoder.index() is not before


def test_a_picture_that_cannot_be_read_is_refused_with_a_sentence(
    open_engine: OpenEngine, index: Index, three: Path
) -> None:
    with open_engine() as engine:
        index(engine, three)
        events = events_of(engine)
        broken = PictureBytes(b"this is no picture", "note.txt")
        ticket = engine.prepare_picture(broken)
        event = next_of(events, PictureReady, PictureRefused)
        assert isinstance(event, PictureRefused) and event.ticket == ticket and event.sentence.endswith(".")
        ticket = engine.ask(Question(pictures=(broken,)))
        failed = next_of(events, AnswerFailed)
        assert isinstance(failed, AnswerFailed) and failed.ticket == ticket and failed.sentence.endswith(".")
        ticket = engine.ask(Question("red"))
        assert isinstance(next_of(events, AnswerReady), AnswerReady)


def test_a_photo_is_shown_large_and_a_chip_has_its_little_picture(
    open_engine: OpenEngine, index: Index, ask: Ask, three: Path
) -> None:
    with open_engine() as engine:
        index(engine, three)
        leaf = ask(engine, Question("green", limit=1)).ids[0]
        events = events_of(engine)
        ticket = engine.open_view(leaf, 150, 150)
        view = next_of(events, ViewReady, ViewFailed)
        assert isinstance(view, ViewReady) and view.ticket == ticket
        assert view.height <= 150 and view.width < view.height and len(view.rgb) == view.width * view.height * 3
        engine.prepare_picture(PictureOfPhoto(leaf))
        assert isinstance(next_of(events, PictureReady, PictureRefused), PictureReady)
        engine.prepare_picture(PictureFile(str(three / "leaf.jpg")))
        assert isinstance(next_of(events, PictureReady, PictureRefused), PictureReady)
        (three / "leaf.jpg").unlink()
        engine.open_view(leaf, 150, 150)
        gone = next_of(events, ViewReady, ViewFailed)
        assert isinstance(gone, ViewFailed) and gone.sentence.endswith(".")

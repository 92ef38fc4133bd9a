"""Changing the encoder of a library, with a small real one."""

import os
import queue
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from photofind.core.errors import EncoderUnavailable
from photofind.core.events import AnswerReady, EncoderState, Event
from photofind.core.question import Answer, Question
from photofind.library.engine import Engine
from photofind.library.tally import IndexReport

OpenEngine = Callable[..., AbstractContextManager[Engine]]
Index = Callable[..., IndexReport]
Ask = Callable[[Engine, Question], Answer]

WANTED_RECALL_AT_5 = 0.95


@pytest.mark.slow
def test_the_old_encoder_answers_until_the_new_one_has_seen_all_and_the_new_one_finds_photos_by_words(
    open_engine: OpenEngine, index: Index, ask: Ask, paths_of: Callable[..., list[str]], shared_data: Path
) -> None:
    labelled = shared_data / "photos" / "labelled"
    encoder_id = f"local-dir:{(shared_data / 'models' / 'imagenet-mini').resolve()}"
    states: list[Event] = []
    with open_engine(listen=states.append) as engine:
        index(engine, labelled)
        engine.encoders.choose(encoder_id)
        early = ask(engine, Question("green"))
        assert early.encoder == "palette"
        assert len(early.ids) == 198
        report = index(engine)
        assert (report.indexed, report.encoder) == (198, encoder_id)
        found = 0
        for photo in sorted(labelled.iterdir()):
            answer = ask(engine, Question(f"a photo of a {photo.stem.replace('_', ' ')}", limit=5))
            assert answer.encoder == encoder_id
            found += photo.name in [os.path.basename(path) for path in paths_of(engine, answer.ids)]
        assert found / 198 >= WANTED_RECALL_AT_5
    switching = [state for state in states if isinstance(state, EncoderState)]
    assert any(state.id == "palette" and state.coming_id == encoder_id for state in switching)
    assert switching[-1].id == encoder_id and switching[-1].coming_id == ""
    answers: queue.Queue[Answer] = queue.Queue()
    with open_engine(listen=lambda event: answers.put(event.answer) if isinstance(event, AnswerReady) else None) as engine:
        assert engine.desk.current.id == encoder_id
        assert index(engine).unchanged == 198
        engine.ask(Question("a dog"))
        at_once, once_more = answers.get(timeout=60), answers.get(timeout=60)
        assert at_once.question == once_more.question, "asked by itself, when usual words had their vectors"
        assert at_once.probabilities != once_more.probabilities and once_more.convincing
        assert engine.ask(Question("a cat")) and answers.get(timeout=60).question == Question("a cat")


@pytest.mark.slow
def test_photos_that_come_during_the_change_and_those_on_a_drive_that_is_away_can_be_found(
    open_engine: OpenEngine,
    index: Index,
    ask: Ask,
    photos: Path,
    tmp_path: Path,
    make_picture: Callable[..., Path],
    shared_data: Path,
) -> None:
    drive = tmp_path / "drive"
    make_picture(photos / "here.jpg", (200, 30, 30))
    make_picture(drive / "away.jpg", (30, 200, 30))
    encoder_id = f"local-dir:{(shared_data / 'models' / 'imagenet-mini').resolve()}"
    with open_engine() as engine:
        index(engine, photos, drive)
        drive.rename(tmp_path / "unplugged")
        engine.scan(str(drive)).result(timeout=30)
        engine.encoders.choose(encoder_id)
        make_picture(photos / "late.jpg", (30, 30, 200))
        index(engine)
        assert engine.desk.current.is_palette, "the photo on the drive would not be found any more"
        assert len(ask(engine, Question("red")).ids) == 3
        (tmp_path / "unplugged").rename(drive)
        index(engine)
        assert engine.desk.current.id == encoder_id
        assert len(ask(engine, Question("a dog")).ids) == 3


def test_an_encoder_that_is_not_installed_is_not_chosen(open_engine: OpenEngine) -> None:
    with open_engine() as engine:
        with pytest.raises(EncoderUnavailable, match="not installed"):
            engine.encoders.choose("light")
        assert engine.desk.target.is_palette


def test_a_library_that_has_seen_nothing_takes_its_encoder_at_once(open_engine: OpenEngine, shared_data: Path) -> None:
    with open_engine() as engine:
        engine.encoders.choose(str(shared_data / "models" / "imagenet-mini"))
        assert not engine.desk.current.is_palette
        assert engine.desk.coming is None


def test_going_back_to_the_old_encoder_half_way_keeps_it(
    open_engine: OpenEngine, index: Index, photos: Path, make_picture: Callable[..., Path], shared_data: Path
) -> None:
    make_picture(photos / "one.jpg")
    with open_engine() as engine:
        index(engine, photos)
        engine.set_paused(True)
        engine.encoders.choose(str(shared_data / "models" / "imagenet-mini"))
        assert engine.desk.coming is not None
        engine.encoders.choose("palette")
        assert engine.desk.coming is None
        assert engine.desk.current.is_palette

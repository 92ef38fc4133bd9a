"""An open library on real stores, small enough to make for each test."""

import queue
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photofind.config.resources import resource
from photofind.core.events import AnswerFailed, AnswerReady, Event
from photofind.core.question import Answer, Question
from photofind.encoders.in_thread import EncoderInThread
from photofind.encoders.palette import Palette
from photofind.encoders.protocol import Vectors
from photofind.encoders.shelf import Shelf
from photofind.library.engine import Engine
from photofind.library.index_run import run_index
from photofind.library.session import library_paths, open_library
from photofind.library.tally import IndexReport

OpenEngine = Callable[..., AbstractContextManager[Engine]]

sys.path.insert(0, str(Path(__file__).parents[1] / "endurance"))  # for the restless folders, which both use


class CountingPalette(EncoderInThread):
    """The real palette, which also says how many pictures it was given."""

    pictures = 0

    def encode_images(self, pictures: NDArray[np.uint8]) -> "Future[Vectors]":
        CountingPalette.pictures += len(pictures)
        return super().encode_images(pictures)


@pytest.fixture
def encoded_pictures(monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """How many pictures were encoded since the last call."""
    monkeypatch.setattr(CountingPalette, "pictures", 0)
    monkeypatch.setattr("photofind.library.parts.open_encoder", lambda *_, **__: CountingPalette(Palette()))

    def since_last_call() -> int:
        count, CountingPalette.pictures = CountingPalette.pictures, 0
        return count

    return since_last_call


@pytest.fixture
def library_folder(tmp_path: Path) -> Path:
    return tmp_path / "library"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    return folder


@pytest.fixture
def open_engine(library_folder: Path, tmp_path: Path) -> OpenEngine:
    """``with open_engine() as engine``: an engine on the test's library, not watching unless told to."""

    @contextmanager
    def open_(watch: bool = False, listen: Callable[[Event], None] | None = None) -> Iterator[Engine]:
        def shelf(endpoint: str) -> Shelf:
            return Shelf(tmp_path / "encoders", resource("shelf.json"), endpoint=endpoint)

        with open_library(library_paths(library_folder), shelf, watch=watch) as engine:
            if listen is not None:
                engine.add_listener(listen)
            yield engine

    return open_


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch) -> Callable[..., IndexReport]:
    """``index(engine, *folders, encoder="")``: index and wait."""
    monkeypatch.setattr("photofind.library.index_run._LOOK_EVERY_S", 0.01)  # it looks thrice, hundreds of times a run

    def run(engine: Engine, *folders: Path | str, encoder: str = "") -> IndexReport:
        names = [str(folder) for folder in folders]
        return run_index(engine, names, encoder, cancelled=threading.Event(), on_progress=lambda _: None)

    return run


@pytest.fixture
def ask() -> Callable[[Engine, Question], Answer]:
    """``ask(engine, question)``: ask and wait for the answer."""

    def run(engine: Engine, question: Question) -> Answer:
        answers: queue.Queue[AnswerReady | AnswerFailed] = queue.Queue()

        def listen(event: Event) -> None:
            if isinstance(event, AnswerReady | AnswerFailed):
                answers.put(event)

        engine.add_listener(listen)
        ticket = engine.ask(question)
        while True:
            event = answers.get(timeout=30)
            if event.ticket == ticket:
                assert isinstance(event, AnswerReady), event
                return event.answer

    return run


@pytest.fixture
def paths_of() -> Callable[[Engine, Sequence[int]], list[str]]:
    return lambda engine, ids: [row.path for row in engine.rows(ids)]

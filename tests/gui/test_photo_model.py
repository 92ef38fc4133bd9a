"""The model knows ids, and rows only where somebody looks."""

import threading
from array import array
from collections.abc import Callable, Iterator, Sequence

import pytest
from fake_engine import FakeEngine
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from photofind.core.events import LibraryState
from photofind.core.photo import Counts, FolderState, PhotoRow
from photofind.gui.photo_model import KEPT_ROWS, PAGE_ROWS, PhotoModel


class Reader:
    """Gives rows and remembers what was asked for."""

    def __init__(self, engine: FakeEngine) -> None:
        self._engine = engine
        self.asked: list[list[int]] = []
        self.go_on = threading.Event()
        self.go_on.set()

    def rows(self, ids: Sequence[int]) -> list[PhotoRow]:
        self.go_on.wait(10)
        self.asked.append(list(ids))
        return self._engine.rows(ids)


@pytest.fixture
def reader(engines: Callable[..., FakeEngine]) -> Reader:
    return Reader(engines(100_000))


@pytest.fixture
def model(qtbot: QtBot, reader: Reader) -> Iterator[PhotoModel]:
    made = PhotoModel(reader.rows)
    made.replace_ids(array("q", range(100_000, 0, -1)))
    yield made
    made.stop()


def test_nothing_is_fetched_until_somebody_looks(model: PhotoModel, reader: Reader) -> None:
    assert model.rowCount() == 100_000
    assert model.data(model.index(99_999), Qt.ItemDataRole.DisplayRole) is None
    assert not reader.asked


def test_what_is_looked_at_comes_by_the_page(qtbot: QtBot, model: PhotoModel, reader: Reader) -> None:
    with qtbot.waitSignal(model.dataChanged):
        model.want_rows(range(450, 480))
    assert reader.asked == [list(range(100_000 - 400, 100_000 - 600, -1))]
    assert model.photo(450).id == 100_000 - 450
    assert model.photo(399) is None
    assert model.data(model.index(450), Qt.ItemDataRole.AccessibleTextRole).startswith("IMG_99550.jpg, ")


def test_what_is_known_is_not_fetched_again(qtbot: QtBot, model: PhotoModel, reader: Reader) -> None:
    with qtbot.waitSignal(model.dataChanged):
        model.want_rows(range(10))
    model.want_rows(range(10))
    with qtbot.waitSignal(model.dataChanged):
        model.want_rows(range(1000, 1010))
    assert len(reader.asked) == 2


def test_pages_that_were_scrolled_past_are_not_fetched(qtbot: QtBot, model: PhotoModel, reader: Reader) -> None:
    reader.go_on.clear()
    for first in range(0, 40_000, 1000):
        model.want_rows(range(first, first + 20))
    reader.go_on.set()
    qtbot.waitUntil(lambda: model.photo(39_000) is not None)
    assert len(reader.asked) <= 2, "the one under way, and the last"


def test_a_changed_photo_stays_as_it_was_until_it_is_read_again(
    qtbot: QtBot, model: PhotoModel, reader: Reader
) -> None:
    with qtbot.waitSignal(model.dataChanged):
        model.want_rows(range(5))
    before = model.photo(0)
    with qtbot.waitSignal(model.dataChanged):
        model.photos_changed([before.id, 1])
    assert model.photo(0) is before
    with qtbot.waitSignal(model.dataChanged):
        model.want_rows(range(5))
    assert model.photo(0) == before
    assert model.photo(0) is not before


def test_photos_that_the_catalogue_no_longer_has_are_asked_for_once(
    qtbot: QtBot, model: PhotoModel, reader: Reader
) -> None:
    model.replace_ids(array("q", [500_000, 500_001]))
    with qtbot.waitSignal(model.dataChanged):
        model.want_rows(range(2))
    assert model.photo(0) is None
    model.want_rows(range(2))
    model.replace_ids(array("q", [3]))
    with qtbot.waitSignal(model.dataChanged):
        model.want_rows(range(1))
    assert reader.asked == [[500_000, 500_001], [3]]


def test_rows_are_kept_up_to_a_limit(qtbot: QtBot, model: PhotoModel) -> None:
    for first in range(0, KEPT_ROWS + 5 * PAGE_ROWS, PAGE_ROWS):
        with qtbot.waitSignal(model.dataChanged):
            model.want_rows(range(first, first + 1))
    assert len(model._rows) == KEPT_ROWS
    assert model.photo(0) is None


def test_a_failed_read_leaves_the_model_alive(qtbot: QtBot, caplog: pytest.LogCaptureFixture) -> None:
    def broken(_ids: Sequence[int]) -> list[PhotoRow]:
        raise OSError("the disk is gone")

    model = PhotoModel(broken)
    model.replace_ids(array("q", [1, 2]))
    with caplog.at_level("ERROR"), qtbot.waitSignal(model.dataChanged):
        model.want_rows(range(2))
    assert model.photo(0) is None
    assert "could not" in caplog.text
    model.stop()


def test_a_drive_that_goes_away_is_seen_on_its_photos(qtbot: QtBot, engines: Callable[..., FakeEngine]) -> None:
    engine = engines(20)
    model = PhotoModel(engine.rows)
    model.replace_ids(array("q", range(1, 21)))
    here = LibraryState(Counts(20), (FolderState("/photos", 20),))
    away = LibraryState(Counts(20), (FolderState("/photos", 20, offline=True),))
    model.library_changed(here)
    with qtbot.waitSignal(model.dataChanged):
        model.want_rows(range(20))
    assert not model.photo(3).offline
    engine.offline = set(range(1, 21))
    model.dataChanged.connect(lambda *_: model.want_rows(range(20)))  # as the grid does
    model.library_changed(away)
    qtbot.waitUntil(lambda: model.photo(3).offline)
    model.stop()

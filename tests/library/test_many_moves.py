"""A thousand photos that move at once keep all that is known of them, seen by the watcher or by a scan."""

import os
import shutil
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from photofind.core.question import Answer, Question
from photofind.library.engine import Engine
from photofind.library.tally import IndexReport

OpenEngine = Callable[..., AbstractContextManager[Engine]]
Index = Callable[..., IndexReport]
Ask = Callable[[Engine, Question], Answer]

_MANY = 1_000
_PATIENCE_S = 60.0


@pytest.mark.slow
def test_a_thousand_photos_moved_at_once_live_and_while_closed_are_themselves_and_none_is_encoded_again(
    open_engine: OpenEngine, index: Index, ask: Ask, tmp_path: Path, make_picture: Callable[..., Path],
    encoded_pictures: Callable[[], int],
) -> None:  # fmt: skip
    first, second = tmp_path / "first", tmp_path / "second"
    second.mkdir()
    for number in range(_MANY):
        colour = (number % 250, number // 4 % 250, 40)
        make_picture(first / "summer" / f"{number:04}.png", colour, size=(24 + number % 7, 24 + number // 250))

    def known(engine: Engine) -> dict[int, tuple[str, int | None]]:
        rows = engine.rows(list(ask(engine, Question()).ids))
        return {row.id: (row.path, row.rating) for row in rows}

    with open_engine() as engine:
        index(engine, first, second)
        assert encoded_pictures() == _MANY
        ids = list(known(engine))
        engine.librarian.submit(lambda desk: [desk.catalogue.set_rating(i, 1 + i % 5) for i in ids]).result()
        before = known(engine)
    assert len(before) == _MANY

    with open_engine(watch=True) as engine:
        engine.indexer.when_done().result(_PATIENCE_S)
        (first / "summer").rename(first / "winter")  # a folder by its name
        os.makedirs(second / "mixed")
        for name in sorted(os.listdir(first / "winter"))[: _MANY // 2]:  # and single files to another watched folder
            os.rename(first / "winter" / name, second / "mixed" / f"new {name}")

        def expected(path: str) -> str:
            name = os.path.basename(path)
            moved = second / "mixed" / f"new {name}"
            return str(moved if moved.exists() else first / "winter" / name)

        wanted = {photo_id: (expected(path), rating) for photo_id, (path, rating) in before.items()}
        deadline_s = time.monotonic() + _PATIENCE_S
        while (now := known(engine)) != wanted:
            assert time.monotonic() < deadline_s, (
                f"{len(set(now.items()) ^ set(wanted.items()))} are not as they should be"
            )
            time.sleep(0.1)
        engine.indexer.when_done().result(_PATIENCE_S)
        assert encoded_pictures() == 0

    shutil.move(second / "mixed", first / "once more")  # while nobody looks
    wanted = {
        photo_id: (path.replace(str(second / "mixed"), str(first / "once more")), rating)
        for photo_id, (path, rating) in wanted.items()
    }
    with open_engine() as engine:
        report = index(engine)
        same = known(engine) == wanted
        assert (report.indexed, report.moved, report.removed, encoded_pictures(), same) == (0, _MANY // 2, 0, 0, True)
        assert known(engine) == wanted
        assert len(ask(engine, Question("red")).ids) == _MANY  # each has its vector, each once
    assert encoded_pictures() == 0

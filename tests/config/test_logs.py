import logging
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from photofind.config import logs


@pytest.fixture(autouse=True)
def _handlers_are_as_before() -> Iterator[None]:
    before = list(logging.getLogger().handlers)
    yield
    assert logging.getLogger().handlers == before


def test_the_log_is_private_keeps_odd_names_and_leaves_chatter_out(tmp_path: Path) -> None:
    old_umask = os.umask(0)
    try:
        close = logs.set_up(tmp_path / "logs")
    finally:
        os.umask(old_umask)
    try:
        logging.getLogger("photofind.test").info("reading %s", os.fsdecode(b"caf\xe9.jpg"))
        logging.getLogger("photofind.test").debug("a detail")
        logging.getLogger("pymilvus.client").info("a long story")
    finally:
        close()
    log = tmp_path / "logs" / "photofind.log"
    text = log.read_text("utf-8")
    assert "reading caf\\udce9.jpg" in text
    assert "a detail" not in text
    assert "a long story" not in text
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert stat.S_IMODE(log.parent.stat().st_mode) == 0o700


def test_verbose_keeps_details(tmp_path: Path) -> None:
    close = logs.set_up(tmp_path / "logs", verbose=True)
    try:
        logging.getLogger("photofind.test").debug("a detail")
    finally:
        close()
    assert "a detail" in (tmp_path / "logs" / "photofind.log").read_text("utf-8")


def test_old_logs_are_kept_a_while_and_stay_private(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "_FILE_BYTES", 2_000)
    close = logs.set_up(tmp_path / "logs")
    try:
        for number in range(200):
            logging.getLogger("photofind.test").info("line %d %s", number, "x" * 50)
    finally:
        close()
    files = sorted((tmp_path / "logs").iterdir())
    assert len(files) == 5
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)


def test_warnings_go_to_standard_error_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    close = logs.set_up(tmp_path / "logs")
    try:
        with caplog.at_level(logging.WARNING):
            logging.getLogger("photofind.test").warning("mind the gap")
        logging.getLogger("photofind.test").info("all is well")
    finally:
        close()
    assert capsys.readouterr().err == "photofind: mind the gap\n"


def test_a_log_that_cannot_be_written_costs_only_itself(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "logs").touch()
    with caplog.at_level(logging.WARNING):
        close = logs.set_up(tmp_path / "logs")
    close()
    assert "no log is kept" in capsys.readouterr().err


def test_a_full_disk_costs_lines_of_the_log_and_nothing_else(
    small_disk: Callable[[int], Any], capsys: pytest.CaptureFixture[str]
) -> None:
    disk = small_disk(4)
    close = logs.set_up(disk.folder / "logs")
    log = logging.getLogger("photofind.test")
    log.info("before")
    disk.fill()
    for number in range(300):
        log.info("line %d %s", number, "x" * 200)
    disk.make_room()
    log.info("after")
    disk.fill()
    for number in range(300):
        log.info("line %d %s", number, "x" * 200)
    close()
    assert capsys.readouterr().err == ""
    text = (disk.folder / "logs" / "photofind.log").read_text("utf-8")
    assert "before" in text and "after" in text

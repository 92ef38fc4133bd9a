"""Real decoder processes: what hangs, crashes or eats memory costs itself only, and nothing stays behind."""

import ctypes
import gc
import logging
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, wait
from io import BytesIO
from pathlib import Path

import psutil
import pytest
from pebble.pool.channel import WorkerChannel
from PIL import Image

from photofind.core.errors import UnreadablePicture
from photofind.core.pixels import InputSpec
from photofind.media import decoder_lane
from photofind.media.decoder import DecodeRequest, DecodersFailed, UnreadableFile
from photofind.media.decoder_lane import DecoderLane
from photofind.media.decoder_pool import DecoderPool

Write = Callable[[str, bytes], str]
Jpeg = Callable[..., bytes]

_PATIENCE_S = 30
NO_PICTURE = "This is not a picture, though its name says so; if it was one, restore it from a backup."


def _until(condition: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + _PATIENCE_S
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain until {what}"
        time.sleep(0.02)


def _decoders(parent: int | None = None) -> list[psutil.Process]:
    def is_decoder(process: psutil.Process) -> bool:
        try:
            return "spawn_main" in " ".join(process.cmdline())
        except psutil.Error:
            return False

    return [process for process in psutil.Process(parent).children() if is_decoder(process)]


@pytest.fixture
def new_decoders() -> Callable[[], list[psutil.Process]]:
    """The decoders that this test has started and that still run."""
    before = _decoders()
    return lambda: [process for process in _decoders() if process not in before]


@pytest.fixture
def lane() -> Iterator[DecoderLane]:
    lane = DecoderLane("test", 1, timeout_s=0.6, memory_limit_bytes=1 << 30, in_background=True, idle_s=None)
    yield lane
    lane.stop()


def test_a_picture_comes_back_with_everything_asked_for(pool: DecoderPool, write: Write, jpeg: Jpeg) -> None:
    path = write("a.jpg", jpeg())
    decoded = pool.decode(DecodeRequest(path, InputSpec(64), 100)).result(_PATIENCE_S)
    assert decoded.encoder_input is not None
    assert (decoded.encoder_input.shape, decoded.encoder_input.dtype.name) == ((64, 64, 3), "uint8")
    with Image.open(BytesIO(decoded.thumbnail)) as thumbnail:
        assert thumbnail.size == (100, 62)
    digest, size, mtime_ns = pool.content_hash(path).result(_PATIENCE_S)
    assert (digest, size, mtime_ns) == (decoded.content_hash, decoded.size_bytes, decoded.mtime_ns)


def test_an_unreadable_file_brings_its_hash_over_the_pipe(pool: DecoderPool, write: Write) -> None:
    with pytest.raises(UnreadableFile) as caught:
        pool.decode(DecodeRequest(write("a.jpg", b"no picture"))).result(_PATIENCE_S)
    assert str(caught.value) == NO_PICTURE
    assert (len(caught.value.content_hash), caught.value.size_bytes) == (16, 10)


def test_questions_have_a_process_of_their_own(pool: DecoderPool, write: Write, jpeg: Jpeg) -> None:
    dropped = pool.decode_now(jpeg(), InputSpec(64), 50).result(_PATIENCE_S)
    assert (dropped.width, dropped.mtime_ns) == (640, 0)
    assert dropped.encoder_input is not None
    path = write("a.jpg", jpeg())
    assert pool.decode_now(DecodeRequest(path), None, 50).result(_PATIENCE_S).encoder_input is None
    view = pool.view(path, 64, 64).result(_PATIENCE_S)
    assert (view.width, view.height, len(view.rgb), view.full_width) == (64, 40, 64 * 40 * 3, 640)
    if os.name == "posix":
        assert sorted(process.nice() for process in _decoders()) == [os.nice(0), os.nice(0) + 10]


def test_a_decoder_that_hangs_is_replaced(lane: DecoderLane) -> None:
    with pytest.raises(UnreadablePicture, match=r"within 0\.6 seconds"):
        lane.submit(time.sleep, 60).result(_PATIENCE_S)
    assert lane.submit(abs, -3).result(_PATIENCE_S) == 3


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_decoder_that_hangs_in_c_code_is_replaced(lane: DecoderLane) -> None:
    with pytest.raises(UnreadablePicture, match="within"):
        lane.submit(signal.pthread_sigmask, signal.SIG_BLOCK, (signal.SIGTERM,)).result(_PATIENCE_S)
        lane.submit(time.sleep, 60).result(_PATIENCE_S)
    assert lane.submit(abs, -3).result(_PATIENCE_S) == 3


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_decoder_that_crashes_costs_that_file_only(lane: DecoderLane) -> None:
    work = [lane.submit(abs, -1), lane.submit(ctypes.string_at, 0), lane.submit(os.abort), lane.submit(abs, -2)]
    wait(work, _PATIENCE_S)
    assert [work[0].result(), work[3].result()] == [1, 2]
    for crashed in work[1:3]:
        with pytest.raises(UnreadablePicture, match="crash"):
            crashed.result()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_decoder_killed_from_outside_costs_nothing(
    new_decoders: Callable[[], list[psutil.Process]], lane: DecoderLane
) -> None:
    assert lane.submit(abs, -1).result(_PATIENCE_S) == 1
    (idle,) = new_decoders()
    idle.kill()
    _until(lambda: idle not in new_decoders() or idle.status() == psutil.STATUS_ZOMBIE, "the decoder is dead")
    assert [lane.submit(abs, -n).result(_PATIENCE_S) for n in range(4)] == [0, 1, 2, 3]


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded on Linux")
def _die_with_the_pipe_locked(mark: str) -> str:
    """The first time only: as a process that is killed while it takes its next file."""
    if os.path.exists(mark):
        return "answered"
    Path(mark).touch()
    (channel,) = (one for one in gc.get_objects() if isinstance(one, WorkerChannel))
    channel.mutex.acquire()
    os.kill(os.getpid(), signal.SIGKILL)
    raise AssertionError("killed")


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_a_decoder_killed_with_the_pipe_locked_costs_nothing_and_does_not_stop_the_others(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(decoder_lane, "_START_PATIENCE_S", 2.0)
    lane = DecoderLane("test", 2, timeout_s=1.0, memory_limit_bytes=1 << 30, in_background=True, idle_s=None)
    try:
        with caplog.at_level(logging.WARNING):
            killed = lane.submit(_die_with_the_pipe_locked, str(tmp_path / "mark"))
            others = [lane.submit(abs, -number) for number in range(20)]
            assert killed.result(_PATIENCE_S) == "answered"
            assert [other.result(_PATIENCE_S) for other in others] == list(range(20))
        assert "do not answer any more" in caplog.text
    finally:
        lane.stop()


def test_a_decoder_that_eats_memory_is_stopped(lane: DecoderLane) -> None:
    with pytest.raises(UnreadablePicture, match="too large"):
        lane.submit(bytearray, 2 << 30).result(_PATIENCE_S)
    assert lane.submit(abs, -3).result(_PATIENCE_S) == 3


def test_what_is_cancelled_before_it_begins_never_begins(lane: DecoderLane, tmp_path: Path) -> None:
    busy = [lane.submit(time.sleep, 0.2) for _ in range(3)]
    cancelled = lane.submit(os.mkdir, str(tmp_path / "made"))
    assert cancelled.cancel()
    last = lane.submit(abs, -1)
    assert last.result(_PATIENCE_S) == 1
    assert all(work.done() for work in busy)
    assert not (tmp_path / "made").exists()


def test_anything_unforeseen_becomes_a_sentence(lane: DecoderLane) -> None:
    with pytest.raises(UnreadablePicture, match="could not be read"):
        lane.submit(int, "no number").result(_PATIENCE_S)


def test_stopping_cancels_what_waits_and_ends_every_process(new_decoders: Callable[[], list[psutil.Process]]) -> None:
    pool = DecoderPool(2, timeout_s=60)
    work = [pool.decode(DecodeRequest("/nowhere")) for _ in range(50)]
    pool.stop()
    pool.stop()
    for future in work:
        assert future.done()
        with pytest.raises((CancelledError, UnreadablePicture)):
            future.result(0)
    with pytest.raises(CancelledError):
        pool.decode(DecodeRequest("/nowhere")).result(0)
    assert new_decoders() == []


def test_an_idle_question_decoder_ends_and_comes_back(new_decoders: Callable[[], list[psutil.Process]]) -> None:
    lane = DecoderLane("idle", 1, timeout_s=10, memory_limit_bytes=1 << 30, in_background=False, idle_s=0.2)
    try:
        assert lane.submit(abs, -1).result(_PATIENCE_S) == 1
        _until(lambda: not new_decoders(), "the idle decoder has ended")
        assert lane.submit(abs, -2).result(_PATIENCE_S) == 2
    finally:
        lane.stop()


@pytest.mark.skipif(os.name != "posix", reason="signals of POSIX")
def test_decoders_end_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(
        textwrap.dedent("""
        import sys, time
        from photofind.media.decoder_pool import DecoderPool
        if __name__ == "__main__":
            pool = DecoderPool(2)
            pool.content_hash(__file__).result(30)
            pool._background.submit(time.sleep, 60)
            print("ready", flush=True)
            time.sleep(60)
        """)
    )
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        assert parent.stdout.readline() == "ready\n"
        children = _decoders(parent.pid)
        assert len(children) == 2
        parent.kill()
    _until(
        lambda: not any(child.is_running() and child.status() != psutil.STATUS_ZOMBIE for child in children),
        "all ended",
    )


@pytest.mark.slow
def test_no_shared_photo_crashes_or_hangs(pool: DecoderPool, shared_data: Path) -> None:
    folder = shared_data / "photos"
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and path.suffix != ".xmp"]
    work = [(path, pool.decode(DecodeRequest(str(path), InputSpec(224), 160))) for path in paths]
    refused: dict[Path, str] = {}
    for path, future in work:
        try:
            future.result(60)
        except UnreadablePicture as error:
            refused[path] = str(error)
    assert not [sentence for sentence in refused.values() if "crash" in sentence or "seconds" in sentence]
    good = [path for path in refused if path.relative_to(folder).parts[0] not in ("broken", "formats")]
    assert good == []
    # OS/2 icons, CGA's PCX, a 16-bit PSD and two damaged HEIF files are beyond Pillow and libheif
    assert sum("formats" in path.parts for path in refused) <= 12
    assert any("broken" in path.parts for path in paths if path not in refused)


def test_a_system_without_room_for_processes_says_so(
    lane: DecoderLane, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse() -> None:
        raise OSError(24, "Too many open files")

    monkeypatch.setattr(decoder_lane, "lifeline", refuse)
    with caplog.at_level(logging.ERROR, "photofind.media.decoder_lane"):
        with pytest.raises(DecodersFailed):
            lane.submit(abs, -1).result(_PATIENCE_S)
        assert "could not be started" in caplog.text
    monkeypatch.undo()
    assert lane.submit(abs, -1).result(_PATIENCE_S) == 1

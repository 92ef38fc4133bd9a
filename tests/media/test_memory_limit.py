"""What a decoder may take: enough for the largest photos that there are, and no more."""

import os
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import Future
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from photofind.core.pixels import InputSpec
from photofind.media.decoder import Decoded, DecodeRequest, UnreadableFile
from photofind.media.decoder_lane import DecoderLane
from photofind.media.decoder_pool import DecoderPool
from photofind.media.memory_limit import TOOK_TOO_MUCH, too_much_memory

sys.path.insert(0, str(Path(__file__).parents[1] / "endurance"))  # for files that are quickly made

from hostile_bombs import jpeg_bomb, png_bomb, tiff_bomb, webp_bomb, webp_canvas_bomb

Write = Callable[[str, bytes], str]

_PATIENCE_S = 60
_SIDE = 10_000  # 100 megapixels


def _decode(pool: DecoderPool, path: str) -> "Future[Decoded]":
    return pool.decode(DecodeRequest(path, InputSpec(224), 384))


@pytest.mark.slow
def test_photos_of_100_megapixels_are_read_within_the_limit(write: Write) -> None:
    pictures = {
        "a.jpg": jpeg_bomb(_SIDE), "a.png": png_bomb(_SIDE, colour_type=6), "a.tif": tiff_bomb(_SIDE),
        "a.webp": webp_bomb(_SIDE),
    }  # fmt: skip
    pool = DecoderPool(1, timeout_s=_PATIENCE_S)
    try:
        for name, data in pictures.items():
            decoded = _decode(pool, write(name, data)).result(_PATIENCE_S)
            assert (decoded.width, decoded.height) == (_SIDE, _SIDE), name
    finally:
        pool.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded on Linux")
def test_a_picture_that_takes_more_is_refused_with_what_to_do_and_the_next_one_is_read(write: Write) -> None:
    small = BytesIO()
    Image.new("RGB", (64, 48)).save(small, "JPEG")
    pool = DecoderPool(1, timeout_s=_PATIENCE_S, memory_limit_bytes=200 << 20)
    try:
        refused = _decode(pool, write("large.png", png_bomb(_SIDE, colour_type=2)))
        with pytest.raises(UnreadableFile) as caught:
            refused.result(_PATIENCE_S)
        assert str(caught.value) == (
            "The picture is too large: to read it takes more memory than the 0.2 GB set aside for one."
            " Save a smaller copy to have it found."
        )
        assert len(caught.value.content_hash) == 16
        assert _decode(pool, write("small.jpg", small.getvalue())).result(_PATIENCE_S).width == 64
    finally:
        pool.stop()


@pytest.mark.skipif(sys.platform != "linux", reason="memory is bounded on Linux")
def test_a_webp_that_would_take_more_is_refused_before_it_is_decoded(write: Write) -> None:
    pool = DecoderPool(1, timeout_s=_PATIENCE_S)
    try:
        with pytest.raises(UnreadableFile, match="more memory than the 2 GB"):
            _decode(pool, write("largest.webp", webp_bomb(16_383))).result(_PATIENCE_S)
        with pytest.raises(UnreadableFile, match="3,600 megapixels; at most 300"):
            _decode(pool, write("canvas.webp", webp_canvas_bomb(60_000))).result(_PATIENCE_S)
    finally:
        pool.stop()


@pytest.mark.skipif(os.name != "posix", reason="exit statuses of POSIX")
def test_where_the_system_enforces_nothing_a_process_that_takes_too_much_is_ended() -> None:
    program = (
        "import time; from photofind.media.memory_limit import end_when_above; end_when_above(200 << 20);"
        "small = bytearray(20 << 20); time.sleep(0.2); print('alive', flush=True);"
        "large = bytearray(b'x') * (400 << 20); time.sleep(20)"
    )
    ended = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=_PATIENCE_S, check=False)
    assert (ended.returncode, ended.stdout) == (TOOK_TOO_MUCH, "alive\n"), ended.stderr


@pytest.mark.skipif(os.name != "posix", reason="exit statuses of POSIX")
def test_what_a_decoder_was_ended_for_is_said() -> None:
    lane = DecoderLane("test", 1, timeout_s=_PATIENCE_S, memory_limit_bytes=1 << 30, in_background=True, idle_s=None)
    try:
        with pytest.raises(UnreadableFile) as caught:
            lane.submit(os._exit, TOOK_TOO_MUCH).result(_PATIENCE_S)
        assert str(caught.value) == too_much_memory(1 << 30)
        assert "more memory than the 1 GB" in str(caught.value)
        assert lane.submit(abs, -3).result(_PATIENCE_S) == 3
    finally:
        lane.stop()

"""Pictures that the tests make themselves, and a decoder pool that is always stopped."""

import struct
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from photofind.media.decoder_pool import DecoderPool

LEFT, RIGHT = (220, 30, 40), (20, 60, 200)


@pytest.fixture
def halves() -> Image.Image:
    """A picture of 640 × 400 that is red at the left and blue at the right."""
    return two_halves(640, 400)


def two_halves(width: int, height: int) -> Image.Image:
    image = Image.new("RGB", (width, height), LEFT)
    image.paste(RIGHT, (width // 2, 0, width, height))
    return image


@pytest.fixture
def jpeg(halves: Image.Image) -> Callable[..., bytes]:
    """The picture as JPEG bytes; keyword arguments go to Pillow's ``save``."""

    def encode(image: Image.Image | None = None, **options: object) -> bytes:
        buffer = BytesIO()
        (image or halves).save(buffer, "JPEG", **options)
        return buffer.getvalue()

    return encode


@pytest.fixture(scope="module")
def pool() -> Iterator[DecoderPool]:
    """One background decoder with short patience."""
    pool = DecoderPool(1, timeout_s=10)
    yield pool
    pool.stop()


def tiff_blob(order: str, tags: dict[int, tuple[int, int, bytes]], start: int = 8) -> bytes:
    """A TIFF structure with one directory: tag → (type, count, value bytes)."""
    header = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(order + "I", start)
    table = struct.pack(order + "H", len(tags))
    extra, extra_at = b"", start + 2 + 12 * len(tags) + 4
    for tag, (kind, count, value) in sorted(tags.items()):
        table += struct.pack(order + "HHI", tag, kind, count)
        if len(value) <= 4:
            table += value.ljust(4, b"\x00")
        else:
            table += struct.pack(order + "I", extra_at + len(extra))
            extra += value
    return header + table + struct.pack(order + "I", 0) + extra


@pytest.fixture
def make_tiff_blob() -> Callable[..., bytes]:
    return tiff_blob


@pytest.fixture
def make_dng() -> Callable[..., bytes]:
    """A small RAW file as Adobe's DNG specification 1.4 wants it: 64 × 48 sensor pixels and a JPEG preview."""
    return _dng


def _dng(preview: bytes | None, orientation: int = 1) -> bytes:
    width, height = 64, 48
    shorts = lambda *values: struct.pack(f"<{len(values)}H", *values)  # noqa: E731
    longs = lambda *values: struct.pack(f"<{len(values)}I", *values)  # noqa: E731
    sensor = shorts(*[4000 if (x // 8 + y // 8) % 2 else 12000 for y in range(height) for x in range(width)])
    previewed = preview or b""
    sub_at = 8 + len(sensor) + len(previewed) + len(previewed) % 2

    def directory(tags: list[tuple[int, int, int, bytes]], at: int) -> bytes:
        table, extra = shorts(len(tags)), b""
        for tag, kind, count, value in sorted(tags):
            slot = value.ljust(4, b"\x00") if len(value) <= 4 else longs(at + 6 + 12 * len(tags) + len(extra))
            extra += value + b"\x00" * (len(value) % 2) if len(value) > 4 else b""
            table += struct.pack("<HHI", tag, kind, count) + slot
        return table + longs(0) + extra

    sensor_tags = [
        (0xFE, 4, 1, longs(0)), (0x100, 4, 1, longs(width)), (0x101, 4, 1, longs(height)), (0x102, 3, 1, shorts(16)),
        (0x103, 3, 1, shorts(1)), (0x106, 3, 1, shorts(32803)), (0x111, 4, 1, longs(8)), (0x115, 3, 1, shorts(1)),
        (0x116, 4, 1, longs(height)), (0x117, 4, 1, longs(len(sensor))), (0x828D, 3, 2, shorts(2, 2)),
        (0x828E, 1, 4, bytes((0, 1, 1, 2))), (0xC61D, 3, 1, shorts(16383)),
    ]  # fmt: skip
    camera_tags = [
        (0xC612, 1, 4, bytes((1, 4, 0, 0))), (0xC614, 2, 9, b"Test Cam\x00"), (0x10F, 2, 5, b"Test\x00"),
        (0x110, 2, 4, b"Cam\x00"), (0x112, 3, 1, shorts(orientation)), (0x132, 2, 20, b"2020:01:02 03:04:05\x00"),
        (0xC621, 10, 9, longs(*(n for one in (1, 0, 0, 0, 1, 0, 0, 0, 1) for n in (one, 1)))),
        (0xC628, 5, 3, longs(1, 1, 1, 1, 1, 1)), (0xC65A, 3, 1, shorts(21)),
    ]  # fmt: skip
    sub = directory(sensor_tags, sub_at)
    top_at = sub_at + len(sub)
    if preview:
        with Image.open(BytesIO(preview)) as image:
            columns, rows = image.size
        preview_tags = [
            (0xFE, 4, 1, longs(1)), (0x100, 4, 1, longs(columns)), (0x101, 4, 1, longs(rows)),
            (0x102, 3, 3, shorts(8, 8, 8)), (0x103, 3, 1, shorts(7)), (0x106, 3, 1, shorts(6)),
            (0x111, 4, 1, longs(8 + len(sensor))), (0x115, 3, 1, shorts(3)), (0x116, 4, 1, longs(rows)),
            (0x117, 4, 1, longs(len(preview))), (0x14A, 4, 1, longs(sub_at)),
        ]  # fmt: skip
        top = directory(camera_tags + preview_tags, top_at)
    else:
        top = directory(camera_tags + sensor_tags, top_at)
    return b"II*\x00" + longs(top_at) + sensor + previewed.ljust(sub_at - 8 - len(sensor), b"\x00") + sub + top


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, bytes], str]:
    """Write a file into the test's folder; returns its path."""

    def write_file(name: str, data: bytes) -> str:
        path = tmp_path / name
        path.write_bytes(data)
        return str(path)

    return write_file

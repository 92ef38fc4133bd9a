"""Metadata that would cost the picture is left out, and nothing else is."""

import struct
import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from PIL import Image

from photofind.media import lean, reader
from photofind.media.decoder import MAX_PIXELS, Decoded, DecodeRequest

Write = Callable[[str, bytes], str]
Jpeg = Callable[..., bytes]


def _decode(path: str) -> Decoded:
    return reader.decode_file(DecodeRequest(path, thumbnail_px=100), MAX_PIXELS)[0]


def _png(image: Image.Image, *chunks: tuple[bytes, bytes]) -> bytes:
    buffer = BytesIO()
    image.save(buffer, "PNG")
    inner = b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    return buffer.getvalue()[:33] + inner + buffer.getvalue()[33:]


def _exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return exif.tobytes()


def _segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


@pytest.mark.parametrize(
    "chunk",
    [
        (b"zTXt", b"Comment\x00\x00" + zlib.compress(bytes(100 << 20))),
        (b"iTXt", b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + zlib.compress(bytes(100 << 20))),
        (b"iCCP", b"icc\x00\x00" + zlib.compress(bytes(100 << 20))),
        (b"gAMA", b""),
        (b"acTL", b"\xff"),
    ],
)
def test_a_png_is_read_without_the_chunk_that_cannot_be(
    chunk: tuple[bytes, bytes], write: Write, halves: Image.Image
) -> None:
    turned = (b"eXIf", _exif(6).removeprefix(b"Exif\x00\x00"))
    decoded = _decode(write("a.png", _png(halves, chunk, turned)))
    assert (decoded.width, decoded.height) == (400, 640)  # what the EXIF says is not lost with it


def test_a_png_that_shows_through_still_does(write: Write) -> None:
    image = Image.new("P", (40, 40), 0)
    image.paste(1, (0, 0, 40, 1))
    image.putpalette([255, 0, 0, 255, 255, 255])
    image.info["transparency"] = 0
    assert _decode(write("a.png", _png(image, (b"gAMA", b"")))).average_colour == 0xFFFFFF


def test_thousands_of_exif_segments_cost_neither_minutes_nor_the_picture(write: Write, jpeg: Jpeg) -> None:
    sound = jpeg()
    many = _segment(0xE1, b"Exif\x00\x00" + bytes(60_000)) * 1000
    assert _decode(write("a.jpg", sound[:2] + many + sound[2:])).width == 640


@pytest.mark.parametrize("segment", [(0xEE, b"Adobe\x00"), (0xE0, b"JFIF"), (0xED, b"Photoshop 3.0\x008BIM\x04\x04")])
def test_a_segment_cut_short_does_not_cost_a_jpeg(segment: tuple[int, bytes], write: Write, jpeg: Jpeg) -> None:
    sound = jpeg()
    assert _decode(write("a.jpg", sound[:2] + _segment(*segment) + sound[2:])).width == 640


def test_an_ordinary_jpeg_is_taken_as_it_is(jpeg: Jpeg) -> None:
    stream = BytesIO(jpeg(exif=_exif(6), icc_profile=bytes(200_000), comment=b"so it goes"))
    assert lean.with_few_segments(stream) is stream
    assert stream.tell() == 0


def test_a_file_that_is_damaged_itself_is_not_mended(write: Write, halves: Image.Image) -> None:
    whole = _png(halves, (b"gAMA", b""))
    with pytest.raises(reader.UnreadableFile, match="cut off"):
        _decode(write("a.png", whole[: len(whole) // 2]))

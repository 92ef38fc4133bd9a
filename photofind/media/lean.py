"""A picture's file without the metadata that would cost the picture.

Pillow reads all metadata before the first pixel: text that unpacks to gigabytes or cannot be unpacked, or a segment cut
short, would fail the picture, and thousands of EXIF segments would take minutes, each one being copied with all before it.
"""

from io import BytesIO
from typing import BinaryIO

_PNG_SIGNATURE_BYTES = 8
_PNG_KEPT = (b"tRNS", b"eXIf")  # what shows through, and what is handed on unread
_START_OF_SCAN, _COMMENT = 0xDA, 0xFE
_APPLICATION = range(0xE0, 0xF0)
_OF_COLOURS = (0xE0, 0xEE)  # JFIF's and Adobe's segments say how the pixels are meant
_MOST_SEGMENTS = 300  # a profile takes up to 255
_MOST_EXIF = 16  # writers split EXIF larger than 64 KB


def with_few_segments(stream: BinaryIO) -> BinaryIO:
    """The JPEG as it is; one with more EXIF or other segments than any program writes without them."""
    segments = _jpeg_segments(stream)
    exif = sum(1 for marker, start, _ in segments if marker == 0xE1 and _is_exif(stream, start))
    stream.seek(0)
    if exif <= _MOST_EXIF and len(segments) <= _MOST_SEGMENTS:
        return stream
    left_out = [(start, end) for marker, start, end in segments if _is_metadata(marker) and marker not in _OF_COLOURS]
    return _without(stream, left_out)


def without_metadata(stream: BinaryIO, format_name: str) -> BinaryIO | None:
    """A JPEG or PNG without what only speaks about the picture; None where there is nothing to leave out."""
    if format_name == "JPEG":
        left_out = [(start, end) for marker, start, end in _jpeg_segments(stream) if _is_metadata(marker)]
    elif format_name == "PNG":
        left_out = _png_extras(stream)
    else:
        return None
    return _without(stream, left_out) if left_out else None


def _is_metadata(marker: int) -> bool:
    return marker in _APPLICATION or marker == _COMMENT


def _is_exif(stream: BinaryIO, start: int) -> bool:
    stream.seek(start + 4)
    return stream.read(4) == b"Exif"


def _jpeg_segments(stream: BinaryIO) -> list[tuple[int, int, int]]:
    """Marker, start and end of each segment before the first scan (ITU T.81, B.1.1)."""
    found: list[tuple[int, int, int]] = []
    at = 2
    stream.seek(at)
    while len(head := stream.read(4)) == 4 and head[0] == 0xFF:
        marker, length = head[1], int.from_bytes(head[2:], "big")
        if marker == _START_OF_SCAN or length < 2:
            break
        found.append((marker, at, at + 2 + length))
        at += 2 + length
        stream.seek(at)
    return found


def _png_extras(stream: BinaryIO) -> list[tuple[int, int]]:
    found: list[tuple[int, int]] = []
    at = _PNG_SIGNATURE_BYTES
    stream.seek(at)
    while len(head := stream.read(8)) == 8:
        end = at + 12 + int.from_bytes(head[:4], "big")
        is_extra = bool(head[4] & 0x20)  # PNG specification, 5.4: a decoder may pass over it
        if is_extra and head[4:] not in _PNG_KEPT:
            found.append((at, end))
        at = end
        stream.seek(at)
    return found


def _without(stream: BinaryIO, left_out: list[tuple[int, int]]) -> BinaryIO:
    kept = BytesIO()
    at = 0
    for start, end in left_out:
        stream.seek(at)
        kept.write(stream.read(start - at))
        at = end
    stream.seek(at)
    kept.write(stream.read())
    kept.seek(0)
    return kept

"""How large a WebP says it is, read before Pillow opens it, which sets aside memory for all of that at once."""

from typing import BinaryIO

_HEAD_BYTES = 30
BYTES_A_PIXEL = 16
"""That decoding takes: two canvases, a frame and the picture itself (a WebP of 102 megapixels took 1,740 MB)."""


def claimed_size(stream: BinaryIO) -> tuple[int, int] | None:
    """Width and height by the first chunk (RFC 9649, 2.5 to 2.7; RFC 6386, 9.1); None where that makes no sense."""
    stream.seek(0)
    head = stream.read(_HEAD_BYTES)
    stream.seek(0)
    if len(head) < _HEAD_BYTES:
        return None
    match head[12:16]:
        case b"VP8X":
            return int.from_bytes(head[24:27], "little") + 1, int.from_bytes(head[27:30], "little") + 1
        case b"VP8L":
            bits = int.from_bytes(head[21:25], "little")
            return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 ":
            return int.from_bytes(head[26:28], "little") & 0x3FFF, int.from_bytes(head[28:30], "little") & 0x3FFF
    return None

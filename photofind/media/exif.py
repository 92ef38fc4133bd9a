"""Reading TIFF directories: the form of EXIF data, of TIFF files and of most RAW files.

A reader of our own because cameras and editors write broken EXIF: here a broken tag costs that tag. Every size is
bounded, nothing is followed twice. Source: TIFF 6.0, section 2; Exif 3.0 (CIPA DC-008), 4.6; BigTIFF design (libtiff).
"""

import struct
from dataclasses import dataclass, field
from typing import BinaryIO

Value = bytes | str | int | float | tuple[int, ...] | tuple[float, ...]

EXIF_IFD = 0x8769
GPS_IFD = 0x8825

_MAX_ENTRIES = 4096
_MAX_VALUE_BYTES = 16 << 20
_HEADERS = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+", b"IIRO", b"IIRS", b"MMOR", b"IIU\x00")
_TYPE_BYTES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_TYPE_CODES = {3: "H", 4: "I", 6: "b", 8: "h", 9: "i", 11: "f", 12: "d", 13: "I", 16: "Q", 17: "q", 18: "Q"}


@dataclass(slots=True)
class Directory:
    """One image file directory; values are read when asked for."""

    stream: BinaryIO
    start: int
    order: str
    is_big: bool = False
    entries: dict[int, tuple[int, int, int, bytes]] = field(default_factory=dict)  # tag: type, count, position, inline

    def get(self, tag: int, limit_bytes: int = 65536) -> Value | None:
        """The value of a tag: bytes for BYTE and UNDEFINED, text without its padding for ASCII, a number for one
        number and a tuple for several, rationals as floats. None when absent or broken."""
        entry = self.entries.get(tag)
        if entry is None:
            return None
        kind, count, position, inline = entry
        size = _TYPE_BYTES.get(kind, 0) * count
        if not 0 < size <= min(limit_bytes, _MAX_VALUE_BYTES):
            return None
        data = inline[:size] if size <= len(inline) else self._read(position, size)
        if len(data) < size:
            return None
        try:
            return _decoded(kind, data, self.order)
        except (struct.error, ValueError, OverflowError):
            return None

    def raw(self, tag: int) -> bytes:
        """The bytes of a tag that wraps another format (XMP, IPTC, ICC), whatever its type says; empty when absent."""
        entry = self.entries.get(tag)
        if entry is None:
            return b""
        kind, count, position, inline = entry
        size = _TYPE_BYTES.get(kind, 0) * count
        if not 0 < size <= _MAX_VALUE_BYTES:
            return b""
        return inline[:size] if size <= len(inline) else self._read(position, size)

    def sub_directory(self, tag: int) -> "Directory":
        """The directory a tag points to; empty when there is none or it is broken."""
        position = self.get(tag)
        if isinstance(position, tuple):
            position = position[0]
        if not isinstance(position, int):
            return Directory(self.stream, self.start, self.order, self.is_big)
        return _read_directory(self.stream, self.start, self.order, self.is_big, position)

    def _read(self, position: int, size: int) -> bytes:
        try:
            self.stream.seek(self.start + position)
            return self.stream.read(size)
        except (OSError, ValueError, OverflowError):
            return b""


def read_directory(stream: BinaryIO, start: int = 0) -> Directory | None:
    """The first directory of the TIFF structure that begins at ``start``; None where no such structure begins.

    ``stream`` is a seekable binary stream that stays open as long as the directory is used.
    """
    try:
        stream.seek(start)
        header = stream.read(16)
    except (OSError, ValueError):
        return None
    if header[:6] == b"Exif\x00\x00":
        return read_directory(stream, start + 6)
    if header[:4] not in _HEADERS or len(header) < 8:
        return None
    order = "<" if header[:2] == b"II" else ">"
    is_big = b"+" in header[2:4]
    if is_big and len(header) < 16:
        return None
    position: int = struct.unpack_from(order + ("Q" if is_big else "I"), header, 8 if is_big else 4)[0]
    return _read_directory(stream, start, order, is_big, position)


def _read_directory(stream: BinaryIO, start: int, order: str, is_big: bool, position: int) -> Directory:
    directory = Directory(stream, start, order, is_big)
    count_code, entry_code, slot_bytes = ("Q", "HHQ", 8) if is_big else ("H", "HHI", 4)
    counted = directory._read(position, struct.calcsize(order + count_code))
    if len(counted) < struct.calcsize(order + count_code):
        return directory
    count = min(struct.unpack(order + count_code, counted)[0], _MAX_ENTRIES)
    fixed_bytes = struct.calcsize(order + entry_code)
    table = directory._read(position + len(counted), count * (fixed_bytes + slot_bytes))
    for at in range(0, len(table) - fixed_bytes - slot_bytes + 1, fixed_bytes + slot_bytes):
        tag, kind, values = struct.unpack_from(order + entry_code, table, at)
        inline = table[at + fixed_bytes : at + fixed_bytes + slot_bytes]
        target = struct.unpack(order + ("Q" if is_big else "I"), inline)[0]
        directory.entries.setdefault(tag, (kind, values, target, inline))
    return directory


def _decoded(kind: int, data: bytes, order: str) -> Value | None:
    match kind:
        case 1 | 7:
            return data
        case 2:
            return decode_text(data)
        case 5 | 10:
            numbers = struct.unpack(f"{order}{len(data) // 4}{'I' if kind == 5 else 'i'}", data)
            pairs = zip(numbers[::2], numbers[1::2], strict=True)
            ratios = tuple(top / bottom if bottom else float("nan") for top, bottom in pairs)
            return ratios if len(ratios) > 1 else ratios[0]
        case _:
            code = _TYPE_CODES.get(kind)
            if code is None:
                return None
            values = struct.unpack(f"{order}{len(data) // _TYPE_BYTES[kind]}{code}", data)
            return values if len(values) > 1 else values[0]


def decode_text(data: bytes) -> str:
    """Text up to its first zero byte: UTF-8 where it is that, else Windows-1252, which old cameras and editors mean."""
    data = data.split(b"\x00", 1)[0]
    try:
        return data.decode("utf-8").strip()
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace").strip()

"""Pictures that are sound, with EXIF, XMP, colour profiles or text that are not: none of it may cost the picture."""

import struct
import zlib
from collections.abc import Iterator

from hostile_bombs import png_chunk, with_size_claimed, zeros_deflated
from hostile_sample import Outcome, Sample, encoded

_XMP_SPACE = b"http://ns.adobe.com/xap/1.0/\x00"
_PACKET = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
_MOST_OF_A_SEGMENT = 65_000


def broken_metadata(*, large: bool) -> Iterator[Sample]:
    """``large``: those, too, of tens of megabytes."""
    for name, data in _exif_blocks():
        yield _reads(f"exif, {name}.jpg", jpeg_with([(0xE1, b"Exif\x00\x00" + data)]))
        yield _reads(f"exif, {name}.png", png_with([(b"eXIf", data)]))
        yield _reads(f"exif, {name}.webp", encoded("WEBP", exif=data))
    for name, data in _xmp_packets():
        yield _reads(f"xmp, {name}.jpg", jpeg_with([(0xE1, _XMP_SPACE + data[:_MOST_OF_A_SEGMENT])]))
        yield _reads(f"xmp, {name}.png", png_with([(b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + data)]))
        yield _reads(f"xmp beside, {name}.jpg", encoded("JPEG"))
        yield Sample(f"metadata/xmp beside, {name}.jpg.xmp", data, Outcome.PASSED_OVER)
    for name, data in _profiles():
        yield _reads(f"profile, {name}.jpg", jpeg_with([(0xE2, b"ICC_PROFILE\x00\x01\x01" + data[:_MOST_OF_A_SEGMENT])]))
        yield _reads(f"profile, {name}.png", png_with([(b"iCCP", b"icc\x00\x00" + zlib.compress(data))]))
    yield from _many_segments(2000 if large else 200)
    yield from _texts_of_png(large)
    yield from _tiffs()
    yield from _other_formats()
    if large:
        elements = _PACKET + b"<rdf:Description>" + b"<a>" * 4_000_000
        yield _reads("xmp of 4,000,000 elements.png", png_with([(b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + elements)]))
        packet = _PACKET + b"<!--" + b" " * (50 << 20)
        yield _reads("xmp of 50 MB.png", png_with([(b"iTXt", b"XML:com.adobe.xmp\x00\x00\x00\x00\x00" + packet)]))
        yield _reads("xmp of 50 MB.tif", _tiff_with([(700, 1, len(packet), packet)]))
        yield _reads("xmp of 50 MB beside.jpg", encoded("JPEG"))
        yield Sample("metadata/xmp of 50 MB beside.xmp", packet, Outcome.PASSED_OVER)


def _reads(name: str, data: bytes) -> Sample:
    return Sample(f"metadata/{name}", data, Outcome.READS)


def jpeg_with(segments: list[tuple[int, bytes]]) -> bytes:
    sound = encoded("JPEG")
    inner = b"".join(struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data for marker, data in segments)
    return sound[:2] + inner + sound[2:]


def png_with(chunks: list[tuple[bytes, bytes]]) -> bytes:
    """Behind the header, where most of these belong."""
    sound = encoded("PNG")
    return sound[:33] + b"".join(png_chunk(kind, data) for kind, data in chunks) + sound[33:]


def _ifd(entries: list[tuple[int, int, int, int]], after: int = 0, count: int | None = None) -> bytes:
    table = b"".join(struct.pack("<HHII", *entry) for entry in entries)
    return struct.pack("<H", len(entries) if count is None else count) + table + struct.pack("<I", after)


def _exif_blocks() -> Iterator[tuple[str, bytes]]:
    head = b"II*\x00\x08\x00\x00\x00"
    yield "empty", b""
    yield "header only", head[:4]
    yield "garbage", b"\xa5" * 500
    yield "directory far away", b"II*\x00\xff\xff\xff\xff"
    yield "directory is itself", head + _ifd([(0x8769, 4, 1, 8), (0x8825, 4, 1, 8)], after=8)
    yield "loop of directories", head + _ifd([(0x8769, 4, 1, 26)], after=26) + _ifd([(0x8769, 4, 1, 8)], after=8)
    yield "huge counts", head + _ifd([(0x10F, 2, 0xFFFFFFFF, 8), (0x9286, 7, 0x7FFFFFFF, 8), (0x829A, 5, 0x20000000, 8)])
    yield "values far away", head + _ifd([(0x10F, 2, 2000, 0xFFFFFFF0), (0x9003, 2, 20, 0x7FFFFFFF)])
    yield "65,535 entries promised", head + _ifd([(0x112, 3, 1, 6)], count=65_535)
    yield "unknown types", head + _ifd([(0x112, 99, 1, 6), (0x10F, 0, 4, 0), (0x110, 13, 1, 8)])
    yield "orientation 9999", head + _ifd([(0x112, 3, 1, 9999)])
    yield "fractions of nothing", head + _ifd([(0x829A, 5, 1, 38), (0x8825, 4, 1, 46)]) + bytes(200)


def _xmp_packets() -> Iterator[tuple[str, bytes]]:
    laughs = b"".join(b'<!ENTITY a%d "%s">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 30))
    yield "empty", b""
    yield "cut off", _PACKET + b"<rdf:Description"
    yield "no XML", b"\xff\xfe\x00garbage" * 100
    yield "entities that grow", b'<!DOCTYPE x [<!ENTITY a0 "ha">' + laughs + b"]>" + _PACKET + b"&a29;"
    yield "entity of a device", b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///dev/zero">]>' + _PACKET + b"&e;"
    yield "20,000 deep", _PACKET + b"<rdf:Description>" + b"<a>" * 20_000
    yield "wide", _PACKET + b"<rdf:Description" + b"".join(b' b:n%d="1"' % n for n in range(4000)) + b"/>"
    yield "zero bytes", _PACKET + bytes(20_000)


def _profiles() -> Iterator[tuple[str, bytes]]:
    yield "empty", b""
    yield "garbage", b"\x5a" * 3000
    yield "header only", struct.pack(">I", 0x7FFFFFFF) + b"lcms\x04\x00\x00\x00mntrRGB XYZ ".ljust(32) + b"acsp" + bytes(88)
    tags = struct.pack(">I", 0xFFFFFFF) + b"rXYZ" + struct.pack(">II", 0xFFFFFFF0, 0xFFFFFFF0)
    yield "tags far away", struct.pack(">I", 200) + b"lcms\x04\x00\x00\x00mntrRGB XYZ ".ljust(32) + b"acsp" + bytes(88) + tags


def _many_segments(count: int) -> Iterator[Sample]:
    yield _reads("20,000 small segments.jpg", jpeg_with([(0xE5, b"x")] * 20_000))
    yield _reads(f"{count} of exif.jpg", jpeg_with([(0xE1, b"Exif\x00\x00" + b"\xa5" * 30_000)] * count))
    yield _reads(f"{count} of profiles.jpg", jpeg_with([(0xE2, b"ICC_PROFILE\x00\x01\xff" + b"\xa5" * 30_000)] * count))
    yield _reads("20,000 comments.jpg", jpeg_with([(0xFE, b"so it goes")] * 20_000))
    yield _reads("broken index of pictures.jpg", jpeg_with([(0xE2, b"MPF\x00II*\x00" + b"\xff" * 100)]))
    yield _reads("broken index of photoshop.jpg", jpeg_with([(0xED, b"Photoshop 3.0\x008BIM\x04\x04\xff\xff\xff\xff\xff\xff")]))
    yield _reads("segment of Adobe cut short.jpg", jpeg_with([(0xEE, b"Adobe\x00")]))


def _texts_of_png(large: bool) -> Iterator[Sample]:
    bomb = zeros_deflated((2 << 30) if large else (200 << 20))
    yield _reads("text that grows.png", png_with([(b"zTXt", b"Comment\x00\x00" + bomb)]))
    some = zeros_deflated(10 << 20)
    yield _reads("texts that grow.png", png_with([(b"zTXt", b"Comment%d\x00\x00" % n + some) for n in range(40)]))
    yield _reads("xmp that grows.png", png_with([(b"iTXt", b"XML:com.adobe.xmp\x00\x01\x00\x00\x00" + bomb)]))
    yield _reads("profile that grows.png", png_with([(b"iCCP", b"icc\x00\x00" + bomb)]))
    yield _reads("20,000 texts.png", png_with([(b"tEXt", b"k%d\x00v" % n) for n in range(20_000)]))
    yield _reads("text of nothing.png", png_with([(b"zTXt", b""), (b"iTXt", b"XML:com.adobe.xmp"), (b"tEXt", b"")]))
    garbage = [(b"zTXt", b"Comment\x00\x00garbage"), (b"iCCP", b"icc\x00\x00garbage")]
    yield _reads("text that cannot be unpacked.png", png_with(garbage))


def _other_formats() -> Iterator[Sample]:
    yield _reads("frames without number.png", png_with([(b"acTL", b"\xff" * 8)]))
    yield _reads("frames cut short.png", png_with([(b"acTL", b"\xff")]))
    yield _reads("gamma of nothing.png", png_with([(b"gAMA", b""), (b"pHYs", b"\x01"), (b"cHRM", b"\xff" * 5), (b"tIME", b"")]))
    yield _reads("exif and xmp of garbage.avif", encoded("AVIF", exif=b"II*\x00\xf0\xf0\x00\x00", xmp=b"\xa5" * 500))
    yield _reads("xmp of garbage.webp", encoded("WEBP", xmp=b"\xa5" * 500))
    yield _reads("profile of garbage.webp", encoded("WEBP", icc_profile=b"\xa5" * 500))
    yield _reads("comments.gif", encoded("GIF", comment=b"so it goes" * 20))


def broken_heic(photo: bytes) -> Iterator[Sample]:
    """What only a real one can be made into."""
    at = photo.rindex(b"II*\x00\x08")  # the EXIF itself
    yield _reads("exif of garbage.heic", photo[:at] + b"\xa5" * 200 + photo[at + 200 :])
    yield _reads("exif without end.heic", photo[:at] + b"II*\x00\xff\xff\xff\xff" + photo[at + 8 :])
    yield Sample("bombs/50000.heic", with_size_claimed(photo, 50_000), Outcome.REFUSED)


def _tiff_with(more: list[tuple[int, int, int, bytes]], *, after: int = 0) -> bytes:
    """A sound TIFF of one strip with further entries: tag, type, count, value."""
    pixels = bytes(range(256)) * 24
    tags = [
        (256, 4, 1, struct.pack("<I", 64)), (257, 4, 1, struct.pack("<I", 32)), (258, 3, 3, struct.pack("<3H", 8, 8, 8)),
        (259, 3, 1, b"\x01\x00"), (262, 3, 1, b"\x02\x00"), (273, 4, 1, b""), (277, 3, 1, b"\x03\x00"),
        (278, 4, 1, struct.pack("<I", 32)), (279, 4, 1, struct.pack("<I", 6144)),
    ]  # fmt: skip
    tags = sorted([*tags, *more])
    behind = 8 + 2 + 12 * len(tags) + 4
    extra, table = pixels, b""
    for tag, kind, count, value in tags:
        if tag == 273:
            slot = struct.pack("<I", behind)
        elif len(value) <= 4:
            slot = value.ljust(4, b"\x00")
        else:
            slot = struct.pack("<I", behind + len(extra))
            extra += value
        table += struct.pack("<HHI", tag, kind, count) + slot
    return b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", len(tags)) + table + struct.pack("<I", after) + extra


def _tiffs() -> Iterator[Sample]:
    yield _reads("next directory is itself.tif", _tiff_with([], after=8))
    yield _reads("exif is the directory itself.tif", _tiff_with([(0x8769, 4, 1, struct.pack("<I", 8))]))
    yield _reads("3,000 unknown tags.tif", _tiff_with([(40_000 + n, 4, 1, b"\x01") for n in range(3_000)]))
    yield _reads("text of 4 GB.tif", _tiff_with([(270, 2, 0xFFFFFFFF, struct.pack("<I", 8))]))
    pixels = {258: (65535, 65535, 65535), 259: (7,), 277: (65535,), 278: (0,), 279: (0,)}
    for tag, values in pixels.items():
        nonsense = _tiff_with([(tag, 3, len(values), struct.pack(f"<{len(values)}H", *values))])
        yield Sample(f"metadata/nonsense in tag {tag}.tif", nonsense, Outcome.EITHER)
    many = _tiff_with([(324, 4, 0xFFFFFFFF, b"\x08\x00\x00\x00"), (273, 4, 0x40000000, b"\x08\x00\x00\x00")])
    yield Sample("metadata/strips without number.tif", many, Outcome.EITHER)
    yield _reads("profile of garbage.tif", _tiff_with([(34675, 7, 1000, b"\x5a" * 1000)]))
    yield _reads("xmp of garbage.tif", _tiff_with([(700, 1, 1000, b"\x5a" * 1000)]))
    yield _reads("photoshop of garbage.tif", _tiff_with([(34377, 1, 1000, b"\xff" * 1000)]))

"""Small files that want much memory or time: each is built by hand, for no library would write it quickly."""

import struct
import zlib
from collections.abc import Iterator

from hostile_sample import Outcome, Sample, encoded, picture

_SIDE = 50_000
_LARGEST_WEBP = 16_383
_JUST_ALLOWED = 17_000  # 289 megapixels: under the limit of pixels, so that memory is what bounds them
_COLOUR_BYTES = {0: 1, 2: 3, 6: 4}


def bombs(*, large: bool) -> Iterator[Sample]:
    """``large``: those, too, that take seconds to refuse or gigabytes to read."""
    yield Sample("bombs/50000.png", png_bomb(_SIDE), Outcome.REFUSED)
    yield Sample("bombs/50000.tif", tiff_bomb(_SIDE), Outcome.REFUSED)
    yield Sample("bombs/canvas.webp", webp_canvas_bomb(60_000), Outcome.REFUSED)
    yield Sample("bombs/screen.gif", gif_screen_bomb(65_535), Outcome.REFUSED)
    yield Sample("bombs/50000.bmp", bmp_bomb(_SIDE), Outcome.REFUSED)
    yield Sample("bombs/50000.ppm", b"P6 50000 50000 255\n" + bytes(1000), Outcome.REFUSED)
    yield Sample("bombs/50000.pbm", b"P1 50000 50000\n" + b"1 0 " * 1000, Outcome.REFUSED)
    yield Sample("bombs/30000.psd", psd_bomb(30_000), Outcome.REFUSED)
    yield Sample("bombs/65000.tga", tga_bomb(65_000), Outcome.REFUSED)
    yield Sample("bombs/65535.pcx", pcx_bomb(), Outcome.REFUSED)
    yield Sample("bombs/50000.avif", with_size_claimed(encoded("AVIF"), _SIDE), Outcome.REFUSED)
    yield Sample("bombs/50000.jp2", _jpeg2000_bomb(_SIDE), Outcome.REFUSED)
    yield Sample("bombs/endless.gif", endless_gif(100_000), Outcome.READS)
    yield Sample("bombs/extension without end.gif", gif_without_end(), Outcome.REFUSED)
    yield Sample("bombs/animated.webp", encoded("WEBP", save_all=True, append_images=[picture()] * 50), Outcome.READS)
    yield Sample("bombs/animated.avif", encoded("AVIF", save_all=True, append_images=[picture()] * 5), Outcome.READS)
    yield Sample("bombs/pages.tif", encoded("TIFF", save_all=True, append_images=[picture((8, 8))] * 500), Outcome.READS)
    yield Sample("bombs/pictures.mpo", encoded("MPO", save_all=True, append_images=[picture()] * 20), Outcome.READS)
    yield Sample("bombs/entries.ico", ico_bomb(65_535), Outcome.EITHER)
    if large:
        yield Sample("bombs/16383.webp", webp_bomb(_LARGEST_WEBP), Outcome.REFUSED)
        yield Sample("bombs/17000 with alpha.png", png_bomb(_JUST_ALLOWED, colour_type=6), Outcome.EITHER)
        yield Sample("bombs/17000 of 16 bits.png", png_bomb(_JUST_ALLOWED, colour_type=6, depth=16), Outcome.EITHER)
        yield Sample("bombs/17000.bmp", bmp_bomb(_JUST_ALLOWED), Outcome.EITHER)
        yield Sample("bombs/17000.tif", tiff_bomb(_JUST_ALLOWED), Outcome.EITHER)
        yield Sample("bombs/65500.jpg", jpeg_bomb(65_500), Outcome.EITHER)
        yield Sample("bombs/20000 in 3000 scans.jpg", jpeg_of_scans(20_000, 3_000), Outcome.REFUSED)


def png_chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def zeros_deflated(count: int) -> bytes:
    """A zlib stream of so many zero bytes, without ever holding them."""
    block_bytes = 1 << 24
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    block = packer.compress(bytes(block_bytes)) + packer.flush(zlib.Z_FULL_FLUSH)
    whole, rest = divmod(count, block_bytes)
    last = zlib.compressobj(9, zlib.DEFLATED, -15)
    end = last.compress(bytes(rest)) + last.flush()
    adler = (count % 65521) << 16 | 1  # RFC 1950: of zeros the lower half stays 1, the upper one counts them
    return b"\x78\xda" + block * whole + end + struct.pack(">I", adler)


def png_bomb(side: int, colour_type: int = 0, depth: int = 8) -> bytes:
    row_bytes = 1 + side * _COLOUR_BYTES[colour_type] * depth // 8
    header = struct.pack(">IIBBBBB", side, side, depth, colour_type, 0, 0, 0)
    pixels = png_chunk(b"IDAT", zeros_deflated(row_bytes * side))
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + pixels + png_chunk(b"IEND", b"")


def tiff_bomb(side: int) -> bytes:
    """All strips are the same few bytes of the file."""
    rows = 1000
    strip = zeros_deflated(rows * side * 3)
    strips = -(-side // rows)
    tags = [
        (256, 4, 1, side), (257, 4, 1, side), (258, 3, 3, None), (259, 3, 1, 8), (262, 3, 1, 2), (273, 4, strips, None),
        (277, 3, 1, 3), (278, 4, 1, rows), (279, 4, strips, None),
    ]  # fmt: skip
    behind = 8 + 2 + 12 * len(tags) + 4
    depths, offsets = behind, behind + 8
    counts = offsets + 4 * strips
    strip_at = counts + 4 * strips
    place = {258: depths, 273: offsets, 279: counts}
    table = b"".join(
        struct.pack("<HHII", tag, kind, count, place[tag] if value is None else value) for tag, kind, count, value in tags
    )
    return (
        b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", len(tags)) + table + bytes(4) + struct.pack("<4H", 8, 8, 8, 0)
        + struct.pack("<I", strip_at) * strips + struct.pack("<I", len(strip)) * strips + strip
    )  # fmt: skip


def webp_bomb(side: int) -> bytes:
    """VP8L of one colour: five prefix codes of one symbol each, so that a pixel takes no bit at all (RFC 9649, 3.7.2)."""
    bits, at = 0, 0
    one_symbol = [(1, 1), (0, 1), (0, 1), (0, 1)]
    for value, width in [(side - 1, 14), (side - 1, 14), (0, 1), (0, 3), (0, 1), (0, 1), (0, 1), *one_symbol * 5]:
        bits |= value << at
        at += width
    data = b"\x2f" + bits.to_bytes(-(-at // 8) + 1, "little")
    return _riff(b"VP8L" + struct.pack("<I", len(data)) + data + b"\x00" * (len(data) % 2))


def webp_canvas_bomb(side: int) -> bytes:
    """A tiny animation on a canvas of 3,600 megapixels."""
    canvas = struct.pack("<B3x", 2) + (side - 1).to_bytes(3, "little") * 2
    one = webp_bomb(1)[12:]
    frame = bytes(6) + bytes(6) + (100).to_bytes(3, "little") + b"\x00" + one
    return _riff(
        b"VP8X" + struct.pack("<I", 10) + canvas + b"ANIM" + struct.pack("<I", 6) + bytes(6)
        + b"ANMF" + struct.pack("<I", len(frame)) + frame
    )  # fmt: skip


def _riff(chunks: bytes) -> bytes:
    return b"RIFF" + struct.pack("<I", 4 + len(chunks)) + b"WEBP" + chunks


_GIF_FRAME = b"\x21\xf9\x04\x04\x01\x00\x00\x00" + b"\x2c\x00\x00\x00\x00\x01\x00\x01\x00\x00" + b"\x02\x02\x44\x01\x00"


def _gif_head(side: int) -> bytes:
    return b"GIF89a" + struct.pack("<HHBBB", side, side, 0x80, 0, 0) + b"\x10\x20\x30\xff\xff\xff"


def gif_screen_bomb(side: int) -> bytes:
    return _gif_head(side) + _GIF_FRAME + b"\x3b"


def endless_gif(frames: int) -> bytes:
    """It repeats for ever, and takes long to be counted."""
    return _gif_head(1) + b"\x21\xff\x0bNETSCAPE2.0\x03\x01\x00\x00\x00" + _GIF_FRAME * frames + b"\x3b"


def gif_without_end() -> bytes:
    """A comment in 20,000 parts that never ends, and no picture."""
    return _gif_head(1) + b"\x21\xfe" + (b"\xff" + bytes(255)) * 20_000


def bmp_bomb(side: int) -> bytes:
    """Run lengths (BI_RLE8), of which there are none: it ends at once."""
    info = struct.pack("<IiiHHIIiiII", 40, side, side, 1, 8, 1, 2, 0, 0, 2, 0)
    return b"BM" + struct.pack("<IHHI", 64, 0, 0, 62) + info + bytes(8) + b"\x00\x01"


def psd_bomb(side: int) -> bytes:
    return b"8BPS" + struct.pack(">H6xHIIHH", 1, 3, side, side, 8, 3) + bytes(12) + struct.pack(">H", 1) + bytes(600)


def tga_bomb(side: int) -> bytes:
    return struct.pack("<BBBHHBHHHHBB", 0, 0, 10, 0, 0, 0, 0, 0, side, side, 24, 0) + b"\xff\x00\x00\x00" * 50


def pcx_bomb() -> bytes:
    head = struct.pack("<BBBBHHHH", 10, 5, 1, 8, 0, 0, 65_534, 65_534).ljust(64, b"\x00")
    return head + struct.pack("<BBHH", 0, 3, 65_534, 1).ljust(64, b"\x00") + b"\xff\x00" * 100


def ico_bomb(entries: int) -> bytes:
    one = struct.pack("<BBBBHHII", 0, 0, 0, 0, 1, 32, 100, 6 + 16 * entries)
    return struct.pack("<HHH", 0, 1, entries) + one * entries + encoded("PNG")


def with_size_claimed(file: bytes, side: int) -> bytes:
    """An ISO base media picture whose ``ispe`` box says another size (ISO/IEC 23008-12, 6.5.3)."""
    parts = file.split(b"ispe")
    return b"ispe".join([parts[0], *(part[:4] + struct.pack(">II", side, side) + part[12:] for part in parts[1:])])


def _jpeg2000_bomb(side: int) -> bytes:
    """The size marker and the image header say more than there is; one tile as large as the picture."""
    file = encoded("JPEG2000")
    at = file.index(b"\xff\x51") + 6
    sized = struct.pack(">IIIIIIII", side, side, 0, 0, side, side, 0, 0)
    file = file[:at] + sized + file[at + 32 :]
    at = file.index(b"ihdr") + 4
    return file[:at] + struct.pack(">II", side, side) + file[at + 8 :]


def _jpeg_segment(marker: int, data: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(data) + 2) + data


def _one_code(table: int, symbols: bytes) -> bytes:
    """A Huffman table: one symbol of one bit, or two whose codes are 0 and 10."""
    lengths = bytes(1 if length < len(symbols) else 0 for length in range(16))
    return _jpeg_segment(0xC4, bytes([table]) + lengths + symbols)


def _jpeg_head(marker: int, side: int) -> bytes:
    return (
        b"\xff\xd8" + _jpeg_segment(0xDB, b"\x00" + b"\x01" * 64)
        + _jpeg_segment(marker, struct.pack(">BHHB", 8, side, side, 1) + b"\x01\x11\x00")
    )  # fmt: skip


def jpeg_bomb(side: int) -> bytes:
    """Grey, 4,290 megapixels; two bits for each block. It may well be read, at an eighth of its size."""
    blocks = (-(-side // 8)) ** 2
    scan = _jpeg_segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + bytes(-(-blocks * 2 // 8))
    return _jpeg_head(0xC0, side) + _one_code(0x00, b"\x00") + _one_code(0x10, b"\x00") + scan + b"\xff\xd9"


def jpeg_of_scans(side: int, scans: int) -> bytes:
    """Progressive, and each scan goes over every block again to say nothing: kilobytes that take minutes."""
    blocks = (-(-side // 8)) ** 2
    first = _jpeg_segment(0xDA, b"\x01\x01\x00\x00\x00\x00") + bytes(-(-blocks // 8))
    runs = -(-blocks // 32_767)
    bits = "".join("0" + "1" * 14 for _ in range(runs))  # EOB14 and its 14 bits: a run of 32,767 blocks
    bits += "1" * (-len(bits) % 8)
    coded = int(bits, 2).to_bytes(len(bits) // 8, "big").replace(b"\xff", b"\xff\x00")
    again = _jpeg_segment(0xDA, b"\x01\x01\x00\x01\x3f\x00") + coded
    return _jpeg_head(0xC2, side) + _one_code(0x00, b"\x00") + _one_code(0x10, b"\xe0") + first + again * scans + b"\xff\xd9"

"""Files that are not whole or not what their names say."""

import struct
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import numpy as np
from hostile_sample import Outcome, Sample, encoded
from PIL import Image

_LEAST_CUTS = (1, 3, 12, 40)  # bytes
_QUARTERS = (1, 2, 3)
_FROM_END = (20, 1)  # bytes
_ROUGH = 200  # pixels of a side: noise, so that no format makes it short
_PILLOW_WRITES = {
    "jpg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP", "tif": "TIFF", "bmp": "BMP", "avif": "AVIF", "jp2": "JPEG2000",
    "ppm": "PPM", "tga": "TGA", "pcx": "PCX", "ico": "ICO",
}  # fmt: skip


def cut_files(photos: Path | None, *, large: bool) -> Iterator[Sample]:
    """Every format that is read, cut at several places; ``photos`` gives those that no library here writes."""
    for suffix, data in whole_files(photos):
        cuts = {*_LEAST_CUTS, *(len(data) * n // 4 for n in _QUARTERS), *(len(data) - n for n in _FROM_END)}
        for cut in sorted(cuts) if large else (3, len(data) // 2, len(data) - 1):
            outcome = Outcome.REFUSED if cut <= 12 else Outcome.EITHER
            yield Sample(f"cut/{suffix} at {cut}.{suffix}", data[:cut], outcome)
        yield Sample(f"cut/{suffix} of zeros behind.{suffix}", data[: len(data) // 3] + bytes(len(data)), Outcome.EITHER)


def whole_files(photos: Path | None) -> Iterator[tuple[str, bytes]]:
    """Suffix and content of a sound file of each format."""
    noise = np.random.default_rng(7).integers(0, 255, (_ROUGH, _ROUGH, 3), np.uint8)
    image = Image.fromarray(noise)
    for suffix, format_name in _PILLOW_WRITES.items():
        yield suffix, encoded(format_name, image)
    yield "jpe", encoded("JPEG", image, progressive=True)
    yield "jfif", encoded("JPEG", image.convert("CMYK"))
    yield "mpo", encoded("MPO", image, save_all=True, append_images=[image])
    yield "tiff", encoded("TIFF", image, compression="tiff_lzw")
    yield "pgm", encoded("PPM", image.convert("L"))
    yield "pbm", encoded("PPM", image.convert("1"))
    yield "pfm", encoded("PPM", image.convert("F"))
    yield "j2k", _code_stream(encoded("JPEG2000", image))
    yield "dng", _dng(encoded("JPEG", image))
    if photos is not None:
        yield "heic", heic_of(photos)
        yield "psd", (photos / "formats/psd/10x12x16bit-CMYK.psd").read_bytes()


def heic_of(photos: Path) -> bytes:
    """A HEIC file of a phone, with EXIF: no library here writes any."""
    return (photos / "formats/heic/Issue 437 (dotnet).heic").read_bytes()


def _code_stream(file: bytes) -> bytes:
    return file[file.index(b"\xff\x4f\xff\x51") :]


def _dng(preview: bytes) -> bytes:
    """A RAW file to the eye: a TIFF directory that names a camera and holds a preview."""
    tags = [
        (254, 4, 1, 1), (256, 4, 1, _ROUGH), (257, 4, 1, _ROUGH), (259, 3, 1, 7), (262, 3, 1, 6), (273, 4, 1, 134), (277, 3, 1, 3),
        (278, 4, 1, _ROUGH), (279, 4, 1, len(preview)), (0xC612, 1, 4, 0x401),
    ]  # fmt: skip
    table = b"".join(struct.pack("<HHII", *tag) for tag in tags)
    return b"II*\x00\x08\x00\x00\x00" + struct.pack("<H", len(tags)) + table + bytes(4) + preview


def misnamed_files() -> Iterator[Sample]:
    """Extensions that lie, and content that is no picture at all."""
    jpeg, png = encoded("JPEG"), encoded("PNG")
    yield Sample("names/a jpeg.png", jpeg, Outcome.READS)
    yield Sample("names/a png.jpg", png, Outcome.READS)
    yield Sample("names/a webp.HEIC", encoded("WEBP"), Outcome.READS)
    yield Sample("names/an avif.tiff", encoded("AVIF"), Outcome.READS)
    yield Sample("names/no extension", jpeg, Outcome.READS)
    yield Sample("names/a picture.txt", png, Outcome.READS)
    yield Sample("names/a tiff.nef", encoded("TIFF"), Outcome.EITHER)
    yield Sample("names/empty.jpg", b"", Outcome.REFUSED)
    yield Sample("names/empty.heic", b"", Outcome.REFUSED)
    yield Sample("names/empty.tga", b"", Outcome.REFUSED)
    yield Sample("names/text.jpg", b"Dear diary,\n" * 100, Outcome.REFUSED)
    yield Sample("names/page.png", b"<!DOCTYPE html><html><body><img src='x'>", Outcome.REFUSED)
    yield Sample("names/drawing.jpg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>", Outcome.REFUSED)
    yield Sample("names/program.png", b"\x7fELF" + bytes(4000), Outcome.REFUSED)
    yield Sample("names/postscript.jpg", b"%!PS-Adobe-3.0 EPSF-3.0\n(/dev/zero) run\n", Outcome.REFUSED)
    yield Sample("names/archive.jpg", b"PK\x03\x04" + bytes(500), Outcome.REFUSED)
    yield Sample("names/film.jpg", b"\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42" + bytes(500), Outcome.REFUSED)
    yield Sample("names/notes.txt", b"no picture, and none was promised", Outcome.PASSED_OVER)
    yield Sample("names/zeros.jpg", bytes(5000), Outcome.REFUSED)
    yield Sample("names/ones.jpg", b"\xff" * 5000, Outcome.REFUSED)
    yield Sample("names/twice.jpg", jpeg[: len(jpeg) // 2] + jpeg, Outcome.EITHER)
    yield Sample("names/behind a jpeg.jpg", jpeg + b"PK\x03\x04" + bytes(500), Outcome.READS)
    yield Sample("names/inside out.jpg", BytesIO(jpeg[::-1]).read(), Outcome.REFUSED)

"""Which files are pictures."""

import os
import threading
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from photofind.media.formats import HEAD_BYTES, PICTURE_SUFFIXES, Kind, kind_of, sniff

_SAVED = {
    "JPEG": ".jpg",
    "PNG": ".png",
    "GIF": ".gif",
    "WEBP": ".webp",
    "TIFF": ".tif",
    "BMP": ".bmp",
    "AVIF": ".avif",
    "JPEG2000": ".jp2",
    "PPM": ".ppm",
    "TGA": ".tga",
    "PCX": ".pcx",
    "ICO": ".ico",
}


@pytest.mark.parametrize("format_name", _SAVED)
def test_pillows_formats_are_known_by_their_content(format_name: str, halves: Image.Image) -> None:
    buffer = BytesIO()
    halves.resize((64, 40)).save(buffer, format_name)
    head = buffer.getvalue()[:HEAD_BYTES]
    name = "x.tga" if format_name == "TGA" else "no suffix at all"
    assert kind_of(head, name) == (Kind.PICTURE, format_name)
    assert _SAVED[format_name] in PICTURE_SUFFIXES


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic", "a", (Kind.PICTURE, "HEIF")),
        (b"\x00\x00\x00\x1cftypmif1\x00\x00\x00\x00mif1avifmiaf", "a", (Kind.PICTURE, "AVIF")),
        (b"\x00\x00\x00\x18ftypcrx \x00\x00\x00\x00crx isom", "a", (Kind.RAW, "CR3")),
        (b"\x00\x00\x00\x18ftypisom\x00\x00\x00\x00isommp42", "a.jpg", (Kind.VIDEO, "MP4")),
        (b"\x00\x00\x00\x14ftypqt  \x00\x00\x00\x00qt  ", "a.mov", (Kind.VIDEO, "MP4")),
        (b"\x00\x00\x00\x08wide\x00\x00\x00\x08mdat", "a.mov", (Kind.VIDEO, "QuickTime")),
        (b"RIFF\x00\x00\x00\x00AVI LIST", "a", (Kind.VIDEO, "AVI")),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "a.jpg", (Kind.OTHER, "")),
        (b"\x1a\x45\xdf\xa3", "a.webm", (Kind.VIDEO, "Matroska")),
        (b"II*\x00\x10\x00\x00\x00CR\x02\x00", "a.tif", (Kind.RAW, "CR2")),
        (b"II*\x00\x08\x00\x00\x00", "a.NEF", (Kind.RAW, "NEF")),
        (b"II*\x00\x08\x00\x00\x00", "a.tif", (Kind.PICTURE, "TIFF")),
        (b"FUJIFILMCCD-RAW 0201", "a", (Kind.RAW, "RAF")),
        (b"8BPS\x00\x01", "a", (Kind.PICTURE, "PSD")),
        (b"P7\nWIDTH 1\n", "a.pam", (Kind.OTHER, "")),
        (b"", "a.jpg", (Kind.OTHER, "")),
    ],
)
def test_content_decides(head: bytes, name: str, expected: tuple[Kind, str]) -> None:
    assert kind_of(head, name) == expected


@pytest.mark.parametrize(
    "head",
    [
        b"%!PS-Adobe-3.0 EPSF-3.0",
        b"\xc5\xd0\xd3\xc6" + bytes(30),
        b"%PDF-1.7",
        b"\xd7\xcd\xc6\x9a" + bytes(40),
        b"<svg ",
    ],
)
@pytest.mark.parametrize("name", ["a.jpg", "a.eps", "a.tif", "a"])
def test_formats_that_run_programs_are_never_pictures(head: bytes, name: str) -> None:
    assert kind_of(head, name) == (Kind.OTHER, "")


def test_a_targa_needs_its_name_and_a_header_that_makes_sense() -> None:
    head = bytes((0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 0, 16, 0, 24, 0))
    assert kind_of(head, "a.TGA") == (Kind.PICTURE, "TGA")
    assert kind_of(head, "a.dat") == (Kind.OTHER, "")
    assert kind_of(b"plain text, long enough for a header", "a.tga") == (Kind.OTHER, "")


@given(st.binary(max_size=HEAD_BYTES), st.text(max_size=20))
def test_any_bytes_under_any_name_have_a_kind(head: bytes, name: str) -> None:
    kind, format_name = kind_of(head, name)
    assert (kind is Kind.OTHER) == (format_name == "")


def test_sniffing_reads_a_file(write: Callable[[str, bytes], str], jpeg: Callable[..., bytes]) -> None:
    assert sniff(write("wrongly named.txt", jpeg())) == (Kind.PICTURE, "JPEG")


def test_sniffing_a_missing_file_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        sniff(str(tmp_path / "gone.jpg"))


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no FIFOs on this system")
def test_sniffing_never_waits_for_a_fifo_or_device(tmp_path: Path) -> None:
    fifo = tmp_path / "fifo.jpg"
    os.mkfifo(fifo)
    kinds: list[Kind] = []
    thread = threading.Thread(target=lambda: kinds.extend(sniff(p)[0] for p in (str(fifo), "/dev/zero", str(tmp_path))))
    thread.start()
    thread.join(10)
    assert kinds == [Kind.OTHER] * 3

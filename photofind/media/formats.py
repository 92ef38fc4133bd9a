"""Which files are pictures, decided by what they hold; the name only settles what content leaves open.

The list of formats is fixed: a file is handed to exactly the one decoder its first bytes name, so that formats which
run programs or load other files (EPS, WMF, PDF) never reach a decoder at all.
"""

import importlib.util
import os
from enum import Enum
from functools import cache

from photofind.media.source import NotAFile, open_regular_file

HEAD_BYTES = 512
"""How much of a file's beginning `kind_of` wants to see; less is fine for shorter files."""


class Kind(Enum):
    """What a file is to photofind."""

    PICTURE = "picture"
    RAW = "raw"  # shown from its embedded preview where rawpy is installed, see `raw_supported`
    VIDEO = "video"  # recognised, not read
    OTHER = "other"


PICTURE_SUFFIXES: frozenset[str] = frozenset((
    ".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".webp", ".gif", ".tif", ".tiff", ".bmp",
    ".dib", ".heic", ".heics", ".heif", ".heifs", ".hif", ".avif", ".avifs", ".jp2", ".j2k", ".j2c", ".jpc",
    ".jpf", ".jpx", ".psd", ".pbm", ".pgm", ".ppm", ".pnm", ".pfm", ".tga", ".icb", ".vda", ".vst",
    ".pcx", ".ico",
))  # fmt: skip
"""Lower case, with the dot."""

RAW_SUFFIXES: frozenset[str] = frozenset((
    ".3fr", ".arw", ".cr2", ".cr3", ".crw", ".dcr", ".dng", ".erf", ".fff", ".iiq", ".kdc", ".mef",
    ".mos", ".mrw", ".nef", ".nrw", ".orf", ".pef", ".raf", ".raw", ".rw2", ".rwl", ".sr2", ".srf",
    ".srw", ".x3f",
))  # fmt: skip
_VIDEO_SUFFIXES = frozenset((
    ".3g2", ".3gp", ".avi", ".divx", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpe", ".mpeg",
    ".mpg", ".mts", ".ogv", ".ts", ".vob", ".webm", ".wmv",
))  # fmt: skip
_TGA_SUFFIXES = frozenset((".tga", ".icb", ".vda", ".vst"))

_MAGIC: tuple[tuple[bytes, Kind, str], ...] = (
    (b"\xff\xd8\xff", Kind.PICTURE, "JPEG"),
    (b"\x89PNG\r\n\x1a\n", Kind.PICTURE, "PNG"),
    (b"GIF87a", Kind.PICTURE, "GIF"),
    (b"GIF89a", Kind.PICTURE, "GIF"),
    (b"8BPS", Kind.PICTURE, "PSD"),
    (b"\x00\x00\x00\x0cjP  \r\n\x87\n", Kind.PICTURE, "JPEG2000"),
    (b"\xff\x4f\xff\x51", Kind.PICTURE, "JPEG2000"),
    (b"IIRO", Kind.RAW, "ORF"),
    (b"IIRS", Kind.RAW, "ORF"),
    (b"MMOR", Kind.RAW, "ORF"),
    (b"IIU\x00", Kind.RAW, "RW2"),
    (b"FUJIFILMCCD-RAW", Kind.RAW, "RAF"),
    (b"FOVb", Kind.RAW, "X3F"),
    (b"\x00MRM", Kind.RAW, "MRW"),
    (b"II\x1a\x00\x00\x00HEAPCCDR", Kind.RAW, "CRW"),
    (b"\x1a\x45\xdf\xa3", Kind.VIDEO, "Matroska"),
    (b"\x00\x00\x01\xba", Kind.VIDEO, "MPEG"),
    (b"\x00\x00\x01\xb3", Kind.VIDEO, "MPEG"),
    (b"FLV\x01", Kind.VIDEO, "Flash video"),
    (b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Kind.VIDEO, "Windows Media"),
)
_TIFF_MAGIC = (b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_HEIF_BRANDS = frozenset(
    (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"hevm", b"hevs", b"mif1", b"msf1", b"mif2")
)
_AVIF_BRANDS = frozenset((b"avif", b"avis"))
_RIFF = {b"WEBP": (Kind.PICTURE, "WEBP"), b"AVI ": (Kind.VIDEO, "AVI")}
_BMP_HEADER_SIZES = (12, 16, 40, 52, 56, 64, 108, 124)
_OLD_QUICKTIME_BOXES = (b"moov", b"mdat", b"wide", b"pnot")
_OTHER: tuple[Kind, str] = (Kind.OTHER, "")


@cache
def raw_supported() -> bool:
    """Whether RAW files can be shown here: the optional extra ``raw`` (rawpy) is installed."""
    return importlib.util.find_spec("rawpy") is not None


def is_called_picture(name: str) -> bool:
    """Whether a name says picture, so that a file that holds none is a problem. Touches no disk.

    ``.raw`` says so of a RAW photo only where the content does: sound and disk images are called so, too.
    """
    suffix = os.path.splitext(name)[1].lower()
    return suffix in PICTURE_SUFFIXES or (suffix in RAW_SUFFIXES and suffix != ".raw" and raw_supported())


def kind_of(head: bytes, name: str) -> tuple[Kind, str]:
    """The kind of a file and the name of its format (``JPEG``, ``HEIF``, ``NEF``), from its first bytes and its name.

    ``head`` is the first `HEAD_BYTES` of the file. The name matters for formats without a signature of their own (TGA)
    and for RAW files that are TIFF files to the eye. OTHER comes with an empty format name. Any thread.
    """
    suffix = os.path.splitext(name)[1].lower()
    for magic, kind, format_name in _MAGIC:
        if head.startswith(magic):
            return kind, format_name
    if head[:4] in _TIFF_MAGIC:
        return _kind_of_tiff(head, suffix)
    if head[4:8] == b"ftyp":
        return _kind_of_boxes(head)
    if head.startswith(b"RIFF"):
        return _RIFF.get(head[8:12], _OTHER)
    return _kind_by_weak_signature(head, suffix) or _video_by_weak_signature(head, suffix) or _OTHER


def sniff(path: str) -> tuple[Kind, str]:
    """`kind_of` for a file on disk. Never waits for a FIFO or device: those are OTHER.

    Raises:
        OSError: the file is not there or may not be read.
    """
    try:
        descriptor, _ = open_regular_file(path)
    except (IsADirectoryError, NotAFile):
        return _OTHER
    try:
        head = os.read(descriptor, HEAD_BYTES)
    finally:
        os.close(descriptor)
    return kind_of(head, path)


def _kind_of_tiff(head: bytes, suffix: str) -> tuple[Kind, str]:
    if head[8:10] == b"CR":
        return Kind.RAW, "CR2"
    if suffix in RAW_SUFFIXES:
        return Kind.RAW, suffix[1:].upper()
    return Kind.PICTURE, "TIFF"


def _kind_of_boxes(head: bytes) -> tuple[Kind, str]:
    """ISO base media files (ISO/IEC 14496-12, 4.3): the major brand, then what the file says it is compatible with."""
    size = int.from_bytes(head[:4], "big")
    major = head[8:12]
    compatible = {head[at : at + 4] for at in range(16, min(size, len(head)), 4)}
    if major == b"crx ":
        return Kind.RAW, "CR3"
    if major in _AVIF_BRANDS:
        return Kind.PICTURE, "AVIF"
    if major in _HEIF_BRANDS:
        only_av1 = bool(compatible & _AVIF_BRANDS) and not compatible & (_HEIF_BRANDS - {b"mif1", b"msf1", b"mif2"})
        return Kind.PICTURE, "AVIF" if only_av1 else "HEIF"
    if major in (b"jp2 ", b"jpx "):
        return Kind.PICTURE, "JPEG2000"
    return Kind.VIDEO, "MP4"


def _kind_by_weak_signature(head: bytes, suffix: str) -> tuple[Kind, str] | None:
    """Formats whose first bytes could as well be something else: more of the header has to make sense."""
    if len(head) < 3:
        return None
    format_name = ""
    if head.startswith(b"BM") and int.from_bytes(head[14:18], "little") in _BMP_HEADER_SIZES:
        format_name = "BMP"
    elif head[:1] == b"P" and head[1:2] in b"123456f" and head[2:3].isspace():
        format_name = "PPM"
    elif head.startswith(b"\x00\x00\x01\x00") and _is_plausible_ico(head):
        format_name = "ICO"
    elif len(head) >= 128 and head[0] == 10 and head[1] in (0, 2, 3, 4, 5) and head[2] < 2 and head[3] in (1, 2, 4, 8):
        format_name = "PCX"
    elif suffix in _TGA_SUFFIXES and _is_plausible_tga(head):
        format_name = "TGA"
    return (Kind.PICTURE, format_name) if format_name else None


def _video_by_weak_signature(head: bytes, suffix: str) -> tuple[Kind, str] | None:
    if suffix not in _VIDEO_SUFFIXES:
        return None
    if head[4:8] in _OLD_QUICKTIME_BOXES:
        return Kind.VIDEO, "QuickTime"
    if b"\x47" in (head[:1], head[4:5]):  # the sync byte of a transport stream, at once or after a time code
        return Kind.VIDEO, "MPEG"
    return (Kind.VIDEO, "Ogg") if head.startswith(b"OggS") else None


def _is_plausible_ico(head: bytes) -> bool:
    """At least one entry of the directory that points behind it (Microsoft, "Icons", ICONDIRENTRY)."""
    count = int.from_bytes(head[4:6], "little")
    return len(head) >= 22 and count > 0 and int.from_bytes(head[18:22], "little") >= 6 + 16 * count


def _is_plausible_tga(head: bytes) -> bool:
    """TGA has no signature (Truevision TGA 2.0 specification, "The TGA file header")."""
    if len(head) < 18:
        return False
    has_colour_map, image_type, depth = head[1], head[2], head[16]
    width, height = int.from_bytes(head[12:14], "little"), int.from_bytes(head[14:16], "little")
    return (
        has_colour_map in (0, 1)
        and image_type in (1, 2, 3, 9, 10, 11)
        and depth in (1, 8, 15, 16, 24, 32)
        and width > 0
        and height > 0
        and (has_colour_map == 1 or image_type not in (1, 9))
    )

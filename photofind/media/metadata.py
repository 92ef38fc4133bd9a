"""Facts of a picture from everything that says something about it, each source trusted for what it knows best."""

from collections.abc import Iterable
from dataclasses import dataclass, fields, replace
from io import BytesIO
from typing import Any, BinaryIO

from photofind.core.photo import Facts
from photofind.media.exif import Directory, read_directory
from photofind.media.exif_facts import facts_of_exif, orientation_of
from photofind.media.iptc import facts_of_iptc, iptc_of_photoshop
from photofind.media.xmp import Properties, read_xmp
from photofind.media.xmp_facts import facts_of_xmp, orientation_of_xmp

_TIFF_XMP, _TIFF_IPTC, _TIFF_PHOTOSHOP = 700, 33723, 34377
_PSD_EXIF, _PSD_XMP, _PSD_IPTC = 1058, 1060, 1028
_TOGETHER = (("taken", "taken_offset_min"), ("latitude", "longitude", "altitude_m"))


@dataclass(frozen=True, slots=True)
class Embedded:
    """The metadata blocks found in one picture file."""

    exif: Directory | None = None
    xmp: bytes = b""
    iptc: bytes = b""

    def orientation(self) -> int:
        """1 to 8; EXIF counts, XMP where EXIF says nothing."""
        if self.exif and 0x0112 in self.exif.entries:
            return orientation_of(self.exif)
        return orientation_of_xmp(read_xmp(self.xmp)) if b"Orientation" in self.xmp else 1


def embedded_in(info: dict[Any, Any], resources: Iterable[Any] = ()) -> Embedded:
    """The blocks that Pillow found while opening a picture: its ``info``, and a PSD's ``resources``."""
    exif, xmp = _as_bytes(info.get("exif")), _as_bytes(info.get("xmp")) or _as_bytes(info.get("XML:com.adobe.xmp"))
    if not exif and isinstance(profile := info.get("Raw profile type exif"), str):  # PNGs of older ImageMagick
        exif = _unhex(profile)
    photoshop = info.get("photoshop")
    iptc = _as_bytes(photoshop.get(0x0404)) if isinstance(photoshop, dict) else b""
    for resource in resources:
        match resource:
            case (int(number), _, bytes(data)):
                exif = exif or (data if number == _PSD_EXIF else b"")
                xmp = xmp or (data if number == _PSD_XMP else b"")
                iptc = iptc or (data if number == _PSD_IPTC else b"")
    return Embedded(read_directory(BytesIO(exif)) if exif else None, xmp, iptc)


def embedded_in_tiff(stream: BinaryIO) -> Embedded:
    """The blocks of a TIFF file, or a RAW file built like one; the stream must stay open while they are used."""
    ifd = read_directory(stream)
    if ifd is None:
        return Embedded()
    iptc = ifd.raw(_TIFF_IPTC) or iptc_of_photoshop(ifd.raw(_TIFF_PHOTOSHOP))
    return Embedded(ifd, ifd.raw(_TIFF_XMP), iptc)


def gather_facts(embedded: Iterable[Embedded], sidecar: Properties | None = None) -> Facts:
    """One answer from all sources, never an exception.

    A sidecar beats the file. Within the file EXIF is believed on what the camera measured, then XMP, then IPTC, then
    what EXIF holds of people's words (MWG Guidelines 2.0). Dates of change come last.
    """
    strong: list[Facts] = []
    weak: list[Facts] = []
    if sidecar:
        said, created = facts_of_xmp(sidecar)
        strong.append(said)
        weak.append(created)
    for blocks in embedded:
        written = changed = Facts()
        if blocks.exif:
            measured, written, changed = facts_of_exif(blocks.exif)
            strong.append(measured)
        if blocks.xmp:
            said, created = facts_of_xmp(read_xmp(blocks.xmp))
            strong.append(said)
            weak.append(created)
        if blocks.iptc:
            strong.append(facts_of_iptc(blocks.iptc))
        strong.append(written)
        weak.append(changed)
    return _first_of_each([*strong, *weak])


def _first_of_each(sources: list[Facts]) -> Facts:
    merged: dict[str, Any] = {}
    for group in _TOGETHER:
        source = next((source for source in sources if getattr(source, group[0]) is not None), None)
        if source:
            merged.update({name: getattr(source, name) for name in group})
    grouped = {name for group in _TOGETHER for name in group}
    for name in (field.name for field in fields(Facts) if field.name not in grouped):
        values = (getattr(source, name) for source in sources)
        merged[name] = next((value for value in values if value not in (None, ())), None)
    for name in ("keywords", "hierarchy"):
        merged[name] = merged[name] or ()
    facts = Facts(**merged)
    return replace(facts, rating=None) if facts.rating == 0 else facts  # cameras write 0 for "not rated"


def _as_bytes(value: object) -> bytes:
    if isinstance(value, str):
        return value.encode("utf-8", "surrogateescape")
    return value if isinstance(value, bytes) else b""


def _unhex(profile: str) -> bytes:
    try:
        return bytes.fromhex("".join(profile.split("\n")[3:]))
    except ValueError:
        return b""

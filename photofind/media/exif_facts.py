"""From EXIF tags to `Facts` (Exif 3.0, CIPA DC-008, 4.6; the XP tags are Windows Explorer's)."""

import math

from photofind.core.photo import Facts
from photofind.media.exif import EXIF_IFD, GPS_IFD, Directory, Value, decode_text
from photofind.media.text import clean_keywords, clean_text, parse_date, parse_offset

_CAMERA_FILLERS = (  # what cameras and phones write into ImageDescription before anyone describes anything
    "sony dsc", "exif_jpeg_picture", "samsung", "picture", "image", "default", "dcim", "dcf 1.0", "camera", "untitled",
    "dav", "sdr", "rhdr", "hdr", "oznor", "cof", "mde", "fptvg", "edf", "rbt",
)  # fmt: skip
_FILLER_ENDS = ("digital camera", "digital still camera")
_NUMBERED_FILLER = ("dsc", "dscn", "dcp_", "img_", "imag")


def orientation_of(ifd: Directory | None) -> int:
    """The EXIF orientation, 1 to 8; 1 when it is absent or nonsense."""
    value = ifd.get(0x0112) if ifd else None
    if isinstance(value, tuple):
        value = value[0]
    return value if isinstance(value, int) and 1 <= value <= 8 else 1


def facts_of_exif(ifd: Directory) -> tuple[Facts, Facts, Facts]:
    """What the camera measured, what people wrote, and a date that only says when the file was last changed."""
    exif = ifd.sub_directory(EXIF_IFD)
    date, offset_tags = None, (0x9011, 0x9012)
    for directory, tag, offset_tag in ((exif, 0x9003, 0x9011), (exif, 0x9004, 0x9012), (ifd, 0x9003, 0x9011)):
        if date := parse_date(directory.get(tag)):
            offset_tags = (offset_tag, 0x9010)
            break
    offset = date[1] if date else None
    if date and offset is None:
        offset = next((found for tag in offset_tags if (found := parse_offset(exif.get(tag))) is not None), None)
    latitude, longitude, altitude = _position(ifd.sub_directory(GPS_IFD))
    measured = Facts(
        taken=date[0] if date else None,
        taken_offset_min=offset,
        camera_make=clean_text(ifd.get(0x010F), 100),
        camera_model=clean_text(ifd.get(0x0110), 100),
        lens=clean_text(exif.get(0xA434), 200),
        exposure_s=_positive(exif.get(0x829A), 1e6),
        aperture=_positive(exif.get(0x829D), 1e3) or _apex_aperture(exif.get(0x9202)),
        iso=_iso(exif.get(0x8827)) or _iso(exif.get(0x8832)),
        focal_mm=_positive(exif.get(0x920A), 1e5),
        latitude=latitude,
        longitude=longitude,
        altitude_m=altitude,
    )
    written = Facts(
        rating=_rating(ifd.get(0x4746)),
        keywords=clean_keywords(_windows_text(ifd.get(0x9C9E)).split(";")),
        title=clean_text(_windows_text(ifd.get(0x9C9B))),
        caption=_description(ifd.get(0x010E))
        or clean_text(_windows_text(ifd.get(0x9C9C)))
        or _description(_user_comment(exif.get(0x9286))),
    )
    changed = parse_date(ifd.get(0x0132))
    return measured, written, Facts(taken=changed[0], taken_offset_min=changed[1]) if changed else Facts()


def _number(value: Value | None) -> float | None:
    if isinstance(value, tuple):
        value = value[0]
    if isinstance(value, (int, float)) and math.isfinite(value):
        return float(value)
    return None


def _positive(value: Value | None, below: float) -> float | None:
    number = _number(value)
    return number if number is not None and 0 < number < below else None


def _apex_aperture(value: Value | None) -> float | None:
    apex = _positive(value, 30)
    return round(2 ** (apex / 2), 1) if apex else None


def _iso(value: Value | None) -> int | None:
    number = _positive(value, 1e8)
    return int(number) if number and number != 65535 else None  # 65535: "too large for this tag"


def _rating(value: Value | None) -> int | None:
    number = _number(value)
    return int(number) if number is not None and 0 <= number <= 5 else None


def _windows_text(value: Value | None) -> str:
    return value.decode("utf-16-le", "replace").split("\x00", 1)[0] if isinstance(value, bytes) else ""


def _user_comment(value: Value | None) -> str:
    """UserComment begins with eight bytes that name its character set (Exif 3.0, table 9)."""
    if not isinstance(value, bytes):
        return value if isinstance(value, str) else ""
    code, text = value[:8], value[8:]
    if code.startswith(b"UNICODE"):
        big = text[:2] == b"\xfe\xff" or (text[:1] == b"\x00" and text[1:2] != b"\x00")
        return text.decode("utf-16-be" if big else "utf-16-le", "replace").lstrip("\ufeff").split("\x00", 1)[0]
    if code.startswith(b"ASCII"):
        return decode_text(text)
    return ""


def _description(value: Value | None) -> str | None:
    text = clean_text(value)
    if text is None:
        return None
    plain = text.lower().strip(" .")
    if plain in _CAMERA_FILLERS or plain.endswith(_FILLER_ENDS):
        return None
    if plain.startswith(_NUMBERED_FILLER) and plain.lstrip("dscnpimag_").isdigit():
        return None
    return text


def _position(gps: Directory) -> tuple[float | None, float | None, float | None]:
    latitude = _degrees(gps.get(2), gps.get(1), b"S", 90)
    longitude = _degrees(gps.get(4), gps.get(3), b"W", 180)
    if latitude is None or longitude is None or (latitude, longitude) == (0, 0):  # zeros: a writer that knew nothing
        return None, None, None
    altitude = _number(gps.get(6))
    if altitude is not None:
        reference = gps.get(5)
        altitude = -altitude if reference in (b"\x01", 1) else altitude
        altitude = altitude if -12_000 < altitude < 100_000 else None
    return latitude, longitude, altitude


def _degrees(value: Value | None, reference: Value | None, negative: bytes, limit: float) -> float | None:
    parts = value if isinstance(value, tuple) else (value,)
    numbers = [part for part in parts if isinstance(part, (int, float))]
    if not numbers or not math.isfinite(numbers[0]):
        return None
    total = sum(part / scale for part, scale in zip(numbers, (1, 60, 3600), strict=False) if math.isfinite(part))
    if isinstance(reference, str):
        reference = reference.encode("ascii", "replace")
    if isinstance(reference, bytes) and reference[:1].upper() == negative:
        total = -total
    return round(total, 8) if abs(total) <= limit else None

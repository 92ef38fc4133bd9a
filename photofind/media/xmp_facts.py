"""From XMP properties to `Facts` (XMP specification part 2; MWG Guidelines 2.0 for which property means what)."""

import re

from photofind.core.photo import Facts
from photofind.media.text import clean_keywords, clean_text, parse_date, parse_number
from photofind.media.xmp import Properties

_MICROSOFT_STARS = ((1, 1), (25, 2), (50, 3), (75, 4), (99, 5))  # percent from which on Windows shows so many stars
_DEGREES = re.compile(r"\s*(\d+(?:\.\d+)?)(?:,(\d+(?:\.\d+)?))?(?:,(\d+(?:\.\d+)?))?\s*([NSEW])\s*", re.IGNORECASE)


def facts_of_xmp(properties: Properties) -> tuple[Facts, Facts]:
    """What the packet says, and apart from it a date that only says when the file came into being."""

    def text(name: str) -> str | None:
        return next(iter(properties.get(name, ())), None)

    date = parse_date(text("exif:DateTimeOriginal")) or parse_date(text("photoshop:DateCreated"))
    created = parse_date(text("xmp:CreateDate")) or parse_date(text("Iptc4xmpCore:DateCreated"))
    latitude, longitude = _degrees(text("exif:GPSLatitude"), 90), _degrees(text("exif:GPSLongitude"), 180)
    has_position = latitude is not None and longitude is not None and (latitude, longitude) != (0, 0)
    altitude = parse_number(text("exif:GPSAltitude")) if has_position else None
    hierarchy = _hierarchy(properties)
    flat = clean_keywords(properties.get("dc:subject", ()) or ())
    iso = parse_number(text("exif:ISOSpeedRatings") or text("exifEX:PhotographicSensitivity"))
    said = Facts(
        taken=date[0] if date else None,
        taken_offset_min=date[1] if date else None,
        camera_make=clean_text(text("tiff:Make"), 100),
        camera_model=clean_text(text("tiff:Model"), 100),
        lens=clean_text(text("exifEX:LensModel"), 200) or clean_text(text("aux:Lens"), 200),
        exposure_s=_positive(parse_number(text("exif:ExposureTime"))),
        aperture=_positive(parse_number(text("exif:FNumber"))),
        iso=int(iso) if iso and 0 < iso < 1e8 else None,
        focal_mm=_positive(parse_number(text("exif:FocalLength"))),
        latitude=latitude if has_position else None,
        longitude=longitude if has_position else None,
        altitude_m=-altitude if altitude and text("exif:GPSAltitudeRef") == "1" else altitude,
        rating=_rating(text("xmp:Rating"), text("MicrosoftPhoto:Rating")),
        label=clean_text(text("xmp:Label"), 100),
        keywords=flat or clean_keywords([entry.rsplit("|", 1)[-1] for entry in hierarchy]),
        hierarchy=hierarchy,
        title=clean_text(text("dc:title")) or clean_text(text("photoshop:Headline")),
        caption=clean_text(text("dc:description")),
    )
    return said, Facts(taken=created[0], taken_offset_min=created[1]) if created else Facts()


def orientation_of_xmp(properties: Properties) -> int:
    """``tiff:Orientation``, 1 to 8; 1 when it is absent or nonsense."""
    value = next(iter(properties.get("tiff:Orientation", ())), "1").strip()
    return int(value) if value in tuple("12345678") else 1


def _hierarchy(properties: Properties) -> tuple[str, ...]:
    """Lightroom and Media Pro write ``|`` between levels, digiKam and Windows ``/``."""
    entries = [*properties.get("lr:hierarchicalSubject", ()), *properties.get("mediapro:CatalogSets", ())]
    for name in ("digiKam:TagsList", "MicrosoftPhoto:LastKeywordXMP"):
        entries += [entry.replace("/", "|") for entry in properties.get(name, ())]
    levels = ("|".join(level.strip() for level in entry.split("|") if level.strip()) for entry in entries)
    return clean_keywords(list(levels))


def _rating(stars: str | None, percent: str | None) -> int | None:
    number = parse_number(stars)
    if number is not None:
        return min(max(round(number), -1), 5)  # -1 means rejected
    number = parse_number(percent)
    if number is None or not 0 <= number <= 100:
        return None
    return max((stars for from_percent, stars in _MICROSOFT_STARS if number >= from_percent), default=0)


def _positive(number: float | None) -> float | None:
    return number if number is not None and 0 < number < 1e6 else None


def _degrees(text: str | None, limit: float) -> float | None:
    """``48,9.003180N`` or ``48,9,11N``: degrees, minutes, seconds (XMP specification part 2, GPSCoordinate)."""
    match = _DEGREES.fullmatch(text[:64]) if text else None
    if not match:
        return None
    total = sum(float(part) / scale for part, scale in zip(match.groups()[:3], (1, 60, 3600), strict=True) if part)
    if match.group(4).upper() in "SW":
        total = -total
    return round(total, 8) if abs(total) <= limit else None

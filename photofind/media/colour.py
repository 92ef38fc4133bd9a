"""From any mode Pillow knows to RGB as a screen shows it: sRGB, 8 bits, no transparency."""

from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING

from PIL import Image

if TYPE_CHECKING:
    from PIL.ImageCms import ImageCmsTransform

_PLAIN_MODES = {"1": "L", "P": "RGB", "PA": "RGBA", "RGBX": "RGB", "HSV": "RGB", "RGBa": "RGBA", "La": "LA"}
_PROFILE_SPACES = {"RGB": "RGB", "L": "GRAY", "CMYK": "CMYK"}
_MAX_PROFILE_BYTES = 8 << 20


def to_plain(image: Image.Image) -> Image.Image:
    """The same picture in a mode that may be scaled: L, LA, RGB, RGBA, CMYK, YCbCr or LAB; still in its own colours.

    Palettes are resolved and deep greyscale is brought to 8 bits, since neither can be averaged as it is.
    """
    mode = image.mode
    if mode.startswith("I") or mode == "F":
        return _deep_to_8_bits(image)
    if mode in ("L", "RGB", "P") and "transparency" in image.info:  # one colour, or an alpha for each
        return image.convert("RGBA")
    plain = _PLAIN_MODES.get(mode, mode)
    return image if plain == mode else image.convert(plain)


def to_srgb(image: Image.Image, icc_profile: bytes) -> Image.Image:
    """An RGB picture in sRGB, from what `to_plain` returns and the picture's own profile (empty: none).

    Transparent parts become white, the paper on which logos, scans and screenshots are drawn; black would swallow the
    dark lines that most of them consist of. A profile that cannot be used is passed over.
    """
    if image.mode in ("RGBA", "LA"):
        image = _over_white(image)
    if image.mode == "LAB":
        transform = _lab_transform()
        return transform.apply(image) or image
    if 0 < len(icc_profile) <= _MAX_PROFILE_BYTES and image.mode in _PROFILE_SPACES:
        transform_to_srgb = _profile_transform(icc_profile, image.mode)
        if transform_to_srgb is not None:
            return transform_to_srgb.apply(image)
    return image if image.mode == "RGB" else image.convert("RGB")


def _over_white(image: Image.Image) -> Image.Image:
    alpha = image.getchannel("A")
    colours = image.convert("RGB" if image.mode == "RGBA" else "L")
    if alpha.getextrema()[1] == 0:  # nothing would be seen at all: a writer that left the channel empty (TGA)
        return colours
    white = Image.new(colours.mode, colours.size, "white")
    white.paste(colours, mask=alpha)
    return white


def _deep_to_8_bits(image: Image.Image) -> Image.Image:
    """Greyscale of 12, 16 or 32 bits or floats, scaled by the range that its values stand for."""
    low, high = image.getextrema()
    if not isinstance(low, (int, float)) or not isinstance(high, (int, float)):
        return image.convert("L")
    if image.mode.startswith("I;16"):
        white = 4095 if 255 < high <= 4095 else 65535  # 12-bit sensors store their values unscaled
        table = [min(255, round(value * 255 / white)) for value in range(65536)]
        return image.convert("I").point(table, "L")
    floor = 0.0
    if image.mode == "F" and low >= 0 and high <= 1:
        white_level = 1.0
    elif low >= 0 and high <= 65535:
        white_level = 65535.0 if high > 255 else 255.0
    else:  # measurements, not light: show all of their range
        floor, white_level = float(low), float(high)
    scale = 255 / (white_level - floor) if white_level > floor else 0.0
    return image.point(lambda value: value * scale - floor * scale).convert("L")


@lru_cache(maxsize=8)
def _profile_transform(icc_profile: bytes, mode: str) -> "ImageCmsTransform | None":
    """The way from a profile to sRGB; None when the picture is in sRGB already or the profile does not fit it."""
    from PIL import ImageCms

    try:
        profile = ImageCms.ImageCmsProfile(BytesIO(icc_profile))
        if profile.profile.xcolor_space.strip() != _PROFILE_SPACES[mode]:
            return None
        if mode == "RGB" and "srgb" in (profile.profile.profile_description or "").lower():
            return None
        return ImageCms.buildTransform(
            profile, ImageCms.createProfile("sRGB"), mode, "RGB", ImageCms.Intent.RELATIVE_COLORIMETRIC,
            ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )  # fmt: skip
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None


@lru_cache(maxsize=1)
def _lab_transform() -> "ImageCmsTransform":
    from PIL import ImageCms

    return ImageCms.buildTransform(ImageCms.createProfile("LAB"), ImageCms.createProfile("sRGB"), "LAB", "RGB")

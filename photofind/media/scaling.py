"""How large pictures have to be decoded, and what is made from them: encoder input, thumbnail, view."""

import math
from dataclasses import dataclass
from io import BytesIO

from PIL import Image

from photofind.core.pixels import InputSpec, Region, seen_by

Size = tuple[int, int]

_HEADROOM = 2
"""Decoded pixels for each pixel of the encoder's input, at least: vectors then agree with those from a full decode to a
cosine of 0.998 and better."""
_COLOUR_PX = 32
_THUMBNAIL_QUALITY = 85


@dataclass(frozen=True, slots=True)
class Need:
    """The least size a picture has to be decoded at, for its shorter and longer side; larger than it is means all of it."""

    shorter_px: int
    longer_px: int

    def allows(self, size: Size) -> bool:
        """Whether a picture of this size is large enough."""
        return min(size) >= self.shorter_px and max(size) >= self.longer_px


def need_of(spec: InputSpec | None, thumbnail_px: int) -> Need:
    """What encoder input and thumbnail need; a little for the average colour is always needed."""
    shorter, longer = _COLOUR_PX, max(thumbnail_px, _COLOUR_PX)
    if spec and spec.resize == "longest":
        longer = max(longer, spec.size_px * _HEADROOM)
    elif spec:
        shorter = spec.size_px * _HEADROOM
    return Need(shorter, longer)


def need_of_part(spec: InputSpec | None, thumbnail_px: int, region: Region, full: Size) -> Need:
    """What a part of a picture needs, as a size of the whole picture, of which ``full`` is the upright size."""
    need = need_of(spec, thumbnail_px)
    sides = full[0] * region.width, full[1] * region.height
    scale = min(1.0, max(need.shorter_px / max(min(sides), 1.0), need.longer_px / max(*sides, 1.0)))
    return Need(math.ceil(scale * min(full)), math.ceil(scale * max(full)))


def part_of(image: Image.Image, region: Region) -> Image.Image:
    """A part of the picture in whole pixels, at least one; what lies outside of the picture is left out."""
    width, height = image.size
    left, top = min(width - 1, max(0, round(region.left * width))), min(height - 1, max(0, round(region.top * height)))
    right = max(left + 1, min(width, round((region.left + region.width) * width)))
    bottom = max(top + 1, min(height, round((region.top + region.height) * height)))
    return image.crop((left, top, right, bottom))


def fitted_size(size: Size, max_width_px: int, max_height_px: int) -> Size:
    """The size at which a picture fits, never larger than it is, at least one pixel each way."""
    width, height = size
    scale = min(max_width_px / width, max_height_px / height, 1.0)
    return max(1, round(width * scale)), max(1, round(height * scale))


def reduced(image: Image.Image, need: Need) -> Image.Image:
    """The picture averaged over whole blocks of pixels as far as the need allows: fast, and the resize after it does the
    rest. Modes as `colour.to_plain` returns them."""
    factor = max(1, min(min(image.size) // need.shorter_px, max(image.size) // need.longer_px))
    if factor == 1:
        return image
    return Image.Image.reduce(image, factor)  # the JPEG 2000 class hides the method behind a property


def encoder_input(image: Image.Image, spec: InputSpec) -> Image.Image:
    """The picture as the encoder wants it: size × size, RGB, by the rules of open_clip's ``image_transform``.

    Only the part that stays is computed, so a very long panorama costs no more than any other picture.
    """
    size, (width, height) = spec.size_px, image.size
    filter_ = Image.Resampling.BILINEAR if spec.interpolation == "bilinear" else Image.Resampling.BICUBIC
    seen = seen_by(spec, width, height)
    if spec.resize == "longest":
        inner = (round(size / seen.width), round(size / seen.height))
        padded = Image.new("RGB", (size, size), (spec.fill,) * 3)
        padded.paste(image.resize(inner, filter_), ((size - inner[0]) // 2, (size - inner[1]) // 2))
        return padded
    left, top = seen.left * width, seen.top * height
    box = (left, top, min(width, left + seen.width * width), min(height, top + seen.height * height))
    return image.resize((size, size), filter_, box=box)


def thumbnail(image: Image.Image, size: Size) -> Image.Image:
    """The picture at this size: whole blocks of pixels averaged, then scaled with Hamming's window. Lanczos' takes three
    times the work, and at five times the size the eye hardly tells them apart."""
    return image if size == image.size else image.resize(size, Image.Resampling.HAMMING, reducing_gap=1.0)


def as_jpeg(image: Image.Image) -> bytes:
    """An RGB picture as a thumbnail is kept."""
    buffer = BytesIO()
    image.save(buffer, "JPEG", quality=_THUMBNAIL_QUALITY)
    return buffer.getvalue()


def average_colour(image: Image.Image) -> int:
    """The mean of an RGB picture as 0xRRGGBB."""
    pixel = image.resize((1, 1), Image.Resampling.BOX).getpixel((0, 0))
    if not isinstance(pixel, tuple):
        return 0
    red, green, blue = (int(part) for part in pixel)
    return red << 16 | green << 8 | blue

"""One picture out of one stream: the right decoder, no larger than needed, upright, RGB."""

import importlib
import struct
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, BinaryIO

from PIL import Image

from photofind.media import colour, lean, webp_claim
from photofind.media.decoder import UnreadableFile
from photofind.media.memory_limit import is_more_than_allowed, too_much_memory
from photofind.media.metadata import Embedded, embedded_in, embedded_in_tiff
from photofind.media.scaling import Need, Size, reduced

_PLUGINS = {
    "JPEG": "JpegImagePlugin", "PNG": "PngImagePlugin", "GIF": "GifImagePlugin", "BMP": "BmpImagePlugin",
    "PPM": "PpmImagePlugin", "TIFF": "TiffImagePlugin", "WEBP": "WebPImagePlugin", "AVIF": "AvifImagePlugin",
    "JPEG2000": "Jpeg2KImagePlugin", "PSD": "PsdImagePlugin", "TGA": "TgaImagePlugin", "PCX": "PcxImagePlugin",
    "ICO": "IcoImagePlugin",
}  # fmt: skip
_SPOKEN = {
    "WEBP": "WebP",
    "JPEG2000": "JPEG 2000",
    "PPM": "PNM",
    "HEIF": "HEIC",
    "PSD": "Photoshop file",
    "ICO": "icon",
}
TRANSPOSE = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_MAX_JPEG2000_REDUCTIONS = 5
_BLOCK_BYTES = 16 << 20
"""What a decoder is given at once: with most files as a whole libjpeg never has to stop and take up a row again."""
_DAMAGE = (  # what Pillow and its plugins raise on bytes that make no sense
    OSError, SyntaxError, ValueError, IndexError, KeyError, TypeError, AttributeError, struct.error, EOFError,
    OverflowError, ZeroDivisionError, AssertionError, NotImplementedError, RecursionError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Picture:
    """Upright RGB pixels, at least as large as needed; ``full_size`` is the picture's own size, upright."""

    pixels: Image.Image
    full_size: Size
    format: str
    embedded: Embedded


def open_picture(
    stream: BinaryIO, format_name: str, need: Callable[[Size], Need], max_pixels: int, orientation: int | None = None
) -> Picture:
    """Decode a stream that `formats.kind_of` calls a picture of this format.

    ``need`` is asked with the upright full size. ``max_pixels`` bounds what is decoded, not what the file claims: a
    JPEG of any size may be decoded at an eighth of it. ``orientation`` overrides what the picture says.

    Raises:
        UnreadableFile: with a sentence that says why.
    """
    spoken = _SPOKEN.get(format_name, format_name)
    try:
        if format_name == "JPEG":
            stream = lean.with_few_segments(stream)
        try:
            return _open(stream, format_name, need, max_pixels, orientation)
        except _DAMAGE as error:
            mended = _mended(stream, format_name, error)
            if mended is None:
                raise
            return _open(mended, format_name, need, max_pixels, orientation)
    except UnreadableFile:
        raise
    except (MemoryError, Image.DecompressionBombError):
        raise UnreadableFile(too_much_memory()) from None
    except _DAMAGE as error:
        raise UnreadableFile(_sentence_of_damage(error, spoken)) from error


def _open(
    stream: BinaryIO, format_name: str, need: Callable[[Size], Need], max_pixels: int, orientation: int | None
) -> Picture:
    image = _lazily_opened(stream, format_name, max_pixels)
    claimed = image.size
    embedded = embedded_in_tiff(stream) if format_name == "TIFF" else None
    if embedded is None and format_name != "PNG":  # of a PNG, more may stand behind the pixels
        embedded = embedded_in(image.info, getattr(image, "resources", ()))
    if orientation is None and embedded:
        orientation = embedded.orientation()
    full = claimed[::-1] if (orientation or 1) >= 5 else claimed
    wanted = need(full)
    _reduce_while_decoding(image, wanted)
    check_size(image.size, max_pixels)
    image.load()
    if embedded is None:
        embedded = embedded_in(image.info)
        orientation = embedded.orientation() if orientation is None else orientation
        full = claimed[::-1] if orientation >= 5 else claimed
    if format_name == "TIFF":  # Pillow turns these itself
        full, orientation = image.size, 1
    elif format_name == "ICO":  # says only now which of its pictures it has chosen
        full = image.size
    elif format_name == "HEIF":
        full, orientation = image.size, 1  # libheif turns these
    profile = image.info.get("icc_profile")
    pixels = reduced(colour.to_plain(image), wanted)
    pixels = colour.to_srgb(pixels, profile if isinstance(profile, bytes) else b"")
    turn = TRANSPOSE.get(orientation or 1)
    return Picture(pixels.transpose(turn) if turn is not None else pixels, full, format_name, embedded)


def _lazily_opened(stream: BinaryIO, format_name: str, max_pixels: int) -> Image.Image:
    if format_name == "HEIF":
        import pi_heif

        pi_heif.register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    else:
        plugin: Any = importlib.import_module(f"PIL.{_PLUGINS[format_name]}")
        if format_name == "AVIF":
            plugin.DEFAULT_MAX_THREADS = 1  # the pool is what runs in parallel
        elif format_name == "PNG":
            plugin.MAX_TEXT_CHUNK = 16 << 20  # long XMP must not cost the picture
        elif format_name == "WEBP":
            _check_webp(stream, max_pixels)
    # Our own check comes before decoding; an icon alone hides the size of what is in it.
    Image.MAX_IMAGE_PIXELS = max_pixels // 2 if format_name == "ICO" else None
    factory, _ = Image.OPEN[format_name]  # Image.open would swallow why a header makes no sense
    stream.seek(0)
    image = factory(stream, "")
    image.decodermaxblock = _BLOCK_BYTES
    return image


def _mended(stream: BinaryIO, format_name: str, error: Exception) -> BinaryIO | None:
    """The file as it can be read after all, where what is wrong with it is not its pixels."""
    if isinstance(error, OSError) and "truncated" in str(error):
        return _with_end_marker(stream) if format_name == "JPEG" else None
    return None if isinstance(error, OSError) and error.errno else lean.without_metadata(stream, format_name)


def _with_end_marker(stream: BinaryIO) -> BinaryIO | None:
    """A JPEG that lacks nothing but its end marker, completed; None where pixels are missing too.

    Some cameras and programs leave the marker out. libjpeg fills what is missing before an early marker with mid-grey,
    so the last block tells; the scans of a progressive JPEG do not, and it stays cut off.
    """
    if not isinstance(stream, BytesIO):
        return None
    completed = BytesIO(stream.getvalue() + b"\xff\xd9")
    image = _lazily_opened(completed, "JPEG", 0)
    if image.info.get("progressive") or image.mode not in ("L", "RGB"):
        return None
    image.draft(None, (1, 1))  # one pixel for each block
    image.load()
    last = image.convert("RGB").getpixel((image.width - 1, image.height - 1))
    return None if last == (128, 128, 128) else completed


def _reduce_while_decoding(image: Image.Image, need: Need) -> None:
    """JPEG decodes at a half, quarter or eighth for much less work; JPEG 2000 leaves out resolution levels."""
    width, height = image.size
    if image.format in ("JPEG", "MPO"):
        for scale in (8, 4, 2):
            if need.allows((width // scale, height // scale)):
                image.draft(None, (width // scale, height // scale))
                return
    elif image.format == "JPEG2000":
        for level in range(_MAX_JPEG2000_REDUCTIONS, 0, -1):
            # OpenJPEG rounds up and Pillow to the nearest; where they differ the plugin cannot read the picture at all
            rounds_alike = all(-(-side >> level) == (side + (1 << level >> 1)) >> level for side in (width, height))
            if rounds_alike and need.allows((width >> level, height >> level)):
                image.reduce = level  # type: ignore[method-assign, assignment]  # a property in this plugin
                return


def _check_webp(stream: BinaryIO, max_pixels: int) -> None:
    size = webp_claim.claimed_size(stream)
    if size is not None and min(size) > 0:
        check_size(size, max_pixels)
        if is_more_than_allowed(size[0] * size[1] * webp_claim.BYTES_A_PIXEL):
            raise MemoryError


def check_size(size: Size, max_pixels: int) -> None:
    if min(size) < 1:
        raise UnreadableFile("The picture is empty: it has no pixels.")
    if size[0] * size[1] > max_pixels:
        megapixels, limit = size[0] * size[1] / 1e6, max_pixels / 1e6
        raise UnreadableFile(
            f"The picture has {megapixels:,.0f} megapixels; at most {limit:,.0f} can be read."
            " Save a smaller copy to have it found."
        )


def _sentence_of_damage(error: Exception, spoken: str) -> str:
    text = repr(error).lower()
    if isinstance(error, OSError) and error.errno:
        return f"The file could not be read ({error.strerror}); check the disk or the connection."
    if "out of memory" in text:  # OpenJPEG and the AV1 decoders say it in words
        return too_much_memory()
    if isinstance(error, EOFError) or any(word in text for word in ("truncated", "end of file", "not enough data")):
        return f"This {spoken} is cut off: its end is missing; copy it again or restore it from a backup."
    if isinstance(error, NotImplementedError) or any(word in text for word in ("unsupported", "unknown", "keyerror")):
        return f"This {spoken} is of a rare kind that cannot be read yet; save it as JPEG or PNG to have it found."
    return f"This {spoken} is damaged and cannot be read; restore it from a backup if there is one."

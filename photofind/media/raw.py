"""RAW files from the preview that the camera put into them; needs rawpy, the optional extra ``raw``."""

from collections.abc import Callable
from io import BytesIO
from typing import Any, BinaryIO

from PIL import Image

from photofind.media.colour import to_srgb
from photofind.media.decoder import UnreadableFile
from photofind.media.memory_limit import too_much_memory
from photofind.media.metadata import Embedded, embedded_in_tiff
from photofind.media.picture import TRANSPOSE, Picture, check_size, open_picture
from photofind.media.scaling import Need, Size, reduced

_LEAST_PREVIEW_PX = 160
_ORIENTATION_OF_FLIP = {0: 1, 3: 3, 5: 8, 6: 6}  # LibRaw's sizes.flip (libraw_types.h) as EXIF writes it


def open_raw(stream: BinaryIO, format_name: str, need: Callable[[Size], Need], max_pixels: int) -> Picture:
    """The embedded preview, upright; a RAW without one is developed at half its size.

    Raises:
        UnreadableFile: with a sentence that says why.
    """
    import rawpy

    damaged = UnreadableFile(
        f"This RAW photo ({format_name}) is damaged, or of a camera too new to be read; restore it from a backup,"
        " or save it as JPEG to have it found."
    )
    file_facts = embedded_in_tiff(stream)
    stream.seek(0)
    try:
        with rawpy.imread(stream) as raw:
            orientation = _ORIENTATION_OF_FLIP.get(raw.sizes.flip, 1)
            sensor_size = (raw.sizes.width, raw.sizes.height)
            full = sensor_size[::-1] if orientation >= 5 else sensor_size
            preview = _preview(raw)
            if preview is None:
                check_size(sensor_size, max_pixels)
                preview = Image.fromarray(raw.postprocess(half_size=True, use_camera_wb=True, user_flip=0))
    except (rawpy.LibRawError, OSError, ValueError, TypeError, AttributeError, IndexError, RuntimeError) as error:
        raise damaged from error
    except MemoryError:
        raise UnreadableFile(too_much_memory()) from None
    if isinstance(preview, bytes):
        picture = open_picture(BytesIO(preview), "JPEG", need, max_pixels, _turn_for(preview, sensor_size, orientation))
        blocks = Embedded(
            file_facts.exif or picture.embedded.exif, file_facts.xmp or picture.embedded.xmp, file_facts.iptc
        )
        return Picture(picture.pixels, full, format_name, blocks)
    turn = TRANSPOSE.get(orientation if _lies_alike(preview.size, sensor_size) else 1)
    pixels = to_srgb(reduced(preview, need(full)), b"")
    return Picture(pixels.transpose(turn) if turn is not None else pixels, full, format_name, file_facts)


def _preview(raw: Any) -> bytes | Image.Image | None:
    """The preview as JPEG bytes or pixels, None where there is none to speak of."""
    import rawpy

    try:
        thumbnail = raw.extract_thumb()
    except (rawpy.LibRawNoThumbnailError, rawpy.LibRawUnsupportedThumbnailError):
        return None
    if thumbnail.format == rawpy.ThumbFormat.BITMAP:
        bitmap = Image.fromarray(thumbnail.data)
        return bitmap if min(bitmap.size) >= _LEAST_PREVIEW_PX else None
    return bytes(thumbnail.data)


def _turn_for(preview: bytes, sensor_size: Size, orientation: int) -> int:
    """Previews lie as the sensor does, except where the camera has turned them already."""
    with Image.open(BytesIO(preview), formats=["JPEG"]) as image:
        return orientation if _lies_alike(image.size, sensor_size) else 1


def _lies_alike(first: Size, second: Size) -> bool:
    return (first[0] >= first[1]) == (second[0] >= second[1])

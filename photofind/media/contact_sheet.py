"""Several photos as one picture, in rows, in the order given."""

import math
import os
from collections.abc import Sequence
from contextlib import suppress
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageOps

from photofind.core.errors import PhotofindError

MOST_PHOTOS = 1000
FORMATS = {".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG", ".webp": "WEBP"}

_CELL_PX = 240
_GAP_PX = 8
_GROUND = (250, 250, 250)
_WIDEST_PX = 16_000  # WebP ends at 16,383


class SheetRefused(PhotofindError):
    """The picture cannot be written under this name."""


def check_target(target: Path) -> None:
    """Raises SheetRefused for a name that is taken, lies nowhere, or has no ending of a picture format."""
    if target.suffix.lower() not in FORMATS:
        raise SheetRefused(f"{target} needs a name that ends in .jpg, .png or .webp.")
    if os.path.lexists(target):
        raise SheetRefused(f"{target} is there already, and could be a photo: choose another name.")
    if not target.parent.is_dir():
        raise SheetRefused(f"There is no folder {target.parent}.")


def save_contact_sheet(thumbnails: Sequence[bytes], target: Path) -> None:
    """Write small JPEGs that this program made to a new picture file; whole photos, from left to right, then down.

    At most ``MOST_PHOTOS`` of them. Any thread; blocks. Raises SheetRefused; an existing file is never touched.
    """
    check_target(target)
    if not thumbnails:
        raise SheetRefused("There is no photo to put into a picture.")
    sheet = _composed(thumbnails[:MOST_PHOTOS])
    try:
        with target.open("xb") as file:
            try:
                sheet.save(file, FORMATS[target.suffix.lower()], quality=90)
            except BaseException:
                with suppress(OSError):
                    target.unlink()  # half a picture helps nobody
                raise
    except OSError as error:
        raise SheetRefused(f"{target} could not be written ({error.strerror or error}).") from error


def _composed(thumbnails: Sequence[bytes]) -> Image.Image:
    columns = max(1, math.ceil(math.sqrt(len(thumbnails) * 4 / 3)))  # about as wide as a screen
    rows = math.ceil(len(thumbnails) / columns)
    cell_px = min(_CELL_PX, (_WIDEST_PX - _GAP_PX) // max(columns, rows) - _GAP_PX)
    step_px = cell_px + _GAP_PX
    sheet = Image.new("RGB", (_GAP_PX + columns * step_px, _GAP_PX + rows * step_px), _GROUND)
    for place, jpeg in enumerate(thumbnails):
        row, column = divmod(place, columns)
        try:
            with Image.open(BytesIO(jpeg)) as picture:
                fitted = ImageOps.contain(picture.convert("RGB"), (cell_px, cell_px), Image.Resampling.LANCZOS)
        except OSError:  # a damaged thumbnail: its place stays empty
            continue
        left = _GAP_PX + column * step_px + (cell_px - fitted.width) // 2
        top = _GAP_PX + row * step_px + (cell_px - fitted.height) // 2
        sheet.paste(fitted, (left, top))
    return sheet

"""What each of the modules that make hostile files hands over: a name, what is in the file, and what may come of it."""

import os
import warnings
from dataclasses import dataclass
from enum import Enum
from io import BytesIO
from pathlib import Path

from PIL import Image

_MADE_S = 1_700_000_000


class Outcome(Enum):
    """What photofind has to make of a file."""

    READS = "reads"  # an ordinary photo: what is broken is not the picture
    REFUSED = "refused"  # in the problem list, with a sentence
    EITHER = "either"  # one of the two: libraries of other versions may differ
    PASSED_OVER = "passed over"  # neither: nothing about it says picture


@dataclass(frozen=True, slots=True)
class Sample:
    """One hostile file. ``name`` is relative, with surrogates for bytes that are not UTF-8."""

    name: str
    data: bytes
    outcome: Outcome

    def write_below(self, folder: Path) -> Path:
        """Not as if it were just being written: a new empty file may be one that is about to be filled."""
        path = folder / self.name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.data)
        os.utime(path, (_MADE_S, _MADE_S))
        return path


def picture(size: tuple[int, int] = (96, 64)) -> Image.Image:
    """Small, and with something in it in each corner; the same each time."""
    width, height = size
    image = Image.radial_gradient("L").resize(size).convert("RGB")
    image.paste((200, 40, 30), (0, 0, width // 2, height // 3))
    return image


def encoded(format_name: str, image: Image.Image | None = None, **options: object) -> bytes:
    """A sound picture in any format that Pillow writes."""
    buffer = BytesIO()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that what is written makes no sense is meant
        (image or picture()).save(buffer, format_name, **options)
    return buffer.getvalue()

"""What an encoder wants to see, and where in a picture that lies: the one fact about encoders that decoders need."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class InputSpec:
    """Size and resize rule of an encoder's input picture (open_clip's ``preprocess_cfg``).

    ``shortest``: scale until the shorter side is ``size_px``, then crop the centre.
    ``squash``: scale both sides to ``size_px``, ignoring the aspect ratio.
    ``longest``: scale until the longer side is ``size_px``, then pad with ``fill``.
    The result is always uint8 [size_px, size_px, 3], RGB, upright; the encoder normalises.
    """

    size_px: int
    resize: Literal["shortest", "squash", "longest"] = "shortest"
    interpolation: Literal["bicubic", "bilinear"] = "bicubic"
    fill: int = 0


@dataclass(frozen=True, slots=True)
class Region:
    """A rectangle in a picture as shares of its upright width and height: 0, 0 is the top left corner, 1, 1 the other."""

    left: float
    top: float
    width: float
    height: float


def seen_by(spec: InputSpec, width: int, height: int) -> Region:
    """The part of a picture of this size, upright, that fills the encoder's input; padding lies outside the picture.

    As torchvision's Resize and CenterCrop round: the longer side is cut to whole pixels, then the middle is taken.
    """
    size = spec.size_px
    if spec.resize == "squash":
        return Region(0.0, 0.0, 1.0, 1.0)
    if spec.resize == "longest":
        ratio = max(width, height) / size
        inner_width, inner_height = (min(size, max(1, round(side / ratio))) for side in (width, height))
        left, top = -((size - inner_width) // 2), -((size - inner_height) // 2)
        return Region(left / inner_width, top / inner_height, size / inner_width, size / inner_height)
    scaled_width = size if width <= height else int(size * width / height)
    scaled_height = size if height <= width else int(size * height / width)
    left, top = round((scaled_width - size) / 2), round((scaled_height - size) / 2)
    return Region(left / scaled_width, top / scaled_height, size / scaled_width, size / scaled_height)

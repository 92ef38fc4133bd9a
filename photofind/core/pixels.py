"""What an encoder wants to see: the one fact about encoders that decoders need."""

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

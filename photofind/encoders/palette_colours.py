"""Colours as palette sees them: how much of each named colour a pixel is.

Distances are taken in OKLab (Björn Ottosson, 2020, https://bottosson.github.io/posts/oklab/), where equal distances
look about equally different.
"""

from functools import cache

import numpy as np
from numpy.typing import NDArray

# Colours that people have words for, in sRGB. Several shades of one hue are one word's colours (palette_words).
COLOURS: dict[str, tuple[int, int, int]] = {
    "black": (8, 8, 8),
    "dark grey": (68, 68, 68),
    "grey": (128, 128, 128),
    "light grey": (192, 192, 192),
    "white": (250, 250, 250),
    "dark red": (110, 12, 20),
    "red": (208, 24, 32),
    "pink": (245, 160, 185),
    "magenta": (215, 40, 145),
    "dark brown": (64, 42, 28),
    "brown": (125, 80, 45),
    "beige": (220, 200, 165),
    "orange": (240, 130, 25),
    "dark yellow": (175, 145, 30),
    "yellow": (248, 220, 45),
    "light green": (160, 210, 130),
    "green": (60, 160, 60),
    "dark green": (28, 72, 36),
    "olive": (105, 110, 45),
    "turquoise": (50, 185, 180),
    "light blue": (150, 195, 235),
    "blue": (35, 95, 205),
    "dark blue": (22, 32, 90),
    "purple": (110, 45, 150),
    "lilac": (185, 150, 215),
}
NAMES = tuple(COLOURS)

_BITS = 5  # colours are looked up by their upper five bits: 32 768 colours, an error that no eye sees here
_SOFTNESS = 0.055  # OKLab units; neighbouring colours above share a pixel between them
_CHROMA_WEIGHT = 1.6  # hue and chroma tell colours apart more than lightness does


def oklab(rgb: NDArray[np.float64]) -> NDArray[np.float64]:
    """sRGB [..., 3] from 0 to 1 → OKLab [..., 3]."""
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    cones = linear @ np.array(
        [
            [0.4122214708, 0.2119034982, 0.0883024619],
            [0.5363325363, 0.6806995451, 0.2817188376],
            [0.0514459929, 0.1073969566, 0.6299787005],
        ]
    )
    result: NDArray[np.float64] = np.cbrt(cones) @ np.array(
        [
            [0.2104542553, 1.9779984951, 0.0259040371],
            [0.7936177850, -2.4285922050, 0.7827717662],
            [-0.0040720468, 0.4505937099, -0.8086757660],
        ]
    )
    return result


@cache
def shares() -> NDArray[np.float32]:
    """[32768, colours]: how much of each colour is in a pixel; a row adds up to 1. Indexed by ``colour_index``."""
    scale = np.array([1.0, _CHROMA_WEIGHT, _CHROMA_WEIGHT])
    colours = oklab(np.array(list(COLOURS.values())) / 255.0) * scale
    distances = np.linalg.norm((_every_colour() * scale)[:, None, :] - colours[None], axis=2)
    nearness = -0.5 * (distances / _SOFTNESS) ** 2
    nearness -= nearness.max(axis=1, keepdims=True)
    weights = np.exp(nearness)
    result: NDArray[np.float32] = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return result


@cache
def tones() -> NDArray[np.float32]:
    """[32768, 3]: lightness, chroma and warmth (from blue, negative, to orange) of a pixel."""
    lab = _every_colour()
    chroma = np.hypot(lab[:, 1], lab[:, 2])
    warmth = lab[:, 1] * 0.5 + lab[:, 2]
    return np.stack([lab[:, 0], chroma, warmth], axis=1).astype(np.float32)


def colour_index(pictures: NDArray[np.uint8]) -> NDArray[np.int64]:
    """uint8 [..., 3] → rows of ``shares`` and ``tones``."""
    upper = (pictures >> (8 - _BITS)).astype(np.int64)
    return (upper[..., 0] << (2 * _BITS)) | (upper[..., 1] << _BITS) | upper[..., 2]


def _every_colour() -> NDArray[np.float64]:
    levels = (np.arange(1 << _BITS) + 0.5) / (1 << _BITS)
    # The outermost levels stand for pure black and white, not for the middle of their step.
    levels[0], levels[-1] = 0.0, 1.0
    return oklab(np.stack(np.meshgrid(levels, levels, levels, indexing="ij"), axis=-1).reshape(-1, 3))

"""The built-in encoder: colours and layout, numpy only. It knows nothing of what a picture shows, and says so.

A picture's vector holds, each centred and scaled by what is usual in photos (``palette_usual``):
how much of each colour there is, how much of it in each of 3 × 3 fields, a few tones (brightness, contrast, chroma,
greyness, warmth), and which fields hold more detail than the others. So pictures that look alike have a high cosine, and
a colour's word is simply the direction in which there is more of that colour than usual.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from photofind.core.pixels import InputSpec
from photofind.encoders.palette_colours import COLOURS, NAMES, colour_index, shares, tones
from photofind.encoders.palette_text import Wish, wishes_in
from photofind.encoders.palette_usual import COLOUR_MEAN, COLOUR_SPREAD, TONE_MEAN, TONE_SPREAD
from photofind.encoders.palette_words import TONES
from photofind.encoders.protocol import PALETTE_ID, EncoderInfo, TextVectors, Vectors

_SIZE_PX = 63  # 3 fields of 21 pixels each way
_GRID = 3
_FIELDS = _GRID * _GRID
_COLOURS = len(COLOURS)
_TONES = len(TONES)

# How much each kind of feature counts in a comparison of two pictures.
_COLOUR_SHARE, _FIELD_SHARE, _TONE_SHARE, _DETAIL_SHARE = 1.0, 0.8, 0.5, 0.15
_COLOUR_WEIGHT = np.sqrt(_COLOUR_SHARE / _COLOURS)
_FIELD_WEIGHT = np.sqrt(_FIELD_SHARE / (_COLOURS * _FIELDS))
_TONE_WEIGHT = np.sqrt(_TONE_SHARE / _TONES)
_DETAIL_WEIGHT = np.sqrt(_DETAIL_SHARE / _FIELDS)

_COLOUR_PART = slice(0, _COLOURS)
_FIELD_PART = slice(_COLOURS, _COLOURS * (1 + _FIELDS))
_TONE_PART = slice(_FIELD_PART.stop, _FIELD_PART.stop + _TONES)
_DETAIL_PART = slice(_TONE_PART.stop, _TONE_PART.stop + _FIELDS)

# Raise when the meaning of a vector changes: libraries then encode again.
_VERSION = 1

INFO = EncoderInfo(
    id=PALETTE_ID,
    key=f"palette_{_VERSION}",
    name="Palette",
    dimension=_DETAIL_PART.stop,
    input_spec=InputSpec(size_px=_SIZE_PX, resize="squash", interpolation="bilinear"),
)


class Palette:
    """Satisfies ``Encoder``; holds no state. Any thread."""

    info = INFO

    def encode_images(self, pictures: NDArray[np.uint8]) -> Vectors:
        """uint8 [n, 63, 63, 3] → float32 [n, dimension], unit length."""
        if pictures.ndim != 4 or pictures.shape[1:] != (_SIZE_PX, _SIZE_PX, 3):
            raise ValueError(f"expected [n, {_SIZE_PX}, {_SIZE_PX}, 3], got {pictures.shape}")
        vectors = np.empty((len(pictures), INFO.dimension), dtype=np.float32)
        for row, picture in enumerate(pictures):  # one at a time: the pixels' shares of a batch would fill the cache
            vectors[row] = _unit(_features(picture))
        return vectors

    def encode_texts(self, texts: Sequence[str]) -> TextVectors:
        """A direction for each text with a word for a colour, a tone or a place; None for all others."""
        return [_direction(wishes_in(text)) for text in texts]


def raw_colours(picture: NDArray[np.uint8]) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Before centring: square roots of the colours' shares of [picture], of [3 × 3 fields], and the tones.

    Square roots (Hellinger's distance), so that a little of a colour counts for more than nothing of it.
    """
    index = colour_index(picture)
    fields = _in_fields(shares()[index]).mean(axis=1)
    lightness, chroma, warmth = np.moveaxis(tones()[index].astype(np.float64), -1, 0)
    found = np.array(
        [lightness.mean(), lightness.std(), chroma.mean(), float((chroma < 0.025).mean()) ** 4, warmth.mean()]
    )
    return np.sqrt(fields.mean(axis=0)), np.sqrt(fields), found


def _features(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    colours, fields, found_tones = raw_colours(picture)
    features = np.empty(INFO.dimension)
    features[_COLOUR_PART] = (colours - COLOUR_MEAN) / COLOUR_SPREAD * _COLOUR_WEIGHT
    features[_FIELD_PART] = ((fields - COLOUR_MEAN) / COLOUR_SPREAD * _FIELD_WEIGHT).ravel()
    features[_TONE_PART] = (found_tones - TONE_MEAN) / TONE_SPREAD * _TONE_WEIGHT
    features[_DETAIL_PART] = _detail(picture) * _DETAIL_WEIGHT
    return features


def _detail(picture: NDArray[np.uint8]) -> NDArray[np.float64]:
    """[9]: how much more or less each field changes from pixel to pixel than the picture does, within -1 … 2."""
    grey = picture.astype(np.float64).mean(axis=2)
    change = np.zeros_like(grey)
    change[:, 1:] += np.abs(np.diff(grey, axis=1))
    change[1:, :] += np.abs(np.diff(grey, axis=0))
    fields = _in_fields(change[..., None]).mean(axis=(1, 2))
    relative: NDArray[np.float64] = fields / (fields.mean() + 1.0) - fields.mean() / (fields.mean() + 1.0)
    return np.clip(relative, -1.0, 2.0)


def _in_fields(pixels: NDArray[np.floating]) -> NDArray[np.float64]:
    """[63, 63, k] → [9, 441, k], fields row by row."""
    side = _SIZE_PX // _GRID
    blocks = pixels.reshape(_GRID, side, _GRID, side, -1).swapaxes(1, 2)
    return blocks.reshape(_FIELDS, side * side, -1).astype(np.float64)


def _direction(wishes: Sequence[Wish]) -> NDArray[np.float32] | None:
    """Each wish counts the same, however many numbers it speaks of."""
    if not wishes:
        return None
    total = np.zeros(INFO.dimension)
    for wish in wishes:
        part = np.zeros(INFO.dimension)
        colours = np.array([wish.colours.get(name, 0.0) for name in NAMES])
        tones_wanted = np.array([wish.tones.get(name, 0.0) for name in TONES])
        if wish.fields and wish.colours:
            places = np.full(_FIELDS, -0.25)  # there rather than elsewhere
            places[list(wish.fields)] = 1.0
            part[_FIELD_PART] = np.outer(places, colours).ravel()
        elif wish.fields:
            places = np.zeros(_FIELDS)
            places[list(wish.fields)] = 1.0
            part[_DETAIL_PART] = places - places.mean()
        else:
            part[_COLOUR_PART] = colours
        part[_TONE_PART] = tones_wanted
        total += part / np.linalg.norm(part)
    if np.linalg.norm(total) < 1e-6:  # "bright and dark" asks for nothing
        return None
    return _unit(total)


def _unit(vector: NDArray[np.float64]) -> NDArray[np.float32]:
    length = float(np.linalg.norm(vector))
    if length < 1e-9:  # no photo is exactly the usual one; if one were, any direction would do
        vector, length = np.ones_like(vector), float(np.sqrt(len(vector)))
    return (vector / length).astype(np.float32)

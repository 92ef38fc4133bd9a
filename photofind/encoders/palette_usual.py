"""What is usual in photos, so that palette can see what is special about one.

Means and standard deviations of ``palette.raw_colours`` over 250 photos of many makes of camera and many subjects, each
squashed to 63 × 63 pixels. Changing a number changes the meaning of every palette vector: raise palette's version then.
"""

import numpy as np

from photofind.encoders.palette_colours import NAMES

_COLOURS = {
    "black": (0.196, 0.166),
    "dark grey": (0.321, 0.132),
    "grey": (0.422, 0.183),
    "light grey": (0.266, 0.135),
    "white": (0.168, 0.184),
    "dark red": (0.066, 0.087),
    "red": (0.039, 0.093),
    "pink": (0.049, 0.044),
    "magenta": (0.007, 0.056),
    "dark brown": (0.269, 0.129),
    "brown": (0.236, 0.122),
    "beige": (0.194, 0.109),
    "orange": (0.052, 0.082),
    "dark yellow": (0.131, 0.118),
    "yellow": (0.024, 0.064),
    "light green": (0.059, 0.080),
    "green": (0.040, 0.095),
    "dark green": (0.153, 0.120),
    "olive": (0.213, 0.133),
    "turquoise": (0.050, 0.046),
    "light blue": (0.112, 0.106),
    "blue": (0.025, 0.070),
    "dark blue": (0.050, 0.053),
    "purple": (0.008, 0.020),
    "lilac": (0.061, 0.048),
}
# Rare colours vary little; without a floor a speck of purple would outweigh everything else in a picture.
_LEAST_SPREAD = 0.1

COLOUR_MEAN = np.array([_COLOURS[name][0] for name in NAMES])
COLOUR_SPREAD = np.maximum([_COLOURS[name][1] for name in NAMES], _LEAST_SPREAD)

# bright, contrast, colourful, grey, warm
TONE_MEAN = np.array([0.5562, 0.1748, 0.0423, 0.1509, 0.0198])
TONE_SPREAD = np.array([0.1162, 0.0510, 0.0263, 0.2552, 0.0310])

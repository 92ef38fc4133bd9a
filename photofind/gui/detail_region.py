"""A rectangle that is drawn over a picture, in shares of the picture's sides: plain numbers, no Qt."""

from photofind.core.pixels import Region

MIDDLE = Region(0.25, 0.25, 0.5, 0.5)
LEAST = 0.02  # of a side


def between(x: float, y: float, other_x: float, other_y: float) -> Region:
    """From one corner to the opposite one, whichever they are; what lies outside of the picture is left out."""
    left, right = sorted((_inside(x), _inside(other_x)))
    top, bottom = sorted((_inside(y), _inside(other_y)))
    return Region(left, top, right - left, bottom - top)


def moved(region: Region, across: float, down: float) -> Region:
    """As far as it stays in the picture."""
    left = min(max(region.left + across, 0.0), 1 - region.width)
    top = min(max(region.top + down, 0.0), 1 - region.height)
    return Region(left, top, region.width, region.height)


def grown(region: Region, across: float, down: float) -> Region:
    """Wider and higher to the right and downwards, or narrower and lower, but never nothing."""
    width = min(max(region.width + across, LEAST), 1 - region.left)
    height = min(max(region.height + down, LEAST), 1 - region.top)
    return Region(region.left, region.top, width, height)


def _inside(share: float) -> float:
    return min(max(share, 0.0), 1.0)

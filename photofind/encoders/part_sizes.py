"""How many pictures a tower takes at once: what costs least, found while working."""

from collections.abc import Sequence

_TRIALS = 2  # of each size; the first one of a size also prepares kernels


class PartSizes:
    """Each size is tried a few times by turns, then the cheapest stays.

    Costs are processor seconds of this process and the least of each size counts, so other programs, which stretch the
    time by the clock, do not lead to small parts. A tower of transformer blocks likes 16 (weights are read once for all
    of them), a small one of convolutions 4 (its layers stay in the cache).
    """

    def __init__(self, sizes: Sequence[int]) -> None:
        self._costs: dict[int, list[float]] = {size: [] for size in sizes}

    def next_size(self) -> int:
        """The size to use now; where fewer pictures are there, all of them."""
        tried_least = min(self._costs, key=lambda size: len(self._costs[size]))
        if len(self._costs[tried_least]) < _TRIALS:
            return tried_least
        return min(self._costs, key=lambda size: min(self._costs[size]))

    def note(self, count: int, cost_s: float) -> None:
        """``count`` pictures were encoded as one part. Parts of other sizes say nothing."""
        if count in self._costs and len(self._costs[count]) < _TRIALS:
            self._costs[count].append(cost_s / count)

"""How hard the background work may drive the machine now, and why."""

from enum import Enum


class Pace(Enum):
    """What was decided; each gentle pace names its reason, since the user is told."""

    FULL = "full"
    GENTLE_AS_CHOSEN = "gentle as chosen"
    GENTLE_BESIDE_USER = "gentle beside the user"  # somebody works at this machine, elsewhere than in the window
    GENTLE_ON_BATTERY = "gentle on battery"
    PAUSED_ON_BATTERY = "paused on battery"

    @property
    def is_gentle(self) -> bool:
        return self in (Pace.GENTLE_AS_CHOSEN, Pace.GENTLE_BESIDE_USER, Pace.GENTLE_ON_BATTERY)

"""Numbers as people type them, and as they are printed."""

import math
import re
from decimal import Decimal

_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+")


def read_number(text: str) -> float | None:
    """``4``, ``2.5``, ``2,5``, ``1,600``; None for what is no finite number."""
    plain = text.replace(",", "") if _THOUSANDS.fullmatch(text) else text.replace(",", ".")
    try:
        number = float(plain)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def number_text(number: float) -> str:
    """All digits of ``number``, without an exponent: ``4``, ``0.8``. Reads back as the same number."""
    return format(Decimal(repr(float(number))), "f").removesuffix(".0")

"""What a check of the library found out, in words."""

from dataclasses import dataclass
from enum import Enum


class Severity(Enum):
    """FINE: as it should be. NOTE: good to know, harms nothing. BROKEN: something is wrong."""

    FINE = "fine"
    NOTE = "note"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True)
class Finding:
    """One finding: what is so, what it means for the photos, and what mends it; the latter two "" where all is well.

    ``check`` names the part that was looked at, ``code`` the kind of finding, the same in all languages and versions.
    ``mended`` is what was done about it, "" when nothing was.
    """

    check: str
    code: str
    severity: Severity
    sentence: str
    meaning: str = ""
    remedy: str = ""
    mended: str = ""

    @property
    def is_trouble(self) -> bool:
        """Whether something is wrong and still is."""
        return self.severity is Severity.BROKEN and not self.mended

    @property
    def is_mendable(self) -> bool:
        """Whether ``photofind doctor --repair`` can do something about it."""
        return self.remedy == REPAIR


REPAIR = "photofind doctor --repair mends it."


def findings_as_json(findings: list[Finding]) -> list[dict[str, str]]:
    """For the command line and the wire between programs."""
    return [
        {
            "check": one.check,
            "code": one.code,
            "severity": one.severity.value,
            "sentence": one.sentence,
            "meaning": one.meaning,
            "remedy": one.remedy,
            "mended": one.mended,
        }
        for one in findings
    ]


def findings_from_json(values: list[dict[str, str]]) -> list[Finding]:
    """Raises KeyError, ValueError for anything else than ``findings_as_json`` gives."""
    return [Finding(**{**value, "severity": Severity(value["severity"])}) for value in values]  # type: ignore[arg-type]

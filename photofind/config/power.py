"""Whether this machine runs on its battery. Proven on Linux; the Windows and macOS lines have not been tried."""

import subprocess
import sys
from pathlib import Path

_SUPPLIES = Path("/sys/class/power_supply")
_PMSET = ("/usr/bin/pmset", "-g", "batt")
_PMSET_TIMEOUT_S = 5.0
_WINDOWS_ON_BATTERY = 0  # ACLineStatus of SYSTEM_POWER_STATUS: 0 offline, 1 online, 255 unknown


def is_on_battery() -> bool:
    """False also where nobody can tell. Blocks for milliseconds (macOS: one short process). Any thread."""
    if sys.platform == "win32":
        return _windows()
    if sys.platform == "darwin":
        return _macos()
    return linux(_SUPPLIES)


def linux(supplies: Path) -> bool:
    """A battery of the machine gives power and no mains supply is on (Documentation/ABI/testing/sysfs-class-power).

    Batteries of mice and headsets have the scope "Device" and do not count. A battery that drains beside a charger that
    is too weak counts as mains: the user has plugged it in.
    """
    drains = False
    try:
        found = sorted(supplies.iterdir())
    except OSError:
        return False
    for supply in found:
        kind = _read(supply / "type")
        if kind in ("Battery", "UPS"):
            drains = drains or (_read(supply / "scope") != "Device" and _read(supply / "status") == "Discharging")
        elif kind and _read(supply / "online") not in ("", "0"):  # Mains, USB, Wireless; 2 is a programmable supply
            return False
    return drains


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii", errors="replace").strip()
    except OSError:  # not every supply has every file, and some drivers fail with ENODEV while they settle
        return ""


def _windows() -> bool:
    """GetSystemPowerStatus (winbase.h)."""
    import ctypes

    class SystemPowerStatus(ctypes.Structure):
        _fields_ = [
            ("ac_line_status", ctypes.c_ubyte),
            ("battery_flag", ctypes.c_ubyte),
            ("battery_life_percent", ctypes.c_ubyte),
            ("system_status_flag", ctypes.c_ubyte),
            ("battery_life_time", ctypes.c_uint32),
            ("battery_full_life_time", ctypes.c_uint32),
        ]

    status = SystemPowerStatus()
    known = ctypes.windll.kernel32.GetSystemPowerStatus(ctypes.byref(status))  # type: ignore[attr-defined]
    return bool(known) and status.ac_line_status == _WINDOWS_ON_BATTERY


def _macos() -> bool:
    """``pmset -g batt`` begins with: Now drawing from 'Battery Power'."""
    try:
        told = subprocess.run(_PMSET, capture_output=True, text=True, check=False, timeout=_PMSET_TIMEOUT_S).stdout
    except (OSError, subprocess.TimeoutExpired):
        return False
    return "'Battery Power'" in told.partition("\n")[0]

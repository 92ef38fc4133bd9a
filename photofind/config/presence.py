"""How long ago the user last touched keyboard or mouse, in whatever program.

Proven on X11. Mutter's and logind's answers, Windows and macOS have not been tried with their real counterparts.
"""

import ctypes
import ctypes.util
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence

_ASK_PROGRAMS_EVERY_S = 30.0
_PROGRAM_TIMEOUT_S = 5.0
# Milliseconds since the last input of the session, under Wayland too: "(uint64 12345,)".
_MUTTER = (
    *("gdbus", "call", "--session", "--timeout", "3", "--dest", "org.gnome.Mutter.IdleMonitor"),
    *("--object-path", "/org/gnome/Mutter/IdleMonitor/Core"),
    *("--method", "org.gnome.Mutter.IdleMonitor.GetIdletime"),
)
_IOREG = ("/usr/sbin/ioreg", "-c", "IOHIDSystem", "-d", "4")

Run = Callable[[Sequence[str]], str]


def run_program(command: Sequence[str]) -> str:
    """What a program prints; "" when it is missing, fails or hangs."""
    try:
        ran = subprocess.run(command, capture_output=True, text=True, check=True, timeout=_PROGRAM_TIMEOUT_S)
    except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
        return ""
    return ran.stdout


class Presence:
    """One thread at a time. ``run``, ``environment`` and ``clock`` stand for the outer world in tests."""

    def __init__(
        self,
        *,
        run: Run = run_program,
        environment: Mapping[str, str] = os.environ,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._run = run
        self._environment = environment
        self._clock = clock
        self._asked_s = float("-inf")
        self._told_s: float | None = None

    def idle_s(self) -> float | None:
        """Seconds since the last touch; None where nobody can tell; infinite while the session is locked.

        X11 and Windows are asked each time, which costs microseconds. Elsewhere a program has to be started, at most
        twice a minute: the answer in between is the one of that time.
        """
        if sys.platform == "win32":
            return _windows()
        if sys.platform != "darwin" and not self._is_wayland:
            idle_s = _x11(self._environment.get("DISPLAY", ""))
            if idle_s is not None:
                return idle_s
        if self._clock() - self._asked_s >= _ASK_PROGRAMS_EVERY_S:
            self._asked_s = self._clock()
            self._told_s = self._macos() if sys.platform == "darwin" else self._session()
        return self._told_s

    @property
    def _is_wayland(self) -> bool:
        """Then the X server, if there is one, knows only what is typed into the few programs that still use it."""
        return bool(self._environment.get("WAYLAND_DISPLAY")) or self._environment.get("XDG_SESSION_TYPE") == "wayland"

    def _session(self) -> float | None:
        told = re.search(r"uint64 (\d+)", self._run(_MUTTER))
        if told is not None:
            return int(told[1]) / 1000
        return self._logind()

    def _logind(self) -> float | None:
        """Desktops that tell nothing else tell when the screen is locked, and some when they hold the session for idle.

        "IdleHint=no" says nothing: some never set it (sd-login, org.freedesktop.login1).
        """
        session = self._environment.get("XDG_SESSION_ID", "")
        if not session:
            return None
        told = self._run(
            ("loginctl", "show-session", session, "-p", "LockedHint", "-p", "IdleHint", "-p", "IdleSinceHintMonotonic")
        )
        facts = dict(line.partition("=")[::2] for line in told.splitlines())
        if facts.get("LockedHint") == "yes":
            return float("inf")
        since_us = facts.get("IdleSinceHintMonotonic", "")
        if facts.get("IdleHint") == "yes" and since_us.isdecimal():
            return max(0.0, self._clock() - int(since_us) / 1e6)
        return None

    def _macos(self) -> float | None:
        """HIDIdleTime of the IOHIDSystem, in nanoseconds."""
        told = re.search(r'"HIDIdleTime"\s*=\s*(\d+)', self._run(_IOREG))
        return int(told[1]) / 1e9 if told is not None else None


class _XScreenSaverInfo(ctypes.Structure):
    """X11/extensions/scrnsaver.h."""

    _fields_ = (
        ("window", ctypes.c_ulong),
        ("state", ctypes.c_int),
        ("kind", ctypes.c_int),
        ("til_or_since", ctypes.c_ulong),
        ("idle", ctypes.c_ulong),
        ("event_mask", ctypes.c_ulong),
    )


def _x11(display: str) -> float | None:
    """XScreenSaverQueryInfo(3), on a connection of its own that is closed again: none is open when the server ends,
    at which Xlib would end the whole process.
    """
    if not display:
        return None
    try:
        xlib, extension = ctypes.CDLL("libX11.so.6"), ctypes.CDLL("libXss.so.1")
    except OSError:
        return None
    xlib.XOpenDisplay.restype = ctypes.c_void_p
    xlib.XDefaultRootWindow.restype = ctypes.c_ulong
    connection = ctypes.c_void_p(xlib.XOpenDisplay(os.fsencode(display)))
    if not connection:
        return None
    try:
        event, error = ctypes.c_int(), ctypes.c_int()
        if not extension.XScreenSaverQueryExtension(connection, ctypes.byref(event), ctypes.byref(error)):
            return None
        info = _XScreenSaverInfo()
        root = ctypes.c_ulong(xlib.XDefaultRootWindow(connection))
        known = extension.XScreenSaverQueryInfo(connection, root, ctypes.byref(info))
        return info.idle / 1000 if known else None
    finally:
        xlib.XCloseDisplay(connection)


def _windows() -> float | None:
    """GetLastInputInfo (winuser.h); both clocks count milliseconds in 32 bits and wrap after 49 days."""

    class LastInputInfo(ctypes.Structure):
        _fields_ = (("size", ctypes.c_uint32), ("time_ms", ctypes.c_uint32))

    windll = ctypes.windll  # type: ignore[attr-defined]
    info = LastInputInfo(ctypes.sizeof(LastInputInfo), 0)
    if not windll.user32.GetLastInputInfo(ctypes.byref(info)):
        return None
    now_ms = int(windll.kernel32.GetTickCount())
    return ((now_ms - int(info.time_ms)) & 0xFFFFFFFF) / 1000

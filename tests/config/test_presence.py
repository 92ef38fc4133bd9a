"""How long ago the user touched the machine, as the desktop tells it."""

import subprocess
import sys
from collections.abc import Sequence

import pytest

from photofind.config.presence import Presence

pytestmark = pytest.mark.skipif(sys.platform in ("win32", "darwin"), reason="X11, Wayland and logind")

WAYLAND = {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0", "XDG_SESSION_ID": "4"}


class Desktop:
    """What its programs print; none of them is started."""

    def __init__(self, gdbus: str = "", loginctl: str = "") -> None:
        self.answers = {"gdbus": gdbus, "loginctl": loginctl}
        self.asked: list[str] = []
        self.now_s = 5_000.0
        self.presence = Presence(run=self.run, environment=WAYLAND, clock=lambda: self.now_s)

    def run(self, command: Sequence[str]) -> str:
        self.asked.append(command[0])
        return self.answers[command[0]]


def test_gnome_is_asked_twice_a_minute_at_most() -> None:
    desktop = Desktop(gdbus="(uint64 125000,)\n")
    assert [desktop.presence.idle_s() for _ in range(3)] == [125.0] * 3
    assert desktop.asked == ["gdbus"]
    desktop.now_s += 31
    desktop.answers["gdbus"] = "(uint64 40,)\n"
    assert desktop.presence.idle_s() == 0.04


@pytest.mark.parametrize(
    ("told", "idle_s"),
    [
        ("LockedHint=yes\nIdleHint=no\nIdleSinceHintMonotonic=0\n", float("inf")),
        ("LockedHint=no\nIdleHint=yes\nIdleSinceHintMonotonic=4800000000\n", 200.0),
        ("LockedHint=no\nIdleHint=no\nIdleSinceHintMonotonic=0\n", None),
        ("", None),
    ],
)
def test_other_desktops_tell_at_least_when_the_session_is_locked_or_idle(told: str, idle_s: float | None) -> None:
    assert Desktop(loginctl=told).presence.idle_s() == idle_s


def test_without_any_session_nobody_can_tell() -> None:
    assert Presence(run=lambda _: "", environment={}).idle_s() is None


@pytest.mark.display
def test_the_x_server_tells_and_starts_anew_at_a_touch(x_display: str) -> None:
    presence = Presence(environment={"DISPLAY": x_display})
    began_s = presence.idle_s()
    assert began_s is not None
    while (idle_s := presence.idle_s()) is not None and idle_s <= began_s:
        pass
    before_s = presence.idle_s()
    assert before_s is not None and before_s > began_s
    subprocess.run(["xdotool", "key", "Shift_L"], env={"DISPLAY": x_display, "PATH": "/usr/bin"}, check=True)
    after_s = presence.idle_s()
    assert after_s is not None and after_s < before_s + 1

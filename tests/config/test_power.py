"""Mains or battery, from what the kernel shows of the power supplies."""

from pathlib import Path

import pytest

from photofind.config.power import linux


@pytest.mark.parametrize(
    ("supplies", "on_battery"),
    [
        ({}, False),
        ({"AC": {"type": "Mains", "online": "1"}, "BAT0": {"type": "Battery", "status": "Charging"}}, False),
        ({"AC": {"type": "Mains", "online": "0"}, "BAT0": {"type": "Battery", "status": "Discharging"}}, True),
        ({"AC": {"type": "Mains", "online": "1"}, "BAT0": {"type": "Battery", "status": "Discharging"}}, False),
        ({"AC": {"type": "Mains", "online": "0"}, "BAT0": {"type": "Battery", "status": "Full"}}, False),
        (
            {
                "AC": {"type": "Mains", "online": "0"},
                "BAT0": {"type": "Battery", "status": "Unknown"},
                "BAT1": {"type": "Battery", "status": "Discharging"},
                "ucsi0": {"type": "USB", "online": "0"},
            },
            True,
        ),
        (
            {
                "ucsi0": {"type": "USB", "online": "1"},
                "BAT0": {"type": "Battery", "status": "Discharging", "scope": "System"},
            },
            False,
        ),
        ({"mouse": {"type": "Battery", "status": "Discharging", "scope": "Device"}}, False),
        ({"odd": {}}, False),
    ],
)
def test_the_machine_is_on_battery_when_its_own_battery_drains_and_nothing_is_plugged_in(
    tmp_path: Path, supplies: dict[str, dict[str, str]], on_battery: bool
) -> None:
    for name, files in supplies.items():
        (tmp_path / name).mkdir()
        for file, content in files.items():
            (tmp_path / name / file).write_text(content + "\n")
    assert linux(tmp_path) is on_battery


def test_a_system_without_power_supplies_is_on_mains(tmp_path: Path) -> None:
    assert linux(tmp_path / "none") is False

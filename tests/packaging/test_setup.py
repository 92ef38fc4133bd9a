"""packaging/setup.sh and what uses it, with the network and the package manager played by small scripts."""

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIP = """#!/bin/bash
# Plays the Python of the system: pip writes down that it was called, and installs one file.
if [ "${{1-}} ${{2-}}" != "-m pip" ]; then exec {python} "$@"; fi
[ "$3" = --version ] && exit 0
echo "$PWD $*" >>"$CALLS"
{action}
echo whole >"{checkout}/.venv/lib/package"
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the set-up is a bash script")


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what the set-up needs, in a folder whose name needs quotes."""
    folder = tmp_path / "my photos' finder"
    (folder / "packaging").mkdir(parents=True)
    for name in ("setup.sh", "run.sh", "test.sh", "requirements.lock"):
        shutil.copy(ROOT / "packaging" / name, folder / "packaging" / name)
    shutil.copy(ROOT / "pyproject.toml", folder)
    return folder


def _set_up_already(checkout: Path, what: str) -> None:
    (checkout / ".venv" / "bin").mkdir(parents=True)
    (checkout / ".venv" / "bin" / "python").symlink_to(sys.executable)
    recipe = f"{what} {checkout}\n"
    for name in ("packaging/requirements.lock", "pyproject.toml"):
        recipe += (checkout / name).read_text(encoding="utf-8")
    (checkout / ".venv" / "setup.done").write_text(recipe, encoding="utf-8")


def _environment(**changes: str) -> dict[str, str]:
    no_display = dict.fromkeys(("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"), "")
    return {**os.environ, **no_display, **changes}


def _bash(checkout: Path, script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs lines of bash that may use the functions of setup.sh."""
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", f"source packaging/setup.sh; libraries=(); {script}"],
        cwd=checkout,
        env=_environment(**environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _run_sh(checkout: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["bash", checkout / "packaging" / "run.sh"],
        env=_environment(**environment),
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def _play_python(checkout: Path, action: str = "") -> dict[str, str]:
    """Puts a ``python3.11`` before the real one on the path; returns the environment for it."""
    folder = checkout / "played"
    folder.mkdir()
    script = folder / "python3.11"
    script.write_text(PIP.format(python=sys.executable, checkout=checkout, action=action), encoding="utf-8")
    script.chmod(0o755)
    return {"PATH": f"{folder}:{os.environ['PATH']}", "CALLS": str(checkout / "calls")}


def _calls(checkout: Path) -> list[str]:
    calls = checkout / "calls"
    return calls.read_text(encoding="utf-8").splitlines() if calls.exists() else []


def test_without_a_display_run_sh_names_the_command_line(checkout: Path) -> None:
    _set_up_already(checkout, "run")
    ran = _run_sh(checkout)
    assert ran.returncode == 1
    assert len(ran.stderr.splitlines()) == 1
    assert "There is no display" in ran.stderr
    assert f"{checkout}/.venv/bin/photofind index FOLDER" in ran.stderr


def test_with_a_display_run_sh_starts_the_program_in_the_folder_where_it_was_called(checkout: Path) -> None:
    _set_up_already(checkout, "test")  # which serves run, too
    program = checkout / "photofind"
    program.mkdir()
    (program / "__main__.py").write_text("import os, sys; print(os.getcwd(), sys.argv[1:])", encoding="utf-8")
    ran = subprocess.run(
        ["bash", checkout / "packaging" / "run.sh", "a folder"],
        cwd=checkout / "packaging",
        env=_environment(DISPLAY=":0", PYTHONPATH=str(checkout)),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert ran.stdout == f"{checkout / 'packaging'} ['a folder']\n"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux leaves libraries to its package manager")
@pytest.mark.parametrize("what", ["run", "test"])
def test_missing_libraries_and_no_right_to_install_give_one_sentence_with_the_line(checkout: Path, what: str) -> None:
    ran = _bash(checkout, f"may_install() {{ return 1; }}; libraries=(libnowhere.so.9); set_up {what}; echo went on")
    assert (ran.returncode, ran.stdout) == (1, "")
    assert len(ran.stderr.splitlines()) == 1
    assert ran.stderr.startswith("photofind: ")
    assert ("xvfb" in ran.stderr.lower()) == (what == "test")
    assert not (checkout / ".venv").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux leaves libraries to its package manager")
def test_missing_display_tools_are_named_and_do_not_stop_the_tests(checkout: Path) -> None:
    _set_up_already(checkout, "test")
    ran = _bash(checkout, "may_install() { return 1; }; missing_tools() { echo Xvfb; }; set_up test; echo went on")
    assert (ran.returncode, ran.stdout) == (0, "went on\n")
    assert "will be skipped for lack of Xvfb (which this line installs: " in ran.stderr


@pytest.mark.parametrize(
    ("manager", "beginning"),
    [
        ("apt-get", "apt-get update && apt-get install -y --no-install-recommends libgl1 "),
        ("dnf", "dnf install -y "),
        ("pacman", "pacman -S --needed "),
        ("zypper", "zypper install -y "),
    ],
)
def test_each_package_manager_has_its_line(checkout: Path, manager: str, beginning: str) -> None:
    commands = checkout / "commands"
    commands.mkdir()
    (commands / manager).touch(0o755)
    (commands / "id").symlink_to(shutil.which("id") or "id")
    ran = _bash(checkout, f"PATH='{commands.name}'; install_line test")
    assert ran.stdout.startswith(beginning)
    assert "xvfb" in ran.stdout.lower()


def test_the_environment_is_made_once_from_the_lock(checkout: Path) -> None:
    environment = _play_python(checkout)
    for what in ("test", "test", "run"):
        ran = _bash(checkout, f"missing_tools() {{ :; }}; set_up {what}", **environment)
        assert ran.returncode == 0, ran.stderr
    (call,) = _calls(checkout)
    assert call.startswith(f"{checkout} -m pip --python {checkout}/.venv/bin/python install")
    assert call.endswith("--editable .[raw,dev]")


@pytest.mark.parametrize("changed", ["packaging/requirements.lock", "pyproject.toml"])
def test_a_changed_lock_or_project_file_is_followed(checkout: Path, changed: str) -> None:
    environment = _play_python(checkout)
    assert _bash(checkout, "set_up run", **environment).returncode == 0
    with (checkout / changed).open("a", encoding="utf-8") as file:
        file.write("# newer\n")
    assert _bash(checkout, "set_up run", **environment).returncode == 0
    assert len(_calls(checkout)) == 2


def test_a_checkout_that_was_moved_is_set_up_again(checkout: Path) -> None:
    environment = _play_python(checkout)
    assert _bash(checkout, "set_up run", **environment).returncode == 0
    moved = checkout.rename(checkout.with_name("elsewhere"))
    assert "elsewhere/.venv" in _bash(moved, "is_set_up run || echo $venv", **environment).stdout


def test_an_interrupted_set_up_begins_again_without_what_it_left(checkout: Path) -> None:
    action = f'echo half >"{checkout}/.venv/lib/torn"; [ -e "{checkout}/calm" ] || kill -9 $PPID $$'
    environment = _play_python(checkout, action)
    assert _bash(checkout, "set_up run", **environment).returncode != 0
    torn = checkout / ".venv" / "lib" / "torn"
    assert torn.exists()
    torn.write_text("marked by the test", encoding="utf-8")

    (checkout / "calm").touch()
    ran = _bash(checkout, "set_up run && is_set_up run", **environment)
    assert ran.returncode == 0, ran.stderr
    assert torn.read_text(encoding="utf-8") == "half\n"  # written anew, after the old one was cleared away
    assert (checkout / ".venv" / "lib" / "package").exists()


def test_a_set_up_that_fails_says_so_and_is_not_taken_for_done(checkout: Path) -> None:
    environment = _play_python(checkout, "echo no network >&2; exit 1")
    ran = _bash(checkout, "set_up run; echo went on", **environment)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "The set-up did not finish" in ran.stderr
    assert _bash(checkout, "is_set_up run", **environment).returncode == 1


def test_two_set_ups_at_once_do_the_work_once(checkout: Path) -> None:
    gate = checkout / "gate"
    environment = _play_python(checkout, f'until [ -e "{gate}" ]; do read -r -t 0.05 <> <(:) || true; done')
    command = ["bash", "-euc", "source packaging/setup.sh; libraries=(); set_up run"]
    both = [
        subprocess.Popen(command, cwd=checkout, env=_environment(**environment), stderr=subprocess.DEVNULL)
        for _ in range(2)
    ]
    deadline = time.monotonic() + 30
    while not _calls(checkout) and time.monotonic() < deadline:
        time.sleep(0.02)
    gate.touch()
    assert [process.wait(30) for process in both] == [0, 0]
    assert len(_calls(checkout)) == 1


def test_a_python_without_pip_is_named(checkout: Path) -> None:
    environment = _play_python(checkout)
    script = checkout / "played" / "python3.11"
    script.write_text(script.read_text(encoding="utf-8").replace("&& exit 0", "&& exit 1"), encoding="utf-8")
    ran = _bash(checkout, "set_up run", **environment)
    assert ran.returncode == 1
    assert "has no pip: install it" in ran.stderr

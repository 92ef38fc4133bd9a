"""What ``pip install .`` gives: the command, the package and its resources, working away from the checkout."""

import json
import os
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _run(*command: str | Path, cwd: Path) -> str:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    ran = subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False, timeout=100)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    _run(
        *(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", folder, ROOT),
        cwd=folder,
    )
    (path,) = folder.glob("*.whl")
    return path


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The ``bin`` folder of an empty environment with the wheel in it; its libraries are seen where they are now."""
    folder = tmp_path_factory.mktemp("environment")
    system_python = Path(sys._base_executable)  # .venv has no pip of its own
    _run(system_python, "-m", "venv", "--without-pip", folder, cwd=folder)
    python = folder / "bin" / "python"
    _run(
        *(system_python, "-m", "pip", "--python", python, "install", "--no-deps", "--no-index", wheel),
        cwd=folder,
    )
    (site_packages,) = (folder / "lib").glob("python*/site-packages")
    # A folder named in a .pth file comes last, and its own .pth files (the checkout's is one) are not read.
    (site_packages / "libraries.pth").write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    return folder / "bin"


def test_the_wheel_holds_the_whole_package_its_resources_and_the_licence_and_nothing_else(wheel: Path) -> None:
    def below(folder: str) -> set[str]:
        files = (ROOT / folder).rglob("*")
        return {
            path.relative_to(ROOT).as_posix() for path in files if path.is_file() and "__pycache__" not in path.parts
        }

    with zipfile.ZipFile(wheel) as archive:
        names = {name for name in archive.namelist() if not name.endswith("/")}
    metadata = {name for name in names if ".dist-info/" in name}
    assert any(name.endswith("licenses/LICENSE") for name in metadata)
    assert names - metadata == below("photofind") | {f"photofind/_{name}" for name in below("resources")}


def test_the_installed_package_and_its_resources_are_the_wheels(installed: Path, tmp_path: Path) -> None:
    code = "import photofind; from photofind.config.resources import resource; print(photofind.__file__, resource('shelf.json'))"
    package, shelf = _run(installed / "python", "-c", code, cwd=tmp_path).split()
    assert Path(package).is_relative_to(installed.parent)
    assert Path(shelf) == Path(package).parent / "_resources" / "shelf.json"


@pytest.mark.slow
def test_the_installed_command_indexes_and_finds(
    installed: Path, tmp_path: Path, make_picture: Callable[..., Path]
) -> None:
    photos = tmp_path / "photos"
    for name, colour in (("a", (210, 30, 30)), ("b", (30, 160, 40)), ("c", (40, 60, 210))):
        make_picture(photos / f"{name}.jpg", colour)
    command, library = installed / "photofind", tmp_path / "library"
    _run(command, "index", photos, "--encoder", "palette", "--library", library, "--json", cwd=tmp_path)
    answer = json.loads(_run(command, "search", "green", "--library", library, "--json", cwd=tmp_path))
    assert answer["encoder"] == "palette"
    assert Path(answer["hits"][0]["path"]) == photos / "b.jpg"

"""The rules of the house that a machine can check; .github/CONTRIBUTING.md gives their reasons."""

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from photofind.cli.arguments import COMMANDS

ROOT = Path(__file__).parents[1]
MODULES = sorted((ROOT / "photofind").rglob("*.py"))
DRAWERS = re.compile(r"(^|_)(utils?|misc|helpers?|common|stuff)$")  # names that say nothing of what is inside
HEAVY = (
    *("torch", "torchvision", "open_clip", "transformers", "timm", "huggingface_hub"),
    *("pymilvus", "milvus_lite", "faiss", "grpc", "pandas", "pyarrow"),
)


def _where(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_imports_point_down() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    ran = subprocess.run([linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_module_is_short_or_says_at_its_top_why_it_is_not() -> None:
    """The reason stands in the first 15 lines and names the "300 lines" that it exceeds."""
    too_long = []
    for module in MODULES:
        lines = module.read_text(encoding="utf-8").splitlines()
        if len(lines) > 300 and "300 lines" not in "\n".join(lines[:15]):
            too_long.append(f"{_where(module)}: {len(lines)}")
    assert too_long == []


def test_only_the_command_line_prints() -> None:
    printing = [
        f"{_where(module)}:{node.lineno}"
        for module in MODULES
        if not _where(module).startswith("photofind/cli")
        for node in ast.walk(ast.parse(module.read_bytes()))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]
    assert printing == []


def test_no_module_is_a_drawer() -> None:
    folders = {folder for module in MODULES for folder in module.relative_to(ROOT).parents}
    assert [_where(module) for module in MODULES if DRAWERS.search(module.stem)] == []
    assert [folder.as_posix() for folder in folders if DRAWERS.search(folder.name)] == []


def test_each_module_says_what_it_is() -> None:
    assert [_where(module) for module in MODULES if not ast.get_docstring(ast.parse(module.read_bytes()))] == []


def test_nothing_is_left_for_later() -> None:
    later = re.compile(r"\b(TODO|FIXME|XXX|HACK)\b")
    assert [_where(module) for module in MODULES if later.search(module.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    ("module", "forbidden"),
    [
        ("photofind.__main__", ("PySide6", "numpy", "PIL", *HEAVY)),
        ("photofind.cli", ("PySide6", *HEAVY)),
        ("photofind.app", HEAVY),
        ("photofind.gui.main_window", HEAVY),
    ],
)
def test_importing_does_not_load_what_is_slow_to_load(module: str, forbidden: tuple[str, ...]) -> None:
    code = f"import sys, {module}; print(*sorted(set({forbidden!r}) & set(sys.modules)))"
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.split() == []


def test_the_readme_names_both_scripts_and_every_command() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    missing = [
        name
        for name in ("bash packaging/run.sh", "bash packaging/test.sh", *(f"`photofind {name}" for name in COMMANDS))
        if name not in readme
    ]
    assert missing == []


def test_the_top_of_the_repository_is_as_agreed() -> None:
    agreed = {"photofind", "resources", "tests", "packaging", "pyproject.toml", "README.md", "LICENSE"}
    made_by_tools = {"build", "dist"}
    found = {entry.name for entry in ROOT.iterdir() if not entry.name.startswith((".", "__pycache__"))}
    assert found - made_by_tools == agreed

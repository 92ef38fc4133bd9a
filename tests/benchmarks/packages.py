"""Packages that only benchmarks need, in folders of their own. This environment has no pip, so that of its Python works."""

import subprocess
import sys
from pathlib import Path


def pip_install(python: Path | str, *arguments: str) -> None:
    """``pip install ARGUMENTS`` for the environment of ``python``. Raises CalledProcessError, OSError."""
    pip = [str(Path(sys.base_prefix) / "bin" / "python3"), "-m", "pip", "--python", str(python)]
    quiet = ["--quiet", "--disable-pip-version-check", "--no-input", "--root-user-action", "ignore"]
    subprocess.run([*pip, "install", *quiet, *arguments], check=True)


def make_environment(folder: Path) -> None:
    """An empty virtual environment. Raises CalledProcessError."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)

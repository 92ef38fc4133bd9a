"""packaging/requirements.lock pins all that pyproject.toml asks for."""

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[2]


def _locked() -> dict[str, Version]:
    lines = (ROOT / "packaging" / "requirements.lock").read_text(encoding="utf-8").splitlines()
    return {name: Version(version) for name, _, version in (line.partition("==") for line in lines)}


def test_each_line_is_one_plain_pin_so_that_pip_takes_it_as_a_constraint() -> None:
    for line in (ROOT / "packaging" / "requirements.lock").read_text(encoding="utf-8").splitlines():
        assert re.fullmatch(r"[a-z0-9-]+==[0-9a-z.!]+", line), line


def test_all_that_the_project_asks_for_is_locked_at_a_version_that_it_accepts() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    locked = _locked()
    for text in [
        *project["build-system"]["requires"],
        *project["project"]["dependencies"],
        *(requirement for extra in extras.values() for requirement in extra),
    ]:
        requirement = Requirement(text)
        assert locked[canonicalize_name(requirement.name)] in requirement.specifier, text


def test_no_build_of_one_machine_is_locked() -> None:
    """A local build such as torch 2.13.0+cpu satisfies pip, and breaks the torchvision that comes from PyPI."""
    assert [name for name, version in _locked().items() if version.local] == []

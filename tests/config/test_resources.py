"""The one way to the files that come with the program."""

from pathlib import Path

import pytest

from photofind.config import resources


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An imagined place for the package; its resources are made by each test."""
    folder = tmp_path / "photofind"
    folder.mkdir()
    monkeypatch.setattr(resources, "_PACKAGE", folder)
    return folder


def test_this_checkout_or_wheel_has_its_resources() -> None:
    assert resources.resources_folder().is_dir()


def test_a_checkout_has_them_beside_the_package(package: Path) -> None:
    icon = package.parent / "resources" / "icons" / "photofind.svg"
    icon.parent.mkdir(parents=True)
    icon.touch()
    assert resources.resource("icons/photofind.svg") == icon


def test_a_wheel_has_them_inside_and_never_looks_beside_itself(package: Path) -> None:
    (package.parent / "resources").mkdir()  # somebody else's folder in site-packages
    (package / "_resources").mkdir()
    assert resources.resources_folder() == package / "_resources"


def test_a_program_without_resources_says_what_to_do(package: Path) -> None:
    with pytest.raises(FileNotFoundError, match="Install it again"):
        resources.resources_folder()


def test_a_missing_resource_is_named(package: Path) -> None:
    (package / "_resources").mkdir()
    with pytest.raises(FileNotFoundError, match=r"shelf\.json is missing"):
        resources.resource("shelf.json")

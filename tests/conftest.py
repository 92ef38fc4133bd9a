"""What every test shares."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder with real photos and a small real encoder; tests that need it are skipped where it is absent."""
    folder = Path(os.environ.get("PHOTOFIND_TEST_DATA", Path(__file__).parents[2] / "shared"))
    if not (folder / "photos").is_dir():
        pytest.skip(f"no test photos at {folder}: set PHOTOFIND_TEST_DATA")
    return folder

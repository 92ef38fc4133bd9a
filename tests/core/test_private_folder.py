"""Folders that nobody else may look into."""

import os
import stat
from pathlib import Path

from photofind.core.private_folder import make_private


def test_folders_above_are_private_too_and_those_that_were_there_keep_their_mode(tmp_path: Path) -> None:
    shared = tmp_path / "shared"
    shared.mkdir()
    shared.chmod(0o755)
    previous = os.umask(0)
    try:
        made = make_private(shared / "a" / "b")
    finally:
        os.umask(previous)
    assert made == [shared / "a", shared / "a" / "b"]
    assert [stat.S_IMODE(path.stat().st_mode) for path in (shared, *made)] == [0o755, 0o700, 0o700]
    assert make_private(shared / "a" / "b") == []

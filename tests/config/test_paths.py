import os
import stat
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from photofind.config import paths
from photofind.core.errors import StoreFailed


def _mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_the_environment_moves_library_and_encoders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PHOTOFIND_DATA", str(tmp_path / "data"))
    monkeypatch.delenv("PHOTOFIND_ENCODERS", raising=False)
    assert paths.default_library() == tmp_path / "data" / "library"
    assert paths.encoders_folder() == tmp_path / "data" / "encoders"
    monkeypatch.setenv("PHOTOFIND_ENCODERS", str(tmp_path / "weights"))
    assert paths.encoders_folder() == tmp_path / "weights"


def test_without_the_environment_the_system_s_place_is_used(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PHOTOFIND_DATA", raising=False)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert paths.default_library().name == "library"
    assert "photofind" in paths.default_library().parts


def test_each_runtime_folder_is_fresh_private_and_short(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / ("long" * 40)))
    first, second = paths.runtime_folder(), paths.runtime_folder()
    try:
        assert first != second
        assert _mode(first) == 0o700
        assert len(os.fsencode(first / "command.sock")) < 100
    finally:
        first.rmdir()
        second.rmdir()


def test_a_missing_runtime_folder_of_the_system_is_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/nobody/0")
    folder = paths.runtime_folder()
    folder.rmdir()


@pytest.mark.parametrize("name", ["plain", "with space/and ümläut", os.fsdecode(b"not-utf8-\xff"), "x" * 200])
def test_a_library_folder_is_made_with_its_parents_and_is_private(tmp_path: Path, name: str) -> None:
    library = paths.LibraryPaths(tmp_path / "some" / "where" / name)
    library.make_folder()
    library.make_folder()
    assert _mode(library.folder) == 0o700


def test_an_open_library_folder_is_closed_and_a_folder_with_other_things_is_left_alone(tmp_path: Path) -> None:
    library, shared = paths.LibraryPaths(tmp_path / "library"), paths.LibraryPaths(tmp_path / "shared")
    library.folder.mkdir(mode=0o755)
    library.lock.touch()
    shared.folder.mkdir()
    shared.folder.chmod(0o755)
    (shared.folder / "letter.txt").touch()
    library.make_folder()
    shared.make_folder()
    assert _mode(library.folder) == 0o700
    assert _mode(shared.folder) == 0o755


def test_a_folder_that_cannot_be_made_is_named_in_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for folder in (tmp_path / "file", tmp_path / "file" / "library"):
        with pytest.raises(StoreFailed, match=str(folder)):
            paths.LibraryPaths(folder).make_folder()


def test_no_two_parts_of_a_library_share_a_name(tmp_path: Path) -> None:
    library = paths.LibraryPaths(tmp_path)
    parts = [value for name, value in vars(type(library)).items() if isinstance(value, property)]
    names = [part.__get__(library) for part in parts]
    assert len(names) == len(set(names)) == 8


def test_sockets_go_where_there_is_room_and_without_any_it_is_one_sentence(
    small_disk: Callable[[int], Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    full, other = small_disk(4), small_disk(4)
    for disk in (full, other):
        subprocess.run(["mount", "-o", "remount,nr_inodes=1", disk.folder], check=True)  # not one more name
    subprocess.run(["mount", "-o", "remount,nr_inodes=100", other.folder], check=True)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(full.folder))
    monkeypatch.setattr(tempfile, "tempdir", str(other.folder))
    assert paths.runtime_folder().parent == other.folder
    monkeypatch.setattr(paths, "_runtime_parents", lambda: [str(full.folder)])
    with pytest.raises(StoreFailed, match=r"No space left on device.*Make room there"):
        paths.runtime_folder()


def test_a_library_that_can_only_be_looked_at_is_known_as_one(small_disk: Callable[[int], Any]) -> None:
    disk = small_disk(4)
    library = paths.LibraryPaths(disk.folder / "library")
    assert not library.is_read_only()  # there is none
    library.make_folder()
    library.catalogue.touch()
    assert not library.is_read_only()
    disk.set_read_only(True)
    assert library.is_read_only()
    with pytest.raises(StoreFailed, match="Read-only file system"):
        paths.LibraryPaths(disk.folder / "another").make_folder()

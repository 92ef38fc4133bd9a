import stat
import subprocess
import sys
from pathlib import Path

from photofind.core.passing_folder import let_go, make_passing_folder, remove_left_behind


def make_in_another_process(parent: Path, then: str) -> Path:
    code = (
        "import os, signal; from photofind.core.passing_folder import make_passing_folder;"
        f" print(make_passing_folder({str(parent)!r}), flush=True); {then}"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    return Path(done.stdout.strip())


def test_a_folder_is_fresh_and_private(tmp_path: Path) -> None:
    first, second = make_passing_folder(str(tmp_path)), make_passing_folder(str(tmp_path))
    assert first != second
    assert stat.S_IMODE(first.stat().st_mode) == 0o700
    let_go(first)
    let_go(second)


def test_what_a_killed_process_left_is_removed_and_what_lives_stays(tmp_path: Path) -> None:
    mine = make_passing_folder(str(tmp_path))
    left = make_in_another_process(tmp_path, "os.kill(os.getpid(), signal.SIGKILL)")
    (left / "socket").write_bytes(b"")
    (tmp_path / "photofind-of another program").mkdir()
    remove_left_behind([str(tmp_path), str(tmp_path / "not there")])
    assert not left.exists()
    assert mine.is_dir()
    assert (tmp_path / "photofind-of another program").is_dir()
    let_go(mine)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / "precious").mkdir()
    (tmp_path / "photofind-run-link").symlink_to(tmp_path / "precious")
    remove_left_behind([str(tmp_path)])
    assert (tmp_path / "precious").is_dir()

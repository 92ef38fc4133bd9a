import errno
import os
import stat
import time
from datetime import date
from pathlib import Path

import pytest

from photofind.core.errors import NoRoom, StoreFailed
from photofind.store.durable import disk_errors, private_folder, replace_file, set_aside, store_failure, sync_tree


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_or_quota_is_no_room(number: int) -> None:
    assert isinstance(store_failure(OSError(number, "raw"), "the vectors"), NoRoom)


@pytest.mark.parametrize("number", [errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ENOENT, None])
def test_any_other_failure_says_what_happened_and_what_to_do(number: int | None) -> None:
    error = OSError("raw") if number is None else OSError(number, os.strerror(number))
    failure = store_failure(error, "the vectors")
    assert not isinstance(failure, NoRoom)
    assert "the vectors" in str(failure)
    assert ": " in str(failure)
    assert str(failure).endswith(".")


def test_only_errors_of_the_disk_are_put_in_other_words() -> None:
    with pytest.raises(StoreFailed) as caught, disk_errors("the vectors"):
        Path("/proc/none/there").read_bytes()
    assert isinstance(caught.value.__cause__, OSError)
    with pytest.raises(ValueError, match="mine"), disk_errors("the vectors"):
        raise ValueError("mine")


def test_a_private_folder_is_made_with_its_parents_and_an_open_one_is_closed(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "b"
    before = os.umask(0)
    try:
        private_folder(folder)
        open_one = tmp_path / "open"
        open_one.mkdir(mode=0o755)
        private_folder(open_one)
    finally:
        os.umask(before)
    for path in (folder, folder.parent, open_one):
        assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_only_what_changed_is_synced(tmp_path: Path) -> None:
    for name in ("old", "new", "deep/new"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"content")
    now_ns = time.time_ns()
    os.utime(tmp_path / "old", ns=(now_ns - 10**10, now_ns - 10**10))
    assert sync_tree(tmp_path, newer_than_ns=now_ns - 10**9) == 2
    assert sync_tree(tmp_path) == 3
    assert sync_tree(tmp_path / "missing") == 0


def test_replacing_and_setting_aside_keep_what_was_there(tmp_path: Path) -> None:
    target, source, today = tmp_path / "target", tmp_path / "source", date.today().isoformat()
    target.write_bytes(b"old")
    source.write_bytes(b"new")
    assert set_aside(target).name == f"target.damaged-{today}"
    target.write_bytes(b"older")
    assert set_aside(target).name == f"target.damaged-{today}-2"
    replace_file(source, target)
    assert target.read_bytes() == b"new"
    assert (tmp_path / f"target.damaged-{today}").read_bytes() == b"old"

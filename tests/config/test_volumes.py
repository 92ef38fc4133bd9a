"""Where a folder is, in words that outlive a mount; and what the table of mounts says."""

import os
from pathlib import Path

import pytest

from photofind.config import mount_table, volumes
from photofind.config.mount_table import Mount, mount_of


def test_a_folder_has_one_place_by_whatever_path_it_is_reached(tmp_path: Path) -> None:
    folder = tmp_path / "a folder é"
    folder.mkdir()
    (tmp_path / "link").symlink_to(folder)
    place = volumes.place_of(str(folder))
    assert place
    assert volumes.place_of(str(tmp_path / "link")) == place
    if volumes.is_lasting(place):
        assert os.path.realpath(folder) in volumes.paths_of(place)


def test_a_folder_that_took_another_one_s_path_is_another_place(tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    before = volumes.place_of(str(folder))
    folder.rename(tmp_path / "elsewhere")
    folder.mkdir()
    now = volumes.place_of(str(folder))
    assert now != before
    assert volumes.is_same_volume(now, before)


def test_what_is_not_there_has_no_place(tmp_path: Path) -> None:
    assert volumes.place_of(str(tmp_path / "nothing")) == ""
    assert not volumes.is_lasting("")
    assert volumes.paths_of("") == []


def test_names_of_any_bytes_have_places_that_can_be_kept_as_text(tmp_path: Path) -> None:
    folder = os.fsencode(tmp_path) + b"/caf\xe9 \n"
    os.mkdir(folder)
    volumes.place_of(os.fsdecode(folder)).encode("utf-8")


def test_of_two_mounts_at_one_place_the_later_one_is_seen() -> None:
    root = Mount("/", "/", "8:1", "ext4", "/dev/sda1")
    first = Mount("/media/stick", "/", "8:17", "vfat", "/dev/sdb1")
    second = Mount("/media/stick", "/", "8:33", "vfat", "/dev/sdc1")
    assert mount_of("/media/stick/a", [root, first, second]) is second
    assert mount_of("/media/stickers", [root, first, second]) is root


def test_network_folders_are_known_by_their_source(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    share = Mount(str(tmp_path), "/", "0:50", "cifs", "//server/photos")
    monkeypatch.setattr(volumes, "mount_table", lambda: [share])
    assert volumes.place_of(str(tmp_path)).startswith("net://server/photos / ")


def test_a_system_that_does_not_tell_its_mounts_gives_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(mount_table, "_MOUNTS", tmp_path / "nothing")
    assert mount_table.mount_table() == []


def test_short_serial_numbers_and_numbers_of_this_session_prove_nothing() -> None:
    uuid = "uuid:8f3a2c1e-1111-4222-8333-444455556666 /photos 12"
    assert volumes.is_certain(uuid)
    for place in ("uuid:0000-0000 /DCIM 1", "serial:1234abcd /DCIM 1", "~0:52 / 1", ""):
        assert not volumes.is_certain(place)
    assert volumes.are_other_volumes(uuid, "uuid:1234-ABCD / 1")
    assert not volumes.are_other_volumes(uuid, "~0:52 / 1")

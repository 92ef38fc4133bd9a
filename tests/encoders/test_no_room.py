"""Encoders brought onto a disk that fills up meanwhile: real small disks."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photofind.core.errors import EncoderUnavailable
from photofind.encoders.download import fetch
from photofind.encoders.hub_lookup import HubFile
from photofind.encoders.shelf import Shelf
from photofind.encoders.weights_memory import WeightsMemory

SHELF_LIST = Path(__file__).parents[2] / "resources" / "shelf.json"
WEIGHTS = np.random.default_rng(7).bytes(3_000_000)
Hub = Any  # the fixture's class lies in conftest.py


@pytest.fixture
def disk(small_disk: Callable[[int], Any]) -> Any:
    return small_disk(24)


def test_a_download_that_fills_the_disk_goes_on_where_it_was(hub: Hub, disk: Any) -> None:
    name = "open_clip_model.safetensors"
    hub.files.setdefault("a/b", {})[name] = WEIGHTS
    file = HubFile(name, f"{hub.url}/a/b/resolve/main/{name}", len(WEIGHTS), hub.sha256(name, WEIGHTS), "")
    disk.fill(leave_bytes=1_500_000)
    with pytest.raises(EncoderUnavailable, match="is full: make room and try again"):
        fetch(file, disk.folder, lambda _: None, lambda: False)
    assert not (disk.folder / name).exists()
    (part,) = disk.folder.glob("*.part")
    arrived = part.stat().st_size
    assert arrived > 1_000_000 and WEIGHTS.startswith(part.read_bytes())
    disk.make_room()
    fetch(file, disk.folder, lambda _: None, lambda: False)
    assert hub.ranges == [f"bytes={arrived}-"]
    assert (disk.folder / name).read_bytes() == WEIGHTS


def test_an_import_that_fills_the_disk_leaves_nothing_and_works_with_room(
    disk: Any, tiny_folder: Callable[[str], Path]
) -> None:
    source = tiny_folder("vit")
    shelf = Shelf(disk.folder / "encoders", SHELF_LIST)
    disk.fill(leave_bytes=60_000)
    with pytest.raises(EncoderUnavailable, match=r"is full, so .* make room and try again"):
        shelf.import_folder(source)
    assert [path.name for path in shelf.folder.iterdir()] == [".import.lock"]
    assert shelf.default() == "palette"
    disk.make_room()
    assert shelf.is_installed(shelf.import_folder(source))


def test_an_install_that_cannot_even_begin_says_so(disk: Any) -> None:
    disk.set_read_only(True)
    shelf = Shelf(disk.folder / "encoders", SHELF_LIST, endpoint="http://127.0.0.1:9")
    with pytest.raises(EncoderUnavailable, match="cannot be written: Read-only file system"):
        shelf.install("light", lambda *_: None, threading.Event().is_set)


@pytest.mark.parametrize("read_only", [False, True])
def test_what_cannot_be_remembered_about_weights_is_found_out_again(disk: Any, read_only: bool) -> None:
    memory = WeightsMemory(disk.folder)
    memory.remember_half("one", True)
    before = (disk.folder / "known_weights.json").read_bytes()
    disk.fill()
    disk.set_read_only(read_only)
    weights = disk.folder / "somebody's large file"
    assert len(memory.content_hash(weights)) == 64
    memory.remember_half("two", True)
    assert (memory.half_is_better("one"), memory.half_is_better("two")) == (True, None)
    assert [path.name for path in disk.folder.iterdir() if path != weights] == ["known_weights.json"]
    assert (disk.folder / "known_weights.json").read_bytes() == before
    disk.set_read_only(False)
    disk.make_room()
    memory.remember_half("two", True)
    assert memory.half_is_better("two")
